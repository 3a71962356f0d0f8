//! Transcripts: recorded from real connections, said again by `tidings replay`, and the same when they are recorded again.
use crate::command::{LIMIT, Ran, Running, run, tidings};
use crate::headless::{add, headless};
use proptest::prelude::*;
use rstest::rstest;
use rustix::process::Signal;
use serde_json::{Value, json};
use std::fs;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use tidings_test_support::eventually::eventually_blocking;
use tidings_test_support::sse_server::{EVENT_STREAM, Gate, SseServer, chunk, response};
use tidings_test_support::stress;

fn lines(file: &Path) -> Vec<Value> {
    let text = fs::read_to_string(file).expect("a transcript");
    assert!(text.ends_with('\n'), "cut off: {text}");
    text.lines().map(|line| serde_json::from_str(line).expect(line)).collect()
}

fn steps(lines: &[Value]) -> Vec<&str> {
    lines.iter().skip(1).map(|line| line["step"].as_str().expect("a step")).collect()
}

/// The bytes of each stream.
fn streams(lines: &[Value]) -> Vec<Vec<u8>> {
    let mut streams = vec![];
    for line in lines {
        match line["step"].as_str() {
            Some("answer") => streams.push(vec![]),
            Some("body") => {
                use base64::Engine as _;
                let bytes = match (&line["text"], &line["base64"]) {
                    (Value::String(text), Value::Null) => text.clone().into_bytes(),
                    (Value::Null, Value::String(coded)) => {
                        base64::prelude::BASE64_STANDARD.decode(coded).expect("base64")
                    }
                    other => panic!("neither text nor base64: {other:?}"),
                };
                streams.last_mut().expect("an answer").extend(bytes);
            }
            _ => {}
        }
    }
    streams
}

/// What `watch` says of an address, and the transcript that it writes.
fn watched(url: &str, file: &Path, more: &[&str]) -> (Ran, Vec<Value>) {
    let file_name = file.to_str().expect("UTF-8");
    let arguments = ["watch", "--format", "ndjson", "--transcript", file_name, url];
    let ran = run(arguments.iter().chain(more));
    (ran, lines(file))
}

/// Events and how streams ended, without what differs between two servers.
fn events(ran: &Ran) -> Vec<Value> {
    let lines = ran.stdout.lines().map(|line| serde_json::from_str::<Value>(line).expect(line));
    lines.filter(|line| line["type"] == "event").map(|line| json!([line["event"], line["data"], line["id"]])).collect()
}

struct Replayed {
    _running: Running,
    url: String,
}

fn replay(file: &Path, more: &[&str]) -> Replayed {
    let mut command = tidings(["replay", "--port", "0"]);
    let mut running = Running::start(command.args(more).arg(file));
    assert!(running.line().starts_with("Replaying "));
    let url = running.line().trim().to_owned();
    Replayed { _running: running, url }
}

/// What a server says to a request, all of it.
fn ask(url: &str, request: &str) -> Vec<u8> {
    let host = url.trim_start_matches("http://").split('/').next().expect("a host");
    let mut connection = TcpStream::connect(host).expect("it listens");
    connection.write_all(request.replace("HOST", host).as_bytes()).expect("it reads");
    let mut answer = Vec::new();
    connection.read_to_end(&mut answer).expect("it ends");
    answer
}

const GET: &str = "GET /events HTTP/1.1\r\nHost: HOST\r\n\r\n";

#[tokio::test(flavor = "multi_thread")]
async fn what_is_recorded_is_said_again_byte_for_byte() {
    let streams_sent: [&[u8]; 2] = [
        b"\xef\xbb\xbf: hi\r\n\r\nretry: 100\r\n\r\nid: 1\rdata: \xff\xfe caf\xc3\xa9\r\rfoo: bar\ndata: unfinished",
        "event: späße\nid: 2\ndata: {\"a\":\n\ndata: last\nid: 3\n\n".as_bytes(),
    ];
    let server = SseServer::start(move |mut connection| async move {
        match connection.request.number {
            0 => {
                let head = "HTTP/1.1 200 OK\r\nServer: ours\r\nSet-Cookie: sid=s3cret\r\nX-Api-Key: s3cret\r\nContent-Type: text/event-stream\r\n\r\n";
                connection.send(head).await;
                // A character in two pieces.
                for piece in [&streams_sent[0][..42], &streams_sent[0][42..]] {
                    connection.send(piece).await;
                    tokio::time::sleep(std::time::Duration::from_millis(20)).await;
                }
            }
            1 => connection.send("HTTP/1.1 307 x\r\nLocation: /moved?token=s3cret\r\nContent-Length: 0\r\n\r\n").await,
            2 => {
                connection.send(tidings_test_support::sse_server::CHUNKED_EVENT_STREAM).await;
                connection.send(chunk(streams_sent[1])).await;
                connection.send(chunk("")).await;
            }
            _ => connection.send(response("404 Not Found", "text/plain", "no")).await,
        }
    })
    .await;
    let dir = tempfile::tempdir().expect("a directory");
    let file = dir.path().join("first.transcript");
    let url = server.url("/events?access_token=s3cret").replace("://", "://anna:s3cret@");
    let header = ["--header", "X-Note: s3cret", "--header", "Authorization: Bearer s3cret"];
    let (ran, recorded) = tokio::task::spawn_blocking({
        let (url, file) = (url.clone(), file.clone());
        move || watched(&url, &file, &header)
    })
    .await
    .expect("it ends");
    assert_eq!(ran.status, 1, "closed by 404: {}", ran.stderr);
    let text = fs::read_to_string(&file).expect("there");
    assert!(!text.contains("s3cret") && !text.contains("anna"), "{text}");
    assert_eq!(fs::metadata(&file).expect("there").permissions().mode() & 0o777, 0o600);
    assert_eq!(streams(&recorded), [streams_sent[0].to_vec(), vec![], streams_sent[1].to_vec(), vec![]]);
    assert!(recorded.windows(2).skip(1).all(|pair| pair[0]["t"].as_f64() <= pair[1]["t"].as_f64()), "{text}");
    assert_eq!(steps(&recorded)[..4], ["connect", "tcp", "request", "answer"]);
    assert_eq!(steps(&recorded).last(), Some(&"end"));

    // The same events come of the replay, and the same transcript but for what is this server's.
    let replayed = replay(&file, &["--at-once"]);
    let again = dir.path().join("again.transcript");
    let (ran_again, recorded_again) = watched(&replayed.url, &again, &[]);
    assert_eq!(events(&ran_again), events(&ran));
    let without_redirects = [streams_sent[0].to_vec(), streams_sent[1].to_vec(), vec![]];
    assert_eq!(streams(&recorded_again), without_redirects);
    let statuses = |lines: &[Value]| -> Vec<Value> {
        let answers = lines.iter().filter(|line| line["step"] == "answer");
        answers.map(|line| line["status"].clone()).filter(|status| status != 307).collect()
    };
    assert_eq!(statuses(&recorded_again), statuses(&recorded));
    // After the last answer there is nothing more, and another client is told so.
    assert!(ask(&replayed.url, GET).starts_with(b"HTTP/1.1 204 No Content\r\n"));

    // The head without what belongs to the connection or the other server; then the very bytes.
    let replayed = replay(&file, &["--at-once", "--repeat"]);
    let expected = [b"HTTP/1.1 200 OK\r\nserver: ours\r\nx-api-key: \xe2\x80\xa6\r\ncontent-type: text/event-stream\r\nconnection: close\r\n\r\n".as_slice(), streams_sent[0]].concat();
    assert_eq!(String::from_utf8_lossy(&ask(&replayed.url, GET)), String::from_utf8_lossy(&expected));
    assert!(ask(&replayed.url, GET).starts_with(b"HTTP/1.1 200 OK\r\n"));
    assert!(ask(&replayed.url, GET).starts_with(b"HTTP/1.1 404 Not Found\r\n"));
    assert_eq!(ask(&replayed.url, GET), expected, "it begins anew");
    for (request, status) in [
        ("GET /events HTTP/1.1\r\nHost: evil.example\r\n\r\n", "403 Forbidden"),
        ("GET /favicon.ico HTTP/1.1\r\nHost: HOST\r\n\r\n", "404 Not Found"),
        ("POST /events HTTP/1.1\r\nHost: HOST\r\n\r\n", "405 Method Not Allowed"),
        ("nonsense\r\n\r\n", "400 Bad Request"),
    ] {
        let answer = ask(&replayed.url, request);
        assert!(answer.starts_with(format!("HTTP/1.1 {status}\r\n").as_bytes()), "{request}");
    }
}

/// A feed that is followed is recorded beside its following, from where it is.
#[tokio::test(flavor = "multi_thread")]
async fn a_feed_is_recorded_while_it_is_followed() {
    let gate = Gate::new();
    let server = gate
        .server(|mut connection, gate| async move {
            connection.send(format!("{EVENT_STREAM}data: before\n\n")).await;
            gate.pass().await;
            connection.send("id: 8\ndata: after\n\n").await;
            connection.closed().await;
        })
        .await;
    let dir = tempfile::tempdir().expect("a directory");
    let data_dir = dir.path().to_str().expect("UTF-8").to_owned();
    add(dir.path(), "house", &server.url("/?token=s3cret"));
    let mut engine = headless(dir.path(), &["--print"]);
    while !engine.line().contains("stored") {}
    let file = dir.path().join("house.transcript");
    let file_name = file.to_str().expect("UTF-8").to_owned();
    let record = |more: &[&str]| {
        let mut command = tidings(["feed", "record", "house", &file_name, "--data-dir", &data_dir]);
        Running::start(command.args(more))
    };
    let mut recording = record(&[]);
    assert_eq!(recording.line(), format!("Recording “house” into {file_name}, until you press Ctrl-C.\n"));
    let has = |step: &str| fs::read_to_string(&file).is_ok_and(|text| text.contains(&format!("\"step\":\"{step}\"")));
    eventually_blocking(LIMIT, "the beginning", || has("joined").then_some(()));
    gate.open();
    eventually_blocking(LIMIT, "the event", || has("body").then_some(()));
    recording.signal(Signal::INT);
    assert_eq!(recording.end().status, 0);
    let recorded = lines(&file);
    assert_eq!(steps(&recorded), ["connect", "request", "answer", "joined", "body"]);
    assert_eq!(streams(&recorded), [b"id: 8\ndata: after\n\n"]);
    assert_eq!(recorded[0]["url"], server.url("/?token=hidden"));
    assert!(!fs::read_to_string(&file).expect("there").contains("s3cret"));

    // It is not written over; with another connection a recording has its beginning.
    assert!(record(&[]).end().stderr.contains("is there already"));
    fs::remove_file(&file).expect("there");
    let mut recording = record(&["--reconnect"]);
    recording.line();
    eventually_blocking(LIMIT, "the stream from its beginning", || has("body").then_some(()));
    engine.signal(Signal::TERM);
    let ended = recording.end();
    assert_eq!((ended.status, &*ended.stderr), (1, "tidings: Tidings has ended, or the feed was removed.\n"));
    let recorded = lines(&file);
    assert_eq!(streams(&recorded).last().map(Vec::as_slice), Some(b"data: before\n\n".as_slice()));
}

/// At its own pace, or ten times as quickly.
#[test]
fn a_replay_keeps_the_pace_of_the_recording() {
    let dir = tempfile::tempdir().expect("a directory");
    let file = written(
        dir.path(),
        &[
            HEAD,
            CONNECT,
            ANSWER,
            r#"{"t":1,"step":"body","text":"data: a\n\n"}"#,
            r#"{"t":400,"step":"body","text":"data: b\n\n"}"#,
        ],
    );
    // Nothing comes before its time.
    for (speed, least) in [("1", 400), ("2", 200)] {
        let replayed = replay(&file, &["--speed", speed]);
        let began = std::time::Instant::now();
        let answer = ask(&replayed.url, GET);
        assert!(answer.ends_with(b"\r\n\r\ndata: a\n\ndata: b\n\n"));
        assert!(began.elapsed().as_millis() >= least, "{:?} at speed {speed}", began.elapsed());
    }
}

const HEAD: &str = r#"{"transcript":1,"url":"http://h/"}"#;
const CONNECT: &str = r#"{"t":0,"step":"connect"}"#;
const ANSWER: &str = r#"{"t":0,"step":"answer","status":200,"headers":[["content-type","text/event-stream"]]}"#;

fn written(dir: &Path, lines: &[&str]) -> PathBuf {
    let file = dir.join("given.transcript");
    fs::write(&file, lines.join("\n") + "\n").expect("written");
    file
}

#[rstest]
#[case::empty(&[""], "is no transcript of Tidings: its first line does not say so.")]
#[case::something_else(&["{\"a\":1}"], "is no transcript of Tidings")]
#[case::binary(&["\u{1}\u{2}PNG"], "is no transcript of Tidings")]
#[case::newer(&[r#"{"transcript":2}"#], "was written by a newer Tidings (format 2, this one reads 1): install that version.")]
#[case::nothing(&[HEAD], "holds no answer of a server, so there is nothing to replay.")]
#[case::only_redirects(&[HEAD, r#"{"t":0,"step":"answer","status":302,"headers":[]}"#], "holds no answer")]
#[case::no_step(&[HEAD, "{}"], "Line 2 of")]
#[case::unknown_step(&[HEAD, r#"{"t":0,"step":"explode"}"#], "cannot be replayed: “explode” is no step of a connection.")]
#[case::no_answer(&[HEAD, r#"{"t":0,"step":"body","text":"x"}"#], "there are bytes, but no answer that they belong to")]
#[case::after_its_end(&[HEAD, ANSWER, r#"{"t":0,"step":"end"}"#, r#"{"t":0,"step":"body","text":"x"}"#], "Line 4 of")]
#[case::back_in_time(&[HEAD, r#"{"t":5,"step":"connect"}"#, ANSWER], "its time is before that of the line above")]
#[case::negative(&[HEAD, r#"{"t":-5,"step":"connect"}"#], "its time -5 is none")]
#[case::far_away(&[HEAD, r#"{"t":1e300,"step":"connect"}"#], "its time")]
#[case::both(&[HEAD, ANSWER, r#"{"t":0,"step":"body","text":"x","base64":"eA=="}"#], "as text or as base64")]
#[case::neither(&[HEAD, ANSWER, r#"{"t":0,"step":"body"}"#], "as text or as base64")]
#[case::base64(&[HEAD, ANSWER, r#"{"t":0,"step":"body","base64":"%%%"}"#], "its base64 is not well-formed")]
#[case::no_status(&[HEAD, r#"{"t":0,"step":"answer","headers":[]}"#], "no status that a server could give")]
#[case::impossible_status(&[HEAD, r#"{"t":0,"step":"answer","status":99,"headers":[]}"#], "no status that a server could give")]
#[case::smuggled_header(&[HEAD, r#"{"t":0,"step":"answer","status":200,"headers":[["a","b\r\nSet-Cookie: x=y"]]}"#], "the header “a” cannot be sent")]
#[case::smuggled_name(&[HEAD, r#"{"t":0,"step":"answer","status":200,"headers":[["a\r\nb","c"]]}"#], "cannot be sent")]
fn a_transcript_that_is_none_says_what_is_wrong(#[case] given: &[&str], #[case] expected: &str) {
    let dir = tempfile::tempdir().expect("a directory");
    let file = written(dir.path(), given);
    let sentence = run(["replay", file.to_str().expect("UTF-8")]).failure(1);
    assert!(sentence.contains(expected), "{sentence}");
    assert!(sentence.contains("given.transcript"), "{sentence}");
}

#[test]
fn a_transcript_that_is_cut_off_or_too_long_says_so() {
    let dir = tempfile::tempdir().expect("a directory");
    let file = dir.path().join("cut.transcript");
    let text = [HEAD, CONNECT, ANSWER, r#"{"t":3,"step":"body","text":"data: a\n\n"}"#].join("\n");
    let run_it = || run(["replay", file.to_str().expect("UTF-8")]).failure(1);
    fs::write(&file, &text[..text.len() - 7]).expect("written");
    let sentence = run_it();
    assert!(sentence.contains("is cut off in line 4: the recording did not end well. Delete that line"), "{sentence}");
    // Without its last line end it is whole all the same.
    fs::write(&file, &text).expect("written");
    assert!(ask(&replay(&file, &[]).url, GET).ends_with(b"\r\n\r\ndata: a\n\n"));
    fs::write(&file, format!("{HEAD}\n{}", "x".repeat(5_000_000))).expect("written");
    let sentence = run_it();
    assert!(sentence.contains("Line 2 of") && sentence.contains("longer than any"), "{sentence}");
    assert!(run(["replay", "/nonexistent"]).failure(1).contains("cannot be read"));
    assert!(run(["replay", dir.path().to_str().expect("UTF-8")]).failure(1).contains("cannot be read"));
    for speed in ["0", "-1", "NaN", "quick", "inf"] {
        let sentence = run(["replay", file.to_str().expect("UTF-8"), &format!("--speed={speed}")]).failure(2);
        assert!(sentence.contains("is no speed"), "{sentence}");
    }
}

#[test]
fn a_transcript_is_of_one_stream_and_writes_over_nothing() {
    let dir = tempfile::tempdir().expect("a directory");
    let file = dir.path().join("x.transcript");
    let file = file.to_str().expect("UTF-8");
    let two = ["watch", "--transcript", file, "http://127.0.0.1:1/", "http://127.0.0.1:2/"];
    assert_eq!(run(two).failure(2), "A transcript is of one stream; name one address.");
    fs::write(file, "mine").expect("written");
    let sentence = run(["watch", "--transcript", file, "http://127.0.0.1:1/"]).failure(1);
    assert!(sentence.contains("is there already"), "{sentence}");
    assert_eq!(fs::read_to_string(file).expect("there"), "mine");
}

/// Parts of streams, whole and broken.
const PARTS: &[&[u8]] = &[
    b"data: x\n\n",
    b"data:",
    b"id: 7\n",
    b"\n",
    b"\r",
    b"\r\n",
    b": note\n",
    b"foo\n",
    b"event: a\ndata: b\n\n",
    b"\xff\xfe",
    b"\xc3",
    b"\xa9",
    b"\xef\xbb\xbf",
    b"\0",
    b"retry: 1\n\n",
    b"\"\\",
    b"data: \xe2\x80\xa8\n\n",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: if stress() { 200 } else { 8 }, failure_persistence: None, ..ProptestConfig::default() })]

    /// Whatever bytes are in a transcript: replayed and recorded again they are the same, and so are the frames in them.
    #[test]
    fn a_recording_of_a_replay_is_the_recording(
        pieces in proptest::collection::vec(proptest::collection::vec(proptest::sample::select(PARTS), 1..6), 1..6),
    ) {
        use base64::Engine as _;
        // It comes back soon.
        let first = std::iter::once(b"retry: 100\n\n".to_vec());
        let pieces: Vec<Vec<u8>> = first.chain(pieces.iter().map(|parts| parts.concat())).collect();
        let bodies = pieces.iter().enumerate().map(|(at, bytes)| match std::str::from_utf8(bytes) {
            Ok(text) => json!({ "t": at, "step": "body", "text": text }).to_string(),
            Err(_) => json!({ "t": at, "step": "body", "base64": base64::prelude::BASE64_STANDARD.encode(bytes) }).to_string(),
        });
        let given: Vec<_> = [HEAD, CONNECT, ANSWER].map(str::to_owned).into_iter().chain(bodies).collect();
        let dir = tempfile::tempdir().expect("a directory");
        let file = written(dir.path(), &given.iter().map(String::as_str).collect::<Vec<_>>());
        let replayed = replay(&file, &["--at-once"]);
        let (first, recorded) = watched(&replayed.url, &dir.path().join("again"), &[]);
        let whole = pieces.concat();
        prop_assert_eq!(&streams(&recorded)[0], &whole);
        let replayed = replay(&dir.path().join("again"), &["--at-once"]);
        let (second, recorded) = watched(&replayed.url, &dir.path().join("third"), &[]);
        prop_assert_eq!(&streams(&recorded)[0], &whole);
        prop_assert_eq!(events(&first), events(&second));
    }
}
