//! Each of the real servers behind each of the ways in which companies and people put them: from the dialog to the list. And
//! what the dialog says when a password, a certificate or a proxy is the wrong one.
//!
//! Every server and every way is taken at normal depth, and every pair of them with `--stress`. Deliberately not here: the
//! same from the command line (`tests/cli/ways.rs`).
use crate::ndjson;
use crate::window::{Window, feed};
use std::collections::BTreeSet;
use thirtyfour::Key;
use tidings_test_support::company::{Approach, Company, Through, pairs};
use tidings_test_support::gateway::{PASSWORD, USER, Way};
use tidings_test_support::{Desktop, eventually};

/// Further than any test lasts.
const LATER: (i32, u8, u8) = (2099, 1, 1);

/// What somebody chooses in the dialog.
#[derive(Default)]
struct Choices<'a> {
    authority: Option<&'a str>,
    password: Option<&'a str>,
    proxy: Option<(&'a str, Option<&'a str>)>,
}

impl<'a> Choices<'a> {
    fn of(company: &'a Company, approach: &Approach) -> Self {
        Self {
            authority: company.authority(approach.way).map(|file| file.to_str().expect("UTF-8")),
            password: (approach.way == Way::Password).then_some(PASSWORD),
            proxy: approach.through.map(|through| (company.proxy(through), Some(PASSWORD))),
        }
    }
}

/// Opens the dialog, enters an address and chooses the rest.
async fn enter(window: &Window, name: &str, url: &str, choices: &Choices<'_>) {
    window.fill_dialog(name, url).await;
    if choices.authority.is_some() || choices.proxy.is_some() {
        window.press_in("[data-testid=connecting]", Key::Enter + "").await;
    }
    if let Some((address, password)) = choices.proxy {
        window.click("[data-testid=feed-proxy] option[value=url]").await;
        window.fill("[data-testid=feed-proxy-url]", address).await;
        if let Some(password) = password {
            window.fill("[data-testid=feed-proxy-secret]", password).await;
        }
    }
    if let Some(file) = choices.authority {
        window.fill("[data-testid=feed-ca]", file).await;
    }
    if let Some(password) = choices.password {
        window.press_in("[data-testid=signing-in]", Key::Enter + "").await;
        window.click("[data-testid=feed-auth] option[value=basic]").await;
        window.fill("[data-testid=feed-auth-user]", USER).await;
        window.fill("[data-testid=feed-secret]", password).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_server_is_added_in_every_way() {
    let desktop = Desktop { tray: false, ..Desktop::default() }.start();
    let company = Company::open(LATER);
    let window = Window::open(&desktop).await;
    let mut names = BTreeSet::new();
    for (stand, approach) in pairs() {
        let name = format!("{} {}", stand.name, approach.name);
        let url = company.gateway().url(approach.way, stand.name);
        enter(&window, &name, &url, &Choices::of(&company, approach)).await;
        window.wait_for_words("[data-testid=preview]", stand.title).await;
        window.wait_for("[data-testid=live-test][data-outcome=works]").await;
        let answered = "[data-testid=test-step][data-step=http][data-verdict=good]";
        window.wait_for_words(answered, &format!("200 · {}", approach.protocol)).await;
        if let Some(through) = approach.through {
            let proxy = company.proxy(through).rsplit('@').next().unwrap_or_default();
            window.wait_for_words("[data-testid=test-step][data-step=tcp][data-verdict=good]", proxy).await;
        }
        window.press_in("[data-testid=feed-name]", Key::Enter + "").await;
        window.wait_for(&feed(&name)).await;
        window.wait_for_words("[data-testid=list-title]", &name).await;
        window.wait_for_event(stand.title).await;
        names.insert(name);
    }
    let followed = async || {
        let feeds = ndjson(&desktop, &["feed", "list", "--format", "ndjson"]).1;
        let came = feeds.iter().filter(|feed| feed["unread"].as_u64().is_some_and(|unread| unread > 0));
        let came: BTreeSet<_> = came.filter_map(|feed| feed["name"].as_str().map(str::to_owned)).collect();
        (came == names).then_some(())
    };
    eventually(crate::LIMIT, "an event of each server in each way", followed).await;
    window.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_said_exactly() {
    let desktop = Desktop { tray: false, ..Desktop::default() }.start();
    let company = Company::open(LATER);
    let window = Window::open(&desktop).await;
    let authority = company.authority(Way::Tls).and_then(|file| file.to_str()).expect("UTF-8");
    let http = company.proxy(Through::Http);
    let socks = company.proxy(Through::Socks);
    let nobody = http.replace(&format!("{USER}@"), "");
    let nothing = Choices::default;
    let tls = company.gateway().url(Way::Tls, "node");
    let host = tls.split('/').nth(2).unwrap_or_default();
    let table: [(Way, Choices, String); 10] = [
        (
            Way::Password,
            nothing(),
            "The server answered 401: it wants credentials of the kind “Basic”. None were sent. Enter them.".into(),
        ),
        (
            Way::Password,
            Choices { password: Some("wrong"), ..nothing() },
            "The server answered 401: it wants credentials of the kind “Basic”. What was sent is not accepted. Check it.".into(),
        ),
        (
            Way::Tls,
            nothing(),
            "The certificate of “127.0.0.1” comes from an authority that is not trusted here: add that authority if you trust it.".into(),
        ),
        (
            Way::SelfSigned,
            nothing(),
            "The certificate of “127.0.0.1” is self-signed: add it as an authority if you trust it.".into(),
        ),
        (
            Way::ClientCertificate,
            Choices { authority: Some(authority), ..nothing() },
            "“127.0.0.1” wants a client certificate that it accepts: check the one of this feed, or choose one.".into(),
        ),
        (
            Way::Plain,
            Choices { proxy: Some((&nobody, None)), ..nothing() },
            "The proxy answered 407: it wants a user name and a password that it accepts. Write the user name into the proxy’s address; the password has a field below it.".into(),
        ),
        (
            Way::Plain,
            Choices { proxy: Some((http, Some("wrong"))), ..nothing() },
            "The server, or the proxy before it, answered 401: check the password or token of this feed and that of the proxy.".into(),
        ),
        (
            Way::Tls,
            Choices { proxy: Some((&nobody, None)), ..nothing() },
            "The proxy wants a user name and a password that it accepts (407 Proxy Authentication Required): check them.".into(),
        ),
        (
            Way::Tls,
            Choices { proxy: Some((http, Some("wrong"))), ..nothing() },
            format!("The proxy did not pass the connection to “{host}” on: check the proxy's address, user name and password."),
        ),
        (
            Way::Plain,
            Choices { proxy: Some((socks, Some("wrong"))), ..nothing() },
            "The proxy does not accept the user name and password, or wants some: check those of the proxy.".into(),
        ),
    ];
    for (way, choices, sentence) in &table {
        enter(&window, "wrong", &company.gateway().url(*way, "node"), choices).await;
        window.wait_for_words("[data-testid=finding] p", sentence).await;
        window.wait_for("[data-testid=live-test][data-outcome=failed]").await;
        window.click("[data-testid=feed-cancel]").await;
        window.wait_for_none("[data-testid=feed-dialog]").await;
    }
    window.end().await;
}
