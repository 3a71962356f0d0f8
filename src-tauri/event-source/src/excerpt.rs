//! The beginning of a document that is no event stream, in a few words for a sentence.
//!
//! Deliberately not here: rendering, entities beyond the five that stand in every title, what follows from the words.
use std::borrow::Cow;

/// A text in one line of at most `limit` characters: white space collapsed, control characters left out.
pub fn one_line(text: &str, limit: usize) -> String {
    let mut line = String::new();
    for word in text.split_whitespace() {
        if !line.is_empty() {
            line.push(' ');
        }
        line.extend(word.chars().filter(|c| !c.is_control()));
        if let Some((cut, _)) = line.char_indices().nth(limit) {
            line.truncate(cut);
            line.push('…');
            break;
        }
    }
    line
}

/// The title of an HTML page in one line of at most `limit` characters; empty where it has none.
pub fn title(html: &str, limit: usize) -> String {
    let lower = html.to_ascii_lowercase();
    let title = lower.find("<title").and_then(|at| {
        let start = at + lower[at..].find('>')? + 1;
        let end = lower[start..].find('<').map_or(html.len(), |length| start + length);
        Some(&html[start..end])
    });
    one_line(&unescaped(title.unwrap_or_default()), limit)
}

/// What of a page is text.
pub fn without_tags(html: &str) -> String {
    let mut text = String::new();
    let mut rest = html;
    while let Some((before, tag)) = rest.split_once('<') {
        text.push_str(before);
        text.push(' ');
        rest = tag.split_once('>').map_or("", |(_, after)| after);
    }
    text.push_str(rest);
    text
}

/// A text or an attribute of HTML as it is meant.
pub fn unescaped(text: &str) -> Cow<'_, str> {
    if !text.contains('&') {
        return Cow::Borrowed(text);
    }
    let text = text.replace("&lt;", "<").replace("&gt;", ">").replace("&quot;", "\"").replace("&#39;", "'");
    Cow::Owned(text.replace("&amp;", "&"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_after_so_many_characters() {
        let table =
            [("", ""), (" a\n\tb\u{7}c ", "a bc"), ("four", "four"), ("éclairs", "écla…"), ("a b c d", "a b …")];
        for (text, line) in table {
            assert_eq!(one_line(text, 4), line, "{text:?}");
        }
    }

    #[test]
    fn a_title_is_found_and_read_as_meant() {
        let table = [
            ("<TITLE lang=en>Log in &amp; go</TITLE>", "Log in & go"),
            ("<title>cut of", "cut of"),
            ("<title", ""),
            ("<h1>none</h1>", ""),
        ];
        for (html, found) in table {
            assert_eq!(title(html, 60), found, "{html}");
        }
    }
}
