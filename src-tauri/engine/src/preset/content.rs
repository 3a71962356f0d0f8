//! Which source a stream is of, by what comes over it.
//!
//! Pure. Deliberately not here: what an address alone says (`recognition.rs`).
use super::Preset;
use crate::signal::{Meaning, Recogniser, Signal, Signals};
use crate::template::{Incoming, TemplateFault};
use serde::{Deserialize, Serialize};

/// How many events and comments of a stream are looked at: a source shows itself at once.
const LOOKED_AT: u32 = 40;
/// The longest data that is looked at, in bytes.
const DATA: usize = 64 * 1024;

/// Something that only this source sends: an event, or a comment.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Sign {
    /// The comment, white space around it aside; empty: it is an event.
    pub comment: String,
    /// The event: all that is given has to hold.
    #[serde(flatten)]
    pub event: Signal,
}

/// Listens to a stream until one of the presets knows it.
#[derive(Debug)]
pub struct Listening {
    presets: Vec<(String, Vec<String>, Recogniser)>,
    left: u32,
    found: Option<usize>,
}

impl Listening {
    /// For the signs of these presets; the first that knows the stream is meant.
    pub fn for_signs_of<'a>(presets: impl IntoIterator<Item = &'a Preset>) -> Self {
        let presets = presets.into_iter().filter(|preset| !preset.file.sign.is_empty());
        let known = presets.filter_map(|preset| {
            // What cannot work was refused when the file was read.
            let (comments, events) = compiled(&preset.file.sign).ok()?;
            Some((preset.id.clone(), comments, events))
        });
        Self { presets: known.collect(), left: LOOKED_AT, found: None }
    }

    /// An event came.
    pub(crate) fn event(&mut self, event: &Incoming<'_>) {
        if event.data.len() <= DATA {
            self.look(|(_, _, events)| events.meaning(event, "") == Meaning::Heartbeat);
        }
    }

    /// A comment came.
    pub(crate) fn comment(&mut self, comment: &str) {
        let comment = comment.trim();
        self.look(|(_, comments, _)| comments.iter().any(|known| known == comment));
    }

    /// The ID of the preset that knows the stream.
    pub fn found(&self) -> Option<&str> {
        self.found.map(|at| &*self.presets[at].0)
    }

    fn look(&mut self, knows: impl Fn(&(String, Vec<String>, Recogniser)) -> bool) {
        if self.found.is_none() && self.left > 0 {
            self.left -= 1;
            self.found = self.presets.iter().position(knows);
        }
    }
}

/// The comments and the events among these signs.
pub(super) fn compiled(signs: &[Sign]) -> Result<(Vec<String>, Recogniser), TemplateFault> {
    let comments = signs.iter().map(|sign| sign.comment.trim().to_owned()).filter(|comment| !comment.is_empty());
    let events = signs.iter().filter(|sign| sign.comment.is_empty()).map(|sign| sign.event.clone()).collect();
    Ok((comments.collect(), Recogniser::new(&Signals { heartbeats: events, refusals: vec![] })?))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::preset::{built_in, built_in_files};
    use std::path::Path;
    use tidings_event_source::{Decoder, Frame};

    /// Sources that send whatever their users want them to.
    const UNKNOWABLE: &[&str] = &["mercure", "nchan"];

    fn known(stream: &str) -> Option<String> {
        let mut listening = Listening::for_signs_of(built_in());
        let (mut decoder, mut input) = (Decoder::new("", 1 << 20), stream.as_bytes());
        while let Some(frame) = decoder.decode(&mut input) {
            match frame {
                Frame::Comment(comment) => listening.comment(comment),
                Frame::Event(event) => listening.event(&Incoming {
                    event_type: event.event_type,
                    data: event.data,
                    last_event_id: event.last_event_id,
                    received_at: 0,
                    catch_up: false,
                }),
                _ => {}
            }
        }
        listening.found().map(str::to_owned)
    }

    #[test]
    fn each_source_is_known_by_its_stream_and_no_other() {
        for (id, _) in built_in_files() {
            let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../../presets/{id}.stream"));
            let stream = std::fs::read_to_string(path).unwrap();
            let expected = (!UNKNOWABLE.contains(id)).then_some(*id);
            assert_eq!(known(&stream).as_deref(), expected, "{id}");
        }
        for stream in [
            "data: hello\n\n",
            "event: message\ndata: {\"id\":1,\"title\":\"x\",\"time\":1}\n\n",
            "event: update\ndata: {\"account\":\"x\"}\n\n",
            "data: [1]\n\n:keepalive\n\n",
        ] {
            assert_eq!(known(stream), None, "{stream}");
        }
    }

    #[test]
    fn only_the_beginning_of_a_stream_is_looked_at() {
        let sign = "event: notification-count\ndata: 1\n\n";
        let after = |others: u32| known(&("data: x\n\n".repeat(others as usize) + sign));
        assert_eq!(after(LOOKED_AT - 1).as_deref(), Some("gitea"));
        assert_eq!(after(LOOKED_AT), None);
    }
}
