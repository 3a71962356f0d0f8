//! The servers that people copy from tutorials, followed to the command line, the history, the window, the notification.
use crate::window::Window;
use crate::{LIMIT, look_away, ndjson, pictures, run, stored, text, tidings};
use serde_json::Value;
use std::process::Stdio;
use tidings_test_support::{Desktop, DesktopSession, Process, Tutorial, TutorialServer, eventually};

/// What is to be seen of a server's first event.
struct Lesson {
    tutorial: Tutorial,
    name: &'static str,
    event_types: &'static [&'static str],
    /// How the data begins.
    data: &'static str,
    id: &'static str,
    /// How the title begins.
    title: &'static str,
    /// The feed's state between two events.
    state: &'static str,
}

const LESSONS: [Lesson; 8] = [
    Lesson {
        tutorial: Tutorial::PhpTime,
        name: "PHP time",
        event_types: &["message"],
        data: "The server time is: ",
        id: "",
        title: "The server time is: ",
        state: "polling",
    },
    Lesson {
        tutorial: Tutorial::PhpRetryFirst,
        name: "PHP retry",
        event_types: &["message"],
        data: "this is a test",
        id: "",
        title: "this is a test",
        state: "polling",
    },
    Lesson {
        tutorial: Tutorial::NodePing,
        name: "Node ping",
        event_types: &["ping"],
        data: "{\"date\":\"",
        id: "",
        title: "date: 2",
        state: "open",
    },
    Lesson {
        tutorial: Tutorial::JavaLines,
        name: "Java",
        event_types: &["load"],
        data: "Hello World",
        id: "140312",
        title: "Hello World",
        state: "polling",
    },
    Lesson {
        tutorial: Tutorial::JavaLinesCrLf,
        name: "Java on Windows",
        event_types: &["load"],
        data: "Hello World",
        id: "140312",
        title: "Hello World",
        state: "polling",
    },
    Lesson {
        tutorial: Tutorial::Random,
        name: "Random",
        event_types: &["message", "CustomEvent"],
        data: "number 1",
        id: "1",
        title: "number ",
        state: "polling",
    },
    Lesson {
        tutorial: Tutorial::NoSpace,
        name: "ASP",
        event_types: &["message"],
        data: "The server time is:",
        id: "",
        title: "The server time is:",
        state: "polling",
    },
    Lesson {
        tutorial: Tutorial::Nchan,
        name: "nchan",
        event_types: &["message"],
        data: "published",
        // nchan's IDs are the times of the messages.
        id: "",
        title: "published",
        state: "open",
    },
];

impl Lesson {
    fn start(&self) -> TutorialServer {
        let server = TutorialServer::start(self.tutorial);
        if self.tutorial == Tutorial::Nchan {
            server.publish(self.data);
        }
        server
    }

    /// Checks an event line of `watch` or `list`.
    fn check(&self, line: &Value) {
        assert!(self.event_types.contains(&text(line, "event")), "{}: {line}", self.name);
        assert!(text(line, "data").starts_with(self.data), "{}: {line}", self.name);
        if self.tutorial != Tutorial::Nchan {
            assert_eq!(text(line, "id"), self.id, "{}", self.name);
        }
    }

    /// Waits until the history has its first event, and checks it.
    async fn check_stored(&self, desktop: &DesktopSession) {
        let what = format!("storing an event of {}", self.name);
        let first = eventually(LIMIT, &what, async || stored(desktop, self.name).pop()).await;
        self.check(&first);
    }

    /// Waits until the daemon has shown a notification of it.
    async fn check_announced(&self, desktop: &DesktopSession) {
        let what = format!("a notification of {}", self.name);
        let wait = eventually(LIMIT, &what, async || {
            let announced = desktop.announced();
            let all = announced.iter().map(|shown| format!("{}\n{}", shown.summary, shown.body));
            all.into_iter().find(|shown| shown.contains(self.title.trim()) && shown.contains(self.name)).map(drop)
        });
        wait.await;
    }
}

fn bare_desktop() -> DesktopSession {
    Desktop { tray: false, window_manager: false, ..Desktop::default() }.start()
}

#[test]
fn watch_prints_the_first_event_of_each() {
    let desktop = bare_desktop();
    for lesson in &LESSONS {
        let server = lesson.start();
        let url = server.url();
        let (status, lines) =
            ndjson(&desktop, &["watch", &url, "--format", "ndjson", "--max-events", "1", "--timeout", "30"]);
        assert_eq!(status, Some(0), "{}", lesson.name);
        let kinds: Vec<_> = lines.iter().map(|line| text(line, "type")).collect();
        assert_eq!(kinds, ["open", "event"], "{}", lesson.name);
        assert_eq!((text(&lines[0], "url"), &lines[0]["status"]), (url.as_str(), &Value::from(200)));
        lesson.check(&lines[1]);
    }
}

#[test]
fn a_retry_in_a_block_without_data_counts() {
    let desktop = bare_desktop();
    let server = TutorialServer::start(Tutorial::PhpRetryFirst);
    let (status, lines) = ndjson(&desktop, &["watch", &server.url(), "--format", "ndjson", "--timeout", "3"]);
    assert_eq!(status, Some(0));
    let kinds: Vec<_> = lines.iter().map(|line| text(line, "type")).collect();
    assert_eq!(kinds, ["open", "event", "error"]);
    let wait = lines[2]["retry_in_ms"].as_u64().expect("a whole number");
    assert!(wait >= 10_000, "{wait}");
}

#[test]
fn a_server_that_ends_each_time_is_asked_again_with_the_last_id() {
    let desktop = bare_desktop();
    let server = TutorialServer::start(Tutorial::Random);
    let arguments = ["watch", &server.url(), "--format", "ndjson", "--max-events", "3", "--timeout", "30"];
    let (status, lines) = ndjson(&desktop, &arguments);
    assert_eq!(status, Some(0));
    let events: Vec<_> = lines
        .iter()
        .filter(|line| text(line, "type") == "event")
        .map(|line| (text(line, "id"), text(line, "data")))
        .collect();
    assert_eq!(events, [("1", "number 1"), ("2", "number 2"), ("3", "number 3")]);
}

#[test]
fn nchan_resumes_after_the_last_id() {
    let desktop = bare_desktop();
    let server = TutorialServer::start(Tutorial::Nchan);
    for message in ["one", "two", "three"] {
        server.publish(message);
    }
    let watch = |more: &[&str]| {
        let url = server.url();
        let (status, lines) =
            ndjson(&desktop, &[&["watch", &url, "--format", "ndjson", "--timeout", "30"], more].concat());
        assert_eq!(status, Some(0));
        lines.iter().filter(|line| text(line, "type") == "event").cloned().collect::<Vec<_>>()
    };
    let all = watch(&["--max-events", "3"]);
    let rest = watch(&["--max-events", "2", "--last-event-id", text(&all[0], "id")]);
    assert_eq!(rest.iter().map(|line| text(line, "data")).collect::<Vec<_>>(), ["two", "three"]);
    assert_eq!(rest, all[1..]);
}

#[tokio::test(flavor = "multi_thread")]
async fn headless_each_is_stored_and_announced() {
    let desktop = bare_desktop();
    let servers: Vec<_> = LESSONS.iter().map(Lesson::start).collect();
    for (lesson, server) in LESSONS.iter().zip(&servers) {
        run(&desktop, &["feed", "add", lesson.name, &server.url()]);
    }
    let _engine = Process::start(&mut tidings(&desktop, &["run", "--headless"]));
    for lesson in &LESSONS {
        lesson.check_stored(&desktop).await;
        lesson.check_announced(&desktop).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn headless_goes_on_where_it_was_killed() {
    let desktop = bare_desktop();
    let server = TutorialServer::start(Tutorial::Nchan);
    run(&desktop, &["feed", "add", "nchan", &server.url()]);
    let start = || Process::start(tidings(&desktop, &["run", "--headless"]).stdout(Stdio::null()));
    let data = || stored(&desktop, "nchan").iter().rev().map(|line| text(line, "data").to_owned()).collect::<Vec<_>>();
    let until = async |count: usize| {
        let what = format!("{count} stored events");
        eventually(LIMIT, &what, async || Some(data()).filter(|data| data.len() >= count)).await
    };

    let mut engine = start();
    server.publish("one");
    until(1).await;
    // Not asked to end: killed.
    engine.child().kill().expect("the engine runs");
    engine.child().wait().expect("the engine ends");
    server.publish("two");
    let _engine = start();
    assert_eq!(until(2).await, ["one", "two"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_window_shows_each_and_the_daemon_announces_it() {
    let desktop = Desktop::default().start();
    let servers: Vec<_> = LESSONS.iter().map(Lesson::start).collect();
    look_away(&desktop);
    let window = Window::open(&desktop).await;
    for (lesson, server) in LESSONS.iter().zip(&servers) {
        // Half through the dialog, half by the command, which asks the running window.
        if lesson.state == "polling" {
            run(&desktop, &["feed", "add", lesson.name, &server.url()]);
        } else {
            window.add_feed(lesson.name, &server.url()).await;
        }
    }
    for lesson in &LESSONS {
        window.show_feed(lesson.name).await;
        let event_type = window.wait_for_event(lesson.title).await;
        assert!(lesson.event_types.contains(&event_type.as_str()), "{}: {event_type}", lesson.name);
        window.wait_for_state(lesson.name, &[lesson.state]).await;
        lesson.check_stored(&desktop).await;
        lesson.check_announced(&desktop).await;
    }
    if let Some(folder) = pictures() {
        window.click("[data-testid=scope-all]").await;
        let all = async || (window.texts("[data-testid=event-title]").await.len() >= LESSONS.len()).then_some(());
        window.until("the events of all feeds", all).await;
        window.at_rest("[data-testid=event-row]:last-of-type").await;
        desktop.run("scrot", ["--overwrite", folder.join("tutorials.png").to_str().expect("a UTF-8 path")]);
    }
    window.end().await;
}
