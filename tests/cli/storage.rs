//! Disks that are full, cannot be written or break off, under the real program: a small file system of the test's own, in
//! a mount namespace of its own, so that nothing of the computer is touched.
//!
//! Deliberately not here: what is rescued of a broken file (`tests/engine/store/rescue.rs`).
use crate::command::{LIMIT, Ran, Running, run, tidings};
use crate::headless::{add, exported};
use rustix::process::Signal;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::io::{BufRead as _, BufReader, Write as _};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tidings_test_support::Process;
use tidings_test_support::eventually::eventually_blocking;
use tidings_test_support::sse_server::{Connection, EVENT_STREAM, SseServer};

/// A small disk that only those see who were started with [`Disk::command`], and this test by way of their process.
struct Disk {
    shell: Process,
    /// As the processes in there call it.
    inside: PathBuf,
    _mountpoint: tempfile::TempDir,
}

impl Disk {
    /// Mounts it. `None` where this is not allowed, which is said.
    fn mount(size: &str) -> Option<Self> {
        let mountpoint = tempfile::tempdir().expect("a directory");
        let inside = mountpoint.path().to_owned();
        let mut command = Command::new("unshare");
        // Root mounts as itself; others need a user namespace.
        command.arg(if rustix::process::geteuid().is_root() { "-m" } else { "-rm" }).args(["--propagation", "private"]);
        let script = r#"mount -t tmpfs -o "size=$1,mode=700" disk "$0" && echo mounted && exec cat >/dev/null"#;
        command.args(["sh", "-c", script]).arg(&inside).arg(size);
        let mut shell = Process::start(command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()));
        let mut said = String::new();
        let stdout = shell.child().stdout.take().expect("piped");
        BufReader::new(stdout).read_line(&mut said).expect("a pipe can be read");
        if said.is_empty() {
            eprintln!("skipped: this computer lets nobody mount a disk in a namespace");
            return None;
        }
        Some(Self { shell, inside, _mountpoint: mountpoint })
    }

    /// Something of the disk as this test reaches it.
    fn outside(&self, name: &str) -> PathBuf {
        let root = PathBuf::from(format!("/proc/{}/root", self.shell.id()));
        root.join(self.inside.strip_prefix("/").expect("absolute")).join(name)
    }

    /// A program that runs where the disk is.
    fn command<'a>(&self, program: impl IntoIterator<Item = &'a str>) -> Command {
        let mut command = Command::new("nsenter");
        command.args(["--preserve-credentials", "-U", "-m", "-t"]).arg(self.shell.id().to_string());
        if rustix::process::geteuid().is_root() {
            command = Command::new("nsenter");
            command.args(["-m", "-t"]).arg(self.shell.id().to_string());
        }
        command.arg("--").args(program).env_clear().env("TZ", "UTC").env("HOME", "/nonexistent").env("PATH", PATH);
        command.stdin(Stdio::null());
        command
    }

    fn tidings(&self, arguments: &[&str]) -> Command {
        let data_dir = self.inside.join("data");
        let mut command = self.command([env!("CARGO_BIN_EXE_tidings")]);
        command.args(arguments).arg("--data-dir").arg(data_dir);
        command
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        Running::start(&mut self.tidings(arguments)).end()
    }

    /// Starts an engine that answers.
    fn headless(&self) -> Running {
        let socket = self.outside("data/control.sock");
        let _ = fs::remove_file(&socket);
        let engine = Running::start(&mut self.tidings(&["run", "--headless"]));
        eventually_blocking(LIMIT, "an engine that answers", || socket.exists().then_some(()));
        engine
    }

    /// Takes all the space that is left.
    fn fill(&self) {
        let mut ballast = fs::File::options().append(true).create(true).open(self.outside("ballast")).expect("a file");
        for size in [65536, 4096, 1] {
            while ballast.write_all(&vec![0; size]).is_ok() {}
        }
    }

    fn free(&self) {
        fs::remove_file(self.outside("ballast")).expect("the ballast is there");
    }

    /// Makes it read-only, or writable again.
    fn remount(&self, how: &str) -> bool {
        let inside = self.inside.to_str().expect("UTF-8");
        self.command(["mount", "-o", &format!("remount,{how}"), inside]).status().is_ok_and(|status| status.success())
    }
}

const PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// What stands in a directory, byte for byte, without the lock, whose content is the last owner's number.
fn content(dir: &Path) -> BTreeMap<String, Vec<u8>> {
    let entries = fs::read_dir(dir).expect("a directory").map(|entry| entry.expect("an entry"));
    entries
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_file()) && entry.file_name() != "tidings.lock")
        .map(|entry| (entry.file_name().to_string_lossy().into_owned(), fs::read(entry.path()).expect("a file")))
        .collect()
}

/// A server of a story whose every event is a kilobyte, told as fast as it is taken; it resumes.
async fn story(length: usize) -> (SseServer, Arc<AtomicUsize>) {
    let taken = Arc::new(AtomicUsize::new(0));
    let counter = Arc::clone(&taken);
    let server = SseServer::start(move |mut connection: Connection| {
        let counter = Arc::clone(&counter);
        async move {
            let last = connection.request.header("last-event-id");
            let first = last.map_or(1, |id| id.parse::<usize>().expect("an id of this server") + 1);
            connection.send(format!("{EVENT_STREAM}retry: 1000\n\n")).await;
            for number in first..=length {
                connection.send(format!("id: {number}\ndata: {}\n\n", data(number))).await;
                counter.fetch_max(number, Ordering::Relaxed);
            }
            connection.closed().await;
        }
    })
    .await;
    (server, taken)
}

fn data(number: usize) -> String {
    format!("{number} {}", "x".repeat(1000))
}

/// The number of a story's event that stands on a page of a database, one of four digits: its ID and its title follow one
/// another.
fn number_within(page: &[u8]) -> Option<usize> {
    let at = page.windows(10).position(|text| text[..8].iter().all(u8::is_ascii_digit) && text[8..] == *b" x")?;
    str::from_utf8(&page[at..at + 4]).ok()?.parse().ok()
}

fn numbers(disk: &Disk) -> Vec<usize> {
    let exported = Running::start(&mut disk.tidings(&["export"])).end();
    assert_eq!(exported.status, 0, "{}", exported.stderr);
    let number = |data: String| data.split(' ').next().and_then(|number| number.parse().ok()).expect("a number");
    texts(&exported.stdout).into_iter().map(number).collect()
}

/// The data of exported events.
fn texts(exported: &str) -> Vec<String> {
    let text = |line: &str| {
        let event: serde_json::Value = serde_json::from_str(line).expect("an object");
        event["data"].as_str().expect("text").to_owned()
    };
    exported.lines().map(text).collect()
}

/// Waits until the server is no longer taken anything from, and says up to where it was.
fn stalled(taken: &AtomicUsize) -> usize {
    let mut last = usize::MAX;
    let mut since = 0;
    eventually_blocking(LIMIT, "a stall of the server", || {
        let now = taken.load(Ordering::Relaxed);
        since = if now == last { since + 1 } else { 0 };
        last = now;
        // A second at twenty milliseconds a look.
        (since >= 50).then_some(now)
    })
}

const FULL: &str = "the disk is full. Free some space; nothing is lost meanwhile.";

#[tokio::test(flavor = "multi_thread")]
async fn a_full_disk_is_told_once_slows_the_server_and_loses_nothing() {
    const LENGTH: usize = 12_000;
    let Some(disk) = Disk::mount("10m") else { return };
    let (server, taken) = story(LENGTH).await;
    disk.run(&["feed", "add", "story", &server.url("/")]).good();
    fs::File::create(disk.outside("ballast")).expect("a file");
    let mut engine = disk.headless();
    // It fills by itself: the story does not fit.
    let told = eventually_blocking(LIMIT * 3, "the news of the full disk", || {
        let listed = disk.run(&["feed", "list"]);
        listed.stderr.contains(FULL).then_some(listed)
    });
    assert_eq!((told.status, told.stderr.lines().count()), (0, 1), "{}", told.stderr);
    assert!(told.stdout.contains("story"), "{}", told.stdout);
    let listed = disk.run(&["list", "--limit", "1"]);
    assert!(listed.status == 0 && listed.stderr.contains(FULL) && !listed.stdout.is_empty(), "{listed:?}");
    // Bounded: what lies in sockets and queues is far from all of it.
    let at = stalled(&taken);
    assert!(at < LENGTH, "the server sent everything");
    let stored = numbers(&disk);
    assert!(at - stored.len() < 9_000, "{at} were taken and {} stored", stored.len());
    // A change is refused with the reason, at once.
    let refused = disk.run(&["feed", "pause", "story"]).failure(1);
    assert!(refused.ends_with(FULL), "{refused}");

    // Killed in this state, and started in it: the same again, from the cursor.
    engine.signal(Signal::KILL);
    engine.status();
    disk.fill();
    let engine = disk.headless();
    let again = || disk.run(&["feed", "list"]).stderr.contains(FULL).then_some(());
    eventually_blocking(LIMIT, "the news of the full disk after a start", again);
    // A single event may still find room where a batch does not; what was stored is there, and goes on in order.
    let kept = numbers(&disk);
    assert!(kept.starts_with(&stored), "{} were stored and {} are left", stored.len(), kept.len());

    // Space returns: it goes on by itself.
    assert!(disk.remount("size=128m"), "a tmpfs can be made larger");
    let whole = || disk.run(&["feed", "list"]).stderr.is_empty().then_some(());
    eventually_blocking(LIMIT, "storing again", whole);
    eventually_blocking(LIMIT * 4, "the whole story", || (numbers(&disk).len() >= LENGTH).then_some(()));
    assert_eq!(numbers(&disk), (1..=LENGTH).collect::<Vec<_>>());
    engine.signal(Signal::TERM);
    let ended = engine.end();
    assert_eq!((ended.status, ended.stderr.matches(FULL).count()), (0, 1), "{}", ended.stderr);
    assert_eq!(ended.stderr.matches("events are stored again").count(), 1, "{}", ended.stderr);
    let resumed = server.requests();
    assert_eq!(resumed[1].header("last-event-id"), Some(stored.len().to_string()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_is_full_from_the_start_holds_everything_up_and_nothing_back() {
    let Some(disk) = Disk::mount("4m") else { return };
    let (server, _) = story(3).await;
    disk.run(&["feed", "add", "story", &server.url("/")]).good();
    disk.fill();
    // What is there can be read all the same.
    let listed = disk.run(&["feed", "list"]);
    assert!(listed.status == 0 && listed.stdout.contains("story"), "{listed:?}");
    let before = content(&disk.outside("data"));
    let refused = disk.run(&["run", "--headless"]).status;
    if refused == 1 {
        let refused = disk.run(&["run", "--headless"]);
        assert!(refused.stderr.contains(FULL), "{}", refused.stderr);
        assert_eq!(content(&disk.outside("data"))["tidings.db"], before["tidings.db"]);
    }
    disk.free();
    let engine = disk.headless();
    eventually_blocking(LIMIT, "the story", || (numbers(&disk) == [1, 2, 3]).then_some(()));
    engine.signal(Signal::TERM);
    assert_eq!(engine.end().status, 0);
}

#[test]
fn a_disk_with_no_room_for_the_copy_leaves_an_older_history_as_it_is() {
    let Some(disk) = Disk::mount("8m") else { return };
    let data = disk.inside.join("data");
    let format = include_str!("../../src-tauri/engine/src/store/format-1.sql");
    let script = include_str!("storage/first_format.py");
    let made = disk.command(["python3", "-c", script, data.to_str().expect("UTF-8"), format]).status();
    assert!(made.is_ok_and(|status| status.success()), "an older history");
    disk.fill();
    let before = content(&disk.outside("data"));
    let refused = disk.run(&["feed", "pause", "story"]).failure(1);
    assert!(refused.ends_with(FULL), "{refused}");
    assert!(content(&disk.outside("data")) == before, "something was changed");
    // With room for the copy it is brought up to date, and nothing is missing.
    disk.free();
    assert_eq!(disk.run(&["feed", "pause", "story"]).good(), "Paused “story”.\n");
    assert_eq!(texts(&disk.run(&["export"]).good()).len(), 200);
    let copy = &content(&disk.outside("data"))["tidings.format-1.db"];
    assert!(copy.len() > 2_000_000, "a copy of what was before: {} bytes", copy.len());
}

const READ_ONLY: &str =
    "it cannot be read or written. Check the permissions of the directory and whether the disk is read-only.";

#[tokio::test(flavor = "multi_thread")]
async fn a_disk_that_cannot_be_written_can_be_read_and_is_not_changed() {
    let Some(disk) = Disk::mount("8m") else { return };
    let (server, _) = story(3).await;
    disk.run(&["feed", "add", "story", &server.url("/")]).good();
    let engine = disk.headless();
    eventually_blocking(LIMIT, "the story", || (numbers(&disk) == [1, 2, 3]).then_some(()));
    engine.signal(Signal::TERM);
    assert_eq!(engine.end().status, 0);

    assert!(disk.remount("ro"), "a tmpfs that nobody writes can be made read-only");
    let before = content(&disk.outside("data"));
    let refused = disk.run(&["run", "--headless"]).failure(1);
    assert!(refused.ends_with(READ_ONLY), "{refused}");
    let refused = disk.run(&["feed", "add", "other", "http://127.0.0.1:9/"]).failure(1);
    assert!(refused.ends_with(READ_ONLY), "{refused}");
    assert_eq!(numbers(&disk), [1, 2, 3]);
    assert!(disk.run(&["feed", "list"]).good().contains("story"));
    assert!(content(&disk.outside("data")) == before, "something was changed");

    assert!(disk.remount("rw"), "and writable again");
    let engine = disk.headless();
    engine.signal(Signal::TERM);
    assert_eq!(engine.end().status, 0);
}

#[test]
fn a_directory_of_somebody_else_is_refused_in_a_sentence() {
    let dir = tempfile::tempdir().expect("a directory");
    let data = dir.path().join("data");
    add(&data, "story", "http://127.0.0.1:9/");
    let before = content(&data);
    let as_nobody = |arguments: &[&str]| {
        // Root may write everywhere, so that it has to become somebody else for once.
        let mut command = if rustix::process::geteuid().is_root() {
            let mut command = Command::new("setpriv");
            command.args(["--reuid=65534", "--regid=65534", "--clear-groups", "--"]);
            command.arg(env!("CARGO_BIN_EXE_tidings")).args(arguments);
            command.env_clear().env("HOME", "/nonexistent").env("TZ", "UTC").env("PATH", PATH).stdin(Stdio::null());
            command
        } else {
            tidings(arguments.iter())
        };
        command.arg("--data-dir").arg(&data);
        Running::start(&mut command).end()
    };
    let mode = |path: &Path, mode| {
        fs::set_permissions(path, std::os::unix::fs::PermissionsExt::from_mode(mode)).expect("it is ours");
    };
    // The file can be read, and nothing written.
    mode(dir.path(), 0o755);
    mode(&data, 0o555);
    for name in before.keys().chain([&"tidings.lock".to_owned()]) {
        mode(&data.join(name), 0o444);
    }
    // Where the program itself lies out of that user's sight, there is nothing to see.
    let probe = as_nobody(&["--version"]);
    if probe.status == 0 {
        let refused = as_nobody(&["run", "--headless"]).failure(1);
        assert!(refused.ends_with(READ_ONLY), "{refused}");
        assert!(as_nobody(&["feed", "list"]).good().contains("story"));
    } else {
        eprintln!("skipped: another user cannot start the program under test: {}", probe.stderr);
    }
    mode(&data, 0o755);
    assert!(content(&data) == before, "something was changed");
}

#[test]
fn a_newer_history_is_refused_untouched_by_every_command() {
    let dir = tempfile::tempdir().expect("a directory");
    let name = dir.path().to_str().expect("UTF-8");
    add(dir.path(), "story", "http://127.0.0.1:9/");
    // The format's number stands at byte 60 of the file.
    let file = fs::File::options().write(true).open(dir.path().join("tidings.db")).expect("the database");
    std::os::unix::fs::FileExt::write_all_at(&file, &999_u32.to_be_bytes(), 60).expect("written");
    drop(file);
    let before = content(dir.path());
    for command in [
        &["run", "--headless"][..],
        &["feed", "list"],
        &["feed", "add", "b", "http://127.0.0.1:9/"],
        &["list"],
        &["search", "x"],
        &["export"],
    ] {
        let refused = run(command.iter().copied().chain(["--data-dir", name])).failure(1);
        assert!(refused.contains("was written by a newer Tidings (format 999; this one reads up to "), "{refused}");
        assert!(refused.ends_with("Install that version; nothing was changed."), "{refused}");
    }
    assert!(content(dir.path()) == before, "something was changed");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_history_that_breaks_while_it_is_in_use_is_mended_without_a_restart() {
    const LENGTH: usize = 4000;
    /// The last one that is not lost. As many as follow are recognised, should they be sent again.
    const SOUND: usize = 3300;
    let (server, _) = story(LENGTH).await;
    let dir = tempfile::tempdir().expect("a directory");
    let name = dir.path().to_str().expect("UTF-8");
    add(dir.path(), "story", &server.url("/"));
    let engine = crate::headless::headless(dir.path(), &[]);
    eventually_blocking(LIMIT, "the story", || (exported(dir.path()).len() >= LENGTH).then_some(()));
    engine.signal(Signal::TERM);
    assert_eq!(engine.end().status, 0);
    // Wherever they stand: the next event would come after them.
    let database = dir.path().join("tidings.db");
    let mut broken = fs::read(&database).expect("the database");
    for page in broken.chunks_exact_mut(4096) {
        if number_within(page).is_some_and(|number| number > SOUND) {
            page.fill(0x5a);
        }
    }
    fs::write(&database, &broken).expect("written");

    let engine = crate::headless::headless(dir.path(), &[]);
    run(["feed", "add", "more", &server.url("/more"), "--data-dir", name]);
    let told = eventually_blocking(LIMIT, "the news of the damage", || {
        let listed = run(["feed", "list", "--data-dir", name]);
        listed.stderr.contains("The history was damaged.").then_some(listed)
    });
    assert!(told.stderr.contains("The damaged file was put aside as "), "{}", told.stderr);
    assert!(told.stdout.contains("story"), "{}", told.stdout);
    // The server is asked again for what was lost: nothing is missing.
    let whole: BTreeSet<_> = (1..=LENGTH).map(data).collect();
    eventually_blocking(LIMIT * 2, "all events", || {
        let found: BTreeSet<_> =
            texts(&run(["export", "--feed", "story", "--data-dir", name]).stdout).into_iter().collect();
        found.is_superset(&whole).then_some(())
    });
    engine.signal(Signal::TERM);
    assert_eq!(engine.end().status, 0);
    let aside = fs::read_dir(dir.path()).expect("a directory").map(|entry| entry.expect("an entry").path());
    let aside: Vec<_> = aside.filter(|path| path.to_string_lossy().contains("tidings.damaged-")).collect();
    assert!(aside.iter().any(|path| path.extension().is_some_and(|end| end == "db")), "{aside:?}");
    // Said until the file is moved away.
    for path in aside {
        fs::remove_file(path).expect("removed");
    }
    run(["feed", "list", "--data-dir", name]).good();
}

#[test]
fn the_lock_of_a_dead_process_holds_nobody_up() {
    let dir = tempfile::tempdir().expect("a directory");
    let name = dir.path().to_str().expect("UTF-8");
    add(dir.path(), "a", "http://127.0.0.1:9/");
    fs::write(dir.path().join("tidings.lock"), "1").expect("written");
    let mut engine = crate::headless::headless(dir.path(), &[]);
    let refused = run(["run", "--headless", "--data-dir", name]).failure(1);
    let owner = fs::read_to_string(dir.path().join("tidings.lock")).expect("the lock");
    assert_eq!(
        refused,
        format!(
            "Another Tidings (process {owner}) is using {name}. End it, or name another directory with --data-dir."
        )
    );
    engine.signal(Signal::KILL);
    engine.status();
    // Lock, number and socket are left behind.
    let engine = crate::headless::headless(dir.path(), &[]);
    engine.signal(Signal::TERM);
    assert_eq!(engine.end().status, 0);
}

#[test]
fn commands_side_by_side_lose_no_feed() {
    const EACH: usize = 5;
    let dir = tempfile::tempdir().expect("a directory");
    let name = dir.path().to_str().expect("UTF-8").to_owned();
    let adding = |who: usize| {
        let name = name.clone();
        std::thread::spawn(move || {
            for n in 0..EACH {
                let feed = format!("{who}-{n}");
                run(["feed", "add", &feed, "http://127.0.0.1:9/", "--data-dir", &name]).good();
            }
        })
    };
    let threads: Vec<_> = (0..3).map(adding).collect();
    let engine = {
        // Somewhere in between somebody takes the directory for good.
        let mut command = tidings(["run", "--headless", "--data-dir", &name]);
        eventually_blocking(LIMIT, "a directory that is free", || {
            let mut engine = Running::start(&mut command);
            let socket = dir.path().join("control.sock");
            eventually_blocking(LIMIT, "an engine, or its end", || {
                if engine.ended().is_some() {
                    return Some(false);
                }
                std::os::unix::net::UnixStream::connect(&socket).is_ok().then_some(true)
            })
            .then_some(engine)
        })
    };
    for thread in threads {
        thread.join().expect("all were added");
    }
    let listed = run(["feed", "list", "--data-dir", &name]).good();
    assert_eq!(listed.lines().count(), 3 * EACH, "{listed}");
    engine.signal(Signal::TERM);
    assert_eq!(engine.end().status, 0);
}

/// Without locks nobody could be kept from writing at once, so that nobody begins.
#[test]
fn a_file_system_without_locks_is_refused() {
    let dir = tempfile::tempdir().expect("a directory");
    let name = dir.path().to_str().expect("UTF-8");
    let mut command = Command::new("strace");
    command.args(["-f", "-qq", "-o", "/dev/null", "-e", "inject=flock:error=ENOLCK", env!("CARGO_BIN_EXE_tidings")]);
    command.args(["run", "--headless", "--data-dir", name]).env_clear().env("PATH", PATH).env("HOME", "/nonexistent");
    if !crate::command::may_trace() {
        eprintln!("skipped: there is no strace that may trace here");
        return;
    }
    let refused = Running::start(command.stdin(Stdio::null())).end().failure(1);
    assert!(refused.contains("its file system has no locks") && refused.contains("--data-dir"), "{refused}");
}
