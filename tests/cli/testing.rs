//! `tidings feed test`: an address tried once, layer by layer, against real servers of every kind.
use crate::command::{Ran, Running, tidings};
use serde_json::Value;
use tidings_test_support::network_namespace::{DeadPeer, entered};
use tidings_test_support::process::free_port;
use tidings_test_support::sse_server::{Connection, EVENT_STREAM, SseServer, response};
use tidings_test_support::tls::{Authority, Identity};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::{TcpListener, TcpStream};

/// The longest that a test here may last; those that work end by themselves long before.
const LENGTH: &str = "20s";

async fn ran(arguments: &[&str]) -> Ran {
    let mut command = tidings(["feed", "test"]);
    command.args(arguments);
    let running = Running::start(&mut command);
    tokio::task::spawn_blocking(|| running.end()).await.expect("it ends")
}

/// As a program reads it: its exit status, and the objects on standard output.
async fn read(arguments: &[&str]) -> (i32, Vec<Value>) {
    let ran = ran(&[arguments, &["--json"]].concat()).await;
    let lines = ran.stdout.lines().map(|line| serde_json::from_str(line).expect(line)).collect();
    (ran.status, lines)
}

/// "lookup good, tcp good": the steps in the order in which they were told.
fn steps(lines: &[Value]) -> String {
    let steps = lines.iter().filter(|line| line["type"] == "step");
    let words = steps.map(|line| {
        format!("{} {}", line["step"].as_str().unwrap_or_default(), line["verdict"].as_str().unwrap_or_default())
    });
    words.collect::<Vec<_>>().join(", ")
}

/// What was found, with the addresses that are proposed.
fn findings(lines: &[Value]) -> Vec<(String, Option<String>)> {
    let findings = lines.iter().filter(|line| line["type"] == "finding");
    let text = |value: &Value| value.as_str().map(str::to_owned);
    findings.map(|line| (text(&line["kind"]).unwrap_or_default(), text(&line["proposal"]))).collect()
}

#[track_caller]
fn step<'a>(lines: &'a [Value], name: &str) -> &'a Value {
    let step = lines.iter().rfind(|line| line["type"] == "step" && line["step"] == name);
    step.unwrap_or_else(|| panic!("no step {name}: {lines:?}"))
}

fn result(lines: &[Value]) -> &Value {
    let last = lines.last().expect("a result");
    assert_eq!(last["type"], "result", "{last}");
    last
}

async fn stream() -> SseServer {
    SseServer::start(say).await
}

/// Two heartbeats and an event, and then silence.
async fn say(mut connection: Connection) {
    connection.send(EVENT_STREAM).await;
    connection
        .send(":beat\n\n:beat\n\nid: 7\nevent: deploy\ndata: {\"title\":\"Done\",\"message\":\"in 3 s\"}\n\n")
        .await;
    connection.closed().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_stream_passes_every_layer_and_its_events_are_shown_as_they_would_be_announced() {
    let server = stream().await;
    let (status, lines) = read(&[&server.url("/events"), "--for", LENGTH, "--max-events", "1"]).await;
    assert_eq!(status, 0, "{lines:?}");
    assert_eq!(
        steps(&lines),
        "lookup skipped, tcp good, tls skipped, http good, contentType good, firstBytes good, firstEvent good, heartbeat good"
    );
    assert_eq!(step(&lines, "tcp")["detail"]["to"], server.address().to_string());
    assert_eq!(step(&lines, "http")["detail"]["status"], 200);
    assert_eq!(step(&lines, "contentType")["detail"]["value"], "text/event-stream");
    assert_eq!(step(&lines, "heartbeat")["detail"]["what"]["kind"], "comment");
    let event = lines.iter().find(|line| line["type"] == "event").expect("an event");
    assert_eq!(
        (&event["eventType"], &event["title"], &event["body"]),
        (&"deploy".into(), &"Done".into(), &"in 3 s".into())
    );
    assert_eq!((&event["decision"], &event["lastEventId"]), (&"announce".into(), &"7".into()));
    assert_eq!((&result(&lines)["outcome"], &result(&lines)["events"]), (&"works".into(), &1.into()));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn for_people_each_layer_is_a_line() {
    let server = stream().await;
    let ran =
        ran(&[&server.url("/e?token=s3cret"), "--max-events", "1", "--map", "title=T {{ event.json.title }}"]).await;
    let words: Vec<Vec<_>> = ran.stdout.lines().map(|line| line.split_whitespace().collect()).collect();
    let line = |first: &str| {
        words.iter().find(|words| words.first() == Some(&first)).unwrap_or_else(|| panic!("{first}: {}", ran.stdout))
    };
    assert_eq!(line("name")[1..], ["-", "not", "needed"]);
    assert_eq!(line("connection")[1], "ok");
    assert_eq!(line("TLS")[1..], ["-", "not", "encrypted"]);
    assert_eq!(line("answer")[4..], ["200", "·", "HTTP/1.1"]);
    assert_eq!(line("type")[1..], ["ok", "text/event-stream"]);
    assert!(ran.stdout.contains("deploy · T Done — in 3 s\n"), "{}", ran.stdout);
    assert!(ran.stdout.contains("\n\nIt works: 1 event in "), "{}", ran.stdout);
    assert_eq!((ran.status, ran.stderr.as_str()), (0, ""));
    assert!(!ran.stdout.contains("s3cret"), "{}", ran.stdout);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_certificate_is_shown_and_one_that_is_not_trusted_ends_the_test_at_its_layer() {
    let directory = tempfile::tempdir().expect("a directory");
    let authority = Authority::new("ours");
    let server = SseServer::start_tls(authority.certify(&["localhost"]).server_config(&["http/1.1"]), say).await;
    let url = format!("https://localhost:{}/", server.address().port());
    let file = authority.write_pem(directory.path());
    let file = file.to_str().expect("UTF-8");

    let (status, lines) = read(&[&url, "--max-events", "1", "--for", LENGTH, "--ca", file]).await;
    assert_eq!(status, 0, "{lines:?}");
    assert!(
        steps(&lines).starts_with("lookup good, tcp good, tls good, http good, contentType good"),
        "{}",
        steps(&lines)
    );
    let tls = &step(&lines, "tls")["detail"];
    assert_eq!((&tls["version"], &tls["names"], &tls["issuer"]), (&"1.3".into(), &"localhost".into(), &"ours".into()));
    assert_eq!(tls["checked"], true);

    let (status, lines) = read(&[&url, "--for", LENGTH]).await;
    assert_eq!(status, 1, "{lines:?}");
    assert_eq!(steps(&lines), "lookup good, tcp good, tls failed");
    assert_eq!(result(&lines)["cause"]["layer"], "tls");

    let (_, lines) = read(&[&url, "--max-events", "1", "--for", LENGTH, "--insecure"]).await;
    assert_eq!(
        (&step(&lines, "tls")["verdict"], &step(&lines, "tls")["detail"]["checked"]),
        (&"warning".into(), &false.into())
    );

    let expired =
        SseServer::start_tls(authority.certify_until_2001(&["localhost"]).server_config(&["http/1.1"]), say).await;
    let url = format!("https://localhost:{}/", expired.address().port());
    let (_, lines) = read(&[&url, "--for", LENGTH, "--ca", file]).await;
    assert_eq!(step(&lines, "tls")["detail"]["expires"], 978_307_200_000_i64, "{lines:?}");
    assert_eq!(
        result(&lines)["cause"]["message"],
        "The certificate of “localhost” has expired: its owner has to renew it."
    );
}

/// A server without TLS that, like nginx and others, answers at once to what it does not understand. Where it listens.
async fn plain() -> std::net::SocketAddr {
    let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.read(&mut [0; 1024]).await;
            let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n").await;
        }
    });
    address
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_failing_layer_is_named() {
    let refused = format!("http://127.0.0.1:{}/", free_port());
    let plain = plain().await;
    let encrypted = SseServer::start_tls(Identity::self_signed(&["127.0.0.1"], false).server_config(&[]), say).await;
    let page = SseServer::start(|mut connection: Connection| async move {
        connection.send(response("200 OK", "text/html", "<title>Log in</title>")).await;
    })
    .await;
    let json = SseServer::start(|mut connection: Connection| async move {
        connection.send(response("200 OK", "application/json", "{}")).await;
    })
    .await;
    let locked = SseServer::start(|mut connection: Connection| async move {
        connection
            .send("HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: Bearer realm=\"x\"\r\nContent-Length: 0\r\n\r\n")
            .await;
    })
    .await;
    let (on_plain, on_encrypted) = (format!("https://{plain}/"), encrypted.url("/").replace("https:", "http:"));
    let connected = "lookup skipped, tcp good, tls skipped";
    for (url, expected, kind, proposal) in [
        ("http://nowhere.invalid/", "lookup failed".to_owned(), "other", None),
        (&*refused, "tcp failed".to_owned(), "other", None),
        (&*on_plain, "lookup skipped, tcp good, tls failed".to_owned(), "hasNoTls", Some(format!("http://{plain}/"))),
        (&*on_encrypted, format!("{connected}, http failed"), "wantsTls", Some(encrypted.url("/"))),
        (&*page.url("/"), format!("{connected}, http good, contentType failed"), "htmlPage", None),
        (&*json.url("/"), format!("{connected}, http good, contentType failed"), "json", None),
        (&*locked.url("/"), format!("{connected}, http failed"), "credentials", None),
    ] {
        let (status, lines) = read(&[url, "--for", LENGTH]).await;
        assert_eq!(status, 1, "{url}: {lines:?}");
        assert_eq!(steps(&lines), expected, "{url}");
        assert_eq!(findings(&lines), [(kind.to_owned(), proposal)], "{url}");
        assert_eq!(result(&lines)["outcome"], "failed", "{url}");
        if kind == "credentials" {
            let finding = lines.iter().find(|line| line["type"] == "finding").expect("a finding");
            assert_eq!((&finding["wanted"], &finding["given"]), (&"Bearer".into(), &false.into()));
        }
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn silence_is_not_failure() {
    let mute = SseServer::start(|mut connection: Connection| async move { connection.closed().await }).await;
    let (status, lines) = read(&[&mute.url("/"), "--for", "1s"]).await;
    assert_eq!((status, &result(&lines)["outcome"]), (3, &"unanswered".into()), "{lines:?}");
    assert_eq!(findings(&lines), [("noAnswerYet".to_owned(), None)]);

    let silent = SseServer::start(|mut connection: Connection| async move {
        connection.send(EVENT_STREAM).await;
        connection.closed().await;
    })
    .await;
    let (status, lines) = read(&[&silent.url("/"), "--for", "1s"]).await;
    assert_eq!((status, &result(&lines)["outcome"]), (0, &"silent".into()), "{lines:?}");
    assert_eq!(findings(&lines), [("nothingYet".to_owned(), None)]);
    silent.ended(0).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_redirect_is_followed_and_one_for_good_is_proposed() {
    let server = stream().await;
    let to = server.url("/events");
    let location = to.clone();
    let moved = SseServer::start(move |mut connection: Connection| {
        let location = location.clone();
        async move {
            connection
                .send(format!("HTTP/1.1 308 Permanent Redirect\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n"))
                .await;
        }
    })
    .await;
    let (status, lines) = read(&[&moved.url("/old"), "--for", "2s"]).await;
    assert_eq!(status, 0, "{lines:?}");
    assert_eq!(step(&lines, "http")["detail"]["redirects"], 1);
    assert_eq!(step(&lines, "http")["detail"]["to"], to);
    assert_eq!(findings(&lines), [("moved".to_owned(), Some(to))]);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn it_goes_through_the_proxy_of_the_feed_with_its_headers() {
    let server = stream().await;
    let address = server.address();
    let proxy = SseServer::start(move |mut connection: Connection| async move {
        // A forward proxy for http passes the request on as it is; what it asks for is enough here.
        assert!(connection.request.target().starts_with("http://stream.invalid/"), "{}", connection.request.target());
        let mut other = TcpStream::connect(address).await.expect("the server listens");
        other.write_all(&connection.request.head).await.expect("it takes it");
        connection.tunnel_to(other).await;
    })
    .await;
    let arguments = [
        "http://stream.invalid/",
        "--max-events",
        "1",
        "--for",
        LENGTH,
        "--header",
        "X-Key: s3cret",
        "--proxy",
        &proxy.url("/"),
    ];
    let (status, lines) = read(&arguments).await;
    assert_eq!(status, 0, "{lines:?}");
    assert_eq!(step(&lines, "tcp")["detail"]["proxy"], proxy.address().to_string());
    assert_eq!(server.request(0).await.header("x-key").as_deref(), Some("s3cret"));

    let nobody = format!("http://127.0.0.1:{}", free_port());
    let (status, lines) = read(&["http://stream.invalid/", "--for", LENGTH, "--proxy", &nobody]).await;
    assert_eq!((status, &*steps(&lines)), (1, "tcp failed"), "{lines:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_address_of_ipv6_and_one_of_an_old_server_are_tried() {
    let listener = TcpListener::bind("[::1]:0").await.expect("a port");
    let address = listener.local_addr().expect("an address");
    tokio::spawn(async move {
        while let Ok((mut stream, _)) = listener.accept().await {
            let _ = stream.read(&mut [0; 1024]).await;
            let _ = stream.write_all(format!("{EVENT_STREAM}data: x\n\n").as_bytes()).await;
            let _ = stream.read(&mut [0; 1024]).await;
        }
    });
    let (status, lines) = read(&[&format!("http://{address}/"), "--max-events", "1", "--for", LENGTH]).await;
    assert_eq!(status, 0, "{lines:?}");
    assert_eq!(step(&lines, "lookup")["verdict"], "skipped");
    assert_eq!(step(&lines, "tcp")["detail"]["to"], address.to_string());

    let directory = tempfile::tempdir().expect("a directory");
    let authority = Authority::new("ours");
    let file = authority.write_pem(directory.path());
    let old = authority.certify(&["localhost"]).server_config_of_1_2(&["http/1.1"]);
    let server = SseServer::start_tls(old, say).await;
    let url = format!("https://localhost:{}/", server.address().port());
    let arguments = [&*url, "--max-events", "1", "--for", LENGTH, "--ca", file.to_str().expect("UTF-8")];
    let (status, lines) = read(&arguments).await;
    assert_eq!((status, &step(&lines, "tls")["detail"]["version"]), (0, &"1.2".into()), "{lines:?}");
}

/// Runs a test in a network of its own, by its full name.
fn alone(name: &str, test: impl Future<Output = ()>) {
    if entered(name) {
        let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(2).enable_all().build();
        runtime.expect("a runtime").block_on(test);
    }
}

/// Whose packets are lost without a word keeps nobody longer than was asked for.
#[test]
fn a_peer_that_does_not_answer_at_all_ends_no_test_late() {
    alone("testing::a_peer_that_does_not_answer_at_all_ends_no_test_late", async {
        let server = stream().await;
        let _dead = DeadPeer::on(server.address().port());
        let (status, lines) = read(&[&server.url("/"), "--for", "1s"]).await;
        assert_eq!((status, &*steps(&lines)), (1, "lookup skipped, tcp failed"), "{lines:?}");
        assert_eq!(findings(&lines), [("tookTooLong".to_owned(), None)]);
    });
}

/// What came counts, and nothing more is said against one that goes without a word.
#[test]
fn a_peer_that_goes_without_a_word_ends_no_test_late() {
    alone("testing::a_peer_that_goes_without_a_word_ends_no_test_late", async {
        let server = stream().await;
        let mut command = tidings(["feed", "test", &server.url("/"), "--json", "--for", "2s"]);
        let mut running = Running::start(&mut command);
        while !running.line().contains("\"firstEvent\"") {}
        let _dead = DeadPeer::on(server.address().port());
        let ran = tokio::task::spawn_blocking(|| running.end()).await.expect("it ends");
        assert_eq!(ran.status, 0, "{}", ran.stdout);
        let result: Value = serde_json::from_str(ran.stdout.lines().last().expect("a result")).expect("an object");
        assert_eq!((&result["outcome"], &result["events"]), (&"works".into(), &1.into()));
    });
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_source_is_recognised_by_what_comes_and_set_up_by_its_preset() {
    let server = SseServer::start(|mut connection: Connection| async move {
        connection.send(EVENT_STREAM).await;
        let topic = "data: {\"id\":\"a\",\"time\":1643935928,\"event\":\"message\",\"topic\":\"t\",\"title\":\"Hi\"}";
        connection.send(format!("{topic}\n\nevent: message_delete\ndata: {{}}\n\n")).await;
        connection.closed().await;
    })
    .await;
    let url = server.url("/behind/another/path");
    let (_, lines) = read(&[&url, "--max-events", "2", "--for", LENGTH]).await;
    let preset = lines.iter().find(|line| line["type"] == "preset").expect("a preset");
    assert_eq!((&preset["id"], &preset["seen"]), (&"ntfy".into(), &true.into()));
    let told = ran(&[&url, "--max-events", "2", "--for", LENGTH]).await.stdout;
    assert!(told.ends_with("\nIt is ntfy: with --preset ntfy it is set up for that.\n"), "{told}");
    let decisions = |lines: &[Value]| {
        let events = lines.iter().filter(|line| line["type"] == "event");
        events.map(|line| line["decision"].as_str().unwrap_or_default().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(decisions(&lines), ["announce", "announce"]);
    // Its rules drop what is meant for other clients.
    let (_, lines) = read(&[&url, "--max-events", "2", "--for", LENGTH, "--preset", "ntfy"]).await;
    assert_eq!(decisions(&lines), ["announce", "drop"]);
    assert!(lines.iter().all(|line| line["type"] != "preset"), "it is known: {lines:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_mastodon_server_is_asked_where_its_streams_are() {
    let streams = stream().await;
    let streaming = format!("ws://{}", streams.address());
    let main = SseServer::start(move |mut connection: Connection| {
        let about = format!("{{\"configuration\":{{\"urls\":{{\"streaming\":\"{streaming}\"}}}}}}");
        async move {
            match connection.request.target() {
                "/api/v2/instance" => {
                    assert_eq!(connection.request.header("authorization"), None, "nobody asked for the token");
                    connection.send(response("200 OK", "application/json", &about)).await;
                }
                _ => connection.send(response("404 Not Found", "text/html", "<title>404</title>")).await,
            }
        }
    })
    .await;
    let url = main.url("/api/v1/streaming/user");
    let (status, lines) = read(&[&url, "--for", LENGTH, "--header", "Authorization: Bearer s3cret"]).await;
    assert_eq!(status, 1, "{lines:?}");
    let proposal = streams.url("/api/v1/streaming/user");
    assert_eq!(findings(&lines), [("mastodonStreaming".to_owned(), Some(proposal)), ("notFound".to_owned(), None)]);
}

#[test]
fn what_was_typed_wrongly_is_said_before_anybody_is_asked() {
    for (arguments, sentence) in [
        (&["ftp://h/"][..], "\"ftp://h/\" cannot be followed; only addresses that begin with http:// or https:// can."),
        (&["http://h/", "--for", "soon"][..], "\"soon\" is no length of time; write seconds (10s) or minutes (2m)."),
        (&["http://h/", "--map", "title={{"][..], ""),
    ] {
        let mut command = tidings(["feed", "test"]);
        let told = Running::start(command.args(arguments)).end().failure(2);
        assert!(sentence.is_empty() || told == sentence, "{told}");
    }
}
