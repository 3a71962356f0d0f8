//! How many files, and so connections, the process may have open.
//!
//! Deliberately not here: how many it needs.

/// Raises the limit that the process was started with to what the system allows it. Many systems begin with 1,024, for
/// the sake of programs that use `select`; each followed feed is a connection.
///
/// Where the system refuses what it said it allows, the process goes on with what it has.
#[cfg(unix)]
pub fn allow_many() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    /// As many as anyone will follow. Some systems allow a billion, and some libraries make tables of that size.
    const ENOUGH: u64 = 65_536;
    let limit = getrlimit(Resource::Nofile);
    let wanted = limit.maximum.map_or(ENOUGH, |maximum| maximum.min(ENOUGH));
    // `None` is no limit.
    if limit.current.is_some_and(|current| current < wanted)
        && let Err(error) = setrlimit(Resource::Nofile, Rlimit { current: Some(wanted), ..limit })
    {
        tracing::warn!(%error, "only few connections are possible at once");
    }
}

/// There is no such limit here.
#[cfg(not(unix))]
pub fn allow_many() {}
