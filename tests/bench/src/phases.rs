//! The phases, each a table: what is compared, and the ratios.
//!
//! Deliberately not here: how a run is measured (`measure.rs`), the load (`load.rs`).
use crate::Bench;
use crate::load::{After, Load};
use crate::measure::{Cost, interleave, mebibytes, median, ratio, run};
use anyhow::{Context, Result, ensure};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tidings_test_support::payloads::Payload;
use wait4::Wait4;

/// How many bytes of events a decoding or watching run reads.
const VOLUME: usize = 128 * 1024 * 1024;

/// Decoding as a whole process, over eventsource-stream and sse-stream.
pub(crate) fn decode(bench: &Bench) -> Result<()> {
    println!("## Decoding, whole process (CPU of the peer over ours: higher is better)\n");
    println!("| payload | over eventsource-stream | over sse-stream | ours |\n| --- | --- | --- | --- |");
    for payload in Payload::ALL {
        let input = payload.stream(VOLUME / payload.event(0).len());
        let [ours, slow, fast] = interleave3(
            bench.rounds,
            &mut || run(Command::new(bench.program("tidings")).args(["decode", "--count"]), Some(&input)),
            &mut || run(&mut Command::new(bench.program("decode_eventsource_stream")), Some(&input)),
            &mut || run(&mut Command::new(bench.program("decode_sse_stream")), Some(&input)),
        )?;
        println!(
            "| {} | {:.1} × | {:.1} × | {} ms for {:.0} MiB |",
            payload.name(),
            ratio(slow.cpu, ours.cpu),
            ratio(fast.cpu, ours.cpu),
            ours.cpu.as_millis(),
            mebibytes(input.len() as u64),
        );
    }
    println!();
    Ok(())
}

/// One line of 1, 4 and 15 MiB: linear in its length, and bounded in memory.
pub(crate) fn linear(bench: &Bench) -> Result<()> {
    println!("## One long line (`tidings decode --count`)\n");
    println!("| line | CPU | peak memory | memory over the line |\n| --- | --- | --- | --- |");
    for size in [1, 4, 15] {
        let line = [b"data: ".as_slice(), &vec![b'x'; size << 20], b"\n\n"].concat();
        let cost = interleave(
            bench.rounds,
            &mut [&mut || run(Command::new(bench.program("tidings")).args(["decode", "--count"]), Some(&line))],
        )?[0];
        println!(
            "| {size} MiB | {:.1} ms | {:.1} MiB | {:.1} × |",
            cost.cpu.as_secs_f64() * 1e3,
            mebibytes(cost.peak),
            mebibytes(cost.peak) / mebibytes(line.len() as u64),
        );
    }
    println!();
    Ok(())
}

/// `tidings watch` over curl, and over what most people would write.
pub(crate) fn watch(bench: &Bench) -> Result<()> {
    println!("## `tidings watch --format ndjson` (CPU over the peer's: lower is better)\n");
    println!(
        "| payload | over `curl -N` | over reqwest + eventsource-stream | peak memory |\n| --- | --- | --- | --- |"
    );
    for payload in Payload::ALL {
        let events = VOLUME / payload.event(0).len();
        let load = Load::start(payload.stream(events), After::Close)?;
        let most = events.to_string();
        let [ours, curl, plain] = interleave3(
            bench.rounds,
            &mut || {
                let watch = ["watch", &load.url, "--format", "ndjson", "--max-events", &most];
                run(Command::new(bench.program("tidings")).args(watch), None)
            },
            &mut || run(Command::new("curl").args(["-sN", &load.url]), None),
            &mut || run(Command::new(bench.program("watch_plain")).arg(&load.url), None),
        )?;
        println!(
            "| {} | {:.2} × | {:.2} × | {:.1} MiB |",
            payload.name(),
            ratio(ours.cpu, curl.cpu),
            ratio(ours.cpu, plain.cpu),
            mebibytes(ours.peak),
        );
    }
    println!();
    Ok(())
}

/// A hundred thousand medium events until they are durable and searchable.
pub(crate) fn store(bench: &Bench) -> Result<()> {
    const EVENTS: usize = 100_000;
    println!(
        "## {EVENTS} medium events until durable and searchable (over one transaction an event: lower is better)\n"
    );
    let hold = Load::start(Payload::Medium.stream(EVENTS), After::Hold)?;
    let close = Load::start(Payload::Medium.stream(EVENTS), After::Close)?;
    let (mut ours, mut plain) = (Vec::new(), Vec::new());
    // The peer's transactions make it slow: one round in three is enough of it.
    for round in 0..bench.rounds {
        ours.push(stored_by_the_engine(bench, &hold, EVENTS)?);
        if round % 3 == 0 {
            let folder = tempfile::tempdir()?;
            let mut peer = Command::new(bench.program("store_plain"));
            plain.push(run(peer.arg(&close.url).arg(folder.path().join("plain.db")), None)?);
        }
    }
    let (ours, plain) = (median(ours), median(plain));
    println!("| | time | CPU | peak memory |\n| --- | --- | --- | --- |");
    println!(
        "| ours | {:.2} s | {:.2} s | {:.1} MiB |",
        ours.wall.as_secs_f64(),
        ours.cpu.as_secs_f64(),
        mebibytes(ours.peak)
    );
    println!(
        "| plain | {:.2} s | {:.2} s | {:.1} MiB |",
        plain.wall.as_secs_f64(),
        plain.cpu.as_secs_f64(),
        mebibytes(plain.peak)
    );
    println!("| ratio | {:.3} | {:.3} | |\n", ratio(ours.wall, plain.wall), ratio(ours.cpu, plain.cpu));
    let idle = headless_engine_costs(&Bench { rounds: 1, bin: bench.bin.clone() }, tempfile::tempdir()?.path())?.1;
    println!(
        "Our peak over what the engine holds when nothing comes: {:.2} ×\n",
        mebibytes(ours.peak) / mebibytes(idle)
    );
    Ok(())
}

fn stored_by_the_engine(bench: &Bench, load: &Load, events: usize) -> Result<Cost> {
    let folder = tempfile::tempdir()?;
    add_feed(bench, folder.path(), "load", &load.url)?;
    let start = Instant::now();
    let engine = headless(bench, folder.path(), &[])?;
    wait_for_events(folder.path(), events)?;
    let wall = start.elapsed();
    let cost = end(engine)?;
    Ok(Cost { wall, ..cost })
}

/// How long a server that answers and closes is left alone, over what it asks.
pub(crate) fn reconnect(bench: &Bench) -> Result<()> {
    println!("## A server that asks for `retry: 1000` and closes\n");
    let load = Load::start(b"retry: 1000\ndata: tick\n\n".to_vec(), After::Close)?;
    let start = Instant::now();
    let watch = ["watch", &load.url, "--format", "ndjson", "--max-events", "6"];
    run(Command::new(bench.program("tidings")).args(watch), None)?;
    let between = start.elapsed() / 5;
    println!("Time between connections over the asked time: {:.3}\n", between.as_secs_f64());
    Ok(())
}

/// The headless engine with one feed: memory, and the time to its first request.
pub(crate) fn headless_engine_costs(bench: &Bench, data_dir: &Path) -> Result<(Duration, u64)> {
    let load = Load::start(b": quiet\n\n".to_vec(), After::Hold)?;
    add_feed(bench, data_dir, "quiet", &load.url)?;
    let mut starts = Vec::new();
    let mut peak = 0;
    for _ in 0..bench.rounds {
        let asked = load.asked();
        let start = Instant::now();
        let engine = headless(bench, data_dir, &[])?;
        load.wait_until_asked(asked + 1)?;
        starts.push(start.elapsed());
        peak = peak.max(memory(&engine, "VmRSS:")?);
        end(engine)?;
    }
    starts.sort();
    Ok((starts[starts.len() / 2], peak))
}

pub(crate) fn headless_phase(bench: &Bench) -> Result<()> {
    println!("## Headless engine, one feed\n");
    let folder = tempfile::tempdir()?;
    let (start, resident) = headless_engine_costs(bench, folder.path())?;
    println!("| start to first request | resident memory |\n| --- | --- |");
    println!("| {:.0} ms | {:.1} MiB |\n", start.as_secs_f64() * 1e3, mebibytes(resident));
    Ok(())
}

/// A million events: whole-process `list` and `search`, and the engine's start.
pub(crate) fn history(bench: &Bench) -> Result<()> {
    const EVENTS: usize = 1_000_000;
    println!("## {EVENTS} stored events\n");
    let folder = tempfile::tempdir()?;
    let load = Load::start(Payload::Small.stream(EVENTS), After::Hold)?;
    add_feed(bench, folder.path(), "history", &load.url)?;
    let engine = headless(bench, folder.path(), &[])?;
    wait_for_events(folder.path(), EVENTS)?;
    end(engine)?;
    forget_feeds(bench, folder.path())?;
    println!("| whole process | median time | peak memory |\n| --- | --- | --- |");
    for arguments in [&["list"][..], &["search", "backup"], &["search", "ba"], &["list", "--feed", "history"]] {
        let mut times = Vec::new();
        let mut peak = 0;
        for _ in 0..bench.rounds.max(5) {
            let cost =
                run(Command::new(bench.program("tidings")).arg("--data-dir").arg(folder.path()).args(arguments), None)?;
            times.push(cost.wall);
            peak = peak.max(cost.peak);
        }
        times.sort();
        let median = times[times.len() / 2].as_secs_f64() * 1e3;
        println!("| `tidings {}` | {median:.1} ms | {:.1} MiB |", arguments.join(" "), mebibytes(peak));
    }
    let (start, resident) = headless_engine_costs(bench, folder.path())?;
    println!(
        "\nHeadless engine on it: {:.0} ms to the first request, {:.1} MiB.\n",
        start.as_secs_f64() * 1e3,
        mebibytes(resident)
    );
    Ok(())
}

fn interleave3(
    rounds: usize,
    first: &mut dyn FnMut() -> Result<Cost>,
    second: &mut dyn FnMut() -> Result<Cost>,
    third: &mut dyn FnMut() -> Result<Cost>,
) -> Result<[Cost; 3]> {
    let costs = interleave(rounds, &mut [first, second, third])?;
    Ok([costs[0], costs[1], costs[2]])
}

pub(crate) fn add_feed(bench: &Bench, data_dir: &Path, name: &str, url: &str) -> Result<()> {
    let mut add = Command::new(bench.program("tidings"));
    add.arg("--data-dir").arg(data_dir).args(["feed", "add", name, url, "--no-notify"]);
    let status = add.stdout(Stdio::null()).status()?;
    ensure!(status.success(), "tidings feed add ended with {status}");
    Ok(())
}

/// Pauses the only feed, so that a later start makes no connection of its own.
pub(crate) fn forget_feeds(bench: &Bench, data_dir: &Path) -> Result<()> {
    let mut pause = Command::new(bench.program("tidings"));
    let status =
        pause.arg("--data-dir").arg(data_dir).args(["feed", "pause", "history"]).stdout(Stdio::null()).status()?;
    ensure!(status.success(), "tidings feed pause ended with {status}");
    Ok(())
}

pub(crate) fn headless(bench: &Bench, data_dir: &Path, variables: &[(&str, &str)]) -> Result<Child> {
    let mut engine = Command::new(bench.program("tidings"));
    engine.envs(variables.iter().copied());
    engine.arg("--data-dir").arg(data_dir).args(["run", "--headless"]);
    engine.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    engine.spawn().context("cannot start the headless engine")
}

pub(crate) fn end(engine: Child) -> Result<Cost> {
    let start = Instant::now();
    let peak = memory(&engine, "VmHWM:")?;
    ensure!(Command::new("kill").arg(engine.id().to_string()).status()?.success(), "cannot end the engine");
    let used = engine.wait4()?;
    Ok(Cost { wall: start.elapsed(), cpu: used.rusage.utime + used.rusage.stime, peak })
}

/// What the kernel counts for a process under this name, in bytes.
pub(crate) fn memory(child: &Child, name: &str) -> Result<u64> {
    let status = std::fs::read_to_string(format!("/proc/{}/status", child.id()))?;
    let line = status.lines().find_map(|line| line.strip_prefix(name)).context("no such line")?;
    Ok(line.trim().trim_end_matches(" kB").parse::<u64>()? * 1024)
}

/// Waits until so many events are committed.
pub(crate) fn wait_for_events(data_dir: &Path, events: usize) -> Result<()> {
    let limit = Instant::now() + Duration::from_mins(10);
    let flags = rusqlite::OpenFlags::SQLITE_OPEN_READ_ONLY;
    loop {
        let stored = rusqlite::Connection::open_with_flags(data_dir.join("tidings.db"), flags).and_then(|database| {
            database.query_row("SELECT seq FROM sqlite_sequence WHERE name = 'events'", [], |row| row.get::<_, i64>(0))
        });
        if stored.is_ok_and(|stored| usize::try_from(stored).is_ok_and(|stored| stored >= events)) {
            return Ok(());
        }
        ensure!(Instant::now() < limit, "{events} events were not stored within ten minutes");
        std::thread::sleep(Duration::from_millis(10));
    }
}
