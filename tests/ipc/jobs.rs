//! Long work leaves a whole file or none, says how far it is, and ends when it is told to.
use std::ops::ControlFlow;
use std::os::unix::fs::PermissionsExt as _;
use std::path::Path;
use std::sync::{Arc, mpsc};
use std::time::Duration;
use tidings::export::{self, ExportFormat};
use tidings::job::{Done, Job, Jobs, Progress, Work};
use tidings_engine::store::{Arrival, NewEvent, Store};
use tidings_engine::{
    Announcement, Engine, EngineOptions, FeedConfig, FeedId, History, NoHooks, NoSecrets, Notifier, PageQuery, Scope,
    SystemClock,
};
use tidings_event_source::Policy;
use tidings_test_support::eventually;
use tidings_test_support::sse_server::{EVENT_STREAM, Gate, SseServer};

const LIMIT: Duration = Duration::from_secs(20);

struct Silent;

impl Notifier for Silent {
    fn announce(&self, _: Announcement) {}
}

fn filled(dir: &Path, count: i64) {
    let mut store = Store::open(dir).expect("a store");
    let config: FeedConfig = serde_json::from_str(r#"{"name":"a","url":"http://127.0.0.1:9"}"#).expect("a feed");
    let feed = store.add_feed(&config).expect("a feed").id;
    let event = |n: i64| {
        let word = if n % 10 == 0 { "tenth" } else { "other" };
        Arrival::Event(Box::new(NewEvent::new(feed, "message", &format!("{word} {n}"), "", 1000)))
    };
    let arrivals: Vec<_> = (1..=count).map(event).collect();
    store.append(&arrivals).expect("stored");
}

async fn ended(jobs: &Jobs) -> Job {
    let one =
        async || jobs.list().borrow().iter().find(|job| !matches!(job.progress, Progress::Running { .. })).cloned();
    eventually(LIMIT, "the end of the job", one).await
}

fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten();
    entries.map(|entry| entry.expect("an entry").file_name().to_string_lossy().into_owned()).collect()
}

#[tokio::test]
async fn what_is_filtered_is_exported_as_the_command_line_would() {
    let (dir, out) = (tempfile::tempdir().expect("a directory"), tempfile::tempdir().expect("a directory"));
    filled(dir.path(), 1000);
    // Its events stay, and say whose they were.
    Store::open(dir.path()).expect("a store").retire_feed(FeedId(1), 1).expect("removed");
    for (format, head, of) in [(ExportFormat::Ndjson, 0, r#""feed":"a""#), (ExportFormat::Csv, 1, ",a,message,")] {
        let jobs = Jobs::default();
        let (data_dir, folder) = (dir.path().to_owned(), out.path().join("made"));
        jobs.start(Work::Export, move |reporter| {
            export::to_folder(&data_dir, (&Scope::All, "tenth "), format, &folder, reporter)
        });
        let Progress::Done { amount: 100, file: Some(file) } = ended(&jobs).await.progress else {
            panic!("{:?}", jobs.list().borrow())
        };
        let text = std::fs::read_to_string(&file).expect("a file");
        let lines: Vec<_> = text.lines().skip(head).collect();
        assert_eq!((lines.len(), lines.iter().all(|line| line.contains("tenth ") && line.contains(of))), (100, true));
        assert_eq!(std::fs::metadata(&file).expect("there").permissions().mode() & 0o777, 0o600);
        assert!(lines[0].contains("tenth 10") && lines[99].contains("tenth 1000"), "oldest first");
        jobs.dismiss(1);
        assert_eq!(*jobs.list().borrow(), []);
    }
    assert_eq!(names(&out.path().join("made")).len(), 2);
}

#[tokio::test]
async fn what_is_cancelled_or_fails_leaves_nothing_behind() {
    let (dir, out) = (tempfile::tempdir().expect("a directory"), tempfile::tempdir().expect("a directory"));
    filled(dir.path(), 1000);
    let jobs = Jobs::default();
    let (data_dir, folder) = (dir.path().to_owned(), out.path().to_owned());
    let (go_on, wait) = mpsc::channel::<()>();
    let id = jobs.start(Work::Export, move |reporter| {
        wait.recv().expect("the test goes on");
        export::to_folder(&data_dir, (&Scope::All, ""), ExportFormat::Csv, &folder, reporter)
    });
    assert_eq!(jobs.list().borrow()[0].progress, Progress::Running { part: None });
    jobs.dismiss(id);
    assert_eq!(jobs.list().borrow().len(), 1, "what is under way cannot be dismissed");
    jobs.cancel(id);
    go_on.send(()).expect("the job waits");
    eventually(LIMIT, "the end of the job", async || jobs.list().borrow().is_empty().then_some(())).await;
    assert_eq!(names(out.path()), [""; 0]);

    let (data_dir, folder) = (dir.path().to_owned(), dir.path().join("tidings.db"));
    jobs.start(Work::Backup, move |reporter| export::back_up(&data_dir, &folder, None, reporter));
    let Progress::Failed { message } = ended(&jobs).await.progress else { panic!("{:?}", jobs.list().borrow()) };
    assert!(message.contains("was not written to") && message.contains("tidings.db"), "{message}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recording_that_ended_by_itself_says_so_and_stays() {
    let (dir, out) = (tempfile::tempdir().expect("a directory"), tempfile::tempdir().expect("a directory"));
    let begin = Gate::new();
    let server = SseServer::start({
        let begin = begin.clone();
        move |mut connection| {
            let begin = begin.clone();
            async move {
                connection.send(EVENT_STREAM).await;
                begin.pass().await;
                let line = format!(":{}\n", "x".repeat(1024 * 1024));
                // More than may wait for whoever writes it down.
                for _ in 0..65 {
                    connection.send(&line).await;
                }
                connection.closed().await;
            }
        }
    })
    .await;
    let engine = Engine::open(EngineOptions {
        data_dir: dir.path().to_owned(),
        user_agent: "test".to_owned(),
        notifier: Arc::new(Silent),
        clock: Arc::new(SystemClock),
        connect: true,
        policy: Policy::FEED,
        hooks: Arc::new(NoHooks),
        secrets: Arc::new(NoSecrets),
    })
    .expect("a new history");
    let config = serde_json::json!({ "name": "much", "url": server.url("/"), "proxy": { "kind": "none" } });
    let feed = engine.add_feed(serde_json::from_value(config).expect("settings")).await.expect("a feed").id;
    let recording = engine.record(feed).expect("recorded");
    begin.open();
    eventually(LIMIT, "the end of the recording", async || recording.overrun().then_some(())).await;

    let (jobs, folder) = (Jobs::default(), out.path().to_owned());
    let runtime = tokio::runtime::Handle::current();
    jobs.start(Work::Record, move |reporter| runtime.block_on(export::record(recording, &folder, reporter)));
    let Progress::Failed { message } = ended(&jobs).await.progress else { panic!("{:?}", jobs.list().borrow()) };
    let [file] = names(out.path()).try_into().expect("one file");
    assert!(message.contains("as quickly as the stream came") && message.contains(&file), "{message}");
    engine.shut_down().await;
}

#[tokio::test]
async fn when_the_program_ends_all_of_them_do() {
    let jobs = Jobs::default();
    jobs.start(Work::Record, |reporter| {
        tokio::runtime::Builder::new_current_thread().build().expect("a runtime").block_on(reporter.cancelled());
        Ok(ControlFlow::Continue(Done { amount: 1, file: None }))
    });
    jobs.start(Work::Export, |reporter| {
        while reporter.at(0, 1).is_continue() {
            std::thread::yield_now();
        }
        Ok(ControlFlow::Break(()))
    });
    tokio::time::timeout(LIMIT, jobs.end_all()).await.expect("their ends");
    let left: Vec<_> = jobs.list().borrow().iter().map(|job| job.progress.clone()).collect();
    assert_eq!(left, [Progress::Done { amount: 1, file: None }]);
}

#[tokio::test]
async fn a_backup_is_a_whole_history() {
    let (dir, out) = (tempfile::tempdir().expect("a directory"), tempfile::tempdir().expect("a directory"));
    filled(dir.path(), 300);
    let jobs = Jobs::default();
    let (data_dir, folder) = (dir.path().to_owned(), out.path().to_owned());
    jobs.start(Work::Backup, move |reporter| export::back_up(&data_dir, &folder, None, reporter));
    let Progress::Done { file: Some(file), .. } = ended(&jobs).await.progress else {
        panic!("{:?}", jobs.list().borrow())
    };
    let restored = tempfile::tempdir().expect("a directory");
    std::fs::copy(file, restored.path().join("tidings.db")).expect("copied");
    let titles = |dir: &Path| -> Vec<String> {
        let history = History::open(dir).expect("a history");
        let page = history.page(&PageQuery { limit: 500, ..PageQuery::default() }).expect("a page");
        page.events.into_iter().map(|event| event.title).collect()
    };
    assert_eq!(titles(restored.path()).len(), 300);
    assert_eq!(titles(restored.path()), titles(dir.path()));
    assert_eq!(Store::open(restored.path()).expect("it goes on").feeds().expect("feeds").len(), 1);
}

#[tokio::test]
async fn work_says_how_far_it_is() {
    let jobs = Jobs::default();
    let (step, steps) = mpsc::channel::<u64>();
    jobs.start(Work::Vacuum, move |reporter| {
        for done in steps {
            // What is told is told now and then, so it is said until it is heard.
            if reporter.at(done, 4).is_break() {
                return Ok(ControlFlow::Break(()));
            }
        }
        Ok(ControlFlow::Continue(Done { amount: 4, file: None }))
    });
    let half = async || {
        let _ = step.send(2);
        (jobs.list().borrow()[0].progress == Progress::Running { part: Some(0.5) }).then_some(())
    };
    eventually(LIMIT, "half of it", half).await;
    drop(step);
    assert_eq!(ended(&jobs).await.progress, Progress::Done { amount: 4, file: None });
}
