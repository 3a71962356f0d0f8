//! One run of a child process, and what it cost.
use anyhow::{Context, Result, ensure};
use std::io::Write;
use std::process::{Command, Stdio};
use std::time::Duration;

/// What a child process cost.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cost {
    pub(crate) wall: Duration,
    /// User and system time.
    pub(crate) cpu: Duration,
    /// Peak resident memory, in bytes.
    pub(crate) peak: u64,
}

/// Runs `command` to its end, feeding it `stdin`; its output goes to nowhere. A non-zero exit is an error.
pub(crate) fn run(command: &mut Command, stdin: Option<&[u8]>) -> Result<Cost> {
    let report = tempfile::NamedTempFile::new()?;
    let measured = std::env::current_exe()?.with_file_name("measured");
    let mut measured = Command::new(measured);
    measured.arg(report.path()).arg(command.get_program()).args(command.get_args());
    measured.stdin(if stdin.is_some() { Stdio::piped() } else { Stdio::null() });
    measured.stdout(Stdio::null()).stderr(Stdio::null());
    let mut child = measured.spawn().with_context(|| format!("cannot start {measured:?}"))?;
    if let (Some(bytes), Some(mut pipe)) = (stdin, child.stdin.take()) {
        pipe.write_all(bytes)?;
    }
    let status = child.wait()?;
    ensure!(status.success(), "{command:?} ended with {status}");
    let report = std::fs::read_to_string(report.path())?;
    let mut numbers = report.split(' ').map(str::parse::<u64>);
    let mut next = || Ok::<_, anyhow::Error>(numbers.next().context("a number is missing")??);
    Ok(Cost { wall: Duration::from_nanos(next()?), cpu: Duration::from_nanos(next()?), peak: next()? })
}

/// Runs the contestants in turn, `rounds` times, and gives the median of each by CPU time.
pub(crate) fn interleave(rounds: usize, contestants: &mut [&mut dyn FnMut() -> Result<Cost>]) -> Result<Vec<Cost>> {
    let mut costs = vec![Vec::new(); contestants.len()];
    for _ in 0..rounds {
        for (contestant, costs) in contestants.iter_mut().zip(&mut costs) {
            costs.push(contestant()?);
        }
    }
    Ok(costs.into_iter().map(median).collect())
}

/// The median by CPU time, with the greatest peak of all (a bound is a bound).
pub(crate) fn median(mut costs: Vec<Cost>) -> Cost {
    let peak = costs.iter().map(|cost| cost.peak).max().unwrap_or(0);
    costs.sort_by_key(|cost| cost.cpu);
    Cost { peak, ..costs[costs.len() / 2] }
}

pub(crate) fn ratio(ours: Duration, theirs: Duration) -> f64 {
    ours.as_secs_f64() / theirs.as_secs_f64()
}

#[expect(clippy::cast_precision_loss, reason = "shown with one digit")]
pub(crate) fn mebibytes(bytes: u64) -> f64 {
    bytes as f64 / (1024.0 * 1024.0)
}
