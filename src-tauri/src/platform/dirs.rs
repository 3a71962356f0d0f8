//! Where the platform wants a program's data to live.
//!
//! Deliberately not here: what lies in there (the engine's store, the control socket), and making the directories.
use std::path::PathBuf;

/// The data directory that the user named, or else the platform's own for this user.
///
/// Fails where neither is known, which is only when the environment names no home.
pub fn data_dir(chosen: Option<PathBuf>) -> Result<PathBuf, NoHome> {
    match chosen {
        Some(dir) => Ok(std::path::absolute(&dir).unwrap_or(dir)),
        None => own_data_dir(|name| std::env::var_os(name).map(PathBuf::from)).ok_or(NoHome),
    }
}

/// Where files may be kept that cost nothing to lose; `None` where the environment names no home.
pub fn cache_dir() -> Option<PathBuf> {
    own_cache_dir(|name| std::env::var_os(name).map(PathBuf::from))
}

/// The environment does not say where the user's files are.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "It is not known where your data lives, because the environment names no home directory. Name one with --data-dir."
)]
pub struct NoHome;

/// The XDG base directory specification ignores relative paths; so does every variable here.
fn absolute(path: Option<PathBuf>) -> Option<PathBuf> {
    path.filter(|path| path.is_absolute())
}

#[cfg(not(any(target_os = "macos", windows)))]
fn own_data_dir(env: impl Fn(&str) -> Option<PathBuf>) -> Option<PathBuf> {
    let base = absolute(env("XDG_DATA_HOME")).or_else(|| Some(absolute(env("HOME"))?.join(".local/share")))?;
    Some(base.join("tidings"))
}

#[cfg(not(any(target_os = "macos", windows)))]
fn own_cache_dir(env: impl Fn(&str) -> Option<PathBuf>) -> Option<PathBuf> {
    let base = absolute(env("XDG_CACHE_HOME")).or_else(|| Some(absolute(env("HOME"))?.join(".cache")))?;
    Some(base.join("tidings"))
}

#[cfg(target_os = "macos")]
fn own_data_dir(env: impl Fn(&str) -> Option<PathBuf>) -> Option<PathBuf> {
    Some(absolute(env("HOME"))?.join("Library/Application Support/org.tidings.Tidings"))
}

#[cfg(target_os = "macos")]
fn own_cache_dir(env: impl Fn(&str) -> Option<PathBuf>) -> Option<PathBuf> {
    Some(absolute(env("HOME"))?.join("Library/Caches/org.tidings.Tidings"))
}

#[cfg(windows)]
fn own_data_dir(env: impl Fn(&str) -> Option<PathBuf>) -> Option<PathBuf> {
    Some(absolute(env("LOCALAPPDATA"))?.join("Tidings"))
}

#[cfg(windows)]
fn own_cache_dir(env: impl Fn(&str) -> Option<PathBuf>) -> Option<PathBuf> {
    Some(absolute(env("LOCALAPPDATA"))?.join("Tidings").join("cache"))
}

#[cfg(all(test, not(any(target_os = "macos", windows))))]
mod tests {
    use super::*;

    #[test]
    fn the_data_directory_follows_the_base_directory_specification() {
        type Variables<'a> = &'a [(&'a str, &'a str)];
        let cases: [(Variables<'_>, Option<&str>); 5] = [
            (&[("XDG_DATA_HOME", "/data"), ("HOME", "/home/ada")], Some("/data/tidings")),
            (&[("HOME", "/home/ada")], Some("/home/ada/.local/share/tidings")),
            (&[("XDG_DATA_HOME", ""), ("HOME", "/home/ada")], Some("/home/ada/.local/share/tidings")),
            (&[("XDG_DATA_HOME", "relative"), ("HOME", "/home/ada")], Some("/home/ada/.local/share/tidings")),
            (&[("HOME", "")], None),
        ];
        for (variables, expected) in cases {
            let env =
                |name: &str| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| PathBuf::from(value));
            assert_eq!(own_data_dir(env), expected.map(PathBuf::from), "{variables:?}");
        }
    }

    #[test]
    fn a_named_directory_wins_and_becomes_absolute() {
        assert_eq!(data_dir(Some(PathBuf::from("/elsewhere"))), Ok(PathBuf::from("/elsewhere")));
        let here = std::env::current_dir().expect("a working directory");
        assert_eq!(data_dir(Some(PathBuf::from("near"))), Ok(here.join("near")));
    }
}
