//! One HTTP exchange: from a request to an open event stream, redirects and all.
//!
//! Deliberately not here: when to make the next one (`reconnection.rs`), and what the stream says (`decoder.rs`).
use hyper_util::client::proxy::matcher::Matcher;
use reqwest::header::{self, HeaderMap, HeaderValue};
use std::fmt;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;
use url::Url;

mod cause;
mod certificate;
mod cookies;
mod exchange;
mod fingerprint;
mod resolver;
mod sight;
mod tls;

pub use certificate::Certificate;
pub use exchange::essence;
pub(crate) use exchange::{Attempt, Exchange, Head};
pub use fingerprint::{Fingerprint, NoFingerprint};
pub(crate) use sight::watching;
pub use sight::{Answer, Sent, Sight, Sighting, Witness};
pub use tls::read_certificate_file;

pub(crate) use cause::broken_stream;

/// How large the head of a response may be, in bytes.
pub const RESPONSE_HEAD_LIMIT: usize = 256 * 1024;

/// How many redirects are followed for one connection.
pub const REDIRECT_LIMIT: usize = 20;

/// How large a last event ID may be to travel in a header, in bytes: what common servers take as one header line.
pub const LAST_EVENT_ID_HEADER_LIMIT: usize = 8 * 1024;

/// How long the TCP and TLS handshakes may take together.
const CONNECT_LIMIT: Duration = Duration::from_secs(30);

/// How long a response head may be awaited. Many servers send none before their first event, so this is generous.
const HEAD_LIMIT: Duration = Duration::from_mins(10);

/// How much an HTTP/2 server may send before we read it, in bytes. A slow consumer slows the server down.
const READ_AHEAD: u32 = 512 * 1024;

/// Where connections are made through.
#[derive(Clone, PartialEq, Eq, Hash, Default)]
pub enum Proxy {
    /// The proxy variables of the environment.
    #[default]
    System,
    /// Directly.
    None,
    /// `http://`, `https://`, `socks5://` or `socks5h://`, with credentials if need be.
    Url(Url),
}

/// Shows no user name and no password.
impl fmt::Debug for Proxy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::System => f.write_str("System"),
            Self::None => f.write_str("None"),
            Self::Url(url) => f.debug_tuple("Url").field(&presentable(url).as_str()).finish(),
        }
    }
}

/// How a peer that is gone without a word is noticed while nothing comes anyway: TCP keep-alive, `TCP_USER_TIMEOUT` and
/// HTTP/2 ping. The default notices it within 2 minutes. The kernel does the TCP part; it wakes nobody here.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Probing {
    /// A connection that is silent for so long is probed, …
    pub after: Duration,
    /// … and again after each such interval (HTTP/2: the answer has this long), …
    pub interval: Duration,
    /// … and given up when nothing was acknowledged for so long (Linux; elsewhere after as many probes as the system
    /// thinks right).
    pub limit: Duration,
}

impl Default for Probing {
    fn default() -> Self {
        Self { after: Duration::from_mins(1), interval: Duration::from_secs(15), limit: Duration::from_secs(90) }
    }
}

/// A certificate of ours together with its key.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct ClientIdentity {
    /// PEM with both, or PKCS#12.
    pub file: PathBuf,
    /// What opens a PKCS#12 file; empty for one without a password.
    pub password: String,
}

/// Shows no password.
impl fmt::Debug for ClientIdentity {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientIdentity").field("file", &self.file).finish_non_exhaustive()
    }
}

/// What the connections of several sources may share.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Default)]
pub struct ConnectorOptions {
    /// Where connections are made through.
    pub proxy: Proxy,
    /// PEM files with further certificate authorities.
    pub authorities: Vec<PathBuf>,
    /// Accepts any certificate (`--insecure`).
    pub insecure: bool,
    /// Accepts this certificate of a server, whoever signed it, and no other; `insecure` or not.
    pub pinned: Option<Fingerprint>,
    /// What we prove ourselves with to servers that ask for it.
    pub identity: Option<ClientIdentity>,
    /// Names the program in `User-Agent`, e.g. `Tidings/0.1.0`.
    pub user_agent: String,
    /// How a dead peer is noticed.
    pub probing: Probing,
}

/// Makes connections. Cheap to clone; one for each set of options is enough for any number of sources.
///
/// Each exchange has a connection of its own and none is kept for later: no failure touches another source, and no
/// connection that died while the computer slept is taken for a good one.
#[derive(Debug, Clone)]
pub struct Connector {
    client: reqwest::Client,
    /// Which proxy stands before a URL; only to name it.
    proxies: Option<Arc<Matcher>>,
    /// What the client adds to each request; only to tell what was sent.
    user_agent: Option<HeaderValue>,
}

/// Why a connector could not be made: a certificate file that cannot be read, a proxy URL that is none.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ConnectorError(pub String);

impl Connector {
    /// Reads the certificate files and prepares the HTTP client. The system's own certificate authorities are read
    /// when the first https connection needs them.
    pub fn new(options: &ConnectorOptions) -> Result<Self, ConnectorError> {
        let user_agent = HeaderValue::from_str(&options.user_agent).map_err(|_| {
            ConnectorError(format!("The user agent “{}” cannot travel in a header.", options.user_agent.escape_debug()))
        })?;
        let builder = reqwest::Client::builder()
            .tls_backend_preconfigured(tls::configuration(options)?)
            .redirect(reqwest::redirect::Policy::none())
            .referer(false)
            .retry(reqwest::retry::never())
            // The server's certificate comes with the answer, to see how long it is valid.
            .tls_info(true)
            .pool_max_idle_per_host(0)
            .dns_resolver(resolver::Resolver::default())
            .connector_layer(sight::SeenLayer)
            .connect_timeout(CONNECT_LIMIT)
            .tcp_keepalive(options.probing.after)
            .tcp_keepalive_interval(options.probing.interval)
            .http2_keep_alive_interval(options.probing.after)
            .http2_keep_alive_timeout(options.probing.interval)
            // What hyper takes for idle is a connection that takes no further request, as ours never do.
            .http2_keep_alive_while_idle(true)
            .http2_max_header_list_size(u32::try_from(RESPONSE_HEAD_LIMIT).unwrap_or(u32::MAX))
            .http2_initial_stream_window_size(READ_AHEAD)
            .http2_initial_connection_window_size(READ_AHEAD)
            // The head is bounded in bytes; the number of headers is not another reason to fail.
            .http1_max_headers(4096)
            .http1_allow_obsolete_multiline_headers_in_responses(true)
            .http1_allow_spaces_after_header_name_in_responses(true)
            .http1_ignore_invalid_headers_in_responses(true);
        #[cfg(any(target_os = "android", target_os = "fuchsia", target_os = "linux"))]
        let builder = builder.tcp_user_timeout(options.probing.limit);
        let user_agent = Some(user_agent).filter(|user_agent| !user_agent.is_empty());
        let builder = match &user_agent {
            Some(user_agent) => builder.user_agent(user_agent.clone()),
            None => builder,
        };
        let (builder, proxies) = match &options.proxy {
            Proxy::System => (builder, Some(Matcher::from_system())),
            Proxy::None => (builder.no_proxy(), None),
            Proxy::Url(url) => (builder.proxy(proxy(url)?), Some(Matcher::builder().all(url.as_str()).build())),
        };
        let client =
            builder.build().map_err(|error| ConnectorError(format!("The HTTP client cannot be prepared: {error}.")))?;
        Ok(Self { client, proxies: proxies.map(Arc::new), user_agent })
    }

    /// Host and port of the proxy that a connection to this URL goes through.
    pub fn proxy_before(&self, url: &Url) -> Option<String> {
        let proxy = self.proxies.as_ref()?.intercept(&url.as_str().parse().ok()?)?;
        Some(proxy.uri().authority()?.as_str().rsplit('@').next()?.to_owned())
    }
}

fn proxy(url: &Url) -> Result<reqwest::Proxy, ConnectorError> {
    if !matches!(url.scheme(), "http" | "https" | "socks5" | "socks5h") || !url.has_host() {
        return Err(ConnectorError(format!(
            "“{}” is not the address of a proxy: it has to begin with http://, https://, socks5:// or socks5h://.",
            presentable(url)
        )));
    }
    reqwest::Proxy::all(url.clone())
        .map_err(|_| ConnectorError(format!("“{}” is not the address of a proxy.", presentable(url))))
}

/// How a source that comes back says where it left off.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Resume {
    /// The `Last-Event-ID` header (the standard).
    #[default]
    Header,
    /// A query parameter of this name, filled from the last event ID or the resume token. It takes the place of one of
    /// the same name in the URL, as soon as there is something to fill it with.
    Query(String),
    /// Not at all.
    Nothing,
}

/// A query parameter whose value is a secret.
#[derive(Clone, PartialEq, Eq)]
pub struct QueryCredential {
    /// Its name.
    pub name: String,
    /// The secret.
    pub value: String,
}

/// Shows no value.
impl fmt::Debug for QueryCredential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("QueryCredential").field("name", &self.name).finish_non_exhaustive()
    }
}

/// What to ask for.
#[derive(Clone)]
pub struct Request {
    /// http or https. A user name and password in it become Basic credentials.
    pub url: Url,
    /// The feed's own headers; one of a name that we would send replaces ours.
    pub headers: HeaderMap,
    /// A secret that travels in the query. Like the headers it goes where the feed's own things may go; nobody is shown it.
    pub query_credential: Option<QueryCredential>,
    /// Lets credentials and the feed's headers follow a redirect to another origin.
    pub credentials_follow_redirects: bool,
    /// How to say where the source left off.
    pub resume: Resume,
}

/// Shows no credentials: of the URL what [`presentable`] leaves, of the headers their names.
impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("url", &presentable(&self.url).as_str())
            .field("headers", &self.headers.keys())
            .field("query_credential", &self.query_credential)
            .field("credentials_follow_redirects", &self.credentials_follow_redirects)
            .field("resume", &self.resume)
            .finish()
    }
}

impl Request {
    /// Asks for a URL, with no headers but the standard's.
    pub fn new(url: Url) -> Self {
        Self {
            url,
            headers: HeaderMap::new(),
            query_credential: None,
            credentials_follow_redirects: false,
            resume: Resume::Header,
        }
    }

    /// Where and with which `Last-Event-ID` to connect when `id` is where the source left off.
    pub(crate) fn resuming_from(&self, id: &str) -> (Url, LastEventId) {
        let mut url = self.url.clone();
        url.set_fragment(None);
        let last_event_id = match &self.resume {
            _ if id.is_empty() => LastEventId::None,
            Resume::Nothing => LastEventId::None,
            Resume::Query(name) => {
                set_query_parameter(&mut url, name, id);
                LastEventId::InQuery
            }
            Resume::Header if id.len() > LAST_EVENT_ID_HEADER_LIMIT => LastEventId::Unsendable,
            Resume::Header => {
                HeaderValue::from_bytes(id.as_bytes()).map_or(LastEventId::Unsendable, LastEventId::InHeader)
            }
        };
        (url, last_event_id)
    }

    /// The headers of the standard's request, with the feed's own in their place where they have the same name.
    /// `own` is whether the request goes where the feed's headers may go.
    pub(crate) fn headers(&self, last_event_id: Option<&HeaderValue>, own: bool) -> HeaderMap {
        let mut headers = HeaderMap::with_capacity(8);
        headers.insert(header::ACCEPT, HeaderValue::from_static("text/event-stream"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-cache"));
        // Compression makes a proxy or server hold small events back.
        headers.insert(header::ACCEPT_ENCODING, HeaderValue::from_static("identity"));
        if let Some(id) = last_event_id {
            headers.insert("last-event-id", id.clone());
        }
        if own {
            for name in self.headers.keys() {
                headers.remove(name);
                for value in self.headers.get_all(name) {
                    headers.append(name, value.clone());
                }
            }
        }
        headers
    }
}

/// What a request says of the past.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum LastEventId {
    None,
    InHeader(HeaderValue),
    InQuery,
    /// There is one, but it cannot travel in a header: a control character, or too long.
    Unsendable,
}

/// The URL without what may be secret or is never sent: user name, password, fragment.
pub(crate) fn presentable(url: &Url) -> Url {
    let mut url = url.clone();
    // Fails only for URLs that cannot have them.
    let _ = url.set_password(None);
    let _ = url.set_username("");
    url.set_fragment(None);
    url
}

/// [`presentable`], without the query parameter that carries a secret.
pub(crate) fn presentable_to(request: &Request, url: &Url) -> Url {
    let mut url = presentable(url);
    if let Some(credential) = &request.query_credential
        && url.query().is_some()
    {
        let kept = without_query_parameter(&url, &credential.name);
        url.set_query(Some(&kept).filter(|kept| !kept.is_empty()).map(|kept| &**kept));
    }
    url
}

/// Host and port, as a message names them. Without user name and password.
pub fn address(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port_or_known_default().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

/// Sets one query parameter and leaves the others as they are written.
fn set_query_parameter(url: &mut Url, name: &str, value: &str) {
    let mut query = without_query_parameter(url, name);
    if !query.is_empty() {
        query.push('&');
    }
    let pair = url::form_urlencoded::Serializer::new(String::new()).append_pair(name, value).finish();
    query.push_str(&pair);
    url.set_query(Some(&query));
}

/// The query but for one parameter.
fn without_query_parameter(url: &Url, name: &str) -> String {
    let kept = url.query().unwrap_or_default().split('&').filter(|pair| {
        !pair.is_empty() && url::form_urlencoded::parse(pair.as_bytes()).next().is_none_or(|(key, _)| key != name)
    });
    kept.collect::<Vec<_>>().join("&")
}

/// What the attempts of one source share.
#[derive(Debug)]
pub(crate) struct Asked {
    pub(crate) request: Request,
    cookies: cookies::Cookies,
    /// How much is read of a body that is no event stream, in bytes, to say what it is.
    excerpt: usize,
}

impl Asked {
    pub(crate) fn new(request: Request) -> Arc<Self> {
        Arc::new(Self { request, cookies: cookies::Cookies::default(), excerpt: exchange::EXCERPT })
    }

    /// For one who wants to see more of what is no event stream: up to so many bytes, also of an error's body.
    pub(crate) fn curious(request: Request, excerpt: usize) -> Arc<Self> {
        Arc::new(Self { request, cookies: cookies::Cookies::default(), excerpt })
    }

    fn is_curious(&self) -> bool {
        self.excerpt > exchange::EXCERPT
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request(url: &str, resume: Resume) -> Request {
        Request { resume, ..Request::new(Url::parse(url).unwrap()) }
    }

    #[test]
    fn the_query_parameter_replaces_one_of_its_name_and_no_other() {
        let table = [
            ("http://h/p", "7", "http://h/p?since=7"),
            ("http://h/p?since=all", "7", "http://h/p?since=7"),
            ("http://h/p?a=%20x&since=all&b=y+z&since=1", "7", "http://h/p?a=%20x&b=y+z&since=7"),
            ("http://h/p?%73ince=all", "a&b=ü", "http://h/p?since=a%26b%3D%C3%BC"),
            ("http://h/p?since=all#x", "", "http://h/p?since=all"),
        ];
        for (url, id, expected) in table {
            let (url, _) = request(url, Resume::Query("since".into())).resuming_from(id);
            assert_eq!(url.as_str(), expected);
        }
    }

    #[test]
    fn an_id_travels_in_the_header_when_it_can() {
        let long = "x".repeat(LAST_EVENT_ID_HEADER_LIMIT + 1);
        let table = [
            ("", LastEventId::None),
            ("7", LastEventId::InHeader(HeaderValue::from_static("7"))),
            ("é…日", LastEventId::InHeader(HeaderValue::from_bytes("é…日".as_bytes()).unwrap())),
            ("a\u{1}b", LastEventId::Unsendable),
            ("a\u{7f}b", LastEventId::Unsendable),
            (&long, LastEventId::Unsendable),
        ];
        for (id, expected) in table {
            assert_eq!(request("http://h/", Resume::Header).resuming_from(id).1, expected, "{id:?}");
        }
        assert_eq!(request("http://h/", Resume::Nothing).resuming_from("7").1, LastEventId::None);
    }

    #[test]
    fn nothing_secret_is_presented() {
        let url = Url::parse("https://anna:secret@example.org:8443/p?q=1#f").unwrap();
        assert_eq!(presentable(&url).as_str(), "https://example.org:8443/p?q=1");
        assert_eq!(address(&url), "example.org:8443");
        let shown = format!("{:?}", request("https://anna:secret@example.org/", Resume::Header));
        assert!(!shown.contains("secret") && !shown.contains("anna"), "{shown}");
    }
}
