//! Signals: events that are meant for the client and not for its reader, such as a heartbeat, or the news within an open
//! stream that the server refuses.
//!
//! Which events these are is the source's own habit: the feed names them (mostly as its preset does), nothing is guessed.
//! Pure. Deliberately not here: what follows from a refusal (`subscription.rs`), comments, which are heartbeats by
//! themselves (`tidings-event-source`).
use crate::template::{Expression, Incoming, Subject, TemplateFault};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// What templates may speak of.
const VARIABLES: &[&str] = &["event", "feed"];
/// How many signals of one meaning a feed may name.
const LIMIT: usize = 20;

/// Which events of a feed are signals.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
pub struct Signals {
    /// They only say that the connection lives, begins or ends in order: logged, neither kept nor announced.
    pub heartbeats: Vec<Signal>,
    /// The server refuses this feed, as 401 does before a stream opens: the connection is ended, and the user has to act.
    pub refusals: Vec<Signal>,
}

/// How a signal is known: by all that is given. One of which nothing is given is none.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
pub struct Signal {
    /// The event's type is one of these; empty for any.
    pub event_types: Vec<String>,
    /// Its data is this, white space around it aside; `None` for any.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[ts(optional = nullable)]
    pub data: Option<String>,
    /// An expression over `event` and `feed` is true; empty for none.
    pub expression: String,
}

/// What an event is, before anything else is made of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Meaning {
    /// Something to read.
    News,
    /// See [`Signals::heartbeats`].
    Heartbeat,
    /// See [`Signals::refusals`].
    Refusal,
}

/// Compiled [`Signals`].
#[derive(Debug, Default)]
pub(crate) struct Recogniser {
    heartbeats: Vec<Compiled>,
    refusals: Vec<Compiled>,
}

#[derive(Debug)]
struct Compiled {
    event_types: Vec<String>,
    data: Option<String>,
    expression: Option<Expression>,
}

impl Recogniser {
    /// The fault names the expression.
    pub(crate) fn new(signals: &Signals) -> Result<Self, TemplateFault> {
        let compile = |what: &str, field: &str, signals: &[Signal]| {
            if signals.len() > LIMIT {
                let reason = format!("there are more than {LIMIT}");
                return Err(TemplateFault::whole(&format!("The list of {what}s"), reason).within(None, field));
            }
            let compiled = signals.iter().filter(|signal| **signal != Signal::default()).map(|signal| {
                let expression =
                    Expression::compile(&format!("The expression for a {what}"), &signal.expression, VARIABLES);
                Ok(Compiled {
                    event_types: signal.event_types.clone(),
                    data: signal.data.as_deref().map(|data| data.trim().to_owned()),
                    expression: expression.map_err(|fault| fault.within(None, field))?,
                })
            });
            compiled.collect::<Result<Vec<_>, _>>()
        };
        Ok(Self {
            heartbeats: compile("heartbeat", "heartbeats", &signals.heartbeats)?,
            refusals: compile("refusal", "refusals", &signals.refusals)?,
        })
    }

    /// What an event is. An expression that fails knows nothing: the event is news.
    pub(crate) fn meaning(&self, event: &Incoming<'_>, feed_name: &str) -> Meaning {
        if self.refusals.iter().any(|signal| signal.is(event, feed_name)) {
            Meaning::Refusal
        } else if self.heartbeats.iter().any(|signal| signal.is(event, feed_name)) {
            Meaning::Heartbeat
        } else {
            Meaning::News
        }
    }

    /// Whether the server may refuse within the stream, so that an open one proves nothing yet.
    pub(crate) fn expects_refusals(&self) -> bool {
        !self.refusals.is_empty()
    }
}

impl Compiled {
    /// The cheapest first: most events are none.
    fn is(&self, event: &Incoming<'_>, feed_name: &str) -> bool {
        (self.event_types.is_empty() || self.event_types.iter().any(|name| name == event.event_type))
            && self.data.as_ref().is_none_or(|data| data == event.data.trim())
            && self.expression.as_ref().is_none_or(|expression| {
                expression.evaluate(Subject::new(event, feed_name).values()).is_ok_and(|value| value.is_true())
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    fn recogniser() -> Recogniser {
        let signal = |types: &[&str], data: Option<&str>, expression: &str| Signal {
            event_types: types.iter().map(|&name| name.to_owned()).collect(),
            data: data.map(str::to_owned),
            expression: expression.to_owned(),
        };
        Recogniser::new(&Signals {
            heartbeats: vec![
                signal(&["ping", "keepalive"], None, ""),
                signal(&[], Some("ping"), ""),
                signal(&["close"], None, ""),
                signal(&[], None, ""),
            ],
            refusals: vec![
                signal(&["close"], Some("unauthorized"), ""),
                signal(&["error"], None, "event.json.code // 100 == 401"),
            ],
        })
        .unwrap()
    }

    #[rstest]
    #[case("ping", "{}", Meaning::Heartbeat)]
    #[case("keepalive", "", Meaning::Heartbeat)]
    #[case("Ping", "x", Meaning::News)]
    #[case("message", " ping\n", Meaning::Heartbeat)]
    #[case("message", "ping!", Meaning::News)]
    #[case("message", "", Meaning::News)]
    #[case::refusals_go_first("close", "unauthorized", Meaning::Refusal)]
    #[case("close", "byebye", Meaning::Heartbeat)]
    #[case("error", r#"{"code":40142}"#, Meaning::Refusal)]
    #[case("error", r#"{"code":50000}"#, Meaning::News)]
    #[case::no_json("error", "40142", Meaning::News)]
    fn meanings(#[case] event_type: &str, #[case] data: &str, #[case] expected: Meaning) {
        let event = Incoming { event_type, data, last_event_id: "", received_at: 0, catch_up: false };
        assert_eq!(recogniser().meaning(&event, "feed"), expected);
    }

    #[test]
    fn an_expression_that_cannot_work_is_refused() {
        let refusals = vec![Signal { expression: "evnt.x".to_owned(), ..Signal::default() }];
        let fault = Recogniser::new(&Signals { refusals, ..Signals::default() }).unwrap_err();
        assert_eq!(
            fault.to_string(),
            "The expression for a refusal cannot be used: line 1, column 1: “evnt” is not known; there are event and feed."
        );
    }
}
