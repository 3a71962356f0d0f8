//! A passphrase as it is asked for.
//!
//! Deliberately not here: what it seals, and how it comes in (`unseen.rs`).
use super::{Failed, unseen};
use tidings_engine::Secret;

/// What it is called.
const PASSPHRASE: &str = "passphrase";

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
            unseen::line(PASSPHRASE).map_err(Failed::Work)?
        } else {
            let instead = format!("give it on standard input with --passphrase-stdin{otherwise}");
            unseen::typed(question, PASSPHRASE, &instead).map_err(Failed::Usage)?
        };
        if passphrase.is_empty() {
            return Err(Failed::Usage("No passphrase was entered, so nothing was done.".into()));
        }
        Ok(Secret::new(passphrase))
    }
}
