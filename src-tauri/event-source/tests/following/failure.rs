//! When it does not work, which layer is named.
use crate::{IMPATIENT, connector, end, end_without_limit, follow, get, next, next_lines, opened_url};
use std::time::Duration;
use tidings_event_source::{ConnectorOptions, EventSource, Layer, Policy, Proxy};
use tidings_test_support::sse_server::{Connection, EVENT_STREAM, Gate, SseServer};
use tokio::net::TcpStream;
use tokio::time::timeout;

#[tokio::test]
async fn a_name_that_does_not_exist() {
    let mut source = follow("http://anna:secret@nowhere.invalid/path?token=secret", Policy::BROWSER);
    let end = end(&mut source).await;
    assert_eq!(end.layer, Layer::NameLookup);
    assert_eq!(
        end.message,
        "The name “nowhere.invalid” was not found: check the address, and whether this computer is online."
    );
    assert!(end.retry_in.is_some());
}

#[tokio::test]
async fn a_port_where_nobody_listens() {
    let address = {
        let server = SseServer::answering([EVENT_STREAM]).await;
        server.address()
    };
    // The listener's task is gone when the port refuses.
    while TcpStream::connect(address).await.is_ok() {
        tokio::task::yield_now().await;
    }
    let mut source = follow(&format!("http://{address}/"), Policy::BROWSER);
    let end = end(&mut source).await;
    assert_eq!(end.layer, Layer::Network);
    assert_eq!(
        end.message,
        format!("“{address}” refused the connection: check that the server is running and that the port is right.")
    );
    assert!(end.retry_in.is_some());
}

/// The queue of a listener that accepts nothing is full after a few connections; then even the local host is silent.
#[tokio::test]
async fn a_host_that_does_not_answer() {
    let socket = tokio::net::TcpSocket::new_v4().unwrap();
    socket.bind("127.0.0.1:0".parse().unwrap()).unwrap();
    let listener = socket.listen(1).unwrap();
    let address = listener.local_addr().unwrap();
    let mut waiting = Vec::new();
    while let Ok(stream) = timeout(Duration::from_millis(200), TcpStream::connect(address)).await {
        waiting.push(stream.unwrap());
    }
    let mut source = follow(&format!("http://{address}/"), Policy::BROWSER);
    assert_eq!(next(&mut source).await, "connecting 1");
    tokio::time::pause();
    let end = end_without_limit(&mut source).await;
    assert_eq!(end.layer, Layer::Network);
    assert_eq!(
        end.message,
        format!("“{address}” did not take the connection within 30 seconds: it may be down, or behind a firewall.")
    );
}

#[tokio::test]
async fn a_handshake_that_does_not_come_to_an_end() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let mut source = follow(&format!("https://{address}/"), Policy::BROWSER);
    assert_eq!(next(&mut source).await, "connecting 1");
    // Polled once, so that the connection is on its way; then taken, and left alone.
    assert!(timeout(Duration::from_millis(20), source.next()).await.is_err());
    let _silent = listener.accept().await.unwrap();
    tokio::time::pause();
    let end = end_without_limit(&mut source).await;
    assert_eq!(end.layer, Layer::Network);
    assert!(end.retry_in.is_some());
}

#[tokio::test]
async fn a_url_that_http_cannot_ask_for() {
    let mut source = follow("ftp://127.0.0.1/", Policy::BROWSER);
    assert_eq!(next_lines(&mut source, 2).await, ["connecting 1", "closed network"]);
}

#[tokio::test]
async fn an_answer_that_is_not_http() {
    for answer in
        ["SSH-2.0-OpenSSH_9.2\r\n", "220 smtp ready\r\n", "HTTP/1.1 OK\r\n\r\n", "\u{15}\u{3}\u{3}\0\u{2}\u{2}F"]
    {
        let server = SseServer::answering([answer]).await;
        let mut source = follow(&server.url("/"), IMPATIENT);
        let end = end(&mut source).await;
        assert_eq!(end.layer, Layer::Network, "{answer:?}");
        let address = server.address();
        assert_eq!(
            end.message,
            format!(
                "“{address}” answered with something that is not HTTP: check the port, and whether it wants https."
            ),
            "{answer:?}"
        );
        // A browser, too, tries again after a network error.
        assert!(end.retry_in.is_some());
        assert_eq!(next(&mut source).await, "connecting 2");
    }
}

#[tokio::test]
async fn a_connection_that_is_dropped_without_an_answer() {
    let server = SseServer::start(|_: Connection| async {}).await;
    let end = end(&mut follow(&server.url("/"), Policy::BROWSER)).await;
    assert_eq!(end.layer, Layer::ClosedByServer);
    let address = server.address();
    assert_eq!(
        end.message,
        format!("“{address}” closed the connection without an answer: check the port, and whether it wants https.")
    );
    assert!(end.retry_in.is_some());
}

#[tokio::test]
async fn a_reset_before_and_within_the_stream() {
    let gate = Gate::new();
    let server = SseServer::start({
        let gate = gate.clone();
        move |mut connection: Connection| {
            let gate = gate.clone();
            async move {
                if connection.request.number == 1 {
                    connection.send(EVENT_STREAM).await;
                    connection.send("data: x\n\n").await;
                    // A reset overtakes what the client has not read.
                    gate.pass().await;
                }
                connection.reset();
            }
        }
    })
    .await;
    let mut source = follow(&server.url("/"), IMPATIENT);
    assert_eq!(next_lines(&mut source, 2).await, ["connecting 1", "lost network"]);
    assert_eq!(next_lines(&mut source, 3).await, ["connecting 2", "open 200", "message “x”"]);
    gate.open();
    assert_eq!(next(&mut source).await, "lost network");
    assert_eq!(next(&mut source).await, "connecting 1");
}

#[tokio::test]
async fn the_servers_end_and_half_close_are_an_end() {
    let server = SseServer::start(|mut connection: Connection| async move {
        connection.send(EVENT_STREAM).await;
        connection.half_close().await;
        connection.closed().await;
    })
    .await;
    let mut source = follow(&server.url("/"), IMPATIENT);
    assert_eq!(next_lines(&mut source, 3).await, ["connecting 1", "open 200", "lost closed-by-server"]);
    server.ended(0).await;
}

#[tokio::test]
async fn connector_options_that_are_wrong() {
    let directory = tempfile::tempdir().unwrap();
    let file = directory.path().join("x.pem");
    std::fs::write(&file, "no certificate").unwrap();
    let missing = directory.path().join("missing.pem");
    let unusable = |options: ConnectorOptions| tidings_event_source::Connector::new(&options).unwrap_err().to_string();
    assert_eq!(
        unusable(ConnectorOptions { authorities: vec![file.clone()], ..ConnectorOptions::default() }),
        format!("“{}” holds no usable certificate: a PEM file is expected.", file.display())
    );
    assert!(
        unusable(ConnectorOptions { authorities: vec![missing.clone()], ..ConnectorOptions::default() })
            .starts_with(&format!("The certificate file “{}” cannot be read: ", missing.display()))
    );
    let proxy = Proxy::Url("ftp://anna:secret@127.0.0.1/".parse().unwrap());
    assert_eq!(
        unusable(ConnectorOptions { proxy, ..ConnectorOptions::default() }),
        "“ftp://127.0.0.1/” is not the address of a proxy: it has to begin with http://, https://, socks5:// or socks5h://."
    );
}

/// No failure of one source touches another one of the same connector and server.
#[tokio::test]
async fn a_failure_stays_with_its_source() {
    let server = SseServer::start(|mut connection: Connection| async move {
        if connection.request.target() == "/bad" {
            connection.send("HTTP/1.1 500 X\r\nContent-Length: 0\r\n\r\n").await;
        } else {
            connection.send(EVENT_STREAM).await;
            connection.send("data: 1\n\n").await;
        }
        connection.closed().await;
    })
    .await;
    let connector = connector(ConnectorOptions { proxy: Proxy::None, ..ConnectorOptions::default() });
    let mut good = EventSource::new(connector.clone(), get(&server.url("/good")), Policy::FEED, "", 1024);
    opened_url(&mut good).await;
    let mut bad = EventSource::new(connector, get(&server.url("/bad")), Policy::FEED, "", 1024);
    assert_eq!(end(&mut bad).await.layer, Layer::HttpStatus);
    assert_eq!(next(&mut good).await, "message “1”");
    assert_eq!(server.requests().len(), 2);
}
