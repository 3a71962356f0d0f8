//! What a feed looks like: the colour and the sign of its icon, as far as the user chose them.
//!
//! Deliberately not here: the values of the colours, which differ from surface to surface (the UI).
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The colours that a feed's icon can have.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
#[expect(missing_docs, reason = "they are what they are called")]
pub enum FeedColor {
    Green,
    Orange,
    Blue,
    Purple,
    Pink,
    Teal,
    Brown,
    Slate,
    Red,
}

impl FeedColor {
    /// All of them, in the order in which they are offered.
    pub const ALL: [Self; 9] = [
        Self::Green,
        Self::Orange,
        Self::Blue,
        Self::Purple,
        Self::Pink,
        Self::Teal,
        Self::Brown,
        Self::Slate,
        Self::Red,
    ];

    /// The word for it on the command line.
    pub const fn word(self) -> &'static str {
        match self {
            Self::Green => "green",
            Self::Orange => "orange",
            Self::Blue => "blue",
            Self::Purple => "purple",
            Self::Pink => "pink",
            Self::Teal => "teal",
            Self::Brown => "brown",
            Self::Slate => "slate",
            Self::Red => "red",
        }
    }
}

/// The most signs of an icon.
const SIGNS: usize = 2;

/// Whether a text fits into an icon: one or two signs, as a reader counts them.
pub(super) fn fits_icon(text: &str) -> bool {
    !text.contains(|c: char| c.is_whitespace() || c.is_control()) && signs(text) <= SIGNS
}

/// How many signs a reader sees, as near as emoji and letters with accents need it: what joins or varies a sign is none of
/// its own, and two regional indicators make a flag.
fn signs(text: &str) -> usize {
    const JOINER: char = '\u{200d}';
    let (mut signs, mut joined, mut half_flag) = (0, false, false);
    for c in text.chars() {
        let varies = matches!(c,
            JOINER | '\u{300}'..='\u{36f}' | '\u{20e3}' | '\u{fe00}'..='\u{fe0f}'
            | '\u{1f3fb}'..='\u{1f3ff}' | '\u{e0020}'..='\u{e007f}');
        let flag = matches!(c, '\u{1f1e6}'..='\u{1f1ff}');
        if !varies && !joined && !half_flag {
            signs += 1;
        }
        joined = c == JOINER;
        half_flag = flag && !half_flag;
    }
    signs
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    #[rstest]
    #[case("", 0)]
    #[case("B", 1)]
    #[case("CI", 2)]
    #[case("e\u{301}", 1)]
    #[case("🔔", 1)]
    #[case("❤\u{fe0f}", 1)]
    #[case("👍🏽", 1)]
    #[case("👨🏽\u{200d}👩🏽\u{200d}👧🏽\u{200d}👦🏽", 1)]
    #[case("🇩🇪", 1)]
    #[case("🇩🇪🇫🇷", 2)]
    #[case("1\u{fe0f}\u{20e3}", 1)]
    #[case("新闻", 2)]
    #[case("abc", 3)]
    fn signs_are_counted_as_a_reader_does(#[case] text: &str, #[case] expected: usize) {
        assert_eq!(signs(text), expected);
    }
}
