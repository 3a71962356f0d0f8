//! Through a proxy: absolute form for http, a tunnel for https, and what its refusal is called.
use crate::{connector, end, get, next_lines};
use tidings_event_source::{ConnectorOptions, EventSource, Layer, Policy, Proxy};
use tidings_test_support::sse_server::{Connection, EVENT_STREAM, SseServer};
use tidings_test_support::tls::Identity;
use tokio::net::TcpStream;

/// A proxy that passes on whatever it is asked for, if it is asked by Anna.
async fn proxy() -> SseServer {
    SseServer::start(|mut connection: Connection| async move {
        let request = connection.request.clone();
        if request.header("proxy-authorization").as_deref() != Some("Basic YW5uYTpzZWNyZXQ=") {
            let refusal = "HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n";
            connection.send(refusal).await;
        } else if request.head.starts_with(b"CONNECT ") {
            match TcpStream::connect(request.target()).await {
                Ok(stream) => {
                    connection.send("HTTP/1.1 200 Connected\r\n\r\n").await;
                    connection.tunnel_to(stream).await;
                }
                Err(_) => connection.send("HTTP/1.1 502 Bad Gateway\r\n\r\n").await,
            }
        } else {
            connection.send(EVENT_STREAM).await;
            connection.send(format!("data: {}\n\n", request.target())).await;
        }
    })
    .await
}

fn through(proxy: &SseServer, credentials: &str, url: &str) -> EventSource {
    let proxy = Proxy::Url(format!("http://{credentials}{}", proxy.address()).parse().unwrap());
    let options = ConnectorOptions { proxy, insecure: true, ..ConnectorOptions::default() };
    EventSource::new(connector(options), get(url), Policy::BROWSER, "", 1024)
}

#[tokio::test]
async fn http_is_asked_in_absolute_form() {
    let proxy = proxy().await;
    let mut source = through(&proxy, "anna:secret@", "http://elsewhere.invalid/p?q");
    assert_eq!(
        next_lines(&mut source, 3).await,
        ["connecting 1", "open 200", "message “http://elsewhere.invalid/p?q”"]
    );
}

#[tokio::test]
async fn https_goes_through_a_tunnel() {
    let proxy = proxy().await;
    let identity = Identity::self_signed(&["127.0.0.1"], false);
    let server = SseServer::start_tls(identity.server_config(&[]), |mut connection: Connection| async move {
        connection.send(EVENT_STREAM).await;
        connection.send("data: x\n\n").await;
        connection.closed().await;
    })
    .await;
    let mut source = through(&proxy, "anna:secret@", &server.url("/"));
    assert_eq!(next_lines(&mut source, 3).await, ["connecting 1", "open 200", "message “x”"]);
    assert_eq!(proxy.request(0).await.target(), server.address().to_string());
    // The proxy's credentials are for the proxy.
    assert_eq!(server.request(0).await.header("proxy-authorization"), None);
}

#[tokio::test]
async fn a_proxy_that_refuses() {
    let proxy = proxy().await;
    let plain = end(&mut through(&proxy, "", "http://elsewhere.invalid/")).await;
    assert_eq!(plain.layer, Layer::HttpStatus);
    assert_eq!(
        plain.message,
        "The server answered 407 Proxy Authentication Required: the proxy wants a user name and a password."
    );
    let tunnel = end(&mut through(&proxy, "anna:wrong@", "https://elsewhere.invalid/")).await;
    assert_eq!(tunnel.layer, Layer::Network);
    assert_eq!(
        tunnel.message,
        "The proxy did not pass the connection to “elsewhere.invalid:443” on: check the proxy's address, user name and password."
    );
    assert!(tunnel.retry_in.is_some());
}

#[tokio::test]
async fn a_proxy_that_is_not_there() {
    let address = proxy().await.address();
    while TcpStream::connect(address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    let options = ConnectorOptions {
        proxy: Proxy::Url(format!("http://{address}").parse().unwrap()),
        ..ConnectorOptions::default()
    };
    let mut source = EventSource::new(connector(options), get("http://elsewhere.invalid/"), Policy::FEED, "", 1024);
    let end = end(&mut source).await;
    assert_eq!(end.layer, Layer::Network);
    assert!(end.message.contains("refused the connection"), "{}", end.message);
}
