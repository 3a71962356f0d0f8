//! The phases of many feeds and of a steady stream: what a feed costs that nothing comes on, and what a thousand events a
//! second cost.
//!
//! Deliberately not here: the burst and the long history (`phases.rs`).
use crate::Bench;
use crate::crowd::Crowd;
use crate::measure::mebibytes;
use crate::phases::{add_feed, end, headless, memory, wait_for_events};
use anyhow::{Context, Result};
use std::path::Path;
use std::process::Child;
use std::time::{Duration, Instant};
use tidings_test_support::allow_many_files;
use tidings_test_support::payloads::Payload;

const FEEDS: usize = 1000;
/// How long idle feeds are looked at, and how long a heartbeat goes round.
const LOOK: Duration = Duration::from_secs(20);

/// What a process has used up so far, and holds.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Used {
    pub(crate) cpu: Duration,
    /// How often one of its threads has gone to sleep, and so woken up before.
    wake_ups: u64,
    private: u64,
    at: Instant,
}

impl Used {
    pub(crate) fn by(process: &Child) -> Result<Self> {
        let folder = format!("/proc/{}", process.id());
        let (mut nanoseconds, mut wake_ups) = (0, 0);
        for task in std::fs::read_dir(format!("{folder}/task"))? {
            let task = task?.path();
            // Time on a processor, then time waiting for one, then how often.
            let schedstat = std::fs::read_to_string(task.join("schedstat"))?;
            nanoseconds += schedstat.split(' ').next().context("no time")?.parse::<u64>()?;
            let status = std::fs::read_to_string(task.join("status"))?;
            let switches = status.lines().find_map(|line| line.strip_prefix("voluntary_ctxt_switches:"));
            wake_ups += switches.context("no switches")?.trim().parse::<u64>()?;
        }
        let rollup = std::fs::read_to_string(format!("{folder}/smaps_rollup"))?;
        let private = rollup.lines().filter(|line| line.starts_with("Private_")).map(|line| {
            let number = line.split_whitespace().nth(1).unwrap_or_default();
            number.parse::<u64>().unwrap_or(0) * 1024
        });
        Ok(Self { cpu: Duration::from_nanos(nanoseconds), wake_ups, private: private.sum(), at: Instant::now() })
    }
}

/// A thousand feeds on which nothing comes, and on which only heartbeats come.
pub(crate) fn idle(bench: &Bench) -> Result<()> {
    allow_many_files();
    println!("## {FEEDS} idle feeds in one headless engine\n");
    let alone = {
        let (folder, crowd) = (tempfile::tempdir()?, Crowd::start()?);
        let engine = following(bench, folder.path(), &crowd, 1)?;
        std::thread::sleep(Duration::from_secs(2));
        let used = Used::by(&engine)?;
        end(engine)?;
        used.private
    };
    let (folder, crowd) = (tempfile::tempdir()?, Crowd::start()?);
    let engine = following(bench, folder.path(), &crowd, FEEDS)?;
    // What followed from the start is over.
    std::thread::sleep(Duration::from_secs(2));
    let silent = Used::by(&engine)?;
    std::thread::sleep(LOOK);
    let before = Used::by(&engine)?;
    crowd.say(b":\n", LOOK)?;
    let after = Used::by(&engine)?;
    end(engine)?;
    println!("| | private memory a feed | CPU over {} s | wake-ups |\n| --- | --- | --- | --- |", LOOK.as_secs());
    println!(
        "| silent | {} KiB | {:.1} ms | {} |",
        silent.private.saturating_sub(alone) / (FEEDS as u64 - 1) / 1024,
        before.cpu.saturating_sub(silent.cpu).as_secs_f64() * 1e3,
        before.wake_ups - silent.wake_ups
    );
    println!(
        "| a heartbeat each | {} KiB | {:.1} ms | {} |\n",
        after.private.saturating_sub(alone) / (FEEDS as u64 - 1) / 1024,
        after.cpu.saturating_sub(before.cpu).as_secs_f64() * 1e3,
        after.wake_ups - before.wake_ups
    );
    Ok(())
}

/// A thousand medium events a second for a minute, on one feed: all stored, and nothing grows.
pub(crate) fn steady(bench: &Bench) -> Result<()> {
    const SECONDS: u32 = 60;
    const BEATS: u32 = 100;
    const AT_ONCE: usize = 10;
    println!("## 1000 medium events a second for a minute\n");
    let (folder, crowd) = (tempfile::tempdir()?, Crowd::start()?);
    let engine = following(bench, folder.path(), &crowd, 1)?;
    println!("| seconds | CPU, of one core | private memory | peak |\n| --- | --- | --- | --- |");
    let mut before = Used::by(&engine)?;
    for part in 0..3 {
        let beats = SECONDS * BEATS / 3;
        crowd.pour(beats, Duration::from_secs(1) / BEATS, |beat| {
            let first = (part * beats + beat) as usize * AT_ONCE;
            (first..first + AT_ONCE).map(|number| Payload::Medium.event(number)).collect()
        })?;
        let now = Used::by(&engine)?;
        println!(
            "| {}–{} | {:.1} % | {:.1} MiB | {:.1} MiB |",
            part * SECONDS / 3,
            (part + 1) * SECONDS / 3,
            now.cpu.saturating_sub(before.cpu).as_secs_f64() / (now.at - before.at).as_secs_f64() * 100.0,
            mebibytes(now.private),
            mebibytes(memory(&engine, "VmHWM:")?)
        );
        before = now;
    }
    wait_for_events(folder.path(), (SECONDS * BEATS) as usize * AT_ONCE)?;
    end(engine)?;
    println!("\nAll {} are stored.\n", (SECONDS * BEATS) as usize * AT_ONCE);
    Ok(())
}

/// A headless engine that follows so many feeds of this server, all of them connected.
fn following(bench: &Bench, data_dir: &Path, crowd: &Crowd, feeds: usize) -> Result<Child> {
    add_feed(bench, data_dir, "first", &crowd.url)?;
    // The others are like the first; a command for each would take longer than all the rest.
    let database = rusqlite::Connection::open(data_dir.join("tidings.db"))?;
    let copy =
        "WITH RECURSIVE numbers (number) AS (SELECT 2 UNION ALL SELECT number + 1 FROM numbers WHERE number < ?1)
                INSERT INTO feeds (position, config) SELECT number, config FROM feeds, numbers WHERE number <= ?1";
    if feeds > 1 {
        database.execute(copy, [i64::try_from(feeds)?])?;
    }
    drop(database);
    let engine = headless(bench, data_dir, &[])?;
    crowd.wait_until_there_are(feeds)?;
    Ok(engine)
}
