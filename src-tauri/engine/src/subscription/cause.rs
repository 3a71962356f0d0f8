//! Why a feed does not work, in a sentence and in a word.
//!
//! Deliberately not here: the English sentences, which the failures bring with them (`tidings-event-source`).
mod chinese;

use crate::secret::Hidden;
use crate::{Cause, Credential, EngineError, FeedConfig, ProxyChoice, SecretsError};
use tidings_event_source::Failure;
use tidings_event_source::connection::essence;
use tidings_event_source::error::TlsProblem;

impl Cause {
    /// Of a connection that did not open, or ended.
    pub(crate) fn of(failure: &Failure, config: &FeedConfig, hidden: &Hidden) -> Self {
        let mut message = match failure {
            Failure::Status { status: 401 | 403, .. } => refused(failure, config),
            failure => failure.to_string(),
        };
        let mut chinese = chinese::sentence(failure, config, &message);
        hidden.hide(&mut message);
        hidden.hide(&mut chinese);
        let fingerprint = match failure {
            Failure::Tls { certificate, .. } => certificate.map(|certificate| certificate.to_string()),
            _ => None,
        };
        Self { layer: failure.layer().code().to_owned(), message, chinese, short: short(failure), fingerprint }
    }

    /// Of a password or token that cannot be had.
    pub(super) fn of_secrets(error: &SecretsError) -> Self {
        let short = match error {
            SecretsError::Locked => "locked",
            SecretsError::NotGiven | SecretsError::Missing(_) => "no password",
            _ => "keyring",
        };
        Self {
            layer: "secrets".to_owned(),
            message: error.to_string(),
            chinese: chinese::of_secrets(error),
            short: short.to_owned(),
            fingerprint: None,
        }
    }

    /// Of settings that no longer work, such as a certificate file that is gone.
    pub(super) fn of_settings(error: &EngineError) -> Self {
        Self {
            layer: "settings".to_owned(),
            message: error.to_string(),
            chinese: String::new(),
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
            chinese: chinese::FAULT.to_owned(),
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
        Failure::Proxy { .. }
        | Failure::ProxyCredentials
        | Failure::SocksCredentials
        | Failure::ProxyUnreachable { .. } => "proxy",
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
    match essence(content_type.unwrap_or_default()).to_ascii_lowercase().as_str() {
        "text/html" | "application/xhtml+xml" => "HTML",
        "application/json" => "JSON",
        "text/plain" => "text",
        _ => "no stream",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    fn said(failure: &Failure) -> Cause {
        Cause::of(failure, &FeedConfig::new("feed", "https://example.org/"), &Hidden::default())
    }

    /// Each failure is said in both languages, with the same names and numbers in it.
    #[test]
    fn failures_are_said_in_chinese_too() {
        let (host, address) = ("example.org".to_owned(), "example.org:443".to_owned());
        let tls = |problem| Failure::Tls { problem, certificate: None };
        let status = |status, reason: &str| Failure::Status { status, reason: reason.to_owned(), retry_after: None };
        let table = [
            (Failure::NameLookup { host: host.clone() }, "找不到名称“example.org”：请检查地址，以及本机是否联网。"),
            (
                Failure::ConnectTimeout { address: address.clone(), after: Duration::from_secs(30) },
                "“example.org:443”在 30 秒内没有接受连接：它可能已停机，或在防火墙之后。",
            ),
            (tls(TlsProblem::Expired { host }), "“example.org”的证书已过期：须由其所有者更新。"),
            (status(401, "Unauthorized"), "服务器回答 401 Unauthorized：它要求密码或令牌，而此订阅源没有发送。"),
            (status(599, ""), "服务器回答 599。"),
            (
                Failure::NotAnEventStream {
                    content_type: Some("text/html; charset=x".to_owned()),
                    excerpt: String::new(),
                },
                "服务器回答的是 text/html，不是事件流：请检查地址。",
            ),
            (
                Failure::RefusedWithin { said: "go\n away".to_owned() },
                "服务器在事件流中拒绝了此订阅源（“go away”）：请检查用户名、密码或令牌。",
            ),
        ];
        for (failure, chinese) in table {
            assert_eq!(said(&failure).chinese, chinese);
        }
    }

    #[test]
    fn secrets_are_hidden_in_both_languages() {
        let hidden = Hidden::new(["s3cret-t0ken".to_owned()]);
        let config = FeedConfig::new("feed", "https://example.org/");
        let cause = Cause::of(&Failure::RefusedWithin { said: "no s3cret-t0ken".to_owned() }, &config, &hidden);
        assert!(!cause.message.contains("s3cret") && !cause.chinese.contains("s3cret"), "{cause:?}");
    }
}
