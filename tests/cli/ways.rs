//! Each of the real servers behind each of the ways in which companies and people put them: from the command line to the event.
//! And what is said when a password, a certificate or a proxy is the wrong one.
//!
//! Every server and every way is taken at normal depth, and every pair of them with `--stress`. Deliberately not here: keyrings
//! (`secrets.rs`), and each fault byte by byte (the event source's own tests).
use crate::command::{LIMIT, Ran, run_with_input};
use crate::headless::headless;
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;
use tidings_test_support::company::{Approach, Company, pairs};
use tidings_test_support::eventually::eventually_blocking;
use tidings_test_support::gateway::{ForwardProxy, Gateway, PASSWORD, USER, Way};
use tidings_test_support::{Tutorial, TutorialServer};

fn feed(dir: &Path, arguments: &[&str], input: &str) -> String {
    let dir = dir.to_str().expect("UTF-8");
    let arguments = [&["feed"], arguments, &["--data-dir", dir]].concat();
    run_with_input(&arguments, input.as_bytes()).good()
}

fn add(dir: &Path, name: &str, url: &str, how: &[&str], secrets: &str) {
    // A proxy that the environment of the tests may name is none of theirs.
    let direct: &[&str] = if how.contains(&"--proxy") { &[] } else { &["--proxy", "none"] };
    let stdin: &[&str] = if secrets.is_empty() { &[] } else { &["--secret-stdin"] };
    feed(dir, &[&["add", name, url], how, direct, stdin].concat(), secrets);
}

fn listed(dir: &Path) -> Vec<Value> {
    let list = feed(dir, &["list", "--format", "ndjson"], "");
    list.lines().map(|line| serde_json::from_str(line).expect("an object")).collect()
}

/// The message of a feed, once there is one.
#[track_caller]
fn message(dir: &Path, name: &str) -> String {
    eventually_blocking(LIMIT, &format!("a message about {name}"), || {
        let feed = listed(dir).into_iter().find(|feed| feed["name"] == name)?;
        feed["message"].as_str().map(str::to_owned)
    })
}

/// Waits until a feed is in this state.
#[track_caller]
fn when(dir: &Path, name: &str, state: &str) -> Value {
    eventually_blocking(LIMIT, &format!("the state {state} of {name}"), || {
        listed(dir).into_iter().find(|feed| feed["name"] == name && feed["state"] == state)
    })
}

/// A day that comes in so many days, in UTC.
fn in_days(days: i64) -> (i32, u8, u8) {
    let day = jiff::Timestamp::now().to_zoned(jiff::tz::TimeZone::UTC).date() + jiff::Span::new().days(days);
    (day.year().into(), day.month().unsigned_abs(), day.day().unsigned_abs())
}

/// How [`USER`] says who she is.
const BASIC: &str = "basic:anna";

fn data_dir() -> TempDir {
    tempfile::tempdir().expect("a directory")
}

/// What an approach needs, as options, and the secret among them.
fn needs<'a>(company: &'a Company, approach: &Approach) -> (Vec<&'a str>, String) {
    let (mut how, mut secrets) = (vec![], String::new());
    if let Some(authority) = company.authority(approach.way) {
        how.extend(["--ca", authority.to_str().expect("UTF-8")]);
    }
    if approach.way == Way::Password {
        how.extend(["--auth", BASIC]);
        secrets = format!("{PASSWORD}\n");
    }
    if let Some(through) = approach.through {
        how.extend(["--proxy", company.proxy(through), "--proxy-password"]);
        secrets = format!("{PASSWORD}\n");
    }
    (how, secrets)
}

#[test]
fn every_server_is_followed_in_every_way() {
    let company = Company::open(in_days(3650));
    let dir = data_dir();
    let dir = dir.path();
    let mut wanted = BTreeSet::new();
    for (stand, approach) in pairs() {
        let name = format!("{} {}", stand.name, approach.name);
        let (how, secrets) = needs(&company, approach);
        add(dir, &name, &company.gateway().url(approach.way, stand.name), &how, &secrets);
        wanted.insert(name);
    }
    let engine = headless(dir, &[]);
    eventually_blocking(LIMIT, "an event of each server in each way", || {
        let listed = listed(dir);
        let came = |feed: &&Value| feed["unread"].as_u64().is_some_and(|unread| unread > 0);
        let names: BTreeSet<_> = listed.iter().filter(came).filter_map(|feed| feed["name"].as_str()).collect();
        wanted.iter().all(|name| names.contains(&**name)).then_some(())
    });
    for (stand, Approach { name, protocol, .. }) in pairs() {
        let log = feed(dir, &["log", &format!("{} {name}", stand.name), "--format", "ndjson"], "");
        assert!(log.contains(&format!("\"protocol\":\"{protocol}\"")), "{} {name}: {log}", stand.name);
    }
    drop(engine);
}

const NO_PROXY_PASSWORD: &str =
    "The server answered 407 Proxy Authentication Required: the proxy wants a user name and a password.";
const NO_TUNNEL_PASSWORD: &str =
    "The proxy wants a user name and a password that it accepts (407 Proxy Authentication Required): check them.";

const SOCKS_PASSWORD: &str =
    "The proxy does not accept the user name and password, or wants some: check those of the proxy.";

fn not_passed(url: &str) -> String {
    let host = url.split('/').nth(2).unwrap_or_default();
    format!("The proxy did not pass the connection to “{host}” on: check the proxy's address, user name and password.")
}

/// How a command ended that was given these secrets on standard input.
fn command(arguments: &[&str], how: &[&str], secrets: &str) -> Ran {
    let stdin: &[&str] = if secrets.is_empty() { &[] } else { &["--secret-stdin"] };
    run_with_input(&[arguments, how, stdin].concat(), secrets.as_bytes())
}

/// `feed test` and `watch` go the same ways as a feed, and say of each layer how it was.
#[test]
fn an_address_is_tried_and_watched_in_every_way() {
    let server = TutorialServer::start(Tutorial::Nchan);
    server.publish("published");
    let gateway = Gateway::start(&[("nchan", server.url())], in_days(3650));
    let (http, socks) = (ForwardProxy::http(), ForwardProxy::socks());
    let authority = gateway.authority.to_str().expect("UTF-8");
    let certificate = gateway.client.to_str().expect("UTF-8");
    let secret = format!("{PASSWORD}\n");
    let tried = |way: Way, how: &[&str], secrets: &str| {
        let url = gateway.url(way, "nchan");
        let ran = command(&["feed", "test", &url, "--max-events", "1", "--for", "20s", "--json"], how, secrets);
        let lines: Vec<Value> = ran.stdout.lines().map(|line| serde_json::from_str(line).expect(line)).collect();
        (ran.status, lines)
    };
    let watched = |way: Way, how: &[&str], secrets: &str| {
        let url = gateway.url(way, "nchan");
        let arguments = ["watch", &url, "--max-events", "1", "--timeout", "20", "--format", "ndjson"];
        command(&arguments, how, secrets)
    };
    let self_signed = tried(Way::SelfSigned, &[], "").1;
    let fingerprint = &self_signed.last().expect("a result")["cause"]["fingerprint"];
    let fingerprint = fingerprint.as_str().expect("the one that was refused").to_owned();
    let table: [(Way, &[&str], &str, &str); 9] = [
        (Way::Plain, &[], "", "HTTP/1.1"),
        (Way::Tls, &["--ca", authority], "", "HTTP/1.1"),
        (Way::SelfSigned, &["--trust", &fingerprint], "", "HTTP/1.1"),
        (Way::Http2, &["--ca", authority], "", "HTTP/2.0"),
        (Way::Password, &["--auth", BASIC], &secret, "HTTP/1.1"),
        (Way::TlsPassword, &["--auth", BASIC, "--ca", authority], &secret, "HTTP/1.1"),
        (Way::ClientCertificate, &["--ca", authority, "--certificate", certificate], "", "HTTP/1.1"),
        (Way::Tls, &["--ca", authority, "--proxy", http.address(), "--proxy-password"], &secret, "HTTP/1.1"),
        (Way::Http2, &["--ca", authority, "--proxy", socks.address(), "--proxy-password"], &secret, "HTTP/2.0"),
    ];
    for (way, how, secrets, protocol) in table {
        let (status, lines) = tried(way, how, secrets);
        assert_eq!(status, 0, "{way:?} {how:?}: {lines:?}");
        let step = |name: &str| lines.iter().find(|line| line["step"] == name).expect(name)["detail"].clone();
        assert_eq!(step("http")["protocol"], protocol, "{way:?} {how:?}");
        assert_eq!(step("tcp")["proxy"].is_string(), how.contains(&"--proxy"), "{way:?} {how:?}");
        let lines = watched(way, how, secrets).good();
        assert!(lines.contains("\"data\":\"published\""), "{way:?} {how:?}: {lines}");
    }
    for (way, how, secrets, sentence) in [
        (
            Way::Password,
            &["--auth", BASIC][..],
            "wrong\n",
            "The server answered 401 Unauthorized: check the user name, password or token.",
        ),
        (Way::Plain, &["--proxy", socks.address(), "--proxy-password"], "wrong\n", SOCKS_PASSWORD),
        (Way::Tls, &["--trust", &fingerprint], "", "is not the one that is trusted"),
    ] {
        let (status, lines) = tried(way, how, secrets);
        let cause = &lines.last().expect("a result")["cause"]["message"];
        let (status, cause) = (status, cause.as_str().expect("a sentence").to_owned());
        let same = cause.contains(sentence) || cause.starts_with("The server refused the user name or the password");
        assert!(status == 1 && same, "{way:?}: {cause}");
        let url = gateway.url(way, "nchan");
        let arguments = ["watch", &url, "--timeout", "1", "--format", "ndjson"];
        let lines = command(&arguments, how, secrets).stdout;
        assert!(lines.contains(sentence), "{way:?}: {lines}");
    }
}

#[test]
fn what_is_wrong_is_said_exactly() {
    let server = TutorialServer::start(Tutorial::NodePing);
    let gateway = Gateway::start(&[("node", server.url())], in_days(9));
    let (http, socks) = (ForwardProxy::http(), ForwardProxy::socks());
    let authority = gateway.authority.to_str().expect("UTF-8").to_owned();
    let dir = data_dir();
    let dir = dir.path();
    let url = |way| gateway.url(way, "node");
    let http_proxy = ["--proxy", http.address(), "--proxy-password"];
    let socks_proxy = ["--proxy", socks.address(), "--proxy-password"];
    let nobody = http.address().replace(&format!("{USER}@"), "");
    let nobody = ["--proxy", &*nobody];
    let socks_nobody = socks.address().replace(&format!("{USER}@"), "");
    let socks_nobody = ["--proxy", &*socks_nobody];
    let table: [(&str, Way, &[&str], &str, String); 11] = [
        (
            "no password",
            Way::Password,
            &[],
            "",
            "The server answered 401 Unauthorized: it wants a password or a token, and this feed sends none.".into(),
        ),
        (
            "wrong password",
            Way::Password,
            &["--auth", BASIC],
            "wrong\n",
            "The server refused the user name or the password (401 Unauthorized): enter another.".into(),
        ),
        (
            "no authority",
            Way::Tls,
            &[],
            "",
            "The certificate of “127.0.0.1” comes from an authority that is not trusted here: add that authority if you trust it.".into(),
        ),
        (
            "self-signed",
            Way::SelfSigned,
            &[],
            "",
            "The certificate of “127.0.0.1” is self-signed: add it as an authority if you trust it.".into(),
        ),
        (
            "no client",
            Way::ClientCertificate,
            &["--ca", &authority],
            "",
            "“127.0.0.1” wants a client certificate that it accepts: check the one of this feed, or choose one.".into(),
        ),
        // tinyproxy answers 407 to those who say nothing, and 401 to those who say something wrong.
        ("no proxy password", Way::Plain, &nobody, "", NO_PROXY_PASSWORD.into()),
        ("no tunnel password", Way::Tls, &nobody, "", NO_TUNNEL_PASSWORD.into()),
        (
            "wrong proxy password",
            Way::Plain,
            &http_proxy,
            "wrong\n",
            "The server, or the proxy before it, answered 401 Unauthorized: check the password or token of this feed and that of the proxy.".into(),
        ),
        ("wrong tunnel password", Way::Tls, &http_proxy, "wrong\n", not_passed(&url(Way::Tls))),
        ("wrong socks password", Way::Plain, &socks_proxy, "wrong\n", SOCKS_PASSWORD.into()),
        ("no socks password", Way::Plain, &socks_nobody, "", SOCKS_PASSWORD.into()),
    ];
    for (name, way, how, secrets, _) in &table {
        add(dir, name, &url(*way), how, secrets);
    }
    let engine = headless(dir, &[]);
    for (name, .., expected) in &table {
        assert_eq!(message(dir, name), *expected, "{name}");
    }
    drop(engine);
}

#[test]
fn a_client_certificate_opens_and_the_end_of_a_server_s_is_told() {
    let server = TutorialServer::start(Tutorial::NodePing);
    let gateway = Gateway::start(&[("node", server.url())], in_days(9));
    let authority = gateway.authority.to_str().expect("UTF-8").to_owned();
    let dir = data_dir();
    let dir = dir.path();
    let url = |way| gateway.url(way, "node");
    let client = ["--ca", &authority, "--certificate", gateway.client.to_str().expect("UTF-8")];
    add(dir, "client", &url(Way::ClientCertificate), &client, "");
    add(dir, "ends soon", &url(Way::Tls), &["--ca", &authority], "");
    // The same certificate as browsers export it.
    let p12 = dir.join("client.p12");
    let made = Command::new("openssl")
        .args(["pkcs12", "-export", "-passout", &format!("pass:{PASSWORD}"), "-in"])
        .arg(&gateway.client)
        .arg("-out")
        .arg(&p12)
        .status();
    assert!(made.expect("openssl").success());
    let p12 = p12.to_str().expect("UTF-8");
    let with_p12 = ["--ca", &authority, "--certificate", p12, "--certificate-password"];
    add(dir, "p12", &url(Way::ClientCertificate), &with_p12, &format!("{PASSWORD}\n"));
    let wrong = ["feed", "edit", "p12", "--certificate", p12, "--certificate-password", "--secret-stdin", "--data-dir"];
    let wrong = run_with_input(&[&wrong[..], &[dir.to_str().expect("UTF-8")]].concat(), b"wrong\n").failure(1);
    assert_eq!(wrong, format!("The client certificate “{p12}” cannot be opened: check its password."));

    let engine = headless(dir, &[]);
    when(dir, "client", "open");
    when(dir, "p12", "open");
    when(dir, "ends soon", "open");
    let list = feed(dir, &["list"], "");
    let line = list.lines().find(|line| line.contains("ends soon")).expect("the feed");
    assert!(line.contains(", the server's certificate is valid until ") && line.ends_with(" only"), "{line}");
    assert_eq!(list.matches("is valid until").count(), 1, "the others have longer: {list}");
    drop(engine);
}

#[test]
fn a_certificate_is_trusted_on_first_use_and_its_change_is_an_alarm() {
    let server = TutorialServer::start(Tutorial::NodePing);
    let mut gateway = Gateway::start(&[("node", server.url())], in_days(9));
    let dir = data_dir();
    let dir = dir.path();
    add(dir, "self-signed", &gateway.url(Way::SelfSigned, "node"), &[], "");
    let engine = headless(dir, &[]);
    message(dir, "self-signed");
    // Trust on first use: exactly what was refused is trusted, until it is another.
    let fingerprint = listed(dir).into_iter().find(|feed| feed["name"] == "self-signed").expect("the feed");
    let fingerprint = fingerprint["refused_certificate"].as_str().expect("told").to_owned();
    feed(dir, &["edit", "self-signed", "--trust", &fingerprint.replace(':', "").to_lowercase()], "");
    assert_eq!(when(dir, "self-signed", "open")["trust"], Value::from(fingerprint.clone()));
    gateway.renew_self_signed();
    let says = |part: &str| {
        eventually_blocking(LIMIT, &format!("a message with “{part}”"), || {
            Some(message(dir, "self-signed")).filter(|text| text.contains(part))
        })
    };
    let changed = says("is not the one that is trusted");
    assert!(
        changed.starts_with("The certificate of “127.0.0.1” is not the one that is trusted: SHA-256 ")
            && changed.contains(&format!(" instead of {fingerprint}. ")),
        "{changed}"
    );
    assert_eq!(
        when(dir, "self-signed", "needs-attention")["trust"],
        Value::from(fingerprint),
        "nothing is trusted by itself"
    );
    feed(dir, &["edit", "self-signed", "--trust", "none"], "");
    says("is self-signed");
    drop(engine);
}
