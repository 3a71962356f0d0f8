//! The program's icon as a notification service finds it: by name once installed, by path before.
//!
//! Deliberately not here: the window's and the tray's icon.
use crate::platform::dirs;
use std::path::{Path, PathBuf};

/// The name under which a package installs the icon.
const NAME: &str = "tidings";
const IMAGE: &[u8] = include_bytes!("../../../icons/128x128.png");

/// A name of the icon theme, or the path of a copy in the cache directory; empty where neither can be had.
pub(super) fn name_or_path() -> String {
    if theme_dirs().iter().any(|dir| dir.join("hicolor/128x128/apps").join(NAME).with_extension("png").exists()) {
        return NAME.to_owned();
    }
    dirs::cache_dir()
        .and_then(|dir| match copy_into(&dir) {
            Ok(path) => Some(path.to_string_lossy().into_owned()),
            Err(error) => {
                tracing::debug!(%error, "notifications go without an icon");
                None
            }
        })
        .unwrap_or_default()
}

fn copy_into(dir: &Path) -> std::io::Result<PathBuf> {
    let path = dir.join("icon.png");
    if std::fs::read(&path).is_ok_and(|present| present == IMAGE) {
        return Ok(path);
    }
    std::fs::create_dir_all(dir)?;
    std::fs::write(&path, IMAGE)?;
    Ok(path)
}

fn theme_dirs() -> Vec<PathBuf> {
    let listed = std::env::var_os("XDG_DATA_DIRS").filter(|dirs| !dirs.is_empty());
    let listed = listed.unwrap_or_else(|| "/usr/local/share:/usr/share".into());
    let own = std::env::var_os("HOME").map(|home| PathBuf::from(home).join(".local/share"));
    own.into_iter().chain(std::env::split_paths(&listed)).map(|dir| dir.join("icons")).collect()
}
