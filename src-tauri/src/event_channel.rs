//! The stream of messages to the window: bounded, batched, and replaced when the page subscribes again.
//!
//! Deliberately not here: Tauri (`window/page.rs` hands a batch to the real page), and what the messages mean.
//!
//! Nothing here can grow. The engine keeps a bounded number of events for each listener and says `missed` instead of more;
//! what is to be shown and which banners stand are single values of which the last one counts; and one batch at a time is
//! on its way to the page.
use crate::boundary::{Notice, NoticeCode, Place, SharedEnvelope, Snapshot, WindowMessage};
use crate::demo_feed;
use crate::job::{Job, Jobs};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tidings_engine::live_test::{self, FirstEvents, LiveTest, Preview, TestReport};
use tidings_engine::{
    Engine, EngineError, EngineEvent, EngineEvents, FeedConfig, FeedId, LogBatch, LogReader, PageQuery,
};
use tokio::sync::{Notify, watch};
use tokio::task::AbortHandle;
use tokio::time::{Instant, sleep_until};

/// The most events in a batch, unless a single message holds more.
pub const BATCH: usize = 256;
/// The least time between two batches, unless the first is full.
pub const BATCH_TIME: Duration = Duration::from_millis(50);
/// The least time between two batches of nothing but what streams in: drawing it anew for each event costs more than all
/// the rest of the program, and nobody reads so quickly. What the user has done shows after [`BATCH_TIME`] even then.
pub const STREAM_TIME: Duration = Duration::from_millis(500);

/// A page that takes messages.
pub trait Page: Send + 'static {
    /// Hands over a batch and waits until the page has taken it; `Err` when there is no page any more.
    fn take(&mut self, batch: Vec<WindowMessage>) -> impl Future<Output = Result<(), PageGone>> + Send;
}

/// The page has been closed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PageGone;

/// What the window is told, and the page that is told it.
pub struct EventChannel {
    engine: Engine,
    notices: watch::Sender<BTreeMap<NoticeCode, Notice>>,
    show: Arc<ToShow>,
    log: Arc<ToRead>,
    jobs: Jobs,
    testing: Testing,
    /// The task that serves the page that subscribed last.
    page: Mutex<Option<AbortHandle>>,
}

impl EventChannel {
    /// No page listens yet.
    pub fn new(engine: Engine) -> Self {
        Self {
            engine,
            notices: watch::Sender::default(),
            show: Arc::default(),
            log: Arc::default(),
            jobs: Jobs::default(),
            testing: Testing::default(),
            page: Mutex::default(),
        }
    }

    /// From now on `page` is told everything, and an earlier one nothing any more.
    ///
    /// Must be called within a tokio runtime. Fails when the engine has shut down or its store cannot be read.
    pub async fn subscribe(&self, page: impl Page) -> Result<Snapshot, EngineError> {
        self.replace(None);
        // Listening comes first and looking second: what happens in between is in both, and the stream leaves it out.
        let (events, mut notices) = (self.engine.events(), self.notices.subscribe());
        let mut jobs = self.jobs.list();
        let seq = self.engine.seq();
        let newest = self.engine.page(PageQuery { limit: 1, ..PageQuery::default() }).await?;
        let feeds = self.engine.feeds().await?;
        let snapshot = Snapshot {
            demo_available: !demo_feed::is_among(&feeds),
            feeds,
            removed: self.engine.removed_feeds().await?,
            counts: self.engine.counts().await?,
            settings: self.engine.settings().await?,
            mutes: self.engine.mutes(),
            notices: list(&notices.borrow_and_update()),
            jobs: jobs.borrow_and_update().clone(),
            seq,
            newest: newest.events.first().map(|event| event.id),
            show: self.show.take(),
            version: env!("CARGO_PKG_VERSION").to_owned(),
        };
        // What an earlier page looked at is nothing to this one.
        self.log.put(None);
        self.testing.end();
        let tests = self.testing.report.subscribe();
        let (show, log) = (Arc::clone(&self.show), Arc::clone(&self.log));
        let messages = Messages { events, seq, notices, jobs, tests, show, log, reading: None };
        self.replace(Some(tokio::spawn(pump(messages, page)).abort_handle()));
        Ok(snapshot)
    }

    /// The page is gone: nothing is kept for it any more.
    pub fn unsubscribe(&self) {
        self.testing.end();
        self.replace(None);
    }

    /// The page looks at the connection log of this feed: it is told what is kept and then what comes, until it looks at
    /// another, or (`None`) at none. `lines`: also the lines of the stream as they come.
    pub fn read_log(&self, feed: Option<FeedId>, lines: bool) -> Result<(), EngineError> {
        let reading = feed.map(|feed| Ok::<_, EngineError>((feed, self.engine.read_log(feed, lines)?))).transpose()?;
        self.log.put(reading);
        Ok(())
    }

    /// Begins the test of an address, of which the page is told under this number; one that is under way ends. Must be
    /// called within a tokio runtime.
    pub fn test(&self, number: u32, test: LiveTest) {
        self.testing.begin(number, test);
    }

    /// How the first events of the last test would be announced with these settings.
    pub fn preview(&self, config: &FeedConfig) -> Result<Vec<Preview>, EngineError> {
        let first = self.testing.first.lock().unwrap_or_else(PoisonError::into_inner).clone();
        first.with(config)
    }

    /// Ends the test that is under way, and its connection.
    pub fn end_test(&self) {
        self.testing.end();
    }

    /// Long work, of which the page is told.
    pub fn jobs(&self) -> &Jobs {
        &self.jobs
    }

    /// Has the page show `place`; when there is none, the next one will.
    pub fn show(&self, place: impl Into<Place>) {
        self.show.put(place.into());
    }

    /// Puts up a banner that a sentence says whole, or (`None`) takes it down.
    pub fn notice(&self, code: NoticeCode, message: Option<&str>) {
        self.put(code, message.map(|message| Notice::new(code, message)));
    }

    /// Puts up a banner, or (`None`) takes it down.
    pub fn put(&self, code: NoticeCode, notice: Option<Notice>) {
        self.notices.send_if_modified(|notices| match notice {
            Some(notice) if notices.get(&code) == Some(&notice) => false,
            Some(notice) => {
                notices.insert(code, notice);
                true
            }
            None => notices.remove(&code).is_some(),
        });
    }

    fn replace(&self, page: Option<AbortHandle>) {
        let earlier = std::mem::replace(&mut *self.page.lock().unwrap_or_else(PoisonError::into_inner), page);
        if let Some(earlier) = earlier {
            earlier.abort();
        }
    }
}

fn list(notices: &BTreeMap<NoticeCode, Notice>) -> Vec<Notice> {
    notices.values().cloned().collect()
}

/// What is to be shown next; a later wish takes the place of an earlier one.
#[derive(Default)]
struct ToShow {
    place: Mutex<Option<Place>>,
    put: Notify,
}

impl ToShow {
    fn put(&self, place: Place) {
        *self.place.lock().unwrap_or_else(PoisonError::into_inner) = Some(place);
        self.put.notify_one();
    }

    fn take(&self) -> Option<Place> {
        self.place.lock().unwrap_or_else(PoisonError::into_inner).take()
    }

    /// Cancel-safe.
    async fn next(&self) -> Place {
        loop {
            let put = self.put.notified();
            if let Some(place) = self.take() {
                return place;
            }
            put.await;
        }
    }
}

/// The test of an address, one at a time, and how it fares.
#[derive(Default)]
struct Testing {
    report: watch::Sender<Option<(u32, TestReport)>>,
    task: Mutex<Option<AbortHandle>>,
    /// Of the test that was begun last.
    first: Mutex<FirstEvents>,
}

impl Testing {
    fn begin(&self, number: u32, test: LiveTest) {
        let mut task = self.task.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(earlier) = task.take() {
            earlier.abort();
        }
        *self.first.lock().unwrap_or_else(PoisonError::into_inner) = test.first_events();
        let report = self.report.clone();
        let testing = async move {
            test.run(live_test::LENGTH, |told| {
                report.send_replace(Some((number, told.clone())));
            })
            .await;
        };
        *task = Some(tokio::spawn(testing).abort_handle());
    }

    fn end(&self) {
        if let Some(task) = self.task.lock().unwrap_or_else(PoisonError::into_inner).take() {
            task.abort();
        }
    }
}

/// A log and whose it is.
type Reading = (FeedId, LogReader);

/// Which log is to be read next; a later wish takes the place of an earlier one.
#[derive(Default)]
struct ToRead {
    wish: Mutex<Option<Reading>>,
    put: Notify,
}

impl ToRead {
    fn put(&self, reading: Option<Reading>) {
        *self.wish.lock().unwrap_or_else(PoisonError::into_inner) = reading;
        self.put.notify_one();
    }

    /// Cancel-safe.
    async fn next(&self) -> Option<Reading> {
        self.put.notified().await;
        self.wish.lock().unwrap_or_else(PoisonError::into_inner).take()
    }
}

/// What is new in the log that is read; never while none is. Cancel-safe.
async fn read(reading: &mut Option<Reading>) -> Option<(FeedId, LogBatch)> {
    match reading {
        Some((feed, reader)) => reader.next().await.map(|batch| (*feed, batch)),
        None => std::future::pending().await,
    }
}

/// Where a page's messages come from.
trait Source: Send {
    /// The next one; `None` when there will be none any more. Cancel-safe.
    fn next(&mut self) -> impl Future<Output = Option<WindowMessage>> + Send;
}

struct Messages {
    events: EngineEvents,
    /// Up to here the page knows from its snapshot.
    seq: u64,
    notices: watch::Receiver<BTreeMap<NoticeCode, Notice>>,
    jobs: watch::Receiver<Vec<Job>>,
    tests: watch::Receiver<Option<(u32, TestReport)>>,
    show: Arc<ToShow>,
    log: Arc<ToRead>,
    /// The log that the page looks at.
    reading: Option<Reading>,
}

impl Source for Messages {
    async fn next(&mut self) -> Option<WindowMessage> {
        loop {
            tokio::select! {
                envelope = self.events.next() => {
                    let envelope = envelope?;
                    if envelope.seq > self.seq || envelope.event == EngineEvent::Missed {
                        return Some(WindowMessage::Engine(SharedEnvelope(envelope)));
                    }
                }
                place = self.show.next() => return Some(WindowMessage::Show { place }),
                reading = self.log.next() => self.reading = reading,
                batch = read(&mut self.reading) => match batch {
                    Some((feed, batch)) => return Some(WindowMessage::Log { feed, batch }),
                    // The feed is gone.
                    None => self.reading = None,
                },
                Ok(()) = self.jobs.changed() => {
                    return Some(WindowMessage::Jobs { jobs: self.jobs.borrow_and_update().clone() });
                }
                Ok(()) = self.tests.changed() => {
                    if let Some((number, report)) = self.tests.borrow_and_update().clone() {
                        return Some(WindowMessage::Test { number, report: Box::new(report) });
                    }
                }
                Ok(()) = self.notices.changed() => {
                    return Some(WindowMessage::Notices { notices: list(&self.notices.borrow_and_update()) });
                }
            }
        }
    }
}

/// Carries messages to the page until one of them ends. The first message after a quiet time goes at once.
async fn pump(mut source: impl Source, mut page: impl Page) {
    let mut last: Option<Instant> = None;
    while let Some(first) = source.next().await {
        let mut size = weight(&first);
        let mut end = due(last, &first);
        let mut batch = vec![first];
        while size < BATCH {
            tokio::select! {
                // What is there already goes along, whatever the time.
                biased;
                message = source.next() => match message {
                    Some(message) => {
                        size += weight(&message);
                        end = end.min(due(last, &message));
                        batch.push(message);
                    }
                    None => break,
                },
                () = sleep_until(end) => break,
            }
        }
        last = Some(Instant::now());
        if page.take(batch).await == Err(PageGone) {
            return;
        }
    }
}

/// When a message is to be on its way, if the last batch went at `last`.
fn due(last: Option<Instant>, message: &WindowMessage) -> Instant {
    let time = if streams(message) { STREAM_TIME } else { BATCH_TIME };
    last.map_or_else(Instant::now, |last| last + time)
}

/// Whether a message comes of itself, again and again, while events stream in.
fn streams(message: &WindowMessage) -> bool {
    use EngineEvent::{Arrived, Counts, Feed, Gap, Repeated};
    matches!(message, WindowMessage::Engine(envelope)
        if matches!(envelope.event, Arrived { .. } | Repeated { .. } | Counts { .. } | Feed { .. } | Gap { .. }))
}

/// How much a message counts in a batch: the engine tells of many events at once when they arrive at once.
fn weight(message: &WindowMessage) -> usize {
    match message {
        WindowMessage::Engine(envelope) => match &envelope.event {
            EngineEvent::Arrived { events } => events.len().max(1),
            _ => 1,
        },
        WindowMessage::Log { batch, .. } => (batch.entries.len() + batch.lines.len()).max(1),
        _ => 1,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use tidings_engine::{Envelope, FeedId};
    use tokio::sync::mpsc;

    struct Numbers(mpsc::UnboundedReceiver<u64>);

    impl Source for Numbers {
        async fn next(&mut self) -> Option<WindowMessage> {
            let seq = self.0.recv().await?;
            let event = EngineEvent::FeedRemoved { feed: FeedId(1) };
            Some(WindowMessage::Engine(SharedEnvelope(Arc::new(Envelope { seq, event }))))
        }
    }

    /// A page that holds each batch until it is told to go on.
    struct Held {
        batches: mpsc::UnboundedSender<Vec<u64>>,
        go_on: Arc<tokio::sync::Semaphore>,
    }

    impl Page for Held {
        async fn take(&mut self, batch: Vec<WindowMessage>) -> Result<(), PageGone> {
            let numbers = batch.iter().filter_map(|message| match message {
                WindowMessage::Engine(envelope) => Some(envelope.seq),
                _ => None,
            });
            self.batches.send(numbers.collect()).map_err(|_| PageGone)?;
            self.go_on.acquire().await.map_err(|_| PageGone)?.forget();
            Ok(())
        }
    }

    #[tokio::test]
    async fn a_slow_page_gets_full_batches_in_order() {
        let (send, numbers) = mpsc::unbounded_channel();
        let (batches, mut taken) = mpsc::unbounded_channel();
        let go_on = Arc::new(tokio::sync::Semaphore::new(0));
        let task = tokio::spawn(pump(Numbers(numbers), Held { batches, go_on: Arc::clone(&go_on) }));

        send.send(0).expect("the pump runs");
        assert_eq!(taken.recv().await, Some(vec![0]), "the first goes at once and alone");
        for number in 1..=600 {
            send.send(number).expect("the pump runs");
        }
        assert!(taken.try_recv().is_err(), "one batch at a time is on its way");
        go_on.add_permits(10);
        assert_eq!(taken.recv().await, Some((1..=256).collect()));
        assert_eq!(taken.recv().await, Some((257..=512).collect()));
        assert_eq!(taken.recv().await, Some((513..=600).collect()));
        drop(send);
        task.await.expect("the pump ends with its source");
        assert_eq!(taken.recv().await, None, "nothing is sent when nothing has come");
    }

    fn arrival(seq: u64) -> WindowMessage {
        WindowMessage::Engine(SharedEnvelope(Arc::new(Envelope {
            seq,
            event: EngineEvent::Arrived { events: vec![] },
        })))
    }

    #[tokio::test(start_paused = true)]
    async fn what_streams_in_is_gathered_and_what_is_done_takes_it_along() {
        struct Given(mpsc::UnboundedReceiver<WindowMessage>);
        impl Source for Given {
            async fn next(&mut self) -> Option<WindowMessage> {
                self.0.recv().await
            }
        }
        let (send, messages) = mpsc::unbounded_channel();
        let (batches, mut taken) = mpsc::unbounded_channel();
        let go_on = Arc::new(tokio::sync::Semaphore::new(100));
        tokio::spawn(pump(Given(messages), Held { batches, go_on }));
        let start = Instant::now();
        let mut next = async || (taken.recv().await.expect("the pump runs"), start.elapsed());

        send.send(arrival(1)).expect("the pump runs");
        assert_eq!(next().await, (vec![1], Duration::ZERO), "after a quiet time it goes at once");
        for seq in [2, 3] {
            send.send(arrival(seq)).expect("the pump runs");
        }
        assert_eq!(next().await, (vec![2, 3], STREAM_TIME), "then what streams in is gathered");
        send.send(arrival(4)).expect("the pump runs");
        let done = EngineEvent::FeedRemoved { feed: FeedId(1) };
        let done = WindowMessage::Engine(SharedEnvelope(Arc::new(Envelope { seq: 5, event: done })));
        send.send(done).expect("the pump runs");
        assert_eq!(next().await, (vec![4, 5], STREAM_TIME + BATCH_TIME), "what was done waits for nothing");
    }

    #[tokio::test]
    async fn the_pump_ends_with_its_page() {
        let (send, numbers) = mpsc::unbounded_channel();
        let (batches, taken) = mpsc::unbounded_channel();
        drop(taken);
        let task =
            tokio::spawn(pump(Numbers(numbers), Held { batches, go_on: Arc::new(tokio::sync::Semaphore::new(0)) }));
        send.send(1).expect("the pump waits");
        task.await.expect("the pump ends");
        assert!(send.send(2).is_err());
    }
}
