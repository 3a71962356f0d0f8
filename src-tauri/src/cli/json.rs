//! JSON strings, escaped into a buffer that is there already.
//!
//! Deliberately not here: objects and numbers; the few lines that need speed write theirs by hand, all others use serde.

/// Bytes that a call of [`escape`] must have left in its output to go on: one block, or the longest escape.
pub(super) const ROOM: usize = 8;

/// Escapes as much of `text` as fits into `out`, and says how many bytes were read and how many were written. What was read
/// never ends within a character's escape; it is all of `text` unless fewer than [`ROOM`] bytes of `out` are left.
///
/// Escaped is what RFC 8259 (section 7) demands and nothing more.
pub(super) fn escape(text: &[u8], out: &mut [u8]) -> (usize, usize) {
    let (mut read, mut written) = (0, 0);
    while let Some(room) = out.get_mut(written..).and_then(<[u8]>::first_chunk_mut::<ROOM>) {
        // A whole block is copied before it is looked at: most blocks are clean, and what follows an unclean byte is
        // written over. This is what makes it faster than a look at each byte.
        let clean = if let Some(block) = text[read..].first_chunk::<8>() {
            *room = *block;
            let special = special_bytes(u64::from_le_bytes(*block));
            if special == 0 {
                read += 8;
                written += 8;
                continue;
            }
            special.trailing_zeros() as usize / 8
        } else if let Some(&byte) = text.get(read) {
            if is_special(byte) {
                0
            } else {
                room[0] = byte;
                read += 1;
                written += 1;
                continue;
            }
        } else {
            break;
        };
        read += clean;
        written += clean;
        let Some(room) = out.get_mut(written..).and_then(<[u8]>::first_chunk_mut::<ROOM>) else { break };
        written += write_escape(text[read], room);
        read += 1;
    }
    (read, written)
}

const fn is_special(byte: u8) -> bool {
    byte < 0x20 || byte == b'"' || byte == b'\\'
}

/// Marks the bytes of a block that must be escaped by their highest bit. The lowest mark is always right; those above it
/// may be wrong.
const fn special_bytes(block: u64) -> u64 {
    const EACH: u64 = 0x0101_0101_0101_0101;
    const HIGHEST: u64 = 0x8080_8080_8080_8080;
    let quote = block ^ (EACH * b'"' as u64);
    let backslash = block ^ (EACH * b'\\' as u64);
    let control = block.wrapping_sub(EACH * 0x20) & !block;
    let quote = quote.wrapping_sub(EACH) & !quote;
    let backslash = backslash.wrapping_sub(EACH) & !backslash;
    (control | quote | backslash) & HIGHEST
}

/// Writes the escape of one byte, and says how long it is.
fn write_escape(byte: u8, out: &mut [u8; ROOM]) -> usize {
    const HEX: &[u8; 16] = b"0123456789abcdef";
    let short = match byte {
        b'"' | b'\\' => byte,
        b'\n' => b'n',
        b'\r' => b'r',
        b'\t' => b't',
        0x08 => b'b',
        0x0c => b'f',
        _ => {
            out[..4].copy_from_slice(b"\\u00");
            out[4] = HEX[usize::from(byte >> 4)];
            out[5] = HEX[usize::from(byte & 0xf)];
            return 6;
        }
    };
    out[0] = b'\\';
    out[1] = short;
    2
}

#[cfg(test)]
mod tests {
    use super::*;

    fn escaped(text: &str, out_size: usize) -> String {
        let (mut rest, mut all, mut out) = (text.as_bytes(), vec![], vec![0; out_size]);
        while !rest.is_empty() {
            let (read, written) = escape(rest, &mut out);
            assert!(read > 0, "an output of {out_size} bytes is enough to go on");
            rest = &rest[read..];
            all.extend_from_slice(&out[..written]);
        }
        String::from_utf8(all).expect("UTF-8 stays UTF-8")
    }

    #[test]
    fn a_string_reads_back_as_it_was_wherever_its_special_characters_stand() {
        let specials: Vec<char> =
            (0..0x20u8).map(char::from).chain(['"', '\\', '\u{7f}', 'é', '€', '😀', '\u{2028}']).collect();
        for &special in &specials {
            for before in 0..18 {
                for text in [
                    format!("{}{special}", "a".repeat(before)),
                    format!("{}{special}{special}!", "é".repeat(before)),
                    format!("{}{special}abcdefghij{special}k", "\u{1f}".repeat(before)),
                ] {
                    let json = escaped(&text, 64);
                    let expected = serde_json::to_string(&text).expect("a string");
                    assert_eq!(json, expected[1..expected.len() - 1]);
                    assert_eq!(serde_json::from_str::<String>(&format!("\"{json}\"")).ok().as_deref(), Some(&*text));
                }
            }
        }
    }

    #[test]
    fn a_small_output_changes_nothing() {
        let text = "one \"two\"\nthree\\four\u{1}five – six – seven – eight";
        let whole = escaped(text, 4096);
        for size in ROOM..40 {
            assert_eq!(escaped(text, size), whole, "{size}");
        }
    }
}
