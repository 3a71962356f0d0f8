//! Each of the real servers behind each of the ways in which companies and people put them: from the command line to the event.
//! And what is said when a password, a certificate or a proxy is the wrong one.
//!
//! Deliberately not here: keyrings (`secrets.rs`), and each fault byte by byte (the event source's own tests).
use crate::command::{LIMIT, run_with_input};
use crate::headless::headless;
use serde_json::Value;
use std::collections::BTreeSet;
use std::path::Path;
use std::process::Command;
use tempfile::TempDir;
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

fn data_dir() -> TempDir {
    tempfile::tempdir().expect("a directory")
}

#[test]
fn every_server_is_followed_in_every_way() {
    let tutorials = [
        ("php", Tutorial::PhpTime),
        ("node", Tutorial::NodePing),
        ("java", Tutorial::JavaLines),
        ("asp", Tutorial::NoSpace),
        ("nchan", Tutorial::Nchan),
    ];
    let servers = tutorials.map(|(name, tutorial)| (name, TutorialServer::start(tutorial)));
    servers[4].1.publish("published");
    let behind: Vec<_> = servers.iter().map(|(name, server)| (*name, server.url())).collect();
    let gateway = Gateway::start(&behind, in_days(3650));
    let (http, socks) = (ForwardProxy::http(), ForwardProxy::socks());
    let authority = gateway.authority.to_str().expect("UTF-8");
    let secret = format!("{PASSWORD}\n");
    let basic = format!("basic:{USER}");
    let ways: [(&str, Way, &[&str], &str); 7] = [
        ("plain", Way::Plain, &[], ""),
        ("tls", Way::Tls, &["--ca", authority], ""),
        ("password", Way::Password, &["--auth", &basic], &secret),
        ("http2", Way::Http2, &["--ca", authority], ""),
        ("proxy", Way::Plain, &["--proxy", http.address(), "--proxy-password"], &secret),
        ("tunnel", Way::Tls, &["--ca", authority, "--proxy", http.address(), "--proxy-password"], &secret),
        ("socks", Way::Http2, &["--ca", authority, "--proxy", socks.address(), "--proxy-password"], &secret),
    ];
    let dir = data_dir();
    let dir = dir.path();
    let mut wanted = BTreeSet::new();
    for (name, _) in &servers {
        for (word, way, how, secrets) in ways {
            add(dir, &format!("{name} {word}"), &gateway.url(way, name), how, secrets);
            wanted.insert(format!("{name} {word}"));
        }
    }
    let engine = headless(dir, &[]);
    eventually_blocking(LIMIT, "an event of each server in each way", || {
        let listed = listed(dir);
        let came = |feed: &&Value| feed["unread"].as_u64().is_some_and(|unread| unread > 0);
        let names: BTreeSet<_> = listed.iter().filter(came).filter_map(|feed| feed["name"].as_str()).collect();
        wanted.iter().all(|name| names.contains(&**name)).then_some(())
    });
    for (name, protocol) in [("nchan http2", "HTTP/2.0"), ("nchan socks", "HTTP/2.0"), ("nchan tls", "HTTP/1.1")] {
        let log = feed(dir, &["log", name, "--format", "ndjson"], "");
        assert!(log.contains(&format!("\"protocol\":\"{protocol}\"")), "{name}: {log}");
    }
    drop(engine);
}

const NO_PROXY_PASSWORD: &str =
    "The server answered 407 Proxy Authentication Required: the proxy wants a user name and a password.";
const NO_TUNNEL_PASSWORD: &str =
    "The proxy wants a user name and a password that it accepts (407 Proxy Authentication Required): check them.";

fn not_passed(url: &str) -> String {
    let host = url.split('/').nth(2).unwrap_or_default();
    format!("The proxy did not pass the connection to “{host}” on: check the proxy's address, user name and password.")
}

#[test]
fn what_is_wrong_is_said_exactly() {
    let server = TutorialServer::start(Tutorial::NodePing);
    let gateway = Gateway::start(&[("node", server.url())], in_days(9));
    let (http, socks) = (ForwardProxy::http(), ForwardProxy::socks());
    let authority = gateway.authority.to_str().expect("UTF-8").to_owned();
    let dir = data_dir();
    let dir = dir.path();
    let basic = format!("basic:{USER}");
    let url = |way| gateway.url(way, "node");
    let http_proxy = ["--proxy", http.address(), "--proxy-password"];
    let socks_proxy = ["--proxy", socks.address(), "--proxy-password"];
    let nobody = http.address().replace(&format!("{USER}@"), "");
    let nobody = ["--proxy", &*nobody];
    let table: [(&str, Way, &[&str], &str, String); 10] = [
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
            &["--auth", &basic],
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
        ("wrong socks password", Way::Plain, &socks_proxy, "wrong\n", not_passed(&url(Way::Plain))),
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
