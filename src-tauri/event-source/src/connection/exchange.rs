//! One attempt: the request, the redirects it meets, and the judgement of the response head.
//!
//! Deliberately not here: the stream that follows, and what happens after a failure.
use super::sight::{Answer, Sent, Sight, see};
use super::{
    Asked, Certificate, Connector, HEAD_LIMIT, LastEventId, REDIRECT_LIMIT, RESPONSE_HEAD_LIMIT, cause, presentable_to,
    set_query_parameter,
};
use crate::Failure;
use crate::error::{RedirectProblem, TlsProblem};
use http_body::Body as _;
use reqwest::header::{self, HeaderMap, HeaderValue};
use reqwest::{Response, StatusCode};
use std::future::{Future, poll_fn};
use std::pin::Pin;
use std::sync::Arc;
use std::time::{Duration, SystemTime};
use tokio::time::Instant;
use url::Url;

/// How much of a body that is no event stream is kept to show, in bytes …
pub(super) const EXCERPT: usize = 200;
/// … and how long it is awaited.
const EXCERPT_WAIT: Duration = Duration::from_secs(2);

/// What the page says with which nginx answers whoever shows no client certificate, or one that it does not accept. It does so by
/// a plain 400; nothing else tells it from any other.
const NGINX_WANTS_CERTIFICATE: &str = "SSL certificate";

/// An attempt under way. It is big, so it is boxed, and gone once the stream is open.
pub(crate) type Attempt = Pin<Box<dyn Future<Output = Result<Exchange, Failure>> + Send>>;

/// An open event stream.
#[derive(Debug)]
pub(crate) struct Exchange {
    pub(crate) head: Head,
    pub(crate) body: reqwest::Body,
}

/// What the response head said.
#[derive(Debug)]
pub(crate) struct Head {
    /// As requested, after redirects. What is shown of it is `shown_url`.
    pub(crate) url: Url,
    pub(crate) shown_url: Box<str>,
    pub(crate) redirects: u32,
    pub(crate) status: u16,
    pub(crate) protocol: &'static str,
    pub(crate) content_type: Box<str>,
    pub(crate) answered_after: Duration,
    pub(crate) certificate_valid_until: Option<i64>,
}

impl Connector {
    /// Connects to `url`, which is the one asked for with the resume parameter filled in.
    pub(crate) fn attempt(&self, asked: Arc<Asked>, url: Url, last_event_id: LastEventId) -> Attempt {
        let connector = self.clone();
        Box::pin(async move {
            let started = Instant::now();
            let last_event_id = match last_event_id {
                LastEventId::InHeader(value) => Some(value),
                LastEventId::None | LastEventId::InQuery | LastEventId::Unsendable => None,
            };
            let mut url = url;
            for redirects in (0..).take(REDIRECT_LIMIT + 1) {
                let response = send(&connector, &asked, &url, last_event_id.as_ref()).await?;
                if !is_redirect(response.status()) {
                    return judge(response, &asked, url, redirects, started).await;
                }
                url = redirected(&url, response.headers())?;
            }
            Err(Failure::Redirect { problem: RedirectProblem::TooMany })
        })
    }
}

/// Sends one request and awaits the head of its response.
async fn send(
    connector: &Connector,
    asked: &Asked,
    url: &Url,
    last_event_id: Option<&HeaderValue>,
) -> Result<Response, Failure> {
    let request = &asked.request;
    let own = request.credentials_follow_redirects || url.origin() == request.url.origin();
    let mut headers = request.headers(last_event_id, own);
    if !headers.contains_key(header::COOKIE)
        && let Some(cookies) = asked.cookies.header(url)
    {
        headers.insert(header::COOKIE, cookies);
    }
    let asked_for = url;
    let mut url = url.clone();
    if own && url.username().is_empty() && url.password().is_none() {
        // A redirect within the feed's reach keeps the credentials of the feed's URL. This fails for no http(s) URL.
        let _ = url.set_username(request.url.username());
        let _ = url.set_password(request.url.password());
    }
    if own && let Some(credential) = &request.query_credential {
        set_query_parameter(&mut url, &credential.name, &credential.value);
    }
    // Turns user name and password into Basic credentials, which a header of the feed then replaces.
    let failed = |error| cause::failed_attempt(&error, &url, connector.proxy_before(&url));
    let sent = connector.client.get(url.clone()).headers(headers).build().map_err(failed)?;
    see(|| {
        let (headers, proxy) = (headers_of(connector, &sent), connector.proxy_before(&url));
        Sight::Requested(Box::new(Sent { url: asked_for.clone(), headers, proxy }))
    });
    let response = match tokio::time::timeout(HEAD_LIMIT, connector.client.execute(sent)).await {
        Ok(result) => result.map_err(failed)?,
        Err(_) => return Err(Failure::NoAnswer { after: HEAD_LIMIT }),
    };
    let size: usize = response.headers().iter().map(|(name, value)| name.as_str().len() + value.len() + 4).sum();
    if size > RESPONSE_HEAD_LIMIT {
        return Err(Failure::HeadTooLarge);
    }
    see(|| {
        let answer = Answer {
            status: response.status().as_u16(),
            protocol: protocol(response.version()),
            headers: response.headers().clone(),
            from: response.remote_addr(),
        };
        Sight::Answered(Box::new(answer))
    });
    asked.cookies.keep(&url, response.headers());
    Ok(response)
}

/// The headers of a request together with those that the client adds on the way.
fn headers_of(connector: &Connector, request: &reqwest::Request) -> HeaderMap {
    let mut headers = request.headers().clone();
    if let Some(user_agent) = &connector.user_agent {
        headers.entry(header::USER_AGENT).or_insert_with(|| user_agent.clone());
    }
    let host = request.url().host_str().unwrap_or_default();
    let host = request.url().port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"));
    if let Ok(host) = HeaderValue::try_from(host) {
        headers.entry(header::HOST).or_insert(host);
    }
    headers
}

fn is_redirect(status: StatusCode) -> bool {
    matches!(status.as_u16(), 301 | 302 | 303 | 307 | 308)
}

/// Where a redirect leads. The fragment of a URL is never sent, so it is dropped here.
fn redirected(from: &Url, headers: &HeaderMap) -> Result<Url, Failure> {
    let failure = |problem| Failure::Redirect { problem };
    let location = headers.get(header::LOCATION).ok_or(failure(RedirectProblem::NoLocation))?;
    let location = std::str::from_utf8(location.as_bytes()).map_err(|_| failure(RedirectProblem::NotHttp))?;
    let mut url = from.join(location).map_err(|_| failure(RedirectProblem::NotHttp))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(failure(RedirectProblem::NotHttp));
    }
    url.set_fragment(None);
    Ok(url)
}

/// Whether the response is an event stream (the standard, 9.2.3: 200 with the right type), and if not, what it is.
async fn judge(
    response: Response,
    asked: &Asked,
    url: Url,
    redirects: u32,
    started: Instant,
) -> Result<Exchange, Failure> {
    let answered_after = started.elapsed();
    let status = response.status();
    if status != StatusCode::OK {
        let refused = Failure::Status {
            status: status.as_u16(),
            reason: status.canonical_reason().unwrap_or_default().to_owned(),
            retry_after: retry_after(response.headers(), SystemTime::now()),
        };
        let may_want_certificate = status == StatusCode::BAD_REQUEST && url.scheme() == "https";
        if may_want_certificate || asked.is_curious() {
            let (_, mut body) = http::Response::<reqwest::Body>::from(response).into_parts();
            let bytes = excerpt(&mut body, asked.excerpt).await;
            let wants_certificate = may_want_certificate && {
                let start = &bytes[..bytes.len().min(EXCERPT)];
                String::from_utf8_lossy(start).contains(NGINX_WANTS_CERTIFICATE)
            };
            see(|| Sight::Body(bytes));
            if wants_certificate {
                let host = url.host_str().unwrap_or_default().to_owned();
                let problem = TlsProblem::ClientCertificate { host };
                return Err(Failure::Tls { problem, certificate: None });
            }
        }
        return Err(refused);
    }
    let tls = response.extensions().get::<reqwest::tls::TlsInfo>();
    let certificate = tls.and_then(|tls| Certificate::read(tls.peer_certificate()?));
    let content_type = content_type(response.headers());
    let protocol = protocol(response.version());
    let (_, mut body) = http::Response::<reqwest::Body>::from(response).into_parts();
    match content_type {
        Some(content_type) if essence(&content_type).eq_ignore_ascii_case("text/event-stream") => {
            let head = Head {
                shown_url: String::from(presentable_to(&asked.request, &url)).into_boxed_str(),
                url,
                redirects,
                status: status.as_u16(),
                protocol,
                content_type: content_type.into_boxed_str(),
                answered_after,
                certificate_valid_until: certificate.map(|certificate| certificate.not_after),
            };
            Ok(Exchange { head, body })
        }
        content_type => {
            let bytes = excerpt(&mut body, asked.excerpt).await;
            let excerpt = String::from_utf8_lossy(&bytes[..bytes.len().min(EXCERPT)]).into_owned();
            see(|| Sight::Body(bytes));
            Err(Failure::NotAnEventStream { content_type, excerpt })
        }
    }
}

const fn protocol(version: http::Version) -> &'static str {
    match version {
        http::Version::HTTP_10 => "HTTP/1.0",
        http::Version::HTTP_2 => "HTTP/2.0",
        _ => "HTTP/1.1",
    }
}

/// The media type of a response: of several, the last that is one (Fetch, "extract a MIME type").
fn content_type(headers: &HeaderMap) -> Option<String> {
    headers
        .get_all(header::CONTENT_TYPE)
        .iter()
        .flat_map(|value| value.as_bytes().split(|&byte| byte == b','))
        .map(|value| String::from_utf8_lossy(value.trim_ascii()).into_owned())
        .rfind(|value| essence(value).contains('/') && essence(value) != "*/*")
}

/// A media type without its parameters.
pub fn essence(content_type: &str) -> &str {
    content_type.split(';').next().unwrap_or_default().trim()
}

/// `Retry-After` in seconds, or as a date seen from `now`.
fn retry_after(headers: &HeaderMap, now: SystemTime) -> Option<Duration> {
    let value = headers.get(header::RETRY_AFTER)?.to_str().ok()?.trim();
    if let Ok(seconds) = value.parse() {
        return Some(Duration::from_secs(seconds));
    }
    Some(httpdate::parse_http_date(value).ok()?.duration_since(now).unwrap_or(Duration::ZERO))
}

/// The first bytes of a body.
async fn excerpt(body: &mut reqwest::Body, limit: usize) -> Vec<u8> {
    let mut bytes = Vec::with_capacity(EXCERPT);
    let read = async {
        while bytes.len() < limit {
            let Some(Ok(frame)) = poll_fn(|context| Pin::new(&mut *body).poll_frame(context)).await else {
                break;
            };
            if let Ok(data) = frame.into_data() {
                bytes.extend_from_slice(&data[..data.len().min(limit - bytes.len())]);
            }
        }
    };
    // What has come until then is all there is to show.
    let _ = tokio::time::timeout(EXCERPT_WAIT, read).await;
    bytes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(name: &header::HeaderName, values: &[&str]) -> HeaderMap {
        values.iter().map(|value| (name.clone(), HeaderValue::from_str(value).unwrap())).collect()
    }

    #[test]
    fn reads_the_media_type_as_fetch_does() {
        let table: [(&[&str], Option<&str>); 7] = [
            (&["text/event-stream"], Some("text/event-stream")),
            (&["Text/Event-Stream;charset=utf-8"], Some("Text/Event-Stream;charset=utf-8")),
            (&["text/html, text/event-stream"], Some("text/event-stream")),
            (&["text/event-stream", "text/html"], Some("text/html")),
            (&["text/event-stream", "*/*"], Some("text/event-stream")),
            (&["event-stream"], None),
            (&[], None),
        ];
        for (values, expected) in table {
            assert_eq!(content_type(&headers(&header::CONTENT_TYPE, values)).as_deref(), expected, "{values:?}");
        }
    }

    #[test]
    fn reads_retry_after_in_both_forms() {
        let now = httpdate::parse_http_date("Sun, 06 Nov 1994 08:49:37 GMT").unwrap();
        let table = [
            ("120", Some(120)),
            (" 0 ", Some(0)),
            ("Sun, 06 Nov 1994 08:50:37 GMT", Some(60)),
            ("Sun, 06 Nov 1994 08:00:00 GMT", Some(0)),
            ("soon", None),
            ("-1", None),
        ];
        for (value, expected) in table {
            let headers = headers(&header::RETRY_AFTER, &[value]);
            assert_eq!(retry_after(&headers, now), expected.map(Duration::from_secs), "{value}");
        }
    }
}
