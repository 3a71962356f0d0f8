//! Programs that rules start, as real processes.
use std::path::Path;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;
use tidings::hook::Programs;
use tidings_engine::HookEnd;
use tidings_engine::hook::{HookOutcome, HookStart, Hooks as _, OUTPUT_LIMIT};
use tidings_test_support::eventually::eventually_blocking;

const LIMIT: Duration = Duration::from_secs(20);

fn start(programs: &Programs, command: &[&str], input: &str, time_limit: Duration) -> Receiver<HookOutcome> {
    let (tell, told) = channel();
    let command = command.iter().map(|&argument| argument.to_owned()).collect();
    let report = Box::new(move |outcome| drop(tell.send(outcome)));
    programs.start(HookStart { command, input: input.to_owned(), time_limit }, report);
    told
}

fn outcome(told: &Receiver<HookOutcome>) -> HookOutcome {
    told.recv_timeout(LIMIT).expect("a report in time")
}

fn run(command: &[&str], input: &str) -> HookOutcome {
    outcome(&start(&Programs::default(), command, input, LIMIT))
}

#[test]
fn event_is_its_input_and_what_it_writes_is_kept() {
    let ran = run(&["/bin/sh", "-c", "cat; echo \"$0 $1\" >&2; exit 3", "a b", "$HOME"], "{\"x\":1}\n");
    assert_eq!((ran.end, ran.output.as_str()), (HookEnd::Exited { status: 3 }, "{\"x\":1}\na b $HOME\n"));
}

#[test]
fn much_input_and_output_flow_at_the_same_time() {
    let input = "0123456789abcdef".repeat(1 << 16);
    let ran = run(&["/bin/cat"], &input);
    assert_eq!((ran.end, ran.output.as_str()), (HookEnd::Exited { status: 0 }, &input[..OUTPUT_LIMIT]));
    // One that does not want its input.
    assert_eq!(run(&["/bin/true"], &input).end, HookEnd::Exited { status: 0 });
}

#[test]
fn what_cannot_be_started_is_told() {
    let reason = |command: &[&str]| match run(command, "").end {
        HookEnd::NotStarted { reason } => reason,
        other => panic!("{other:?}"),
    };
    assert_eq!(reason(&["/no/such"]), "The program “/no/such” was not found; write its whole path.");
    assert_eq!(reason(&["/etc/passwd"]), "The program “/etc/passwd” may not be run; make it executable.");
}

#[test]
fn signal_is_told() {
    assert_eq!(run(&["/bin/sh", "-c", "kill -9 $$"], "").end, HookEnd::Signalled { signal: 9 });
}

#[test]
fn too_long_is_killed_with_all_that_it_started() {
    let command = ["/bin/sh", "-c", "sleep 1000 & echo $!; sleep 1000"];
    let ran = outcome(&start(&Programs::default(), &command, "", Duration::from_millis(500)));
    assert_eq!(ran.end, HookEnd::TimedOut);
    let child = Path::new("/proc").join(ran.output.trim());
    // Killed, it may wait for somebody to take note of it.
    let gone = || {
        let status = std::fs::read_to_string(child.join("status")).unwrap_or_default();
        (status.is_empty() || status.contains("State:\tZ")).then_some(())
    };
    eventually_blocking(LIMIT, "the end of what it started", gone);
}

#[test]
fn end_is_told_though_something_is_left_behind() {
    let ran = run(&["/bin/sh", "-c", "sleep 1000 & echo $!"], "");
    assert_eq!(ran.end, HookEnd::Exited { status: 0 });
    let left: i32 = ran.output.trim().parse().expect("a process");
    let left = rustix::process::Pid::from_raw(left).expect("a process");
    rustix::process::kill_process(left, rustix::process::Signal::KILL).expect("it still ran");
}

#[test]
fn four_run_side_by_side_and_the_others_wait() {
    let dir = tempfile::tempdir().expect("a directory");
    let gate = dir.path().join("open");
    let command =
        format!("echo > {0}/$$; while [ ! -e {0}/open ]; do sleep 0.02; done; rm {0}/$$", dir.path().display());
    let programs = Programs::default();
    let another = || start(&programs, &["/bin/sh", "-c", &command], "", LIMIT);
    let mut started: Vec<_> = (0..4).map(|_| another()).collect();
    let running = || std::fs::read_dir(dir.path()).expect("a directory").count();
    eventually_blocking(LIMIT, "four that run", || (running() == 4).then_some(()));
    started.extend((0..256).map(|_| another()));
    let too_many = outcome(&start(&programs, &["/bin/true"], "", LIMIT));
    assert_eq!(too_many.end, HookEnd::NotStarted { reason: "256 others are waiting already.".to_owned() });
    assert_eq!(running(), 4);
    std::fs::write(&gate, "").expect("written");
    for told in &started {
        assert_eq!(outcome(told).end, HookEnd::Exited { status: 0 });
    }
}
