//! The search field, on whatever the fuzzer finds.
//!
//! Deliberately not here: what is checked (tests/engine/hostile/checks.rs, which `cargo test` runs too).
#![no_main]

#[path = "../../../../tests/engine/hostile/checks.rs"]
#[allow(dead_code)]
mod checks;

libfuzzer_sys::fuzz_target!(|input: &[u8]| checks::check_search(&String::from_utf8_lossy(input)));
