//! The channel to the window with a real engine behind it.
use std::sync::Arc;
use std::time::Duration;
use tidings::boundary::{NoticeCode, Place, WindowMessage};
use tidings::event_channel::{EventChannel, Page, PageGone};
use tidings::{USER_AGENT, demo_feed};
use tidings_engine::live_test;
use tidings_engine::{
    Announcement, Engine, EngineEvent, EngineOptions, EventId, FeedConfig, FeedId, FeedStatus, LiveTest, Logged,
    NoHooks, Notifier, ProxyChoice, Scope, SystemClock, Target, TestReport,
};
use tidings_event_source::Policy;
use tidings_test_support::sse_server::{EVENT_STREAM, SseServer};
use tokio::sync::{Semaphore, mpsc};

const LIMIT: Duration = Duration::from_secs(20);

struct Nobody;

impl Notifier for Nobody {
    fn announce(&self, _: Announcement) {}
}

/// An engine that follows nothing, in a directory of its own.
pub(crate) fn engine() -> (tempfile::TempDir, Engine) {
    engine_connecting(false)
}

fn engine_connecting(connect: bool) -> (tempfile::TempDir, Engine) {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let options = EngineOptions {
        data_dir: dir.path().to_owned(),
        user_agent: USER_AGENT.to_owned(),
        notifier: Arc::new(Nobody),
        clock: Arc::new(SystemClock),
        connect,
        policy: Policy::FEED,
        hooks: Arc::new(NoHooks),
        secrets: Arc::new(tidings_engine::NoSecrets),
    };
    (dir, Engine::open(options).expect("the engine opens"))
}

/// A page that passes on what it takes, one batch for each permit.
struct Taking {
    messages: mpsc::UnboundedSender<WindowMessage>,
    permits: Arc<Semaphore>,
}

impl Page for Taking {
    async fn take(&mut self, batch: Vec<WindowMessage>) -> Result<(), PageGone> {
        self.permits.acquire().await.map_err(|_| PageGone)?.forget();
        batch.into_iter().try_for_each(|message| self.messages.send(message)).map_err(|_| PageGone)
    }
}

fn page(batches: usize) -> (Taking, mpsc::UnboundedReceiver<WindowMessage>, Arc<Semaphore>) {
    let (messages, taken) = mpsc::unbounded_channel();
    let permits = Arc::new(Semaphore::new(batches));
    (Taking { messages, permits: Arc::clone(&permits) }, taken, permits)
}

async fn next(taken: &mut mpsc::UnboundedReceiver<WindowMessage>) -> Option<WindowMessage> {
    tokio::time::timeout(LIMIT, taken.recv()).await.expect("a message comes")
}

fn feed(name: &str) -> FeedConfig {
    FeedConfig { name: name.to_owned(), ..demo_feed::config() }
}

#[tokio::test]
async fn a_snapshot_and_what_comes_after_it() {
    let (_dir, engine) = engine();
    let channel = EventChannel::new(engine.clone());
    channel.show(Target::Event(EventId(3)));
    channel.notice(NoticeCode::NoTrayHost, Some("There is no tray."));
    let known = engine.add_feed(feed("known")).await.expect("added");

    let (taking, mut taken, _permits) = page(1000);
    let snapshot = channel.subscribe(taking).await.expect("subscribed");
    assert_eq!(snapshot.feeds.iter().map(FeedStatus::id).collect::<Vec<_>>(), [known.id]);
    assert_eq!((snapshot.show, snapshot.newest), (Some(Place::Event { id: EventId(3) }), None));
    assert!(!snapshot.demo_available, "it has the demo's address");
    assert_eq!(
        serde_json::to_value(&snapshot.notices).expect("JSON"),
        serde_json::json!([
            { "code": "no-tray-host", "message": "There is no tray." }
        ])
    );

    channel.show(Target::Feed(FeedId(1)));
    channel.notice(NoticeCode::NoTrayHost, Some("There is no tray."));
    channel.notice(NoticeCode::NoTrayHost, None);
    let (mut shown, mut cleared) = (false, false);
    while !(shown && cleared) {
        match next(&mut taken).await {
            Some(WindowMessage::Show { place }) => {
                assert_eq!((place, shown), (Place::Feed { id: FeedId(1) }, false));
                shown = true;
            }
            Some(WindowMessage::Notices { notices }) => cleared = notices.is_empty(),
            Some(WindowMessage::Engine(envelope)) => assert!(envelope.seq > snapshot.seq),
            Some(WindowMessage::Log { .. }) => panic!("nobody looks at a log"),
            Some(WindowMessage::Test { .. }) => panic!("nothing is tried"),
            Some(WindowMessage::Jobs { jobs }) => panic!("nothing was begun: {jobs:?}"),
            None => panic!("the channel ended"),
        }
    }
    engine.remove_feed(known.id).await.expect("removed");
    loop {
        if let Some(WindowMessage::Engine(envelope)) = next(&mut taken).await {
            assert!(envelope.seq > snapshot.seq, "what the snapshot holds is not told again");
            if envelope.event == (EngineEvent::FeedRemoved { feed: known.id }) {
                break;
            }
        }
    }
    engine.shut_down().await;
    while next(&mut taken).await.is_some() {}
}

#[tokio::test]
async fn a_page_that_subscribes_again_replaces_the_earlier_one() {
    let (_dir, engine) = engine();
    let channel = EventChannel::new(engine.clone());
    let (taking, mut earlier, _permits) = page(1000);
    channel.subscribe(taking).await.expect("subscribed");
    let (taking, mut later, _permits) = page(1000);
    channel.subscribe(taking).await.expect("subscribed");
    assert!(next(&mut earlier).await.is_none(), "the earlier page is let go");
    channel.show(Target::Event(EventId(1)));
    assert!(matches!(next(&mut later).await, Some(WindowMessage::Show { .. })));
    engine.shut_down().await;
}

#[tokio::test]
async fn a_page_that_does_not_keep_up_is_told_so() {
    let (_dir, engine) = engine();
    let channel = EventChannel::new(engine.clone());
    let (taking, mut taken, permits) = page(0);
    let snapshot = channel.subscribe(taking).await.expect("subscribed");
    // Each is told to those who listen; the page takes nothing meanwhile.
    let mut told = 0;
    while engine.seq() < snapshot.seq + 600 {
        let changed = engine.mark_read(vec![EventId(1)], told % 2 == 0).await;
        changed.expect("marked");
        let added = engine.add_feed(feed(&format!("feed {told}"))).await.expect("added");
        engine.delete_feed(added.id).await.expect("removed");
        engine.mark_all_read(Scope::All, EventId(1)).await.expect("marked");
        told += 1;
    }
    permits.add_permits(600);
    let mut messages = 0;
    loop {
        messages += 1;
        match next(&mut taken).await {
            Some(WindowMessage::Engine(envelope)) if envelope.event == EngineEvent::Missed => break,
            Some(_) => {}
            None => panic!("the channel ended"),
        }
    }
    assert!(messages < 500, "only what the bounded queues held came before it, not {messages}");
    engine.shut_down().await;
}

/// The page is told the log that it looks at and no other, from what is kept on.
#[tokio::test]
async fn a_page_is_told_the_log_it_looks_at() {
    let server = SseServer::start(|mut connection| async move {
        connection.send(format!("{EVENT_STREAM}event: {}\ndata: e\n\n", &connection.request.target()[1..])).await;
        connection.closed().await;
    })
    .await;
    let (_dir, engine) = engine_connecting(true);
    let channel = EventChannel::new(engine.clone());
    let (taking, mut taken, _permits) = page(1000);
    channel.subscribe(taking).await.expect("subscribed");
    let mut feeds = vec![];
    for name in ["one", "two"] {
        let config = FeedConfig { url: server.url(&format!("/{name}")), proxy: ProxyChoice::None, ..feed(name) };
        feeds.push(engine.add_feed(config).await.expect("added").id);
    }
    // The types of the events in the log of the feed that is looked at, once there are so many.
    let mut types = async |of: FeedId, expected: usize| {
        let (mut types, mut begun, mut last) = (vec![], false, 0);
        while types.len() < expected {
            let Some(message) = next(&mut taken).await else { panic!("the channel ended") };
            // What is on its way when the page looks elsewhere still arrives.
            let WindowMessage::Log { feed, batch } = message else { continue };
            if feed != of {
                continue;
            }
            assert_eq!(batch.fresh, !begun, "what is kept comes first and once");
            begun = true;
            for entry in batch.entries {
                assert!(entry.number > last, "{} after {last}", entry.number);
                last = entry.number;
                if let Logged::Event { event_type, .. } = entry.what {
                    types.push(event_type.to_string());
                }
            }
        }
        types
    };
    channel.read_log(Some(feeds[0]), false).expect("there is such a feed");
    assert_eq!(types(feeds[0], 1).await, ["one"]);
    channel.read_log(Some(feeds[1]), false).expect("there is such a feed");
    assert_eq!(types(feeds[1], 1).await, ["two"]);
    channel.read_log(None, false).expect("nothing is refused that ends");
    engine.reconnect(None).await.expect("reconnected");
    let told = engine.seq();
    engine.mark_all_read(Scope::All, EventId(99)).await.expect("marked");
    loop {
        match next(&mut taken).await {
            Some(WindowMessage::Engine(envelope)) if envelope.seq > told => break,
            Some(WindowMessage::Log { .. }) => panic!("nobody looks at a log"),
            Some(_) => {}
            None => panic!("the channel ended"),
        }
    }
    assert!(channel.read_log(Some(FeedId(99)), false).is_err());
    // A page that begins anew looks at nothing until it says so.
    channel.read_log(Some(feeds[0]), false).expect("there is such a feed");
    let (taking, mut taken, _permits) = page(1000);
    channel.subscribe(taking).await.expect("subscribed");
    channel.show(Place::Unread);
    loop {
        match next(&mut taken).await {
            Some(WindowMessage::Show { .. }) => break,
            Some(WindowMessage::Log { .. }) => panic!("nobody looks at a log"),
            Some(_) => {}
            None => panic!("the channel ended"),
        }
    }
    engine.shut_down().await;
}

/// How the test of this number fares, as it is told.
async fn told(
    taken: &mut mpsc::UnboundedReceiver<WindowMessage>,
    wanted: u32,
    is: impl Fn(&TestReport) -> bool,
) -> TestReport {
    loop {
        match next(taken).await {
            Some(WindowMessage::Test { number, report }) if number == wanted && is(&report) => return *report,
            Some(_) => {}
            None => panic!("the channel ended"),
        }
    }
}

#[tokio::test]
async fn one_address_is_tried_at_a_time_and_none_when_nobody_looks() {
    let (_dir, engine) = engine();
    let channel = EventChannel::new(engine.clone());
    let (taking, mut taken, _permits) = page(1000);
    channel.subscribe(taking).await.expect("subscribed");
    let server = SseServer::start(|mut connection| async move {
        connection.send(EVENT_STREAM).await;
        connection.send("data: x\n\n").await;
        connection.closed().await;
    })
    .await;
    let test = |path: &str| {
        let config = serde_json::json!({ "name": "", "url": server.url(path) });
        LiveTest::new(serde_json::from_value(config).expect("a feed"), vec![], "test").expect("an address")
    };
    channel.test(1, test("/a"));
    let report = told(&mut taken, 1, |report| report.events == 1).await;
    assert_eq!((report.outcome, report.previews.len()), (live_test::Outcome::Works, 1), "{report:?}");
    // The same event with other settings, such as a preset would bring, without asking anybody again.
    let mut other = FeedConfig::new("", server.url("/a"));
    other.mapping.title = "It was {{ event.data }}.".into();
    let titles = |config: &FeedConfig| {
        channel.preview(config).map(|previews| previews.into_iter().map(|preview| preview.title).collect::<Vec<_>>())
    };
    assert_eq!(report.previews[0].title, "x");
    assert_eq!(titles(&other).expect("a mapping"), ["It was x."]);
    other.mapping.title = "{{".into();
    assert!(titles(&other).is_err(), "a template that is none");
    channel.test(2, test("/b"));
    server.ended(0).await;
    told(&mut taken, 2, |report| report.events == 1).await;
    channel.end_test();
    server.ended(1).await;
    channel.test(3, test("/c"));
    told(&mut taken, 3, |report| report.events == 1).await;
    channel.unsubscribe();
    server.ended(2).await;
    assert_eq!(server.requests().len(), 3, "each was asked once");
    assert_eq!(engine.feeds().await.expect("feeds"), [], "nothing is followed");
}
