//! `tidings demo`: the demo server in the foreground.
//!
//! Deliberately not here: what it serves (`crate::demo`).
use super::interrupt::Interrupt;
use super::{Failed, Outcome, unless_reader_gone};
use crate::demo;
use clap::Args;
use std::io::{self, Write as _};
use std::time::Duration;

/// Serve a stream of pleasant events on this computer, to try things with
#[derive(Debug, Args)]
#[command(after_help = "\
Example:
  tidings demo &
  tidings watch http://localhost:4874/events")]
pub(super) struct Demo {
    /// The port to listen on, 0 for any [default: 4874, or the next free one]
    #[arg(long, value_name = "N")]
    port: Option<u16>,
}

impl Demo {
    pub(super) fn run(self) -> Outcome {
        let interrupt = Interrupt::listen(None, Duration::from_millis(300)).map_err(Failed::work)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(Failed::work)?;
        runtime.block_on(async {
            let listener = demo::listen(self.port).await.map_err(|error| {
                let port = self.port.unwrap_or(demo::PORT);
                Failed::Work(format!("The demo cannot listen on port {port}: {error}. Name another with --port."))
            })?;
            let address = listener.local_addr().map_err(Failed::work)?;
            let told = writeln!(
                io::stdout(),
                "Demo feeds, until you press Ctrl-C:\n  \
                 http://{address}/events   typed events, ids, retry, resume\n  \
                 http://{address}/once     one event, then the end; come back for the next\n  \
                 http://{address}/flaky    breaks off after a few events",
            );
            unless_reader_gone(told.and_then(|()| io::stdout().flush()))?;
            tokio::select! {
                () = interrupt.came() => Ok(()),
                result = demo::serve(listener) => result.map_err(|error| Failed::Work(format!("The demo ended: {error}."))),
            }
        })
    }
}
