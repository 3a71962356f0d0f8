//! A restore that is killed before each of the calls by which it changes anything: afterwards all is as before or all is as in
//! the backup, and what was before is never lost.
//!
//! `TIDINGS_SEED=…` repeats the choice of the calls that are not each tried at normal depth. Deliberately not here: each step of a
//! restore without a process (the engine's `store/restore.rs`).
use crate::command::{LIMIT, Running, may_trace, run, tidings};
use crate::headless::{add, headless};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::fs;
use std::os::unix::process::ExitStatusExt as _;
use std::path::{Path, PathBuf};
use std::process::Command;
use tidings_test_support::eventually::eventually_blocking;
use tidings_test_support::sse_server::SseServer;
use tidings_test_support::stress;

/// By which anything is changed. Those with `?` are not on every architecture.
const CHANGES: &str = "?rename,renameat,renameat2,?mkdir,mkdirat,?rmdir,?unlink,unlinkat,ftruncate,fsync,fdatasync,write,pwrite64,copy_file_range";
/// How the first of them begin: what changes which files there are.
const OF_FILES: [&str; 4] = ["rename", "mkdir", "rmdir", "unlink"];

fn said(dir: &Path, arguments: &[&str]) -> String {
    run([arguments, &["--data-dir", dir.to_str().expect("UTF-8")]].concat()).good()
}

/// What a user sees of a directory.
fn seen(dir: &Path) -> [String; 3] {
    [&["feeds", "export"][..], &["settings"], &["export"]].map(|what| said(dir, what))
}

/// A directory with so many events, and a setting of its own.
async fn filled(dir: &Path, name: &str, events: u32, days: &str) {
    let text = "x".repeat(4_000);
    let stream = (1..=events).fold(String::new(), |mut stream, number| {
        let _ = write!(stream, "id: {number}\ndata: {name} {number} {text}\n\n");
        stream
    });
    let server = SseServer::streaming(&stream).await;
    add(dir, name, &server.url("/"));
    said(dir, &["settings", "set", "keep-days", days]);
    let engine = headless(dir, &[]);
    let last = format!("{name} {events} ");
    eventually_blocking(LIMIT, "all of its events", || {
        let newest = said(dir, &["list", "--limit", "1", "--format", "ndjson"]);
        newest.contains(&last).then_some(())
    });
    drop(engine);
}

fn copied(from: &Path, to: &Path) {
    for entry in fs::read_dir(from).expect("a directory") {
        let entry = entry.expect("an entry");
        if entry.file_type().expect("a type").is_file() {
            fs::copy(entry.path(), to.join(entry.file_name())).expect("copied");
        }
    }
}

/// What of a restore lies in a directory: the earlier data, and what is not done yet.
fn left(dir: &Path) -> (Vec<PathBuf>, Vec<PathBuf>) {
    let entries = fs::read_dir(dir).expect("a directory").map(|entry| entry.expect("an entry").path());
    let named = |path: &PathBuf| path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let entries = entries.filter(|path| named(path).contains("restor"));
    entries.partition(|path| named(path).starts_with("before-restore-"))
}

/// How far a restore has come, by what lies in the directory.
fn phase(dir: &Path) -> &'static str {
    let there = |name: &str| dir.join(name).exists();
    let (aside, _) = left(dir);
    let is_aside = aside.iter().any(|aside| aside.join("tidings.db").exists());
    match [there("restore.new"), there("restore.ready"), there("restore.placing"), there("tidings.db")] {
        [_, false, true, false] => "nothing is in its place",
        [_, false, true, true] => "the history is in its place",
        [_, true, false, false] if is_aside => "the old one is set aside",
        [_, true, false, true] => "decided",
        [true, false, false, true] => "made ready",
        [false, false, false, true] if is_aside => "done",
        [false, false, false, true] => "not begun",
        other => panic!("{other:?}, {aside:?}"),
    }
}

/// The phases in which a restore that is killed has not been …
const BEFORE: [&str; 2] = ["not begun", "made ready"];
/// … and those from which it is finished by whoever comes next.
const AFTER: [&str; 5] =
    ["decided", "the old one is set aside", "nothing is in its place", "the history is in its place", "done"];

/// A call of the system: its name, and how many of that name there are up to it.
type Call = (String, usize);

/// A restore whose calls of [`CHANGES`] are written down, and which is killed before one of them.
fn restoring(dir: &Path, file: &str, calls: &Path, killed_before: Option<&Call>) -> Command {
    let dir = dir.to_str().expect("UTF-8");
    let restore = tidings(["restore", file, "--data-dir", dir]);
    let mut command = Command::new("/usr/bin/strace");
    // It restores on its first thread, the only one that is followed and counted.
    command.args(["-qq", "-o", calls.to_str().expect("UTF-8"), "-e", &format!("trace={CHANGES}")]);
    if let Some((name, number)) = killed_before {
        command.args(["-e", &format!("inject={name}:signal=KILL:when={number}")]);
    }
    command.arg(restore.get_program()).args(restore.get_args()).env_clear();
    for (name, value) in restore.get_envs() {
        command.env(name, value.expect("set"));
    }
    command.stdin(std::process::Stdio::null());
    command
}

/// The calls before which it is killed: each that changes which files there are, the first, the last, and some of the others;
/// with `--stress` all.
fn moments(calls: &str, random: &mut fastrand::Rng) -> Vec<Call> {
    const OTHERS: usize = 4;
    let lines: Vec<_> = calls.lines().collect();
    let others: Vec<_> = (0..OTHERS).map(|_| random.usize(0..lines.len())).collect();
    let mut counts = BTreeMap::<&str, usize>::new();
    let mut moments = Vec::new();
    for (at, line) in lines.iter().enumerate() {
        let name = line.split('(').next().unwrap_or_default();
        let count = counts.entry(name).or_default();
        *count += 1;
        let of_files = OF_FILES.iter().any(|begin| name.starts_with(begin)) && line.ends_with("= 0");
        if stress() || of_files || at == 0 || at + 1 == lines.len() || others.contains(&at) {
            moments.push((name.to_owned(), *count));
        }
    }
    moments
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_in_each_phase_a_restore_is_whole_or_has_not_been() {
    if !may_trace() {
        eprintln!("skipped: there is no strace that may trace here");
        return;
    }
    let seed = std::env::var("TIDINGS_SEED").map_or_else(|_| fastrand::u64(..), |seed| seed.parse().expect("a number"));
    let mut random = fastrand::Rng::with_seed(seed);
    let (kept, old) = (tempfile::tempdir().expect("a directory"), tempfile::tempdir().expect("a directory"));
    filled(kept.path(), "kept", 60, "90").await;
    filled(old.path(), "old", 1, "7").await;
    let backup = kept.path().join("kept.backup");
    let file = backup.to_str().expect("UTF-8");
    said(kept.path(), &["backup", file]);
    let (before, after) = (seen(old.path()), seen(kept.path()));

    let log = kept.path().join("calls");
    let whole = tempfile::tempdir().expect("a directory");
    copied(old.path(), whole.path());
    assert_eq!(Running::start(&mut restoring(whole.path(), file, &log, None)).end().status, 0);
    let calls = fs::read_to_string(&log).expect("the calls");
    let moments = moments(&calls, &mut random);

    let mut phases = BTreeSet::new();
    for call @ (name, number) in &moments {
        let home = tempfile::tempdir().expect("a directory");
        let home = home.path();
        copied(old.path(), home);
        let ended = Running::start(&mut restoring(home, file, &log, Some(call))).status();
        let phase = phase(home);
        let about = format!("seed {seed}, killed before {name} {number}: {phase}");
        // How many calls there are at its very end depends on who is scheduled when.
        assert!(ended.signal() == Some(9) || phase == "done", "{about}: {ended}");
        phases.insert(phase);
        let now = seen(home);
        let (aside, _) = left(home);
        if AFTER.contains(&phase) {
            assert_eq!(now, after, "{about}");
            let [aside] = aside.as_slice() else { panic!("{about}: {aside:?}") };
            assert_eq!(seen(aside), before, "{about}");
        } else {
            assert_eq!(now, before, "{about}");
            assert!(aside.is_empty(), "{about}: {aside:?}");
            // It can be tried again.
            run(["restore", file, "--data-dir", home.to_str().expect("UTF-8")]).good();
            assert_eq!(seen(home), after, "{about}");
        }
        let (aside, unfinished) = left(home);
        assert_eq!((aside.len(), unfinished), (1, vec![]), "{about}");
    }
    let all: BTreeSet<_> = BEFORE.into_iter().chain(AFTER).collect();
    assert_eq!(phases, all, "seed {seed}, {moments:?} of\n{calls}");
    println!(
        "seed {seed}: killed before {} of {} calls, in {} phases",
        moments.len(),
        calls.lines().count(),
        all.len()
    );
}
