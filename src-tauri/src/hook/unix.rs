//! One program in a process group of its own, from its start to its end or to its time limit.
//!
//! One thread waits for all that may happen: the program reads its input, writes output, ends, or takes too long. Another
//! only waits for its end, without taking it away, so that the number of the group stays ours until we are done.
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use rustix::io::{Errno, ioctl_fionbio};
use rustix::process::{Pid, Signal, WaitId, WaitIdOptions, kill_process_group, waitid};
use std::io::{self, ErrorKind, PipeReader, Read as _, Write as _};
use std::os::unix::process::{CommandExt as _, ExitStatusExt as _};
use std::process::{Child, ChildStdin, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};
use tidings_engine::hook::{HookEnd, HookOutcome, HookStart, OUTPUT_LIMIT};

/// Runs a program to its end. Fails with a sentence when it cannot be started.
pub(super) fn run(start: &HookStart) -> Result<HookOutcome, String> {
    let began = Instant::now();
    let program = start.command.first().map(String::as_str).unwrap_or_default();
    let failed = |error: io::Error| match error.kind() {
        ErrorKind::NotFound => format!("The program “{program}” was not found; write its whole path."),
        ErrorKind::PermissionDenied => format!("The program “{program}” may not be run; make it executable."),
        _ => format!("The program “{program}” could not be started: {error}."),
    };
    let (output, writer) = io::pipe().map_err(failed)?;
    let mut command = Command::new(program);
    command.args(start.command.iter().skip(1)).process_group(0).stdin(Stdio::piped());
    command.stdout(writer.try_clone().map_err(failed)?).stderr(writer);
    let mut child = command.spawn().map_err(failed)?;
    // Its ends of the pipe are the program's alone from now on.
    drop(command);
    let stdin = child.stdin.take();
    let mut running = Running { child, stdin, input: start.input.as_bytes(), output, kept: Vec::new() };
    let timed_out = running.follow(began + start.time_limit).unwrap_or_else(|error| {
        tracing::warn!(%error, program, "a program that a rule started cannot be followed; it is ended");
        running.kill();
        true
    });
    let status = running.child.wait().map_err(failed)?;
    let end = match (timed_out, status.code(), status.signal()) {
        (true, ..) => HookEnd::TimedOut,
        (false, Some(status), _) => HookEnd::Exited { status },
        (false, None, signal) => HookEnd::Signalled { signal: signal.unwrap_or_default() },
    };
    let output = String::from_utf8_lossy(&running.kept).into_owned();
    Ok(HookOutcome { end, output, took: began.elapsed() })
}

struct Running<'a> {
    child: Child,
    /// `None`: it has all of its input, or wants no more.
    stdin: Option<ChildStdin>,
    input: &'a [u8],
    output: PipeReader,
    kept: Vec<u8>,
}

impl Running<'_> {
    /// Feeds it and reads it until it ends. Whether it had to be ended.
    fn follow(&mut self, until: Instant) -> io::Result<bool> {
        let ended = self.watch()?;
        ioctl_fionbio(&self.output, true)?;
        if let Some(stdin) = &self.stdin {
            ioctl_fionbio(stdin, true)?;
        }
        let mut timed_out = false;
        let mut output_open = true;
        loop {
            let left = until.saturating_duration_since(Instant::now());
            if left.is_zero() && !timed_out {
                self.kill();
                timed_out = true;
            }
            let mut waited = vec![PollFd::new(&ended, PollFlags::IN)];
            if output_open {
                waited.push(PollFd::new(&self.output, PollFlags::IN));
            }
            if let Some(stdin) = &self.stdin {
                waited.push(PollFd::new(stdin, PollFlags::OUT));
            }
            let timeout = (!timed_out).then(|| timespec(left));
            match poll(&mut waited, timeout.as_ref()) {
                Ok(_) | Err(Errno::INTR) => {}
                Err(error) => return Err(error.into()),
            }
            let has_ended = !waited[0].revents().is_empty();
            drop(waited);
            self.feed();
            output_open = output_open && self.read()?;
            if has_ended {
                // What a process that it left behind may still write is not waited for.
                return Ok(timed_out);
            }
        }
    }

    /// A pipe that closes when the program has ended.
    fn watch(&self) -> io::Result<PipeReader> {
        let (ended, open) = io::pipe()?;
        let pid = Pid::from_child(&self.child);
        thread::Builder::new().name("tidings-hook-end".into()).stack_size(64 * 1024).spawn(move || {
            let ending = WaitIdOptions::EXITED | WaitIdOptions::NOWAIT;
            while matches!(waitid(WaitId::Pid(pid), ending), Err(Errno::INTR)) {}
            drop(open);
        })?;
        Ok(ended)
    }

    fn kill(&self) {
        // A group that is gone already needs no signal.
        let _ = kill_process_group(Pid::from_child(&self.child), Signal::KILL);
    }

    /// Writes as much of the input as the program takes just now.
    fn feed(&mut self) {
        while let Some(stdin) = &mut self.stdin {
            match stdin.write(self.input) {
                Ok(written) => self.input = &self.input[written..],
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) if error.kind() == ErrorKind::WouldBlock => return,
                // It does not want its input.
                Err(_) => self.input = &[],
            }
            if self.input.is_empty() {
                self.stdin = None;
            }
        }
    }

    /// Reads what the program has written. `false`: nobody will write any more.
    fn read(&mut self) -> io::Result<bool> {
        let mut buffer = [0; 4096];
        loop {
            match self.output.read(&mut buffer) {
                Ok(0) => return Ok(false),
                Ok(read) => {
                    let room = OUTPUT_LIMIT - self.kept.len();
                    self.kept.extend_from_slice(&buffer[..read.min(room)]);
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => return Ok(true),
                Err(error) => return Err(error),
            }
        }
    }
}

fn timespec(duration: Duration) -> Timespec {
    // Rounded up, so that the time is over when it returns.
    let duration = duration + Duration::from_millis(1);
    Timespec { tv_sec: i64::try_from(duration.as_secs()).unwrap_or(i64::MAX), tv_nsec: duration.subsec_nanos().into() }
}
