//! Through a proxy: absolute form for http, a tunnel for https, and what its refusal is called.
use crate::{connector, end, get, next_lines};
use tidings_event_source::{ConnectorOptions, EventSource, Layer, Policy, Proxy};
use tidings_test_support::sse_server::{Connection, EVENT_STREAM, SseServer};
use tidings_test_support::tls::Identity;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

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

/// SOCKS 5 (RFC 1928) without credentials, for one connection: the name travels to the proxy, which knows it.
#[tokio::test]
async fn socks_looks_the_name_up_itself() {
    let server = SseServer::answering([EVENT_STREAM]).await;
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let proxy = Proxy::Url(format!("socks5h://{}", listener.local_addr().unwrap()).parse().unwrap());
    let address = server.address();
    let task = tokio::spawn(async move {
        let (mut client, _) = listener.accept().await.unwrap();
        let mut greeting = [0; 3];
        client.read_exact(&mut greeting).await.unwrap();
        client.write_all(&[5, 0]).await.unwrap();
        let mut request = [0; 5];
        client.read_exact(&mut request).await.unwrap();
        let mut name = vec![0; usize::from(request[4]) + 2];
        client.read_exact(&mut name).await.unwrap();
        client.write_all(&[5, 0, 0, 1, 0, 0, 0, 0, 0, 0]).await.unwrap();
        let mut server = TcpStream::connect(address).await.unwrap();
        let _ = tokio::io::copy_bidirectional(&mut client, &mut server).await;
        (greeting, request, name)
    });
    let options = ConnectorOptions { proxy, ..ConnectorOptions::default() };
    let mut source = EventSource::new(connector(options), get("http://elsewhere.invalid/p"), Policy::BROWSER, "", 1024);
    assert_eq!(next_lines(&mut source, 3).await[..2], ["connecting 1", "open 200"]);
    assert_eq!(server.request(0).await.target(), "/p");
    let (greeting, request, name) = task.await.unwrap();
    assert_eq!((greeting[0], &request[..4]), (5, &[5, 1, 0, 3][..]));
    assert_eq!(name, [b"elsewhere.invalid", &80_u16.to_be_bytes()[..]].concat());
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
        "The proxy wants a user name and a password that it accepts (407 Proxy Authentication Required): check them."
    );
    assert!(tunnel.retry_in.is_some());
    let nowhere = end(&mut through(&proxy, "anna:secret@", "https://127.0.0.1:1/")).await;
    assert_eq!(
        nowhere.message,
        "The proxy did not pass the connection to “127.0.0.1:1” on: check the proxy's address, user name and password."
    );
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
    assert_eq!(
        end.message,
        format!("The proxy “{address}” cannot be reached: check that it is running, and the proxy setting.")
    );
}

/// The test runs itself again with the variables set: they belong to a process, not to a test.
#[tokio::test]
async fn the_variables_of_the_environment_name_the_system_proxy() {
    const NAME: &str = "proxy::the_variables_of_the_environment_name_the_system_proxy";
    const DIRECT: &str = "TIDINGS_TEST_DIRECT";
    if let Ok(direct) = std::env::var(DIRECT) {
        let system = || connector(ConnectorOptions::default());
        let mut source = EventSource::new(system(), get("http://elsewhere.invalid/"), Policy::BROWSER, "", 1024);
        assert_eq!(next_lines(&mut source, 3).await[2], "message “http://elsewhere.invalid/”");
        let mut source = EventSource::new(system(), get(&direct), Policy::BROWSER, "", 1024);
        assert_eq!(next_lines(&mut source, 2).await[1], "open 200");
        return;
    }
    let (proxy, direct) = (proxy().await, SseServer::answering([EVENT_STREAM]).await);
    let output = tokio::process::Command::new(std::env::current_exe().unwrap())
        .args(["--exact", NAME])
        .env("http_proxy", format!("http://anna:secret@{}", proxy.address()))
        .env("no_proxy", "127.0.0.1")
        .env(DIRECT, direct.url("/direct"))
        .output()
        .await
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    assert_eq!(proxy.requests().len(), 1);
    assert_eq!(direct.request(0).await.target(), "/direct");
}
