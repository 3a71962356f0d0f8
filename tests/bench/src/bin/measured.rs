//! Runs a program and writes what it cost to a file: `measured FILE PROGRAM [ARGUMENT…]`.
//!
//! A process counts as its own peak what its parent occupied when it was made. The benchmark holds large payloads; this
//! program between the two holds nothing.
use std::process::Command;
use std::time::Instant;
use wait4::Wait4;

fn main() {
    let mut arguments = std::env::args_os().skip(1);
    let file = arguments.next().expect("a file");
    let mut command = Command::new(arguments.next().expect("a program"));
    let start = Instant::now();
    let child = command.args(arguments).spawn().expect("the program can be started");
    let used = child.wait4().expect("the program ends");
    let wall = start.elapsed();
    let cpu = used.rusage.utime + used.rusage.stime;
    std::fs::write(file, format!("{} {} {}", wall.as_nanos(), cpu.as_nanos(), used.rusage.maxrss))
        .expect("the file can be written");
    std::process::exit(used.status.code().unwrap_or(1));
}
