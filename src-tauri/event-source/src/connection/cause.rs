//! Which layer failed, told from the types in an error's chain of causes, never from its text.
//!
//! Deliberately not here: the sentences for the user (`error.rs`).
use super::resolver::LookupFailed;
use super::tls::{NoAuthorities, NotPinned, SelfSigned, Untrusted};
use super::{CONNECT_LIMIT, address};
use crate::Failure;
use crate::error::TlsProblem;
use hyper_util::client::legacy::connect::HttpConnector;
use hyper_util::client::legacy::connect::proxy::{SocksV5, Tunnel};
use rustls::{AlertDescription, CertificateError};
use std::error::Error;
use std::io;
use url::Url;

/// Why a proxy made no tunnel. The type has no name of its own outside of its library.
type TunnelError = <Tunnel<HttpConnector> as tower_service::Service<http::Uri>>::Error;

/// Why a SOCKS proxy passed nothing on. Likewise.
type SocksError = <SocksV5<HttpConnector> as tower_service::Service<http::Uri>>::Error;

/// Why no response head came. `proxy` is the one that the connection goes through, if any.
pub(super) fn failed_attempt(error: &reqwest::Error, url: &Url, proxy: Option<String>) -> Failure {
    let address = address(url);
    match (connection_failure(error, address.clone()), proxy) {
        (Some(_), Some(proxy)) => Failure::ProxyUnreachable { proxy },
        (Some(failure), None) => failure,
        (None, _) => failed_exchange(error, url, address),
    }
}

/// The other side cannot be reached at all.
fn connection_failure(error: &reqwest::Error, address: String) -> Option<Failure> {
    if !error.is_connect() || find::<rustls::Error>(error).is_some() {
        return None;
    }
    match io_kind(error) {
        Some(io::ErrorKind::ConnectionRefused) => Some(Failure::Refused { address }),
        Some(
            io::ErrorKind::HostUnreachable
            | io::ErrorKind::NetworkUnreachable
            | io::ErrorKind::NetworkDown
            | io::ErrorKind::AddrNotAvailable,
        ) => Some(Failure::Unreachable { address }),
        _ if error.is_timeout() => Some(Failure::ConnectTimeout { address, after: CONNECT_LIMIT }),
        _ => None,
    }
}

fn failed_exchange(error: &reqwest::Error, url: &Url, address: String) -> Failure {
    if let Some(LookupFailed { host, .. }) = find(error) {
        return Failure::NameLookup { host: host.clone() };
    }
    if let Some(problem) = find::<rustls::Error>(error) {
        return tls_failure(problem, url);
    }
    if let Some(kind) = io_kind(error) {
        return match kind {
            io::ErrorKind::UnexpectedEof if error.is_connect() && url.scheme() == "https" => {
                let host = host(url);
                let problem = TlsProblem::Handshake { host, detail: "the server hung up".to_owned() };
                Failure::Tls { problem, certificate: None }
            }
            kind => Failure::BrokeOff { address, kind },
        };
    }
    if let Some(http) = find::<hyper::Error>(error) {
        if http.is_parse_too_large() {
            return Failure::HeadTooLarge;
        }
        if http.is_parse() {
            return Failure::NotHttp { address };
        }
        if http.is_incomplete_message() {
            return Failure::Dropped { address };
        }
    }
    if error.is_builder() {
        return Failure::Unsendable { why: "its address is not one that HTTP can ask for".to_owned() };
    }
    if find::<TunnelError>(error).is_some_and(|error| matches!(error, TunnelError::ProxyAuthRequired)) {
        return Failure::ProxyCredentials;
    }
    if find::<SocksError>(error).is_some_and(refuses_credentials) {
        return Failure::SocksCredentials;
    }
    if error.is_connect() {
        // Neither the name, nor the network, nor TLS: only a proxy can say no before there is a request.
        return Failure::Proxy { address };
    }
    Failure::BrokeOff { address, kind: io::ErrorKind::Other }
}

/// Whether a SOCKS proxy wants another user name or password. What is within the library's error has a type without a name,
/// so that nothing of it can be matched but the name of its variant; a test with a real proxy sees to it that it stays.
fn refuses_credentials(error: &SocksError) -> bool {
    matches!(error, SocksError::V5(problem) if format!("{problem:?}").starts_with("Auth("))
}

/// Why the stream broke off. `None`: it is a plain end after all.
pub(crate) fn broken_stream(error: &reqwest::Error, url: &Url) -> Option<Failure> {
    let address = address(url);
    match io_kind(error) {
        // The server hung up in the middle of a chunk, or without saying goodbye in TLS. Servers and proxies end
        // event streams that way every day, and a block cut off is discarded in any case.
        Some(io::ErrorKind::UnexpectedEof) => None,
        // What does not come from HTTP comes from the decompression on top of it.
        Some(_) if find::<hyper::Error>(error).is_none() => Some(Failure::Compression),
        Some(kind) => Some(Failure::BrokeOff { address, kind }),
        None if find::<hyper::Error>(error).is_some_and(hyper::Error::is_incomplete_message) => None,
        None => Some(Failure::BrokeOff { address, kind: io::ErrorKind::Other }),
    }
}

fn tls_failure(error: &rustls::Error, url: &Url) -> Failure {
    if let rustls::Error::InvalidCertificate(CertificateError::Other(other)) = error {
        if let Some(Untrusted { why, seen }) = other.0.downcast_ref() {
            return Failure::Tls { problem: tls_problem(why, url), certificate: Some(*seen) };
        }
        if let Some(&NotPinned { pinned, seen }) = other.0.downcast_ref() {
            let problem = TlsProblem::Changed { host: host(url), pinned, seen };
            return Failure::Tls { problem, certificate: Some(seen) };
        }
    }
    Failure::Tls { problem: tls_problem(error, url), certificate: None }
}

fn tls_problem(error: &rustls::Error, url: &Url) -> TlsProblem {
    let host = host(url);
    match error {
        rustls::Error::InvalidCertificate(certificate) => match certificate {
            // A bad signature is what an authority of the same name, but with another key, leads to.
            CertificateError::UnknownIssuer | CertificateError::BadSignature => TlsProblem::UnknownIssuer { host },
            CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. } => {
                TlsProblem::WrongHost { host }
            }
            CertificateError::Expired | CertificateError::ExpiredContext { .. } => TlsProblem::Expired { host },
            CertificateError::NotValidYet | CertificateError::NotValidYetContext { .. } => {
                TlsProblem::NotYetValid { host }
            }
            CertificateError::Revoked => TlsProblem::Revoked { host },
            CertificateError::Other(other) if other.0.is::<SelfSigned>() => TlsProblem::SelfSigned { host },
            other => TlsProblem::BadCertificate { host, detail: other.to_string() },
        },
        rustls::Error::Other(other) if other.0.is::<NoAuthorities>() => TlsProblem::NoAuthorities { host },
        rustls::Error::AlertReceived(
            AlertDescription::CertificateRequired
            | AlertDescription::BadCertificate
            | AlertDescription::UnsupportedCertificate
            | AlertDescription::CertificateRevoked
            | AlertDescription::CertificateExpired
            | AlertDescription::CertificateUnknown
            | AlertDescription::UnknownCA
            | AlertDescription::AccessDenied,
        ) => TlsProblem::ClientCertificate { host },
        rustls::Error::AlertReceived(alert) => TlsProblem::HandshakeRefused { host, alert: format!("{alert:?}") },
        rustls::Error::InvalidMessage(_) => TlsProblem::NotTls { host },
        other => TlsProblem::Handshake { host, detail: other.to_string() },
    }
}

fn host(url: &Url) -> String {
    url.host_str().unwrap_or_default().to_owned()
}

/// The first cause of this type.
fn find<'a, T: Error + 'static>(error: &'a (dyn Error + 'static)) -> Option<&'a T> {
    causes(error).find_map(|error| error.downcast_ref::<T>())
}

/// What the system said. The libraries wrap one `io::Error` in another: the last one is the system's.
fn io_kind(error: &(dyn Error + 'static)) -> Option<io::ErrorKind> {
    causes(error).filter_map(|error| error.downcast_ref::<io::Error>()).last().map(io::Error::kind)
}

/// The error and what lies below it. An `io::Error` hides the error that it wraps from `source`, so it is looked into.
fn causes<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    std::iter::successors(Some(error), |&error| match error.downcast_ref::<io::Error>().and_then(io::Error::get_ref) {
        Some(wrapped) => Some(wrapped as &(dyn Error + 'static)),
        None => error.source(),
    })
}
