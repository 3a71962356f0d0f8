//! What this process occupies, as the system sees it.
//!
//! Deliberately not here: what of it is too much.
use std::fs;

/// The looks at this process.
pub(crate) struct Occupied;

impl Occupied {
    /// Open sockets, those of the servers in this process included.
    pub(crate) fn sockets() -> usize {
        let open = fs::read_dir("/proc/self/fd").expect("this process has files");
        let targets = open.flatten().filter_map(|file| fs::read_link(file.path()).ok());
        targets.filter(|target| target.to_string_lossy().starts_with("socket:")).count()
    }

    /// Bytes of memory that are this process's alone.
    pub(crate) fn memory() -> u64 {
        let status = fs::read_to_string("/proc/self/status").expect("this process has a status");
        let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:")).expect("and memory");
        line.trim().trim_end_matches(" kB").parse::<u64>().expect("a number") * 1024
    }

    /// Threads of this name. The system keeps 15 characters of one.
    pub(crate) fn threads(name: &str) -> usize {
        let name = &name[..name.len().min(15)];
        let threads = fs::read_dir("/proc/self/task").expect("this process has threads");
        let names = threads.flatten().filter_map(|thread| fs::read_to_string(thread.path().join("comm")).ok());
        names.filter(|found| found.trim_end() == name).count()
    }
}
