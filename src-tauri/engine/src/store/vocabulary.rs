//! The words of the history that begin with what is typed.
//!
//! FTS5 gathers all events of all words that a longer beginning may become, sorts them, and only then gives the newest: with a
//! million of them a tenth of a second. Asked for the words themselves, it gives the newest at once. Deliberately not here:
//! what is typed (`search.rs`).
use rusqlite::Connection;

/// The longest beginning that the index of words holds; shorter ones than [`SHORTEST`] it does not hold either.
pub(super) const LONGEST: usize = 3;
const SHORTEST: usize = 2;
/// With more words than these, gathering them costs no more than asking for each.
const FEW: usize = 32;

/// The few words that begin with this. Empty: there are none, too many, or the index itself knows them best.
pub(super) fn beginning_with(connection: &Connection, beginning: &str) -> Vec<String> {
    // Of other letters only the index knows how it folds them.
    let plain = !beginning.is_empty() && beginning.bytes().all(|byte| byte.is_ascii_alphanumeric());
    if !plain || (SHORTEST..=LONGEST).contains(&beginning.len()) {
        return vec![];
    }
    // What is wrong with the index is said by the search itself.
    let words = words(connection, &beginning.to_ascii_lowercase()).unwrap_or_default();
    if words.len() > FEW { vec![] } else { words }
}

/// Jumps from word to word; nothing of a word's events is read. What follows a word in the index begins with it and a letter
/// or digit, so the lowest character of all leads to it.
fn words(connection: &Connection, beginning: &str) -> rusqlite::Result<Vec<String>> {
    connection
        .prepare_cached(
            "CREATE VIRTUAL TABLE IF NOT EXISTS temp.vocabulary USING fts5vocab (main, events_text, instance)",
        )?
        .execute([])?;
    let mut statement = connection.prepare_cached(&format!(
        "WITH RECURSIVE words (word) AS (
             SELECT (SELECT term FROM temp.vocabulary WHERE term >= ?1 LIMIT 1)
             UNION ALL
             SELECT (SELECT term FROM temp.vocabulary WHERE term >= words.word || char(1) LIMIT 1)
             FROM words WHERE words.word GLOB ?1 || '*')
         SELECT word FROM words WHERE word GLOB ?1 || '*' LIMIT {}",
        FEW + 1
    ))?;
    statement.query_map([beginning], |row| row.get(0))?.collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn index(words: impl IntoIterator<Item = String>) -> Connection {
        let connection = Connection::open_in_memory().expect("a database");
        connection
            .execute_batch("CREATE VIRTUAL TABLE events_text USING fts5 (title, body, prefix = '2 3')")
            .expect("an index");
        for word in words {
            connection.execute("INSERT INTO events_text VALUES (?1, ?1)", [word]).expect("a row");
        }
        connection
    }

    #[rstest]
    #[case::whole_and_longer("back", &["back", "back9", "backup", "backups"])]
    #[case::as_it_is_folded("BACKU", &["backup", "backups"])]
    #[case::one_letter("z", &["zebra"])]
    #[case::at_the_end("zebra", &["zebra"])]
    #[case::none("nothing", &[])]
    #[case::of_the_index_itself("ba", &[])]
    #[case::folded_by_the_index_alone("bäck", &[])]
    #[case::not_one_word("back-up", &[])]
    #[case::not_a_pattern("back*", &[])]
    #[case::nothing("", &[])]
    fn words_that_begin(#[case] beginning: &str, #[case] expected: &[&str]) {
        let words = ["Backup backups", "back backup", "bäck back9", "bacon", "Zebra", "备份"];
        let connection = index(words.map(str::to_owned));
        assert_eq!(beginning_with(&connection, beginning), expected);
        assert_eq!(beginning_with(&connection, beginning), expected, "asked again");
    }

    #[test]
    fn many_words_are_left_to_the_index() {
        let some = index((0..FEW).map(|number| format!("word{number}")));
        assert_eq!(beginning_with(&some, "word").len(), FEW);
        let many = index((0..=FEW).map(|number| format!("word{number}")));
        assert_eq!(beginning_with(&many, "word"), [""; 0]);
    }
}
