//! Starting again: while it runs, and after it has ended.
use crate::window::{Window, feed};
use crate::{LIMIT, run, stored, text, tidings};
use rustix::process::Signal;
use std::process::Stdio;
use tidings_test_support::sse_server::{EVENT_STREAM, SseServer};
use tidings_test_support::{Desktop, DesktopSession, Process, Tutorial, TutorialServer, eventually};

/// Waits until the window manager shows the window, or does not.
pub(crate) async fn window_is_shown(desktop: &DesktopSession, shown: bool) {
    let what = if shown { "the window" } else { "the end of the window" };
    let wait = eventually(LIMIT, what, async || {
        // Fails when there is none.
        let found = desktop.command("xdotool").args(["search", "--onlyvisible", "--name", "^Tidings$"]).status();
        (found.is_ok_and(|status| status.success()) == shown).then_some(())
    });
    wait.await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_start_raises_the_window_of_the_first() {
    for desktop in [Desktop::default(), Desktop { tray: false, ..Desktop::default() }] {
        let tray = desktop.tray;
        let desktop = desktop.start();
        let window = Window::open(&desktop).await;
        if !tray {
            window.wait_for_words("[data-testid=banner]", "tray").await;
        }
        window_is_shown(&desktop, true).await;
        desktop.run("wmctrl", ["-c", "Tidings"]);
        window_is_shown(&desktop, false).await;
        // Without a tray it is only minimised: the list of windows still leads to it.
        assert_eq!(desktop.window_titles().contains(&"Tidings".to_owned()), !tray);

        let mut second = Process::start(&mut tidings(&desktop, &[]));
        let ended = eventually(LIMIT, "the end of the second start", async || second.ended()).await;
        assert!(ended.success());
        window_is_shown(&desktop, true).await;
        window.end().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restart_remembers_feeds_events_and_what_was_read() {
    let desktop = Desktop { tray: false, ..Desktop::default() }.start();
    let server = TutorialServer::start(Tutorial::Nchan);
    for message in ["one", "two"] {
        server.publish(message);
    }
    let window = Window::open(&desktop).await;
    window.add_feed("nchan", &server.url()).await;
    window.show_feed("nchan").await;
    window.wait_for_event("two").await;
    window.click("[data-testid=event-row]").await;
    window.wait_for_words("[data-testid=detail-title]", "two").await;
    let reads = eventually(LIMIT, "a read event", async || {
        let reads: Vec<_> = stored(&desktop, "nchan").iter().map(|line| line["read"].clone()).collect();
        (reads == [true, false]).then_some(reads)
    });
    reads.await;
    window.end().await;

    server.publish("three");
    let window = Window::open(&desktop).await;
    window.show_feed("nchan").await;
    window.wait_for_event("three").await;
    let titles = window.texts("[data-testid=event-title]").await;
    assert_eq!(titles, ["three", "two", "one"]);
    assert_eq!(window.attributes("[data-testid=event-row]", "data-read").await, ["false", "true", "false"]);

    // The feeds can be changed from outside, and the window follows.
    run(&desktop, &["feed", "remove", "nchan"]);
    window.wait_for_none(&feed("nchan")).await;
    window.end().await;
}

/// A service follows the feeds; whoever opens the window can go on there.
#[tokio::test(flavor = "multi_thread")]
async fn a_window_takes_over_from_a_service_and_nothing_is_missed() {
    const FIRST: u64 = 3;
    let desktop = Desktop { tray: false, ..Desktop::default() }.start();
    let (tell, told) = tokio::sync::watch::channel(FIRST);
    let server = SseServer::start(move |mut connection| {
        let mut told = told.clone();
        async move {
            let last = connection.request.header("last-event-id").map_or(0, |id| id.parse().expect("an ID of ours"));
            connection.send(EVENT_STREAM).await;
            let mut next = last + 1;
            loop {
                let until = *told.borrow_and_update();
                while next <= until {
                    connection.send(format!("id: {next}\ndata: {next}\n\n")).await;
                    next += 1;
                }
                tokio::select! {
                    more = told.changed() => more.expect("the test goes on"),
                    () = connection.closed() => return,
                }
            }
        }
    })
    .await;
    run(&desktop, &["feed", "add", "story", &server.url("/"), "--no-notify"]);
    let data = || stored(&desktop, "story").iter().rev().map(|line| text(line, "data").to_owned()).collect::<Vec<_>>();
    let until = async |number: u64| {
        let all: Vec<_> = (1..=number).map(|number| number.to_string()).collect();
        eventually(LIMIT, &format!("the story until {number}"), async || (data() == all).then_some(())).await;
    };
    let mut service = Process::start(tidings(&desktop, &["run", "--headless"]).stdout(Stdio::null()));
    until(FIRST).await;

    // At the start of the session nobody asked for a window.
    let mut hidden = Process::start(&mut tidings(&desktop, &["--hidden"]));
    let ended = eventually(LIMIT, "the end of a hidden start", async || hidden.ended()).await;
    assert!(!ended.success(), "it was not the first");

    let window = Window::open(&desktop).await;
    window.wait_for_words("main.stopped", "Tidings is at work without a window").await;
    // It works on beside the page.
    tell.send_replace(FIRST + 1);
    until(FIRST + 1).await;
    // The program may be gone before a click is answered, so the page clicks by itself.
    window.run("setTimeout(() => document.querySelector('[data-testid=start-again]').click(), 100)").await;
    let ended = eventually(LIMIT, "the end of the service", async || service.ended()).await;
    assert_eq!(ended.code(), Some(0), "a service manager must not start it again");
    tell.send_replace(FIRST + 5);
    until(FIRST + 5).await;
    window_is_shown(&desktop, true).await;
    // This one has a window.
    run(&desktop, &[]);
}

/// The session ends, a service manager or a terminal: the window writes what has come and gives up its directory.
#[tokio::test(flavor = "multi_thread")]
async fn asked_to_end_the_window_stores_what_has_come() {
    const EVENTS: usize = 300;
    let desktop = Desktop { tray: false, ..Desktop::default() }.start();
    // Without IDs: what is lost is not sent again.
    let server = SseServer::start(|mut connection| async move {
        let events: Vec<_> = (1..=EVENTS).map(|number| format!("data: {number}\n\n")).collect();
        connection.send([EVENT_STREAM, &events.concat()].concat()).await;
        connection.closed().await;
    })
    .await;
    run(&desktop, &["feed", "add", "once", &server.url("/"), "--no-notify"]);
    for (number, signal) in [Signal::TERM, Signal::INT, Signal::HUP].into_iter().enumerate() {
        let exported = || run(&desktop, &["export", "--feed", "once"]).lines().count();
        let before = exported();
        let mut window = Process::start(&mut tidings(&desktop, &[]));
        server.request(number).await;
        eventually(LIMIT, "the first events", async || (exported() > before).then_some(())).await;
        window_is_shown(&desktop, true).await;
        window.signal(signal);
        let status = eventually(LIMIT, "the end of the window", async || window.ended()).await;
        assert_eq!(status.code(), Some(0), "{signal:?}");
        server.ended(number).await;
    }
    // Whatever came is there: each time the beginning of the story, and no part of it twice.
    let events = run(&desktop, &["export", "--feed", "once"]);
    let mut last = EVENTS;
    let mut begun = 0;
    for line in events.lines() {
        let event: serde_json::Value = serde_json::from_str(line).expect("an object");
        let number: usize = text(&event, "data").parse().expect("a number");
        begun += usize::from(number == 1);
        assert!(number == 1 || number == last + 1, "{number} after {last}");
        last = number;
    }
    assert_eq!(begun, 3);
    // The directory is free: a command needs nobody's help.
    assert_eq!(run(&desktop, &["feed", "remove", "once"]).lines().count(), 1);
}
