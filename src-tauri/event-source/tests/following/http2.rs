//! The same over HTTP/2, which is agreed on in the TLS handshake; and the ping that only it has.
use crate::{IMPATIENT, connector, get, next, next_lines};
use std::net::SocketAddr;
use std::time::Duration;
use tidings_event_source::{ConnectorOptions, EventSource, Occurrence, Probing, Proxy};
use tidings_test_support::sse_server::Gate;
use tidings_test_support::tls::Identity;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// Sends one event on each request's stream and ends it; the second is reset instead, once the gate is open.
async fn serve(gate: Gate) -> (SocketAddr, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let config = Identity::self_signed(&["127.0.0.1"], false).server_config(&["h2", "http/1.1"]);
    let task = tokio::spawn(async move {
        let acceptor = tokio_rustls::TlsAcceptor::from(config);
        for number in 0.. {
            let (stream, _) = listener.accept().await.unwrap();
            let (acceptor, gate) = (acceptor.clone(), gate.clone());
            tokio::spawn(async move {
                let mut connection = h2::server::handshake(acceptor.accept(stream).await.unwrap()).await.unwrap();
                while let Some(Ok((request, mut respond))) = connection.accept().await {
                    let id = request.headers().get("last-event-id").map_or("", |id| id.to_str().unwrap());
                    let head = http::Response::builder().header("content-type", "text/event-stream").body(()).unwrap();
                    let mut body = respond.send_response(head, false).unwrap();
                    let event = format!("id: {number}\ndata: after “{id}”\n\n");
                    body.send_data(event.into(), number != 1).unwrap();
                    if number == 1 {
                        let gate = gate.clone();
                        tokio::spawn(async move {
                            gate.pass().await;
                            body.send_reset(h2::Reason::INTERNAL_ERROR);
                        });
                    }
                }
            });
        }
    });
    (address, task)
}

#[tokio::test]
async fn opens_delivers_resumes() {
    let gate = Gate::new();
    let (address, task) = serve(gate.clone()).await;
    let connector = connector(ConnectorOptions { proxy: Proxy::None, insecure: true, ..ConnectorOptions::default() });
    let mut source = EventSource::new(connector, get(&format!("https://{address}/")), IMPATIENT, "", 1024);
    assert_eq!(next(&mut source).await, "connecting 1");
    loop {
        match source.next().await {
            Some(Occurrence::Waiting) => {}
            Some(Occurrence::Open(opened)) => {
                assert_eq!((opened.protocol, opened.status), ("HTTP/2.0", 200));
                break;
            }
            other => panic!("{other:?}"),
        }
    }
    assert_eq!(
        next_lines(&mut source, 5).await,
        [
            "message “after “”” #0",
            "lost closed-by-server (polling)",
            "connecting 1 from #0",
            "open 200",
            "message “after “0”” #1",
        ]
    );
    // What a proxy does that has lost its backend.
    gate.open();
    assert_eq!(next_lines(&mut source, 2).await, ["lost network", "connecting 1 from #1"]);
    task.abort();
}

/// Takes connections, answers the first request of each with one event, and from then on nothing, not even pings; TCP
/// acknowledges everything all the same.
async fn freeze() -> (SocketAddr, JoinHandle<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let address = listener.local_addr().unwrap();
    let config = Identity::self_signed(&["127.0.0.1"], false).server_config(&["h2"]);
    let task = tokio::spawn(async move {
        let acceptor = tokio_rustls::TlsAcceptor::from(config);
        let mut frozen = Vec::new();
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let mut connection = h2::server::handshake(acceptor.accept(stream).await.unwrap()).await.unwrap();
            let (_, mut respond) = connection.accept().await.unwrap().unwrap();
            let head = http::Response::builder().header("content-type", "text/event-stream").body(()).unwrap();
            let mut body = respond.send_response(head, false).unwrap();
            body.send_data("data: x\n\n".into(), false).unwrap();
            // Writes what is to be sent, and reads what there is to read.
            let _ = tokio::time::timeout(Duration::from_millis(200), connection.accept()).await;
            frozen.push((connection, body));
        }
    });
    (address, task)
}

#[tokio::test]
async fn a_server_that_answers_no_ping_is_noticed() {
    let (address, task) = freeze().await;
    let probing = Probing { after: Duration::from_secs(1), interval: Duration::from_secs(1), ..Probing::default() };
    let options = ConnectorOptions { proxy: Proxy::None, insecure: true, probing, ..ConnectorOptions::default() };
    let mut source = EventSource::new(connector(options), get(&format!("https://{address}/")), IMPATIENT, "", 1024);
    assert_eq!(
        next_lines(&mut source, 6).await,
        ["connecting 1", "open 200", "message “x”", "lost network", "connecting 1", "open 200"]
    );
    task.abort();
}
