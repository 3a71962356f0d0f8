//! When it does not work, which layer is named.
use crate::{IMPATIENT, connector, end, follow, get, next, next_lines, opened_url};
use tidings_event_source::{ConnectorOptions, EventSource, Layer, Policy, Proxy};
use tidings_test_support::sse_server::{Connection, EVENT_STREAM, SseServer};

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
    while tokio::net::TcpStream::connect(address).await.is_ok() {
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
    let server = SseServer::start(|mut connection: Connection| async move {
        if connection.request.number == 1 {
            connection.send(EVENT_STREAM).await;
            connection.send("data: x\n\n").await;
            connection.send("data: y").await;
            // The reset overtakes what the client has not read: let it read first.
            connection.request.head.clear();
            tokio::time::sleep(std::time::Duration::from_millis(50)).await;
        }
        connection.reset();
    })
    .await;
    let mut source = follow(&server.url("/"), IMPATIENT);
    assert_eq!(next_lines(&mut source, 2).await, ["connecting 1", "lost network"]);
    assert_eq!(next_lines(&mut source, 4).await, ["connecting 2", "open 200", "message “x”", "lost network"]);
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
