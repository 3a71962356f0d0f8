//! What is seen of a connection while it is made and used: each step, and when.
//!
//! The HTTP client answers only with the head of a response, and its errors do not say how long anything took. But it makes
//! a connection of its own for each request (it keeps no pool), and polls that connecting as part of the request's own
//! future. So whatever the resolver, the verifier of certificates and the wrapped connector see happens within a poll of
//! that future, on its thread: a thread-local list carries the news out, and no step is taken for the sake of being seen.
//! Where nobody wants to know more than that the connection stands, nothing more is kept. Deliberately not here: what is
//! made of it (`event_source.rs`, `probe.rs`).
use reqwest::header::HeaderMap;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::client::{
    ClientSessionMemoryCache, ClientSessionStore, Resumption, Tls12ClientSessionValue, Tls13ClientSessionValue,
};
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{DigitallySignedStruct, Error, NamedGroup, SignatureScheme};
use std::cell::RefCell;
use std::future::Future;
use std::net::{IpAddr, SocketAddr};
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, ready};
use tokio::time::Instant;
use tower_layer::Layer;
use tower_service::Service;
use url::Url;

/// How many TLS sessions are kept for a quicker handshake.
const SESSIONS: usize = 256;

/// A step of an attempt.
#[derive(Debug, Clone)]
pub enum Sight {
    /// The name (of the server, or of the proxy before it) has these addresses. An address needs no lookup.
    LookedUp(Vec<IpAddr>),
    /// The TCP connection stands, through a proxy if there is one, and the TLS handshake begins.
    Handshake,
    /// The server showed this certificate (DER), and whether it is believed.
    Certificate(Vec<u8>, bool),
    /// The server has proved that the certificate is its own; whether by TLS 1.3, otherwise 1.2.
    Proved(bool),
    /// The connection stands, and the request is on its way.
    Connected,
    /// A request, about to be sent.
    Requested(Box<Sent>),
    /// The head of a response.
    Answered(Box<Answer>),
    /// The beginning of a body that is no event stream.
    Body(Vec<u8>),
}

/// A request as it is sent.
#[derive(Debug, Clone)]
pub struct Sent {
    /// Where to, without the query parameter that carries a secret and without credentials that a redirect keeps.
    pub url: Url,
    /// All of them, in the order in which HTTP/1.1 writes them (HTTP/2 has `:authority` instead of `host`). Their names are in
    /// lower case. Secrets are in them.
    pub headers: HeaderMap,
    /// Host and port of the proxy that it goes through.
    pub proxy: Option<String>,
}

/// The head of a response.
#[derive(Debug, Clone)]
pub struct Answer {
    /// 100 to 999.
    pub status: u16,
    /// "HTTP/1.0", "HTTP/1.1", "HTTP/2.0"
    pub protocol: &'static str,
    /// In the order in which they came, those of one name together. Their names are in lower case.
    pub headers: HeaderMap,
    /// Who answered: the server, or the proxy before it.
    pub from: Option<SocketAddr>,
}

/// A [`Sight`] and when it was seen.
#[derive(Debug, Clone)]
pub struct Sighting {
    /// When.
    pub at: Instant,
    /// What.
    pub what: Sight,
}

/// Looks on while a URL is followed, step by step and byte by byte: what a developer of a server wants to know, and
/// hardly anybody else. It is called on the task that follows, which it must not hold up.
pub trait Witness: Send {
    /// A step of an attempt. The first of each attempt comes after [`Occurrence::Connecting`](crate::Occurrence::Connecting).
    fn saw(&mut self, sighting: Sighting);

    /// These bytes came over the stream, as they are decoded next (a compressed stream is no longer compressed).
    fn received(&mut self, bytes: &[u8]);
}

/// What was noticed in one poll of an attempt.
#[derive(Debug, Default)]
pub(crate) struct Noticed {
    /// The connection stands now.
    pub(crate) connected: bool,
    /// Empty unless all was wanted.
    pub(crate) sightings: Vec<Sighting>,
    all: bool,
}

thread_local! {
    /// Of the request that is polled just now.
    static NOTICED: RefCell<Option<Noticed>> = const { RefCell::new(None) };
}

/// Runs `poll`, which polls an attempt, and says what was noticed meanwhile; `all`: each step, instead of the most important.
pub(crate) fn watching<T>(all: bool, poll: impl FnOnce() -> T) -> (T, Noticed) {
    NOTICED.set(Some(Noticed { all, ..Noticed::default() }));
    let result = poll();
    (result, NOTICED.take().unwrap_or_default())
}

/// Takes note, where somebody wants to know.
pub(super) fn see(what: impl FnOnce() -> Sight) {
    NOTICED.with_borrow_mut(|noticed| {
        if let Some(Noticed { all: true, sightings, .. }) = noticed {
            sightings.push(Sighting { at: Instant::now(), what: what() });
        }
    });
}

/// Takes note that the connection stands.
fn see_connected() {
    NOTICED.with_borrow_mut(|noticed| {
        if let Some(noticed) = noticed {
            noticed.connected = true;
        }
    });
    see(|| Sight::Connected);
}

/// Wraps the client's connector.
#[derive(Debug, Clone, Copy)]
pub(super) struct SeenLayer;

impl<S> Layer<S> for SeenLayer {
    type Service = Seen<S>;

    fn layer(&self, inner: S) -> Seen<S> {
        Seen { inner }
    }
}

#[derive(Debug, Clone)]
pub(super) struct Seen<S> {
    inner: S,
}

impl<S, R> Service<R> for Seen<S>
where
    S: Service<R>,
    S::Future: Send + 'static,
{
    type Response = S::Response;
    type Error = S::Error;
    type Future = Connecting<S::Future>;

    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<(), S::Error>> {
        self.inner.poll_ready(context)
    }

    fn call(&mut self, request: R) -> Self::Future {
        Connecting { inner: Box::pin(self.inner.call(request)) }
    }
}

pub(super) struct Connecting<F> {
    inner: Pin<Box<F>>,
}

impl<F, T, E> Future for Connecting<F>
where
    F: Future<Output = Result<T, E>>,
{
    type Output = Result<T, E>;

    fn poll(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Self::Output> {
        let result = ready!(self.inner.as_mut().poll(context));
        if result.is_ok() {
            see_connected();
        }
        Poll::Ready(result)
    }
}

/// Sessions as the TLS library keeps them by itself; it looks for one when it is about to begin a handshake, and never
/// otherwise.
pub(super) fn sessions() -> Resumption {
    Resumption::store(Arc::new(SeenSessions(ClientSessionMemoryCache::new(SESSIONS))))
}

#[derive(Debug)]
struct SeenSessions(ClientSessionMemoryCache);

impl ClientSessionStore for SeenSessions {
    fn set_kx_hint(&self, server_name: ServerName<'static>, group: NamedGroup) {
        self.0.set_kx_hint(server_name, group);
    }

    fn kx_hint(&self, server_name: &ServerName<'_>) -> Option<NamedGroup> {
        see(|| Sight::Handshake);
        self.0.kx_hint(server_name)
    }

    fn set_tls12_session(&self, server_name: ServerName<'static>, value: Tls12ClientSessionValue) {
        self.0.set_tls12_session(server_name, value);
    }

    fn tls12_session(&self, server_name: &ServerName<'_>) -> Option<Tls12ClientSessionValue> {
        self.0.tls12_session(server_name)
    }

    fn remove_tls12_session(&self, server_name: &ServerName<'static>) {
        self.0.remove_tls12_session(server_name);
    }

    fn insert_tls13_ticket(&self, server_name: ServerName<'static>, value: Tls13ClientSessionValue) {
        self.0.insert_tls13_ticket(server_name, value);
    }

    fn take_tls13_ticket(&self, server_name: &ServerName<'static>) -> Option<Tls13ClientSessionValue> {
        self.0.take_tls13_ticket(server_name)
    }
}

/// A verifier whose verdicts are seen.
#[derive(Debug)]
pub(super) struct SeenVerifier<V>(pub(super) V);

impl<V: ServerCertVerifier> ServerCertVerifier for SeenVerifier<V> {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let verdict = self.0.verify_server_cert(certificate, intermediates, name, ocsp_response, now);
        see(|| Sight::Certificate(certificate.to_vec(), verdict.is_ok()));
        verdict
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let verdict = self.0.verify_tls12_signature(message, certificate, signature);
        if verdict.is_ok() {
            see(|| Sight::Proved(false));
        }
        verdict
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        let verdict = self.0.verify_tls13_signature(message, certificate, signature);
        if verdict.is_ok() {
            see(|| Sight::Proved(true));
        }
        verdict
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.0.supported_verify_schemes()
    }
}
