//! A private desktop for one test: screen, session bus, window manager, notification daemon, tray host.
//!
//! Deliberately not here: how the desktop is put together (`desktop/desktop-session`, also used by `./dev`), the driver of
//! the window's page (`web_driver.rs`).
use crate::process::{Process, silent};
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{BufRead, BufReader};
use std::os::unix::fs::FileExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tempfile::TempDir;

const SCRIPT: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/desktop/desktop-session");

/// Who owns `org.freedesktop.Notifications`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum NotificationDaemon {
    /// dunst: no buttons, answers its clients only.
    #[default]
    Dunst,
    /// xfce4-notifyd: real buttons.
    Xfce4,
    /// notification-daemon, of GNOME Flashback: real buttons, and it refuses more than it has room for.
    Flashback,
    /// Nobody, until a test changes that.
    None,
}

impl NotificationDaemon {
    const fn word(self) -> &'static str {
        match self {
            Self::Dunst => "dunst",
            Self::Xfce4 => "xfce4",
            Self::Flashback => "flashback",
            Self::None => "none",
        }
    }
}

/// What a desktop consists of. The default has everything but a keyring and a system bus.
#[derive(Debug, Clone, Copy)]
#[expect(clippy::struct_excessive_bools, reason = "parts that are there or not, each for itself")]
pub struct Desktop {
    /// Who shows notifications.
    pub notifications: NotificationDaemon,
    /// Whether a panel hosts tray items.
    pub tray: bool,
    /// Whether windows have frames and close buttons.
    pub window_manager: bool,
    /// Whether an unlocked Secret Service is there.
    pub keyring: bool,
    /// Whether an empty system bus is there.
    pub system_bus: bool,
}

impl Default for Desktop {
    fn default() -> Self {
        Self {
            notifications: NotificationDaemon::Dunst,
            tray: true,
            window_manager: true,
            keyring: false,
            system_bus: false,
        }
    }
}

impl Desktop {
    /// Starts it. Takes about half a second.
    ///
    /// # Panics
    /// When a part does not come up; what it said stands on standard error.
    pub fn start(self) -> DesktopSession {
        DesktopSession::start(self)
    }
}

/// A notification that the daemon has shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Announced {
    /// The daemon's number for it.
    pub id: u32,
    /// `LOW`, `NORMAL` or `CRITICAL`.
    pub urgency: String,
    /// Title.
    pub summary: String,
    /// Body, as it is shown; line breaks became spaces.
    pub body: String,
}

/// A part of the screen, in pixels.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Area {
    /// From the left.
    pub x: u32,
    /// From the top.
    pub y: u32,
    /// To the right of that.
    pub width: u32,
    /// Below that.
    pub height: u32,
}

/// A running desktop. Dropped, everything on it ends, also what the programs started there left behind.
#[derive(Debug)]
pub struct DesktopSession {
    _script: Process,
    environment: BTreeMap<String, String>,
    logs: TempDir,
}

impl DesktopSession {
    fn start(desktop: Desktop) -> Self {
        let logs = tempfile::Builder::new().prefix("desktop-logs").tempdir().expect("a temporary folder can be made");
        let mut command = Command::new(SCRIPT);
        command.args(["--notify", desktop.notifications.word(), "--log"]).arg(logs.path());
        for (wanted, option) in [
            (!desktop.tray, "--no-panel"),
            (!desktop.window_manager, "--no-wm"),
            (desktop.keyring, "--keyring"),
            (desktop.system_bus, "--system-bus"),
        ] {
            if wanted {
                command.arg(option);
            }
        }
        // The command on the desktop tells its environment and then waits until we, in whatever way, are gone.
        command.args(["--", "sh", "-c", "env -0; printf '\\0'; exec cat >/dev/null"]);
        let mut script = Process::start(command.stdin(Stdio::piped()).stdout(Stdio::piped()));
        let output = BufReader::new(script.child().stdout.take().expect("standard output is a pipe"));
        let environment: BTreeMap<_, _> = output
            .split(0)
            .map(|entry| String::from_utf8_lossy(&entry.expect("a pipe can be read")).into_owned())
            .take_while(|entry| !entry.is_empty())
            .filter_map(|entry| entry.split_once('=').map(|(name, value)| (name.to_owned(), value.to_owned())))
            .collect();
        assert!(environment.contains_key("DISPLAY"), "desktop-session did not come up; standard error says why");
        Self { _script: script, environment, logs }
    }

    /// A variable of the desktop's environment.
    ///
    /// # Panics
    /// When there is none of this name.
    pub fn variable(&self, name: &str) -> &str {
        self.environment.get(name).unwrap_or_else(|| panic!("the desktop has no variable {name}"))
    }

    /// The address of its session bus.
    pub fn bus_address(&self) -> &str {
        self.variable("DBUS_SESSION_BUS_ADDRESS")
    }

    /// `$XDG_DATA_HOME`: where programs on this desktop keep their data.
    pub fn data_home(&self) -> PathBuf {
        self.variable("XDG_DATA_HOME").into()
    }

    /// A command that runs on this desktop and in its environment alone, without input and output.
    pub fn command(&self, program: impl AsRef<std::ffi::OsStr>) -> Command {
        let mut command = silent(program);
        command.env_clear().envs(&self.environment);
        command
    }

    /// Runs a program on this desktop to its end and returns its standard output.
    ///
    /// # Panics
    /// When it cannot be started or fails.
    pub fn run<S: AsRef<std::ffi::OsStr>>(&self, program: &str, arguments: impl IntoIterator<Item = S>) -> String {
        let output = self
            .command(program)
            .args(arguments)
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .output()
            .unwrap_or_else(|error| panic!("{program} could not be started: {error}"));
        assert!(
            output.status.success(),
            "{program} failed with {}: {}",
            output.status,
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// The notifications that dunst has shown so far, oldest first.
    ///
    /// # Panics
    /// When the record cannot be read.
    pub fn announced(&self) -> Vec<Announced> {
        self.lines("announced.tsv")
            .iter()
            .filter_map(|line| {
                let mut fields = line.splitn(4, '\t').map(str::to_owned);
                Some(Announced {
                    id: fields.next()?.parse().ok()?,
                    urgency: fields.next()?,
                    summary: fields.next()?,
                    body: fields.next()?,
                })
            })
            .collect()
    }

    /// The addresses that were handed to `xdg-open` so far, oldest first.
    ///
    /// # Panics
    /// When the record cannot be read.
    pub fn opened(&self) -> Vec<String> {
        self.lines("opened")
    }

    /// The titles of the windows that the window manager knows, in the order they were opened.
    pub fn window_titles(&self) -> Vec<String> {
        // HANDLE DESKTOP HOST TITLE. It fails while there is no window manager or no window list yet.
        let output = self
            .command("wmctrl")
            .arg("-l")
            .stdout(Stdio::piped())
            .output()
            .map(|output| output.stdout)
            .unwrap_or_default();
        String::from_utf8_lossy(&output)
            .lines()
            .filter_map(|line| {
                line.split_whitespace().nth(3).and_then(|title| line.find(title).map(|at| line[at..].to_owned()))
            })
            .collect()
    }

    /// Saves what the screen shows as a PNG file.
    ///
    /// # Panics
    /// When it cannot be saved.
    pub fn screenshot(&self, file: &Path) {
        self.run("scrot", [Path::new("--overwrite"), file]);
    }

    /// Saves what a part of the screen shows as a PNG file.
    ///
    /// # Panics
    /// When it cannot be saved.
    pub fn screenshot_of(&self, area: Area, file: &Path) {
        let Area { x, y, width, height } = area;
        let area = format!("{x},{y},{width},{height}");
        self.run("scrot", ["--overwrite", "--autoselect", &area, file.to_str().expect("a UTF-8 path")]);
    }

    /// The windows in which the daemon shows notifications: one for each, but dunst has one for all.
    pub fn popups(&self) -> Vec<Area> {
        self.visible("--class", "^(dunst|xfce4-notifyd|notification-daemon)$")
    }

    /// What is on a part of the screen just now, as colours (0xRRGGBB) from the top left. What reaches beyond it is not there.
    ///
    /// # Panics
    /// When the screen cannot be read.
    pub fn pixels(&self, area: Area) -> Vec<u32> {
        let screen = File::open(Path::new(self.variable("DESKTOP_WORK")).join("Xvfb_screen0")).expect("a screen");
        let read = |at: u64, length: usize| {
            let mut bytes = vec![0; length];
            screen.read_exact_at(&mut bytes, at).expect("a part of the screen");
            bytes
        };
        // The head of a file of xwd: numbers of four bytes, the most significant first.
        let head = read(0, 100);
        let head = |at: usize| u64::from(u32::from_be_bytes(head[at * 4..][..4].try_into().expect("four bytes")));
        let (begin, line, colours) = (head(0), head(12), head(19));
        let within = |from: u32, length: u32, end: u64| u64::from(from).min(end)..u64::from(from + length).min(end);
        let (columns, rows) = (within(area.x, area.width, head(4)), within(area.y, area.height, head(5)));
        let row = |y: u64| {
            let length = usize::try_from(columns.end - columns.start).expect("a line") * 4;
            read(begin + colours * 12 + y * line + columns.start * 4, length)
        };
        let pixels: Vec<_> = rows.flat_map(row).collect();
        let colour = |pixel: &[u8]| u32::from_le_bytes(pixel.try_into().expect("four bytes")) & 0xff_ffff;
        pixels.chunks_exact(4).map(colour).collect()
    }

    /// The visible windows of this title.
    pub fn windows_called(&self, title: &str) -> Vec<Area> {
        self.visible("--name", &format!("^{title}$"))
    }

    fn visible(&self, by: &str, pattern: &str) -> Vec<Area> {
        // They fail where there is none, and where one goes while it is looked at.
        let asked = |program: &str, arguments: &[&str]| {
            let output = self.command(program).args(arguments).stdout(Stdio::piped()).output().ok()?;
            output.status.success().then(|| String::from_utf8_lossy(&output.stdout).into_owned())
        };
        let windows = asked("xdotool", &["search", "--onlyvisible", by, pattern]).unwrap_or_default();
        let area = |window: &str| {
            // Not what xdotool says: it counts the frame twice.
            let words = asked("xwininfo", &["-id", window])?;
            let number =
                |name: &str| words.lines().find_map(|line| line.trim().strip_prefix(name)?.trim().parse().ok());
            Some(Area {
                x: number("Absolute upper-left X:")?,
                y: number("Absolute upper-left Y:")?,
                width: number("Width:")?,
                height: number("Height:")?,
            })
        };
        windows.lines().filter_map(area).collect()
    }

    /// Presses a button of the mouse (1: left, 2: middle, 3: right) at a place of the screen.
    ///
    /// # Panics
    /// When there is no mouse.
    pub fn click(&self, x: u32, y: u32, button: u8) {
        self.run("xdotool", ["mousemove", &x.to_string(), &y.to_string(), "click", &button.to_string()]);
    }

    /// Starts dunst on a desktop that was started without a notification daemon.
    pub fn start_dunst(&self) -> Process {
        let config = Path::new(SCRIPT).with_file_name("dunstrc");
        Process::start(self.command("dunst").arg("-conf").arg(config))
    }

    /// A window from which a file can be dragged, as out of a file manager; what it says of that stands in the program itself.
    pub fn drag_source(&self, file: &Path) -> Command {
        let mut command = self.command(Path::new(SCRIPT).with_file_name("drag-source"));
        command.arg(file);
        command
    }

    /// Starts a tray host on a desktop that was started without one.
    pub fn start_tray_host(&self) -> Process {
        Process::start(&mut self.command(Path::new(SCRIPT).with_file_name("tray-host")))
    }

    fn lines(&self, log: &str) -> Vec<String> {
        let text = std::fs::read_to_string(self.logs.path().join(log)).expect("the desktop's records can be read");
        text.lines().map(str::to_owned).collect()
    }
}
