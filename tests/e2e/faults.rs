//! Each way in which a feed can fail has its own sentence, in the window and on the command line, and no feed disturbs
//! another.
use crate::window::{Window, feed};
use crate::{LIMIT, ndjson, text};
use tidings_test_support::process::free_port;
use tidings_test_support::sse_server::{SseServer, response};
use tidings_test_support::tls::Authority;
use tidings_test_support::{Desktop, Tutorial, TutorialServer, eventually};

struct Fault {
    name: &'static str,
    url: String,
    /// What the sentence must say.
    words: &'static str,
    /// The word in the sidebar.
    short: &'static str,
    /// What plain `watch` makes of it.
    line: &'static str,
}

/// A server with one fault at each path.
async fn faulty() -> SseServer {
    SseServer::start(|mut connection| async move {
        let answer = match connection.request.target() {
            "/html" => response("200 OK", "text/html", "<title>Sign in</title>"),
            "/401" => response("401 Unauthorized", "text/plain", "no"),
            "/404" => response("404 Not Found", "text/plain", "no"),
            _ => "HTTP/1.1 204 No Content\r\n\r\n".to_owned(),
        };
        connection.send(answer).await;
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn each_fault_has_its_own_sentence_and_disturbs_no_other_feed() {
    let desktop = Desktop { tray: false, ..Desktop::default() }.start();
    let healthy = TutorialServer::start(Tutorial::Nchan);
    let server = faulty().await;
    let authority = Authority::new("Nobody");
    let secret = SseServer::start_tls(authority.certify(&["127.0.0.1"]).server_config(&[]), |_| async {}).await;
    let fault = |name, url: String, words, short, line| Fault { name, url, words, short, line };
    let refused = format!("http://127.0.0.1:{}/", free_port());
    let faults = [
        fault("refused", refused, "refused the connection", "", "error"),
        fault("html", server.url("/html"), "an HTML page (“Sign in”), not with an event stream", "HTML", "closed"),
        fault("401", server.url("/401"), "401 Unauthorized: ", "401", "closed"),
        fault("404", server.url("/404"), "404 Not Found: check the address", "404", "closed"),
        fault("204", server.url("/204"), "nothing to follow any more", "", "closed"),
        fault("certificate", secret.url("/"), "an authority that is not trusted here", "", "error"),
    ];

    let window = Window::open(&desktop).await;
    window.add_feed("healthy", &healthy.url()).await;
    for fault in &faults {
        window.add_feed(fault.name, &fault.url).await;
    }
    for fault in &faults {
        window.wait_for_state(fault.name, &["waiting", "needsAttention", "closed"]).await;
        window.show_feed(fault.name).await;
        window.wait_for_words("[data-testid=cause]", fault.words).await;
        if !fault.short.is_empty() {
            let css = format!("{} [data-testid=feed-state]", feed(fault.name));
            eventually(LIMIT, fault.short, async || {
                window.texts(&css).await.iter().any(|hint| !hint.is_empty()).then_some(())
            })
            .await;
        }
        let (_, lines) = ndjson(&desktop, &["watch", &fault.url, "--format", "ndjson", "--timeout", "1"]);
        let said: Vec<_> = lines.iter().map(|line| text(line, "type")).collect();
        assert!(said.first() == Some(&fault.line), "{}: {lines:?}", fault.name);
        assert!(text(&lines[0], "message").contains(fault.words), "{}: {lines:?}", fault.name);
    }

    healthy.publish("still here");
    window.show_feed("healthy").await;
    window.wait_for_event("still here").await;

    // An address that is none does not become a feed.
    window.fill_dialog("malformed", "ht tp:/nowhere").await;
    window.click("[data-testid=feed-save]").await;
    let wait = eventually(LIMIT, "a sentence about the address", async || {
        let said = window.texts("[data-testid=feed-refused], #feed-url-note.bad").await;
        said.into_iter().find(|said| !said.is_empty())
    });
    wait.await;
    assert!(window.texts(&feed("malformed")).await.is_empty());
    window.end().await;
}
