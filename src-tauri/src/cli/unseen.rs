//! What is typed unseen, or comes on standard input: never an argument, where every user of the computer could read it.
//!
//! Deliberately not here: what it is for.
use std::io::{self, BufRead as _};

/// A line of standard input when that was asked for, or else what is typed at the terminal. `what`: such as "passphrase";
/// `instead`: what to do where there is no terminal. Fails with a sentence.
pub(super) fn ask(from_stdin: bool, question: &str, what: &str, instead: &str) -> Result<String, String> {
    if from_stdin { line(what) } else { typed(question, what, instead) }
}

/// A line of standard input. `what`: such as "passphrase". Fails with a sentence.
pub(super) fn line(what: &str) -> Result<String, String> {
    let mut line = String::new();
    let read = io::stdin().lock().read_line(&mut line);
    read.map_err(|error| format!("The {what} cannot be read from standard input: {error}."))?;
    Ok(line.trim_end_matches(['\r', '\n']).to_owned())
}

/// What is typed at the terminal. `instead`: what to do where there is none. Fails with a sentence.
pub(super) fn typed(question: &str, what: &str, instead: &str) -> Result<String, String> {
    rpassword::prompt_password(question).map_err(|_| format!("There is no terminal to ask for the {what}; {instead}."))
}
