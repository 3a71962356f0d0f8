//! The phase of announcing: from the server's write to the call of the notification service, beside what people write
//! themselves. Tidings has the event stored and its decision written down before it calls.
//!
//! Deliberately not here: how a real service fares with the call; it is a recorder, the same for all.
use crate::Bench;
use crate::crowd::Crowd;
use crate::measure::{ratio, run};
use crate::phases::{add_feed, end, headless};
use crate::scale::Used;
use anyhow::{Context, Result, ensure};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use tidings_test_support::NotificationRecorder;
use tokio::runtime::Runtime;

/// How many events a second, and how many in all.
const RATES: [(u32, u32); 3] = [(1, 8), (10, 60), (50, 250)];

/// What announcing so many events took.
struct Run {
    /// From the server's write to the call, of each event.
    latencies: Vec<Duration>,
    cpu: Duration,
}

pub(crate) fn announce(bench: &Bench) -> Result<()> {
    println!("## From the server's write to the notification service's call (over the peer's: lower is better)\n");
    println!(
        "The peers store nothing. Loop: reqwest + eventsource-stream + notify-rust; shell: `curl | while read | notify-send`.\n"
    );
    println!(
        "| events a second | p50, p99 | p50 over the loop | p99 over the loop | p50 over the shell | CPU an event | over the loop | over the shell |\n| --- | --- | --- | --- | --- | --- | --- | --- |"
    );
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    for (rate, count) in RATES {
        let beat = Duration::from_secs(1) / rate;
        let (mut ours, mut plain, mut shell) = (Vec::new(), Vec::new(), Vec::new());
        for _ in 0..bench.rounds.min(3) {
            ours.push(by_tidings(bench, &runtime, count, beat)?);
            let program = bench.program("notify_plain");
            plain.push(by_peer(&runtime, count, beat, |url| vec![program.display().to_string(), url.to_owned()])?);
            shell.push(by_peer(&runtime, count, beat, |url| {
                let script = "curl -sN \"$0\" | while read -r line; do \
                              case $line in data:*) notify-send \"${line#data: }\" ;; esac; done";
                ["sh", "-c", script, url].map(str::to_owned).to_vec()
            })?);
        }
        let [ours, plain, shell] = [ours, plain, shell].map(Summary::of);
        println!(
            "| {rate} | {:.2} ms, {:.2} ms | {:.2} × | {:.2} × | {:.2} × | {:.2} ms | {:.2} × | {:.2} × |",
            ours.median.as_secs_f64() * 1e3,
            ours.late.as_secs_f64() * 1e3,
            ratio(ours.median, plain.median),
            ratio(ours.late, plain.late),
            ratio(ours.median, shell.median),
            ours.cpu.as_secs_f64() * 1e3,
            ratio(ours.cpu, plain.cpu),
            ratio(ours.cpu, shell.cpu),
        );
    }
    println!();
    Ok(())
}

/// Several runs together.
struct Summary {
    median: Duration,
    /// The 99th of a hundred.
    late: Duration,
    /// Of one event.
    cpu: Duration,
}

impl Summary {
    fn of(runs: Vec<Run>) -> Self {
        let cpu: Duration = runs.iter().map(|run| run.cpu).sum();
        let mut latencies: Vec<_> = runs.into_iter().flat_map(|run| run.latencies).collect();
        latencies.sort();
        let count = u32::try_from(latencies.len()).unwrap_or(u32::MAX);
        Self { median: latencies[latencies.len() / 2], late: latencies[latencies.len() * 99 / 100], cpu: cpu / count }
    }
}

fn by_tidings(bench: &Bench, runtime: &Runtime, count: u32, beat: Duration) -> Result<Run> {
    let (folder, crowd) = (tempfile::tempdir()?, Crowd::start()?);
    let desktop = runtime.block_on(NotificationRecorder::start());
    add_feed(bench, folder.path(), "feed", &crowd.url)?;
    // Each by itself, as the peers do.
    for change in [&["feed", "edit", "feed", "--notify"][..], &["settings", "set", "burst", "1000/1"]] {
        let mut tidings = Command::new(bench.program("tidings"));
        tidings.arg("--data-dir").arg(folder.path()).args(change).stdout(Stdio::null());
        ensure!(tidings.status()?.success(), "{tidings:?} failed");
    }
    let engine = headless(bench, folder.path(), &[("DBUS_SESSION_BUS_ADDRESS", desktop.bus_address())])?;
    crowd.wait_until_there_are(1)?;
    // What followed from the start is over, as in a program that runs for days.
    let sent = say(&crowd, 1, beat, 0)?;
    runtime.block_on(heard(&desktop, &sent, 0))?;
    let before = Used::by(&engine)?;
    let sent = say(&crowd, count, beat, 1)?;
    let latencies = runtime.block_on(heard(&desktop, &sent, 1))?;
    let after = Used::by(&engine)?;
    end(engine)?;
    Ok(Run { latencies, cpu: after.cpu.saturating_sub(before.cpu) })
}

fn by_peer(runtime: &Runtime, count: u32, beat: Duration, command: impl Fn(&str) -> Vec<String>) -> Result<Run> {
    let crowd = Crowd::start()?;
    let desktop = runtime.block_on(NotificationRecorder::start());
    // The measured command inherits no variables but through `env`.
    let mut peer = Command::new("env");
    peer.arg(format!("DBUS_SESSION_BUS_ADDRESS={}", desktop.bus_address())).args(command(&crowd.url));
    std::thread::scope(|scope| {
        let peer = scope.spawn(|| run(&mut peer, None));
        crowd.wait_until_there_are(1)?;
        let sent = say(&crowd, 1, beat, 0)?;
        runtime.block_on(heard(&desktop, &sent, 0))?;
        let sent = say(&crowd, count, beat, 1)?;
        let latencies = runtime.block_on(heard(&desktop, &sent, 1))?;
        crowd.end();
        let cost = peer.join().map_err(|_| anyhow::anyhow!("the peer's thread failed"))??;
        Ok(Run { latencies, cpu: cost.cpu })
    })
}

/// Says events from that number on; when each was written.
fn say(crowd: &Crowd, count: u32, beat: Duration, first: u32) -> Result<Vec<Instant>> {
    let mut sent = Vec::new();
    crowd.pour(count, beat, |number| {
        let number = first + number;
        let text = "The backup of the database took longer than it usually does. See the log for what it waited for.";
        sent.push(Instant::now());
        format!("id: {number}\ndata: {{\"title\":\"number-{number}-\",\"message\":\"{text}\",\"priority\":3}}\n\n")
    })?;
    Ok(sent)
}

/// Waits for the calls about these; how long each took.
async fn heard(desktop: &NotificationRecorder, sent: &[Instant], first: usize) -> Result<Vec<Duration>> {
    let calls = desktop.at_least(first + sent.len()).await;
    let latency = |(number, sent): (usize, &Instant)| {
        let title = format!("number-{}-", first + number);
        let call = calls.iter().find(|call| call.summary.contains(&title));
        Ok(call.with_context(|| format!("{title} was not announced"))?.at.saturating_duration_since(*sent))
    };
    sent.iter().enumerate().map(|(number, sent)| latency((number, sent))).collect()
}
