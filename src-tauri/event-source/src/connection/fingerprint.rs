//! What a certificate is known by.
//!
//! Deliberately not here: whether it is trusted (`tls.rs`).
use ring::digest::{SHA256, digest};
use std::fmt;
use std::str::FromStr;

/// The SHA-256 of a certificate, written as other programs write it: `AB:CD:…`, 32 bytes.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct Fingerprint([u8; 32]);

impl Fingerprint {
    /// That of a certificate, in DER.
    pub fn of(certificate: &[u8]) -> Self {
        let mut bytes = [0; 32];
        bytes.copy_from_slice(digest(&SHA256, certificate).as_ref());
        Self(bytes)
    }
}

impl fmt::Display for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [first, rest @ ..] = &self.0;
        write!(f, "{first:02X}")?;
        rest.iter().try_for_each(|byte| write!(f, ":{byte:02X}"))
    }
}

impl fmt::Debug for Fingerprint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// The text is no fingerprint.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("A SHA-256 fingerprint has 64 hexadecimal digits, with or without colons.")]
pub struct NoFingerprint;

impl FromStr for Fingerprint {
    type Err = NoFingerprint;

    fn from_str(text: &str) -> Result<Self, NoFingerprint> {
        let text = text.trim();
        let text = text
            .get(..7)
            .filter(|start| start.eq_ignore_ascii_case("sha256:"))
            .map_or(text, |start| &text[start.len()..]);
        let digits: Vec<u8> = text
            .chars()
            .filter(|c| !matches!(c, ':' | ' '))
            .map(|c| c.to_digit(16).and_then(|digit| u8::try_from(digit).ok()).ok_or(NoFingerprint))
            .collect::<Result<_, _>>()?;
        let (pairs, []) = digits.as_chunks::<2>() else { return Err(NoFingerprint) };
        let bytes: Vec<u8> = pairs.iter().map(|[high, low]| high << 4 | low).collect();
        bytes.try_into().map(Self).map_err(|_| NoFingerprint)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fingerprint_is_read_as_it_is_written_elsewhere() {
        let seen = Fingerprint::of(b"certificate");
        let shown = seen.to_string();
        assert_eq!((shown.len(), shown.matches(':').count()), (95, 31));
        let plain = shown.replace(':', "").to_lowercase();
        for text in [shown.clone(), plain.clone(), format!(" SHA256:{plain} "), shown.replace(':', " ")] {
            assert_eq!(text.parse(), Ok(seen), "{text}");
        }
        for text in ["", "AB:CD", &plain[1..], &format!("{plain}0"), &plain.replace('a', "g"), "é"] {
            assert!(text == plain || text.parse::<Fingerprint>().is_err(), "{text}");
        }
    }
}
