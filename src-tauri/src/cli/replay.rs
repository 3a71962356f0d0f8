//! `tidings replay`: a transcript, said again on this computer.
//!
//! Deliberately not here: the server (`crate::replay`).
use super::interrupt::Interrupt;
use super::{Failed, Outcome, moment, shown, unless_reader_gone};
use crate::replay::{self, Manner, Replay};
use clap::Args;
use std::io::{self, Write as _};
use std::path::PathBuf;
use std::time::Duration;
use tidings_engine::transcript::Transcript;

/// Serve a recorded stream again on this computer, byte for byte, to try clients with it
///
/// The first request gets the first recorded answer, the next one the next; after the last, the answer is 204 (nothing more). A
/// transcript is recorded with tidings feed record, or tidings watch --transcript.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  tidings watch --transcript builds.transcript --timeout 60 https://ci.example.org/events
  tidings replay builds.transcript --speed 10
  tidings watch http://127.0.0.1:4890/events")]
pub(super) struct ReplayCommand {
    /// The transcript
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// So many times as quickly as it came; fractions are allowed
    #[arg(long, value_name = "N", default_value = "1", conflicts_with = "at_once")]
    speed: String,
    /// Without any wait
    #[arg(long)]
    at_once: bool,
    /// The port to listen on, 0 for any [default: 4890, or the next free one]
    #[arg(long, value_name = "N")]
    port: Option<u16>,
    /// Begin anew after the last answer
    #[arg(long)]
    repeat: bool,
    /// Let pages of any origin read it
    #[arg(long)]
    any_origin: bool,
}

impl ReplayCommand {
    pub(super) fn run(self) -> Outcome {
        let speed = replay::speed(&self.speed).map_err(Failed::Usage)?;
        let manner =
            Manner { speed: (!self.at_once).then_some(speed), repeat: self.repeat, any_origin: self.any_origin };
        let transcript = Transcript::open(&self.file).map_err(Failed::work)?;
        let (answers, length) = told(&transcript);
        let name = shown::line(&self.file.display().to_string()).into_owned();
        let interrupt = Interrupt::listen(None, Duration::from_millis(300)).map_err(Failed::work)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Failed::work)?;
        runtime.block_on(async {
            let listener = replay::listen(self.port).await.map_err(|error| {
                let port = self.port.unwrap_or(replay::PORT);
                Failed::Work(format!("The replay cannot listen on port {port}: {error}. Name another with --port."))
            })?;
            let address = listener.local_addr().map_err(Failed::work)?;
            let told = writeln!(
                io::stdout(),
                "Replaying {name} ({answers}, {length}), until you press Ctrl-C:\n  http://{address}{}",
                replay::PATH
            );
            unless_reader_gone(told.and_then(|()| io::stdout().flush()))?;
            tokio::select! {
                () = interrupt.came() => Ok(()),
                served = replay::serve(listener, Replay::new(transcript, manner)) => {
                    served.map_err(|error| Failed::Work(format!("The replay ended: {error}.")))
                }
            }
        })
    }
}

/// How many answers there are, and how long they last together.
fn told(transcript: &Transcript) -> (String, String) {
    let answers = match transcript.answers.len() {
        1 => "1 answer".to_owned(),
        answers => format!("{answers} answers"),
    };
    let length = transcript.answers.iter().map(|answer| answer.length).sum();
    (answers, moment::wait(length))
}
