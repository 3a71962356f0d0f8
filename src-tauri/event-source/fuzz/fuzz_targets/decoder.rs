//! The decoder against the reference, on whatever the fuzzer finds.
//!
//! Deliberately not here: what is checked (tests/decoder/checks.rs, which `cargo test` runs too).
#![no_main]

#[path = "../../tests/decoder/checks.rs"]
mod checks;
#[path = "../../tests/decoder/reading.rs"]
#[allow(dead_code)]
mod reading;
#[path = "../../tests/decoder/reference.rs"]
mod reference;

libfuzzer_sys::fuzz_target!(|input: &[u8]| checks::check_fuzz(input));
