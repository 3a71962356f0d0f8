//! Whether the program starts with the desktop, in the tray: the entry for that in the user's configuration.
//!
//! The entry is the truth; nothing else remembers it, so that the desktop's own settings can change it too. Deliberately
//! not here: other systems than those that follow the freedesktop.org autostart specification.
use std::path::{Path, PathBuf};
use std::{fs, io};

const NAME: &str = "org.tidings.Tidings.desktop";

/// The entry of this user; `None` where the environment does not say where it would be, or the system has no such entries.
pub fn entry() -> Option<PathBuf> {
    if cfg!(any(windows, target_os = "macos")) {
        return None;
    }
    let set = |name: &str| std::env::var_os(name).map(PathBuf::from).filter(|path| path.is_absolute());
    let base = set("XDG_CONFIG_HOME").or_else(|| Some(set("HOME")?.join(".config")))?;
    Some(base.join("autostart").join(NAME))
}

/// Whether it starts.
pub fn is_on(entry: &Path) -> bool {
    // A desktop turns an entry off by a line in it.
    fs::read_to_string(entry).is_ok_and(|text| {
        let off = |line: &str| matches!(line.trim(), "Hidden=true" | "X-GNOME-Autostart-enabled=false");
        !text.lines().any(off)
    })
}

/// What to start: the command beside this executable, or the `AppImage` that it came in, whose content is elsewhere each time.
pub fn program() -> io::Result<PathBuf> {
    let this = std::env::current_exe()?;
    let set = |name| std::env::var_os(name).map(PathBuf::from);
    Ok(image(&this, set("APPDIR"), set("APPIMAGE")).unwrap_or_else(|| this.with_file_name("tidings")))
}

/// The `AppImage` that this executable is in. Programs of any such image hand these variables on to what they start.
fn image(this: &Path, mounted_at: Option<PathBuf>, image: Option<PathBuf>) -> Option<PathBuf> {
    image.filter(|image| image.is_absolute() && mounted_at.is_some_and(|folder| this.starts_with(folder)))
}

/// Has `program` start, on this data directory if it is not the usual one, or start no more.
pub fn set(entry: &Path, on: bool, program: &Path, data_dir: Option<&Path>) -> io::Result<()> {
    if !on {
        return match fs::remove_file(entry) {
            Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        };
    }
    if let Some(folder) = entry.parent() {
        fs::create_dir_all(folder)?;
    }
    let chosen = data_dir.map(|dir| format!(" --data-dir {}", quoted(dir))).unwrap_or_default();
    // Once the program is removed, the desktop passes over the entry in silence.
    let text = format!(
        "[Desktop Entry]\nType=Application\nName=Tidings\nTryExec={}\nExec={}{chosen} --hidden\nIcon=tidings\nTerminal=false\n",
        program.to_string_lossy().replace('\\', "\\\\"),
        quoted(program)
    );
    fs::write(entry, text)
}

/// An argument of an `Exec` line, which has its own quoting within that of a desktop entry's strings.
fn quoted(path: &Path) -> String {
    let mut quoted = String::from("\"");
    for c in path.to_string_lossy().chars() {
        match c {
            '"' | '`' | '$' => quoted.extend(["\\\\", c.encode_utf8(&mut [0; 4])]),
            '\\' => quoted.push_str("\\\\\\\\"),
            '%' => quoted.push_str("%%"),
            c => quoted.push(c),
        }
    }
    quoted + "\""
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_an_image_the_image_is_started() {
        let this = Path::new("/tmp/.mount_Tid/usr/bin/tidings-window");
        let path = |path: &str| Some(PathBuf::from(path));
        let own = image(this, path("/tmp/.mount_Tid"), path("/home/x/Tidings.AppImage"));
        assert_eq!(own, path("/home/x/Tidings.AppImage"));
        assert_eq!(
            image(this, path("/tmp/.mount_other"), path("/home/x/Other.AppImage")),
            None,
            "started from another"
        );
        assert_eq!(image(this, None, path("/home/x/Tidings.AppImage")), None);
        assert_eq!(image(this, path("/tmp/.mount_Tid"), path("Tidings.AppImage")), None);
    }

    #[test]
    fn the_entry_is_made_understood_and_taken_away() {
        let dir = tempfile::tempdir().expect("a directory");
        let entry = dir.path().join("autostart").join(NAME);
        assert!(!is_on(&entry));
        set(&entry, false, Path::new("/usr/bin/tidings"), None).expect("there is nothing to do");
        set(&entry, true, Path::new("/opt/a b/100%/tidings"), Some(Path::new("/home/$x"))).expect("written");
        let text = fs::read_to_string(&entry).expect("there");
        assert!(text.contains("\nExec=\"/opt/a b/100%%/tidings\" --data-dir \"/home/\\\\$x\" --hidden\n"), "{text}");
        assert!(is_on(&entry));
        fs::write(&entry, text + "Hidden=true\n").expect("written");
        assert!(!is_on(&entry), "the desktop turned it off");
        set(&entry, false, Path::new("/usr/bin/tidings"), None).expect("taken away");
        assert!(!entry.exists());
    }
}
