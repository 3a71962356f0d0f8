//! Each way in which TLS can fail, and the ways in which it works.
use crate::{connector, end, get, next_lines};
use std::path::PathBuf;
use std::sync::Arc;
use tidings_event_source::{ConnectorOptions, EventSource, Failure, Fingerprint, Layer, Occurrence, Policy, Proxy};
use tidings_test_support::sse_server::{Connection, EVENT_STREAM, SseServer};
use tidings_test_support::tls::{Authority, Identity};

const HERE: &[&str] = &["127.0.0.1"];

async fn serve(identity: &Identity) -> SseServer {
    SseServer::start_tls(identity.server_config(&["http/1.1"]), |mut connection: Connection| async move {
        connection.send(EVENT_STREAM).await;
        connection.send("data: x\n\n").await;
        // No close_notify: many servers just hang up.
    })
    .await
}

fn source(url: &str, authorities: Vec<PathBuf>, insecure: bool, policy: Policy) -> EventSource {
    let options = ConnectorOptions { proxy: Proxy::None, authorities, insecure, ..ConnectorOptions::default() };
    EventSource::new(connector(options), get(url), policy, "", 1024)
}

#[tokio::test]
async fn a_private_authority_is_trusted_when_named() {
    let directory = tempfile::tempdir().unwrap();
    let authority = Authority::new("ours");
    let server = serve(&authority.certify(HERE)).await;
    let mut source = source(&server.url("/"), vec![authority.write_pem(directory.path())], false, Policy::BROWSER);
    assert_eq!(
        next_lines(&mut source, 4).await,
        ["connecting 1", "open 200", "message “x”", "lost closed-by-server (polling)"]
    );
}

/// What a user does who has made a certificate with one `openssl` command: it is trusted as such, for its own name.
#[tokio::test]
async fn a_self_signed_certificate_is_trusted_when_named() {
    for marked_as_authority in [false, true] {
        let directory = tempfile::tempdir().unwrap();
        let identity = Identity::self_signed(HERE, marked_as_authority);
        let server = serve(&identity).await;
        let file = identity.write_pem(directory.path());
        let mut good = source(&server.url("/"), vec![file.clone()], false, Policy::BROWSER);
        assert_eq!(next_lines(&mut good, 2).await, ["connecting 1", "open 200"]);
        let elsewhere = server.url("/").replace("127.0.0.1", "localhost");
        let end = end(&mut source(&elsewhere, vec![file], false, Policy::BROWSER)).await;
        assert_eq!(end.message, "The certificate that “localhost” showed is for another name: check the address.");
    }
}

#[tokio::test]
async fn insecure_accepts_anything() {
    for identity in
        [Identity::self_signed(&["elsewhere.example"], false), Authority::new("ours").certify_until_2001(HERE)]
    {
        let server = serve(&identity).await;
        let mut source = source(&server.url("/"), vec![], true, Policy::BROWSER);
        assert_eq!(next_lines(&mut source, 2).await, ["connecting 1", "open 200"]);
    }
}

#[tokio::test]
async fn each_fault_of_a_certificate_has_its_sentence() {
    let authority = Authority::new("ours");
    let table = [
        (
            Identity::self_signed(HERE, false),
            "The certificate of “127.0.0.1” is self-signed: add it as an authority if you trust it.",
        ),
        (
            Identity::self_signed(HERE, true),
            "The certificate of “127.0.0.1” is self-signed: add it as an authority if you trust it.",
        ),
        (
            Authority::new("another").certify(HERE),
            "The certificate of “127.0.0.1” comes from an authority that is not trusted here: add that authority if you trust it.",
        ),
        (
            Authority::new("ours").certify(HERE),
            "The certificate of “127.0.0.1” comes from an authority that is not trusted here: add that authority if you trust it.",
        ),
        (
            authority.certify(&["elsewhere.example"]),
            "The certificate that “127.0.0.1” showed is for another name: check the address.",
        ),
        (authority.certify_until_2001(HERE), "The certificate of “127.0.0.1” has expired: its owner has to renew it."),
        (
            authority.certify_from_4000(HERE),
            "The certificate of “127.0.0.1” is not valid yet: check this computer's clock.",
        ),
    ];
    let directory = tempfile::tempdir().unwrap();
    let trusted = authority.write_pem(directory.path());
    for (identity, sentence) in table {
        let server = serve(&identity).await;
        // A feed tries again slowly and calls for attention after three; a browser takes it for a network error.
        let mut feed = source(&server.url("/"), vec![trusted.clone()], false, Policy::FEED);
        for attention in [false, false, true] {
            let end = end(&mut feed).await;
            assert_eq!((end.layer, &end.message[..], end.needs_attention), (Layer::Tls, sentence, attention));
            assert_eq!(end.retry_in.unwrap().as_secs() >= 60, attention);
            feed.reconnect_now();
        }
        let end = end(&mut source(&server.url("/"), vec![trusted.clone()], false, Policy::BROWSER)).await;
        assert!(end.retry_in.unwrap().as_secs() < 5);
        assert!(server.requests().is_empty());
    }
}

#[tokio::test]
async fn a_server_without_tls() {
    let server = SseServer::start(|_: Connection| async {}).await;
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let talking_first = listener.local_addr().unwrap();
    let task = tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let _ = tokio::io::AsyncWriteExt::write_all(&mut stream, b"HTTP/1.1 400 Bad Request\r\n\r\n").await;
            let mut rest = Vec::new();
            let _ = tokio::io::AsyncReadExt::read_to_end(&mut stream, &mut rest).await;
        }
    });
    let end = end(&mut source(&format!("https://{talking_first}/"), vec![], false, Policy::FEED)).await;
    assert_eq!(end.layer, Layer::Tls);
    assert_eq!(
        end.message,
        "“127.0.0.1” does not speak TLS on this port: check the port, and whether the address should begin with http."
    );
    assert!(!end.needs_attention && end.retry_in.unwrap().as_secs() < 5);
    task.abort();
    drop(server);
}

#[tokio::test]
async fn a_handshake_that_is_refused_or_cut() {
    // No protocol in common: the server sends an alert.
    let identity = Identity::self_signed(HERE, false);
    let server = SseServer::start_tls(identity.server_config(&["spdy/3"]), |_: Connection| async {}).await;
    let refused = end(&mut source(&server.url("/"), vec![], true, Policy::BROWSER)).await;
    assert_eq!(refused.layer, Layer::Tls);
    assert_eq!(refused.message, "“127.0.0.1” refused the TLS handshake (NoApplicationProtocol).");
    assert!(refused.retry_in.is_some());

    // A server that hangs up in the middle.
    let listener = Arc::new(tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap());
    let url = format!("https://{}/", listener.local_addr().unwrap());
    let task = tokio::spawn(async move {
        loop {
            let (mut stream, _) = listener.accept().await.unwrap();
            let mut hello = [0; 4096];
            let _ = tokio::io::AsyncReadExt::read(&mut stream, &mut hello).await;
        }
    });
    let cut = end(&mut source(&url, vec![], true, Policy::BROWSER)).await;
    assert_eq!(cut.layer, Layer::Tls);
    assert_eq!(cut.message, "The TLS handshake with “127.0.0.1” failed: the server hung up.");
    task.abort();
}

/// Trust on first use: exactly the certificate that the user has seen, whatever else is wrong with it, and no other.
#[tokio::test]
async fn a_pinned_certificate_is_the_only_one() {
    let authority = Authority::new("ours");
    let directory = tempfile::tempdir().unwrap();
    let (seen, other) = (Identity::self_signed(&["elsewhere.example"], false), authority.certify(HERE));
    let fingerprint = |identity: &Identity| Fingerprint::of(identity.der());
    let source = |url: &str, insecure| {
        let options = ConnectorOptions {
            proxy: Proxy::None,
            authorities: vec![authority.write_pem(directory.path())],
            pinned: Some(fingerprint(&seen)),
            insecure,
            ..ConnectorOptions::default()
        };
        EventSource::new(connector(options), get(url), Policy::FEED, "", 1024)
    };
    let server = serve(&seen).await;
    let mut good = source(&server.url("/"), false);
    assert_eq!(next_lines(&mut good, 2).await, ["connecting 1", "open 200"]);

    // Another one is refused even if an authority vouches for it, and if nothing were checked at all.
    let server = serve(&other).await;
    for insecure in [false, true] {
        let end = end(&mut source(&server.url("/"), insecure)).await;
        assert_eq!(
            end.message,
            format!(
                "The certificate of “127.0.0.1” is not the one that is trusted: SHA-256 {} instead of {}. Somebody may be listening in; trust the new one only if you know why it changed.",
                fingerprint(&other),
                fingerprint(&seen)
            )
        );
        assert!(end.needs_attention, "at once");
        assert!(end.retry_in.unwrap().as_secs() >= 900);
    }
    assert!(server.requests().is_empty(), "nothing is sent to whoever that is");
}

#[tokio::test]
async fn a_refused_certificate_tells_its_fingerprint_and_an_accepted_one_its_end() {
    let identity = Identity::self_signed(HERE, false);
    let server = serve(&identity).await;
    let mut refused = source(&server.url("/"), vec![], false, Policy::FEED);
    assert_eq!(crate::next(&mut refused).await, "connecting 1");
    let Some(Occurrence::Lost { failure: Failure::Tls { certificate, .. }, .. }) = refused.next().await else {
        panic!("not refused")
    };
    assert_eq!(*certificate, Some(Fingerprint::of(identity.der())));

    let directory = tempfile::tempdir().unwrap();
    let authority = Authority::new("ours");
    let server = serve(&authority.certify_until(HERE, 2040, 2, 3)).await;
    let mut good = source(&server.url("/"), vec![authority.write_pem(directory.path())], false, Policy::FEED);
    loop {
        match good.next().await {
            Some(Occurrence::Open(opened)) => break assert_eq!(opened.certificate_valid_until, Some(2_211_840_000)),
            Some(Occurrence::Connecting { .. } | Occurrence::Waiting) => {}
            other => panic!("{other:?}"),
        }
    }
}
