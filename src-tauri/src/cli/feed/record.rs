//! `tidings feed record`: what goes over the connections of a feed, in a file.
//!
//! Deliberately not here: the format (the engine's `transcript`).
use crate::cli::owner::{Owner, not_understood};
use crate::cli::{Failed, Outcome, tell};
use crate::control::{Reply, Request};
use crate::whole_file::create_private;
use std::io::{self, Write as _};
use std::ops::ControlFlow;
use std::path::Path;

pub(super) fn record(owner: &mut Owner, feed: &str, file: &Path, reconnect: bool) -> Outcome {
    let feed = owner.feed_running(feed)?;
    let mut out = create_private(file).map_err(|error| Failed::Work(not_created(file, &error)))?;
    tell(&format!("Recording “{}” into {}, until you press Ctrl-C.", feed.config.name, file.display()))?;
    owner.follow(Request::FeedRecord { feed: feed.id, reconnect }, |reply| match reply {
        Reply::Transcript(lines) => {
            // In one go, so that an interruption finds whole lines.
            let text: String = lines.into_iter().map(|line| line + "\n").collect();
            match out.write_all(text.as_bytes()) {
                Ok(()) => ControlFlow::Continue(()),
                Err(error) => {
                    let sentence = format!("The transcript cannot be written any more: {error}.");
                    ControlFlow::Break(Err(Failed::Work(sentence)))
                }
            }
        }
        Reply::Refused { message, .. } => ControlFlow::Break(Err(Failed::Work(message))),
        _ => ControlFlow::Break(Err(not_understood())),
    })
}

/// Why there is no such file now, as a sentence.
pub(in crate::cli) fn not_created(file: &Path, error: &io::Error) -> String {
    let file = file.display();
    match error.kind() {
        io::ErrorKind::AlreadyExists => format!("“{file}” is there already: name another file, or delete it."),
        _ => format!("The transcript “{file}” cannot be written: {error}."),
    }
}
