//! The figures of a feed: what its connections and events leave to be counted.
use super::{LIMIT, Running, direct};
use std::time::{SystemTime, UNIX_EPOCH};
use tidings_engine::{EngineError, FeedConfig, FeedId, Figures, FiguresQuery, GapQuery, ResumeMode, Rule};
use tidings_test_support::eventually;
use tidings_test_support::sse_server::{EVENT_STREAM, Gate, SseServer};

const HOUR: i64 = 3_600_000;

fn now() -> i64 {
    i64::try_from(SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_millis()).unwrap()
}

impl Running {
    /// Those of a day that began a day ago.
    async fn figures(&self, feed: FeedId) -> Figures {
        self.engine.figures(FiguresQuery { feed, today: now() - 24 * HOUR }).await.unwrap()
    }

    async fn when_figures(&self, feed: FeedId, what: &str, fit: impl Fn(&Figures) -> bool) -> Figures {
        eventually(LIMIT, what, async || Some(self.figures(feed).await).filter(|figures| fit(figures))).await
    }
}

#[tokio::test]
async fn events_and_connections_are_counted_whatever_becomes_of_them() {
    let server = SseServer::start(|mut connection| async move {
        // New ones, one that came before, one that is dropped, and one without data, which is none.
        let events = "data: a\n\ndata: b\n\nid: 1\ndata: same\n\nid: 1\ndata: same\n\ndata: drop\n\nid: 2\n\n";
        connection.send(format!("{EVENT_STREAM}retry: 1000\n\n{events}")).await;
        if connection.request.number == 1 {
            connection.closed().await;
        }
    })
    .await;
    let running = Running::new();
    let rule = serde_json::json!({ "when": { "words": "drop" }, "then": { "action": { "kind": "drop" } } });
    let rules: Vec<Rule> = vec![serde_json::from_value(rule).unwrap()];
    let feed = running.engine.add_feed(FeedConfig { rules, ..direct(&server.url("/")) }).await.unwrap().id;
    let figures = running.when_figures(feed, "ten events", |figures| figures.events_today >= 10).await;
    assert_eq!((figures.events_today, figures.opened_today), (10, 2));
    assert_eq!(figures.hour.iter().sum::<u32>(), 10);
    assert_eq!(figures.day.iter().sum::<u32>(), 10);
    assert_eq!((figures.hour.len(), figures.day.len()), (60, 96));
    assert_eq!((figures.connected_today, figures.connected_week), (Some(1.0), Some(1.0)), "polled is connected");
    assert!(figures.first_byte.is_some_and(|time| time < 20_000), "{figures:?}");
    assert_eq!(figures.absences, []);
    assert_eq!(figures.last_error, None);
    // They survive the end of the program, but for what is known of this run's connections only.
    let running = running.restarted().await;
    let figures = running.when_figures(feed, "another connection", |figures| figures.opened_today == 3).await;
    assert!(figures.events_today >= 10);
    running.engine.remove_feed(feed).await.unwrap();
    let query = FiguresQuery { feed, today: 0 };
    assert!(matches!(running.engine.figures(query).await, Err(EngineError::NoSuchFeed(_))));
}

#[tokio::test]
async fn a_failing_feed_says_why_and_since_when() {
    let gate = Gate::new();
    let server = gate
        .server(|mut connection, gate| async move {
            if connection.request.number == 0 {
                connection.send(format!("{EVENT_STREAM}data: e\n\n")).await;
                gate.pass().await;
            } else {
                connection.send("HTTP/1.1 503 Service Unavailable\r\nContent-Length: 0\r\n\r\n").await;
            }
        })
        .await;
    let running = Running::new();
    let feed = running.add(&server.url("/")).await.id;
    let whole = |figures: &Figures| figures.connected_today == Some(1.0);
    running.when_figures(feed, "some time with a connection", whole).await;
    gate.open();
    let failed = |figures: &Figures| {
        figures.last_error.as_ref().is_some_and(|error| error.cause.short == "503" && error.at <= figures.at)
    };
    let failing = running.when_figures(feed, "the failure", failed).await;
    assert_eq!(failing.opened_today, 1);
    // The longer it lasts, the less of the time it was connected.
    let later = running.when_figures(feed, "time", |later| later.connected_today < failing.connected_today).await;
    assert!(later.connected_today.is_some_and(|share| share > 0.0 && share < 1.0), "{later:?}");
    assert_eq!(later.connected_today, later.connected_week);
}

/// As an orderly end an hour ago leaves it, after a connection that began two hours ago.
const AN_HOUR_AGO: &str = "UPDATE cursors SET connected_until = connected_until - 3600000,
     connected_since = connected_since - 7200000;
     UPDATE events SET received_at = received_at - 7200000, latest_at = latest_at - 7200000;
     UPDATE activity SET minute = minute - 120;";

/// Whether the source makes up for it or not, it was not connected; but only if it does not, events may be missing.
#[tokio::test]
async fn an_absence_counts_also_when_nothing_was_missed() {
    for (resume, made_up) in [(ResumeMode::Header, true), (ResumeMode::Nothing, false)] {
        let server = SseServer::start(|mut connection| async move {
            connection.send(format!("{EVENT_STREAM}id: 7\ndata: {}\n\n", connection.request.number)).await;
            connection.closed().await;
        })
        .await;
        let running = Running::new();
        let config = FeedConfig { resume, ..direct(&server.url("/")) };
        let feed = running.engine.add_feed(config).await.unwrap().id;
        running.titles(1).await;
        running.engine.shut_down().await;
        let path = running.dir.path().join("tidings.db");
        // On a slow disk the store may close after the engine's two seconds.
        eventually(LIMIT, "the change of the past", async || {
            rusqlite::Connection::open(&path).unwrap().execute_batch(AN_HOUR_AGO).ok()
        })
        .await;
        let running = running.restarted().await;
        running.titles(2).await;
        let figures = running.when_figures(feed, "the absence", |figures| !figures.absences.is_empty()).await;
        let [absence] = figures.absences[..] else { panic!("{:?}", figures.absences) };
        assert_eq!(absence.made_up, made_up);
        let length = absence.until.expect("it is over") - absence.from;
        assert!((HOUR..HOUR + 60_000).contains(&length), "{absence:?}");
        let share = figures.connected_today.expect("it was connected");
        assert!((0.49..0.51).contains(&share), "{share}");
        let gaps = running.engine.gaps(GapQuery { feed, from: None, until: None }).await.unwrap();
        assert_eq!(gaps.len(), usize::from(!made_up), "{gaps:?}");
        // The events of two hours ago are not of the last hour, but of the day.
        assert_eq!((figures.hour.iter().sum::<u32>(), figures.day.iter().sum::<u32>()), (1, 2));
    }
}

#[tokio::test]
async fn a_feed_that_never_was_connected_has_no_share() {
    let server = SseServer::answering(["HTTP/1.1 401 Unauthorized\r\nContent-Length: 0\r\n\r\n"]).await;
    let running = Running::new();
    let feed = running.add(&server.url("/")).await.id;
    let figures = running.when_figures(feed, "the failure", |figures| figures.last_error.is_some()).await;
    assert_eq!((figures.connected_today, figures.connected_week), (None, None));
    assert_eq!((figures.opened_today, figures.first_byte, figures.absences.len()), (0, None, 0));
}
