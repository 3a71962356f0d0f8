//! Why a feed does not work, in a sentence and in a word.
//!
//! Deliberately not here: the sentences, which the failures bring with them (`tidings-event-source`).
use crate::secret::Hidden;
use crate::{Cause, Credential, EngineError, FeedConfig, ProxyChoice, SecretsError};
use tidings_event_source::Failure;
use tidings_event_source::error::TlsProblem;

impl Cause {
    /// Of a connection that did not open, or ended.
    pub(crate) fn of(failure: &Failure, config: &FeedConfig, hidden: &Hidden) -> Self {
        let mut message = match failure {
            Failure::Status { status: 401 | 403, .. } => refused(failure, config),
            failure => failure.to_string(),
        };
        hidden.hide(&mut message);
        let fingerprint = match failure {
            Failure::Tls { certificate, .. } => certificate.map(|certificate| certificate.to_string()),
            _ => None,
        };
        Self { layer: failure.layer().code().to_owned(), message, short: short(failure), fingerprint }
    }

    /// Of a password or token that cannot be had.
    pub(super) fn of_secrets(error: &SecretsError) -> Self {
        let short = match error {
            SecretsError::Locked => "locked",
            SecretsError::NotGiven | SecretsError::Missing(_) => "no password",
            _ => "keyring",
        };
        Self { layer: "secrets".to_owned(), message: error.to_string(), short: short.to_owned(), fingerprint: None }
    }

    /// Of settings that no longer work, such as a certificate file that is gone.
    pub(super) fn of_settings(error: &EngineError) -> Self {
        Self {
            layer: "settings".to_owned(),
            message: error.to_string(),
            short: "settings".to_owned(),
            fingerprint: None,
        }
    }

    /// Of a mistake in Tidings itself.
    pub(super) fn of_fault() -> Self {
        Self {
            layer: "internal".to_owned(),
            message:
                "Tidings failed internally while following this feed: please report it. The feed is tried again in \
                      a minute."
                    .to_owned(),
            short: "fault".to_owned(),
            fingerprint: None,
        }
    }
}

/// A server's no to whoever asks.
fn refused(failure: &Failure, config: &FeedConfig) -> String {
    let Failure::Status { status, reason, .. } = failure else { return failure.to_string() };
    let answer = if reason.is_empty() { status.to_string() } else { format!("{status} {reason}") };
    match &config.credential {
        // Some proxies say 401 where they mean 407.
        Credential::None if matches!(config.proxy, ProxyChoice::Url(_)) => format!(
            "The server, or the proxy before it, answered {answer}: check the password or token of this feed and that of the proxy."
        ),
        Credential::None => {
            format!("The server answered {answer}: it wants a password or a token, and this feed sends none.")
        }
        credential => format!("The server refused {} ({answer}): enter another.", credential.secret_word()),
    }
}

/// A word for where there is little room.
fn short(failure: &Failure) -> String {
    match failure {
        Failure::NameLookup { .. } => "DNS",
        Failure::Refused { .. } => "refused",
        Failure::Unreachable { .. } => "unreachable",
        Failure::ConnectTimeout { .. } => "timeout",
        Failure::Proxy { .. } | Failure::ProxyCredentials => "proxy",
        Failure::Tls { problem: TlsProblem::Changed { .. }, .. } => "changed",
        Failure::Tls { .. } => "TLS",
        Failure::BrokeOff { .. } => "lost",
        Failure::Dropped { .. } => "dropped",
        Failure::NotHttp { .. } => "no HTTP",
        Failure::HeadTooLarge => "too large",
        Failure::NoAnswer { .. } => "no answer",
        Failure::Status { status, .. } => return status.to_string(),
        Failure::RefusedWithin { .. } => "denied",
        Failure::Redirect { .. } => "redirect",
        Failure::NotAnEventStream { content_type, .. } => media_type(content_type.as_deref()),
        Failure::Compression => "compression",
        Failure::Idle { .. } => "silent",
        Failure::Ended { .. } => "ended",
        Failure::Unsendable { .. } => "address",
        _ => return failure.layer().code().to_owned(),
    }
    .to_owned()
}

fn media_type(content_type: Option<&str>) -> &'static str {
    let essence = content_type.unwrap_or_default().split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
    match essence.as_str() {
        "text/html" | "application/xhtml+xml" => "HTML",
        "application/json" => "JSON",
        "text/plain" => "text",
        _ => "no stream",
    }
}
