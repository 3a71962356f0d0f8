//! What a user types into the search field, understood: words, quoted phrases and operators.
//!
//! Whatever is typed is a search; nothing is an error. Deliberately not here: the query itself (`reading.rs`).

/// How much of a search is read: characters, and words of it.
const LENGTH: usize = 1000;
const WORDS: usize = 32;

/// A search, understood.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Search {
    /// All of these must occur.
    pub(super) words: Vec<Word>,
    /// `feed:`; one of these must be in the feed's name.
    pub(super) feeds: Vec<String>,
    /// `folder:`; one of these must be in the name of the feed's folder.
    pub(super) folders: Vec<String>,
    /// `type:`; one of these must be the event's type.
    pub(super) types: Vec<String>,
    /// `is:unread`, `is:read`
    pub(super) read: Option<bool>,
    /// `is:starred`
    pub(super) starred: bool,
    /// `after:`, from the start of it on.
    pub(super) after: Option<When>,
    /// `before:`, up to the start of it.
    pub(super) before: Option<When>,
}

/// A word or phrase to be found.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Word {
    pub(super) text: String,
    /// It may go on: `err` finds "error".
    pub(super) unfinished: bool,
    /// The user said so: `err*`.
    starred: bool,
    /// What it may go on to, when these are all.
    becomes: Vec<String>,
}

/// A point in time as a user writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum When {
    /// The start of a day, month or year where the user lives: year, month, day.
    Date(u16, u8, u8),
    /// So many milliseconds ago.
    Ago(i64),
    /// The start of the day so many days ago.
    DaysAgo(u8),
}

/// Understands what was typed.
pub(super) fn parse(typed: &str) -> Search {
    let mut search = Search::default();
    let mut rest = typed.char_indices().nth(LENGTH).map_or(typed, |(at, _)| &typed[..at]);
    while let Some(piece) = next_piece(&mut rest) {
        if !search.take_operator(&piece) {
            search.take_word(piece);
        }
    }
    if let Some(last) = search.words.last_mut() {
        // Only what stands at the very end may still be being typed.
        last.unfinished &= last.starred || !typed.ends_with(char::is_whitespace);
    }
    search
}

/// What stands between two spaces; quotes keep spaces in it.
struct Piece {
    /// The part before a colon, when one follows it unquoted.
    operator: Option<String>,
    text: String,
    /// Its quotes were opened and closed.
    quoted: bool,
    last: bool,
}

fn next_piece(rest: &mut &str) -> Option<Piece> {
    *rest = rest.trim_start();
    if rest.is_empty() {
        return None;
    }
    let mut piece = Piece { operator: None, text: String::new(), quoted: false, last: false };
    let mut open = false;
    let mut end = rest.len();
    for (at, c) in rest.char_indices() {
        match c {
            '"' => {
                open = !open;
                piece.quoted = !open;
            }
            c if c.is_whitespace() && !open => {
                end = at;
                break;
            }
            ':' if !open && !piece.quoted && piece.operator.is_none() => {
                piece.operator = Some(std::mem::take(&mut piece.text));
            }
            c => piece.text.push(c),
        }
    }
    *rest = &rest[end..];
    piece.last = rest.trim_start().is_empty();
    Some(piece)
}

impl Search {
    /// Whether the piece was an operator with a value that makes sense.
    fn take_operator(&mut self, piece: &Piece) -> bool {
        let value = piece.text.as_str();
        let Some(operator) = piece.operator.as_deref().filter(|_| !value.is_empty()) else { return false };
        match operator.to_ascii_lowercase().as_str() {
            "feed" => self.feeds.push(value.to_owned()),
            "folder" => self.folders.push(value.to_owned()),
            "type" => self.types.push(value.to_owned()),
            "is" => match value.to_ascii_lowercase().as_str() {
                "unread" => self.read = Some(false),
                "read" => self.read = Some(true),
                "starred" => self.starred = true,
                _ => return false,
            },
            "after" => match When::parse(value) {
                when @ Some(_) => self.after = when,
                None => return false,
            },
            "before" => match When::parse(value) {
                when @ Some(_) => self.before = when,
                None => return false,
            },
            _ => return false,
        }
        true
    }

    /// Words without letters and digits are not in the index.
    fn take_word(&mut self, piece: Piece) {
        let text = match piece.operator {
            Some(operator) => format!("{operator}:{}", piece.text),
            None => piece.text,
        };
        if self.words.len() < WORDS && text.contains(char::is_alphanumeric) {
            let starred = !piece.quoted && text.ends_with('*');
            let unfinished = starred || piece.last && !piece.quoted;
            self.words.push(Word { text, unfinished, starred, becomes: vec![] });
        }
    }

    /// Finishes what may go on with all that it may become, where that is known and not empty.
    pub(super) fn finish(&mut self, beginning_with: impl Fn(&str) -> Vec<String>) {
        for word in self.words.iter_mut().filter(|word| word.unfinished) {
            word.becomes = beginning_with(word.beginning());
            word.unfinished = word.becomes.is_empty();
        }
    }

    /// The words in FTS5's language; `None` without words. Everything is quoted, so nothing in it is syntax.
    pub(super) fn expression(&self) -> Option<String> {
        let expression = self.words.iter().map(Word::expression).collect::<Vec<_>>().join(" AND ");
        (!expression.is_empty()).then_some(expression)
    }
}

impl Word {
    fn beginning(&self) -> &str {
        if self.starred { self.text.trim_end_matches('*') } else { &self.text }
    }

    fn expression(&self) -> String {
        let quoted = |text: &str| format!("\"{}\"", text.replace(['"', '\0'], " "));
        match &self.becomes[..] {
            [] if self.unfinished => quoted(self.beginning()) + " *",
            [] => quoted(self.beginning()),
            [one] => quoted(one),
            several => format!("({})", several.iter().map(|word| quoted(word)).collect::<Vec<_>>().join(" OR ")),
        }
    }
}

impl When {
    /// `2026`, `2026-05`, `2026-05-04`, `today`, `yesterday`, `30m`, `12h`, `7d`, `2w`.
    fn parse(text: &str) -> Option<Self> {
        match text.to_ascii_lowercase().as_str() {
            "today" => return Some(Self::DaysAgo(0)),
            "yesterday" => return Some(Self::DaysAgo(1)),
            _ => {}
        }
        if let Some((at, unit)) = text.char_indices().last()
            && let Ok(number) = text[..at].parse::<u32>()
            && let Some(minutes) = match unit {
                'm' => Some(1),
                'h' => Some(60),
                'd' => Some(24 * 60),
                'w' => Some(7 * 24 * 60),
                _ => None,
            }
        {
            return Some(Self::Ago(i64::from(number) * minutes * 60_000));
        }
        let mut parts = text.split('-');
        let year = parts.next().filter(|year| year.len() == 4)?.parse().ok()?;
        let month = parts.next().map_or(Some(1), |month| month.parse().ok())?;
        let day = parts.next().map_or(Some(1), |day| day.parse().ok())?;
        let valid = (1..=12).contains(&month) && (1..=31).contains(&day) && parts.next().is_none();
        valid.then_some(Self::Date(year, month, day))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case::nothing("", None)]
    #[case::blank("  ", None)]
    #[case::unfinished("err", Some(r#""err" *"#))]
    #[case::finished("err ", Some(r#""err""#))]
    #[case::two("disk err", Some(r#""disk" AND "err" *"#))]
    #[case::phrase(r#""disk full""#, Some(r#""disk full""#))]
    #[case::unfinished_phrase(r#""disk fu"#, Some(r#""disk fu" *"#))]
    #[case::syntax("a AND b* NOT (c)", Some(r#""a" AND "AND" AND "b" * AND "NOT" AND "(c)" *"#))]
    #[case::starred("dis* err* ", Some(r#""dis" * AND "err" *"#))]
    #[case::starred_phrase(r#""err*" "#, Some(r#""err*""#))]
    #[case::quote_inside(r#"a"b c"d"#, Some(r#""ab cd""#))]
    #[case::not_words("+ - * ^", None)]
    #[case::nul("a\0b", Some("\"a b\" *"))]
    #[case::unknown_operator("color:red", Some(r#""color:red" *"#))]
    #[case::address("http://a.example", Some(r#""http://a.example" *"#))]
    #[case::bad_date("after:soon", Some(r#""after:soon" *"#))]
    #[case::operator_without_value("feed: x", Some(r#""feed:" AND "x" *"#))]
    #[case::operator_only("is:unread", None)]
    #[case::unfinished_before_an_operator("err is:unread", Some(r#""err""#))]
    fn expressions(#[case] typed: &str, #[case] expression: Option<&str>) {
        assert_eq!(parse(typed).expression().as_deref(), expression);
    }

    #[rstest]
    #[case("err", r#"("err" OR "errors")"#)]
    #[case("disk err*", r#""disk" AND ("err" OR "errors")"#)]
    #[case("one", r#""ones""#)]
    #[case("none", r#""none" *"#)]
    #[case("err ", r#""err""#)]
    fn finished_expressions(#[case] typed: &str, #[case] expression: &str) {
        let mut search = parse(typed);
        search.finish(|beginning| match beginning {
            "err" => vec!["err".to_owned(), "errors".to_owned()],
            "one" => vec!["ones".to_owned()],
            _ => vec![],
        });
        assert_eq!(search.expression().as_deref(), Some(expression));
    }

    #[test]
    fn operators() {
        let search = parse(
            r#"FEED:ntfy feed:"my house" folder:home type:ping is:unread is:Starred after:2026-05 before:yesterday"#,
        );
        let expected = Search {
            words: vec![],
            feeds: vec!["ntfy".to_owned(), "my house".to_owned()],
            folders: vec!["home".to_owned()],
            types: vec!["ping".to_owned()],
            read: Some(false),
            starred: true,
            after: Some(When::Date(2026, 5, 1)),
            before: Some(When::DaysAgo(1)),
        };
        assert_eq!(search, expected);
    }

    #[rstest]
    #[case("2026", Some(When::Date(2026, 1, 1)))]
    #[case("2026-12-31", Some(When::Date(2026, 12, 31)))]
    #[case("30m", Some(When::Ago(30 * 60_000)))]
    #[case("2w", Some(When::Ago(14 * 24 * 3_600_000)))]
    #[case("today", Some(When::DaysAgo(0)))]
    #[case("2026-13", None)]
    #[case("2026-01-01-01", None)]
    #[case("99999999999999h", None)]
    #[case("é", None)]
    #[case("", None)]
    fn points_in_time(#[case] text: &str, #[case] when: Option<When>) {
        assert_eq!(When::parse(text), when);
    }
}
