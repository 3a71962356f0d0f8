//! The steps of an attempt, without secrets: which addresses a name has, when the connection stood, what was sent and
//! answered, when the first byte and the first event came.
//!
//! Deliberately not here: seeing them (`tidings-event-source`), how many attempts are kept.
use super::entry::{long_text, text};
use super::secret::Scrub;
use http::HeaderMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use tidings_event_source::connection::address;
use tidings_event_source::{Answer, Certificate, Sent, Sight};
use ts_rs::TS;

/// How much is kept of the value of a header, in bytes …
const VALUE: usize = 512;
/// … and of all headers of a request or an answer.
const HEADERS: usize = 4 * 1024;
/// How many addresses of a name are named.
const ADDRESSES: usize = 4;
/// How much is kept of an attempt, in bytes. One that is redirected again and again loses its earliest steps.
const ATTEMPT: usize = 8 * 1024;

/// An attempt at a feed's address, redirects and all, and what came of it first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase")]
pub struct LogAttempt {
    /// That of the entry with which it began.
    #[ts(type = "number")]
    pub number: u64,
    /// In the order in which they were passed.
    pub steps: Vec<LogStep>,
    /// How many of the earliest are no longer kept.
    pub left_out: u32,
}

/// A step of an attempt, and when.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct LogStep {
    /// How long after the attempt began, in microseconds.
    #[ts(type = "number")]
    pub after: u64,
    /// What.
    #[serde(flatten)]
    pub what: ConnectionStep,
}

/// A step of an attempt. Long texts are cut.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "step", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum ConnectionStep {
    /// The name has addresses. An address needs no lookup.
    Lookup {
        /// At most four, separated by commas, and how many more there are.
        addresses: Box<str>,
    },
    /// The TCP connection stands.
    Tcp {
        /// Host and port of the server.
        to: Box<str>,
        /// Host and port of the proxy that it goes through.
        proxy: Option<Box<str>>,
    },
    /// The server showed a certificate.
    Certificate {
        /// The names that it is for, separated by commas.
        names: Box<str>,
        /// Who signed it.
        issuer: Box<str>,
        /// Until when it is good, in milliseconds since the Unix epoch.
        #[ts(type = "number | null")]
        expires: Option<i64>,
        /// Whether it is believed.
        believed: bool,
    },
    /// The connection is encrypted.
    Tls {
        /// "1.2", "1.3"; `None` where an earlier session was resumed, which does not tell.
        version: Option<Box<str>>,
    },
    /// The request is on its way.
    Request {
        /// Where to.
        url: Box<str>,
        /// As they are sent.
        headers: Headers,
    },
    /// The head of the answer is here.
    Answer {
        /// 100 to 999.
        status: u16,
        /// "HTTP/1.0", "HTTP/1.1", "HTTP/2.0" (which over TLS is the ALPN protocol "h2").
        protocol: Box<str>,
        /// Address and port of who answered: the server, or the proxy before it.
        from: Option<Box<str>>,
        /// As they came.
        headers: Headers,
    },
    /// The first byte came over the stream.
    FirstByte,
    /// The first event came over the stream.
    FirstEvent,
}

/// Headers in their order, with names in lower case, without secrets: one on each line.
#[derive(Debug, Clone, PartialEq, Eq, Default, TS)]
#[ts(type = "[name: string, value: string][]")]
pub struct Headers(Box<str>);

impl Headers {
    pub(crate) fn new(headers: &HeaderMap, scrub: &Scrub) -> Self {
        let mut lines = String::new();
        let mut left_out = 0;
        for (name, value) in headers {
            let value = scrub.header(name, value).replace(['\r', '\n'], " ");
            let line = format!("{name}: {}\n", super::entry::cut(&value, VALUE));
            if lines.len() + line.len() > HEADERS {
                left_out += 1;
            } else {
                lines.push_str(&line);
            }
        }
        if left_out > 0 {
            lines.extend(["…: ", &left_out.to_string(), "\n"]);
        }
        Self(lines.into())
    }

    /// Names and values. A last one of the name "…" says how many more there were than are kept.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.lines().filter_map(|line| line.split_once(": "))
    }
}

impl Serialize for Headers {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'de> Deserialize<'de> for Headers {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let pairs = Vec::<(String, String)>::deserialize(deserializer)?;
        let parts = pairs.iter().flat_map(|(name, value)| [name, ": ", value, "\n"]);
        Ok(Self(parts.collect::<String>().into()))
    }
}

impl ConnectionStep {
    /// About how many bytes it occupies besides itself.
    pub(crate) fn texts(&self) -> usize {
        let len = |text: &Option<Box<str>>| text.as_ref().map_or(0, |text| text.len());
        match self {
            Self::Lookup { addresses } => addresses.len(),
            Self::Tcp { to, proxy } => to.len() + len(proxy),
            Self::Certificate { names, issuer, .. } => names.len() + issuer.len(),
            Self::Tls { version } => len(version),
            Self::Request { url, headers } => url.len() + headers.0.len(),
            Self::Answer { protocol, from, headers, .. } => protocol.len() + len(from) + headers.0.len(),
            Self::FirstByte | Self::FirstEvent => 0,
        }
    }
}

impl LogAttempt {
    pub(super) const fn new(number: u64) -> Self {
        Self { number, steps: Vec::new(), left_out: 0 }
    }

    pub(super) fn add(&mut self, after: u64, what: ConnectionStep) {
        // There are few, and they stay.
        self.steps.reserve_exact(1);
        self.steps.push(LogStep { after, what });
        while self.size() > ATTEMPT && self.steps.len() > 1 {
            self.steps.remove(0);
            self.left_out += 1;
        }
    }

    /// About how many bytes it occupies.
    pub(super) fn size(&self) -> usize {
        let steps = self.steps.iter().map(|step| size_of::<LogStep>() + step.what.texts());
        size_of::<Self>() + steps.sum::<usize>()
    }
}

/// Makes steps of what is seen.
#[derive(Default)]
pub(crate) struct Steps {
    scrub: Scrub,
    /// What is about to be sent.
    asking: Option<Box<Sent>>,
    tls: Tls,
}

/// What is known of the encryption of the present connection.
#[derive(Clone, Copy, Default)]
enum Tls {
    /// There is none, or not yet.
    #[default]
    None,
    /// An earlier session, unless the server proves itself anew.
    Resumed,
    /// Of this version.
    Version(&'static str),
}

impl Steps {
    pub(crate) fn new(scrub: Scrub) -> Self {
        Self { scrub, ..Self::default() }
    }

    /// Hands over the steps that this sight makes, if any.
    pub(crate) fn see(&mut self, sight: Sight, mut tell: impl FnMut(ConnectionStep)) {
        match sight {
            Sight::Requested(sent) => {
                self.asking = Some(sent);
                self.tls = Tls::None;
            }
            Sight::LookedUp(addresses) => {
                let mut named: Vec<_> = addresses.iter().take(ADDRESSES).map(ToString::to_string).collect();
                if addresses.len() > ADDRESSES {
                    named.push(format!("+{}", addresses.len() - ADDRESSES));
                }
                tell(ConnectionStep::Lookup { addresses: named.join(", ").into() });
            }
            Sight::Handshake => {
                tell(self.tcp());
                self.tls = Tls::Resumed;
            }
            Sight::Certificate(der, believed) => {
                let certificate = Certificate::read(&der);
                let of = |read: fn(&Certificate) -> String| text(&certificate.as_ref().map(read).unwrap_or_default());
                tell(ConnectionStep::Certificate {
                    names: of(|certificate| certificate.names.join(", ")),
                    issuer: of(|certificate| certificate.issuer.clone()),
                    expires: certificate.as_ref().map(|certificate| certificate.not_after.saturating_mul(1000)),
                    believed,
                });
            }
            Sight::Proved(tls13) => self.tls = Tls::Version(if tls13 { "1.3" } else { "1.2" }),
            Sight::Connected => {
                tell(match self.tls {
                    Tls::None => self.tcp(),
                    Tls::Resumed => ConnectionStep::Tls { version: None },
                    Tls::Version(version) => ConnectionStep::Tls { version: Some(version.into()) },
                });
                if let Some(sent) = self.asking.take() {
                    let headers = Headers::new(&sent.headers, &self.scrub);
                    tell(ConnectionStep::Request { url: self.scrub.address(&sent.url), headers });
                }
            }
            Sight::Answered(answer) => {
                let Answer { status, protocol, headers, from } = *answer;
                tell(ConnectionStep::Answer {
                    status,
                    protocol: protocol.into(),
                    from: from.map(|from| from.to_string().into()),
                    headers: Headers::new(&headers, &self.scrub),
                });
            }
            Sight::Body(_) => {}
        }
    }

    fn tcp(&self) -> ConnectionStep {
        let sent = self.asking.as_deref();
        ConnectionStep::Tcp {
            to: sent.map(|sent| long_text(&address(&sent.url))).unwrap_or_default(),
            proxy: sent.and_then(|sent| sent.proxy.as_deref()).map(long_text),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::{HeaderName, HeaderValue};

    #[test]
    fn what_is_kept_of_an_attempt_is_bounded() {
        let headers: HeaderMap = (0..100)
            .map(|number| {
                (HeaderName::try_from(format!("x-{number}")).unwrap(), HeaderValue::from_str(&"v".repeat(900)).unwrap())
            })
            .collect();
        let headers = Headers::new(&headers, &Scrub::default());
        assert!(headers.0.len() <= HEADERS + 16, "{} bytes", headers.0.len());
        assert_eq!(headers.iter().last(), Some(("…", "93")));
        assert!(headers.iter().next().is_some_and(|(name, value)| name == "x-0" && value.len() == VALUE + 3));

        let mut attempt = LogAttempt::new(1);
        for _ in 0..20 {
            let url = "http://h/".into();
            attempt.add(0, ConnectionStep::Request { url, headers: headers.clone() });
        }
        assert!(attempt.size() <= ATTEMPT, "{} bytes", attempt.size());
        assert_eq!((attempt.steps.len(), attempt.left_out), (2, 18), "the last of them");
    }

    #[test]
    fn headers_cross_boundaries_as_pairs() {
        let headers = HeaderMap::from_iter([
            (http::header::ACCEPT, HeaderValue::from_static("text/event-stream")),
            (http::header::COOKIE, HeaderValue::from_static("a=b")),
        ]);
        let headers = Headers::new(&headers, &Scrub::default());
        let json = serde_json::to_string(&headers).unwrap();
        assert_eq!(json, r#"[["accept","text/event-stream"],["cookie","a=…"]]"#);
        assert_eq!(serde_json::from_str::<Headers>(&json).unwrap(), headers);
    }
}
