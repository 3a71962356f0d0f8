//! `tidings backup` and `tidings restore`: everything as one file, and the way back.
//!
//! Deliberately not here: the file (the engine's `store/backup.rs`), and what puts it in its place (`restoring.rs` there).
use super::owner::{Owner, not_understood};
use super::passphrase::Passphrase;
use super::{DataDir, Failed, Outcome, say, tell};
use crate::control::{self, ControlError, Reply, Request};
use crate::export;
use crate::secrets::Places;
use clap::Args;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use tidings_engine::Secret;
use tidings_engine::restoring::{self, Restored};
use tidings_engine::store::look;

/// Copy everything into one file: history, feeds, settings, your presets
///
/// Passwords and tokens are left out unless they are asked for; then they are sealed with a passphrase. A running Tidings goes
/// on meanwhile.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  tidings backup tidings.backup
  tidings backup --with-secrets --replace /media/disk/tidings.backup")]
pub(super) struct Backup {
    #[command(flatten)]
    pub(super) data: DataDir,
    /// The file to make
    file: PathBuf,
    /// Copy passwords and tokens too, sealed with a passphrase that is asked for
    #[arg(long)]
    with_secrets: bool,
    /// Read the passphrase from standard input
    #[arg(long, requires = "with_secrets")]
    passphrase_stdin: bool,
    /// Replace the file if it is there
    #[arg(long)]
    replace: bool,
}

/// Put a backup in the place of all that is there
///
/// What is there is set aside in a folder of the data directory and never deleted. A running Tidings does it and begins anew with
/// what is in the backup. Where there are no passwords and tokens in it, those that are kept on this computer still are.
#[derive(Debug, Args)]
pub(super) struct Restore {
    #[command(flatten)]
    pub(super) data: DataDir,
    /// The backup
    file: PathBuf,
    /// Leave out the passwords and tokens in it
    #[arg(long, conflicts_with = "passphrase_stdin")]
    without_secrets: bool,
    /// Read the passphrase from standard input
    #[arg(long)]
    passphrase_stdin: bool,
}

impl Backup {
    pub(super) fn run(self) -> Outcome {
        let data_dir = self.data.path()?;
        let sealed = if self.with_secrets {
            let passphrase = Passphrase { from_stdin: self.passphrase_stdin }.chosen()?;
            match Owner::of(data_dir.clone())?.ask(Request::BackupSecrets { passphrase })? {
                Reply::Sealed(sealed) => sealed,
                _ => return Err(not_understood()),
            }
        } else {
            None
        };
        let bytes = export::back_up_to(&data_dir, &self.file, self.replace, sealed.as_deref()).map_err(Failed::Work)?;
        tell(&format!("Wrote {bytes} bytes into {}.", self.file.display()))
    }
}

impl Restore {
    pub(super) fn run(self) -> Outcome {
        let data_dir = self.data.path()?;
        let beside = look(&self.file).map_err(Failed::work)?;
        let passphrase = if beside.is_sealed() && !self.without_secrets {
            let passphrase = Passphrase { from_stdin: self.passphrase_stdin };
            Some(passphrase.known("; --without-secrets leaves them out")?)
        } else {
            None
        };
        let file = std::path::absolute(&self.file).map_err(Failed::work)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Failed::work)?;
        let request = Request::Restore { file: file.clone(), passphrase: passphrase.clone() };
        let restored = match runtime.block_on(control::ask(&data_dir, request)) {
            Ok(Reply::Restored(restored)) => restored,
            Ok(Reply::Refused { message, .. }) => return Err(Failed::Work(message)),
            Ok(_) => return Err(not_understood()),
            Err(ControlError::NotRunning) => here(&data_dir, &file, passphrase.as_ref())?,
            Err(error) => return Err(Failed::work(error)),
        };
        if restored.hooks_off {
            say(
                "The rules in the backup may start no programs until you allow it: tidings settings set allow-hooks on.",
            );
        }
        tell(&format!("Restored {}. What was there before is in {}.", self.file.display(), restored.aside.display()))
    }
}

/// Where nobody runs.
fn here(data_dir: &Path, file: &Path, passphrase: Option<&Secret>) -> Result<Restored, Failed> {
    let places = Places::new(data_dir);
    let restored = restoring::restore(data_dir, file, &places, passphrase, &mut |_, _| ControlFlow::Continue(()));
    match restored.map_err(Failed::work)? {
        ControlFlow::Continue(restored) => Ok(restored),
        ControlFlow::Break(()) => Err(Failed::Silently),
    }
}
