//! Decoding with replacement, as the standard's "UTF-8 decode": each maximal subpart of an ill-formed sequence becomes
//! one U+FFFD.
//!
//! Each value is decoded by itself. That is the same as decoding the whole stream, because what bounds a value (colon,
//! space, line end) is ASCII: no such byte is ever part of a longer sequence, well-formed or not.
//!
//! Deliberately not here: the byte order mark, which counts only at the start of a stream (`decoder.rs`).

/// How many bytes `bytes` have once decoded. Never fewer than before: what is replaced has at most three bytes.
pub(super) fn decoded_len(bytes: &[u8]) -> usize {
    let replacements = bytes.utf8_chunks().filter(|chunk| !chunk.invalid().is_empty());
    replacements.fold(bytes.len(), |len, chunk| len - chunk.invalid().len() + char::REPLACEMENT_CHARACTER.len_utf8())
}

/// Decodes `bytes`, which are not all valid.
#[cold]
pub(super) fn replace(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(decoded_len(bytes));
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        if !chunk.invalid().is_empty() {
            text.push(char::REPLACEMENT_CHARACTER);
        }
    }
    text
}
