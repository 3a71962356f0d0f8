//! A passphrase as it is asked for: at the terminal, or on standard input, and never as an argument, where every user of
//! the computer could read it.
//!
//! Deliberately not here: what it seals.
use super::Failed;
use std::io::{self, BufRead as _};
use tidings_engine::Secret;

/// Where it comes from.
pub(super) struct Passphrase {
    pub(super) from_stdin: bool,
}

impl Passphrase {
    /// One to seal with: at the terminal it is asked for twice.
    pub(super) fn chosen(&self) -> Result<Secret, Failed> {
        let passphrase = self.ask("Passphrase to seal passwords and tokens with: ", "")?;
        if !self.from_stdin && self.ask("The same again: ", "")? != passphrase {
            return Err(Failed::Usage("The two passphrases are not the same, so nothing was written.".into()));
        }
        Ok(passphrase)
    }

    /// One to open with. `otherwise` says what to do without one.
    pub(super) fn known(&self, otherwise: &str) -> Result<Secret, Failed> {
        self.ask("Passphrase of the passwords and tokens in the file: ", otherwise)
    }

    fn ask(&self, question: &str, otherwise: &str) -> Result<Secret, Failed> {
        let passphrase = if self.from_stdin {
            let mut line = String::new();
            io::stdin().lock().read_line(&mut line).map_err(|error| {
                Failed::Work(format!("The passphrase cannot be read from standard input: {error}."))
            })?;
            line.trim_end_matches(['\r', '\n']).to_owned()
        } else {
            rpassword::prompt_password(question).map_err(|_| {
                Failed::Usage(format!(
                    "There is no terminal to ask for the passphrase; give it on standard input with --passphrase-stdin{otherwise}."
                ))
            })?
        };
        if passphrase.is_empty() {
            return Err(Failed::Usage("No passphrase was entered, so nothing was done.".into()));
        }
        Ok(Secret::new(passphrase))
    }
}
