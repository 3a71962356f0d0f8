//! Every fault by its name, done once to one feed: what is shown of it, how often the server is asked, and that the
//! whole story is in the history all the same, once and in order.
//!
//! All feeds are of one engine, so that they would also show if they disturbed one another. Deliberately not here: what
//! goes over the wire (`event-source/tests/following`), faults in random order (`tests/chaos`).
use super::{LIMIT, Running, direct};
use std::collections::{BTreeSet, HashMap};
use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};
use tidings_engine::{Event, FeedConfig, FeedId, FeedState, History, Scope};
use tidings_test_support::fault::{Fault, LONG_LINE, STORY, Story, tell_well};
use tidings_test_support::sse_server::{Connection, SseServer};

const LENGTH: usize = 8;
/// How many events come before a fault that ends the stream.
const SOME: usize = 3;

struct Case {
    /// What is done to the first connections; those after them are served well.
    plan: &'static [Fault],
    /// A state that is shown.
    shown: &'static str,
    /// How many connections it takes.
    requests: usize,
    /// It goes on only when the user asks, or much later.
    asked: bool,
    /// What is stored beside the story: types and lengths of data.
    beside: &'static [(&'static str, usize)],
}

const fn case(plan: &'static [Fault], shown: &'static str, requests: usize) -> Case {
    Case { plan, shown, requests, asked: false, beside: &[] }
}

const CASES: &[Case] = &[
    case(&[Fault::Dropped], "waiting: closed-by-server, dropped", 2),
    case(&[Fault::ResetBeforeHead], "waiting: network, lost", 2),
    case(&[Fault::ResetInHead], "waiting: network, lost", 2),
    case(&[Fault::GarbageHead], "waiting: network, no HTTP", 2),
    case(&[Fault::HugeHead], "waiting: too-large, too large", 2),
    case(&[Fault::Html], "waiting: not-an-event-stream, HTML", 2),
    Case { asked: true, ..case(&[Fault::NoContent], "closed: http-status, 204", 2) },
    case(&[Fault::CrossHostRedirect], "open", 1),
    case(&[Fault::TooManyRequests], "waiting: http-status, 429", 2),
    case(&[Fault::TooManyRequestsUntil], "waiting: http-status, 429", 2),
    case(&[Fault::Unavailable], "waiting: http-status, 503", 2),
    Case { asked: true, ..case(&[Fault::Unauthorized], "needs attention: http-status, 401", 2) },
    case(&[Fault::NotFound], "waiting: http-status, 404", 2),
    Case { asked: true, ..case(&[Fault::NotFound; 3], "needs attention: http-status, 404", 4) },
    case(&[Fault::CleanEnd], "polling every 3000 ms", 2),
    case(&[Fault::EmptyStream], "waiting: closed-by-server, ended", 2),
    Case { beside: &[("close", 12)], ..case(&[Fault::InBandClose], "polling every 3000 ms", 2) },
    case(&[Fault::CutInBlock], "polling every 3000 ms", 2),
    case(&[Fault::ResetInBody], "waiting: network, lost", 2),
    case(&[Fault::ResetInChunk], "waiting: network, lost", 2),
    case(&[Fault::GarbageChunk], "waiting: network, lost", 2),
    case(&[Fault::HalfOpen], "waiting: idle, silent", 2),
    case(&[Fault::EndlessLine], "polling every 3000 ms", 2),
    case(&[Fault::RetryZero], "open", 1),
    Case { asked: true, ..case(&[Fault::RetryHuge], "polling every 3600000 ms", 2) },
    case(&[Fault::CrOnly], "open", 1),
    case(&[Fault::MixedLineEnds], "open", 1),
    case(&[Fault::Bom], "open", 1),
    case(&[Fault::ByteByByte], "open", 1),
    case(&[Fault::ChunkByChunk], "open", 1),
    case(&[Fault::NulIds], "open", 1),
    case(&[Fault::DatalessEvents], "open", 1),
    Case { beside: &[("long", LONG_LINE)], ..case(&[Fault::LongLine], "open", 1) },
    case(&[Fault::Gzip], "open", 1),
    case(&[Fault::SlowDrip], "open", 1),
    case(&[Fault::LateHead], "open", 1),
    case(&[Fault::CleanEnd, Fault::Replayed], "open", 2),
    case(&[Fault::Burst], "open", 1),
];

fn shown(state: &FeedState) -> String {
    match state {
        FeedState::Open { .. } => "open".to_owned(),
        FeedState::Polling { every_ms, .. } => format!("polling every {every_ms} ms"),
        FeedState::Waiting { cause, .. } => format!("waiting: {}, {}", cause.layer, cause.short),
        FeedState::NeedsAttention { cause, .. } => format!("needs attention: {}, {}", cause.layer, cause.short),
        FeedState::Closed { cause } => format!("closed: {}, {}", cause.layer, cause.short),
        other => format!("{other:?}"),
    }
}

fn story(index: usize) -> Story {
    Story { name: format!("{:?}", CASES[index].plan[0]), length: LENGTH }
}

/// The index of the case that is asked for.
fn index(connection: &Connection) -> usize {
    connection.request.target()[1..].parse().expect("a path of this test")
}

#[test]
fn every_fault_has_its_case() {
    for fault in Fault::ALL {
        assert!(CASES.iter().any(|case| case.plan.contains(&fault)), "{fault:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_fault_is_survived_and_shown() {
    let elsewhere = SseServer::start(|connection| async move {
        let story = story(index(&connection));
        tell_well(connection, &story, Duration::ZERO).await;
    })
    .await;
    let asked: Arc<Vec<AtomicUsize>> = Arc::new(CASES.iter().map(|_| AtomicUsize::new(0)).collect());
    let counted = Arc::clone(&asked);
    let other = elsewhere.url("");
    let server = SseServer::start(move |connection| {
        let (counted, other) = (Arc::clone(&counted), other.clone());
        async move {
            let index = index(&connection);
            let number = counted[index].fetch_add(1, Ordering::Relaxed);
            match CASES[index].plan.get(number) {
                Some(fault) => fault.answer(connection, &story(index), SOME, &format!("{other}/{index}")).await,
                None => tell_well(connection, &story(index), Duration::ZERO).await,
            }
        }
    })
    .await;

    let running = Running::new();
    let mut feeds = HashMap::new();
    for (index, case) in CASES.iter().enumerate() {
        // Small enough for the endless line, soon enough for the silence; the long line has the limits that all have.
        let bounded = !case.plan.contains(&Fault::LongLine);
        let config = FeedConfig {
            idle_limit: case.plan.contains(&Fault::HalfOpen).then_some(3),
            event_limit: bounded.then_some(64 * 1024),
            ..direct(&server.url(&format!("/{index}")))
        };
        feeds.insert(running.engine.add_feed(config).await.unwrap().id, index);
    }

    let mut seen = vec![BTreeSet::new(); CASES.len()];
    let mut helped = vec![false; CASES.len()];
    let whole = (CASES.len() * LENGTH + CASES.iter().map(|case| case.beside.len()).sum::<usize>()) as u64;
    // What is missing at the end of the time is named below.
    let end = Instant::now() + LIMIT;
    while Instant::now() < end {
        for status in running.engine.feeds().await.unwrap() {
            let index = feeds[&status.id()];
            let case = &CASES[index];
            seen[index].insert(shown(&status.state));
            if case.asked && seen[index].contains(case.shown) && !std::mem::replace(&mut helped[index], true) {
                running.engine.reconnect(Some(status.id())).await.unwrap();
            }
        }
        let all_seen = CASES.iter().zip(&seen).all(|(case, seen)| seen.contains(case.shown));
        if all_seen && running.engine.counts().await.unwrap().all >= whole {
            break;
        }
        tokio::time::sleep(Duration::from_millis(20)).await;
    }

    let events = events_by_feed(&running);
    for (feed, index) in feeds {
        let case = &CASES[index];
        let events = events.get(&feed).map(Vec::as_slice).unwrap_or_default();
        let told: Vec<_> = events.iter().filter(|event| event.summary.event_type == STORY).collect();
        let data: Vec<_> = told.iter().map(|event| event.data.clone()).collect();
        assert_eq!(data, story(index).whole(), "{:?}", case.plan);
        let beside = events.iter().filter(|event| event.summary.event_type != STORY);
        let beside: Vec<_> = beside.map(|event| (event.summary.event_type.as_str(), event.data.len())).collect();
        assert_eq!(beside, case.beside, "{:?}", case.plan);
        assert!(seen[index].contains(case.shown), "{:?} was shown as {:?}", case.plan, seen[index]);
        assert_eq!(asked[index].load(Ordering::Relaxed), case.requests, "requests of {:?}", case.plan);
        // What is told again is counted, in its place.
        let replayed = case.plan.contains(&Fault::Replayed);
        let counts: Vec<_> = told.iter().map(|event| event.summary.count).collect();
        let expected: Vec<_> = (1..=LENGTH).map(|number| if replayed && number <= SOME { 2 } else { 1 }).collect();
        assert_eq!(counts, expected, "{:?}", case.plan);
    }
    assert_eq!(elsewhere.requests().len(), 1, "only the redirect leads elsewhere");
}

/// All events, each feed's oldest first.
fn events_by_feed(running: &Running) -> HashMap<FeedId, Vec<Event>> {
    let mut events: HashMap<_, Vec<_>> = HashMap::new();
    let history = History::open(running.dir.path()).unwrap();
    let mut keep = |event: Event| {
        events.entry(event.summary.feed_id).or_default().push(event);
        ControlFlow::Continue(())
    };
    history.export(&Scope::All, "", None, &mut keep).unwrap();
    events
}
