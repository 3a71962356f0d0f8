//! The packages: what is in them, what judges of them say, and the life of an installed Tidings, from `apt install` to
//! `apt purge`.
//!
//! They are made of the executables of this build, or are those in the folder that `TIDINGS_PACKAGES` names (`./dev
//! build --check`). Deliberately not here: the same for other distributions than this one.
use crate::LIMIT;
use crate::window::Window;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::LazyLock;
use tidings_test_support::clean_place::{self, Inside};
use tidings_test_support::sse_server::{EVENT_STREAM, SseServer};
use tidings_test_support::{Desktop, Process, eventually};

const REPOSITORY: &str = env!("CARGO_MANIFEST_DIR");

/// Runs lines of shell script, which must end well, with these paths as "$1", "$2", …; returns what they wrote.
#[track_caller]
fn sh(script: &str, paths: &[&Path]) -> String {
    let output = Command::new("sh").args(["-euc", script, "sh"]).args(paths).stdin(Stdio::null()).output();
    let output = output.expect("a shell can be run");
    let said = String::from_utf8_lossy(&output.stdout).into_owned();
    let complaint = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{script}\n{paths:?} {}:\n{said}\n{complaint}", output.status);
    said
}

/// The folder of the packages, in which they are made when it is first asked for.
fn folder() -> &'static Path {
    static MADE: LazyLock<PathBuf> = LazyLock::new(|| {
        let out = place();
        if std::env::var_os("TIDINGS_PACKAGES").is_none() {
            sh(r#"rm -rf "$1"; node "$2/packaging/third-party.mjs" "$1""#, &[&out, Path::new(REPOSITORY)]);
            make("022", Path::new(REPOSITORY), &out, &out);
        }
        out
    });
    &MADE
}

/// Where they are made, also seen from inside of a clean place.
fn place() -> PathBuf {
    let given = std::env::var_os("TIDINGS_PACKAGES").map(PathBuf::from);
    given.unwrap_or_else(|| Path::new(env!("CARGO_TARGET_TMPDIR")).join("packages"))
}

/// Has a clone make the packages in `out`.
fn make(umask: &str, clone: &Path, third_party: &Path, out: &Path) {
    // Nobody downloads these; how well they are compressed tells nothing.
    const EACH: &str = r#"
        export SOURCE_DATE_EPOCH=1795000000
        export DPKG_DEB_COMPRESSOR_TYPE=gzip DPKG_DEB_COMPRESSOR_LEVEL=1 TIDINGS_RPM_PAYLOAD=w1.zstdio TIDINGS_TAR_LEVEL=0
        for kind in deb rpm tarball; do "$1/packaging/$kind" "$2" "$3" "$4"; done"#;
    let executables = Path::new(env!("CARGO_BIN_EXE_tidings")).parent().expect("it lies in a folder");
    sh(&format!("umask {umask}{EACH}"), &[clone, executables, third_party, out]);
}

/// The package that ends in this.
fn package(folder: &Path, end: &str) -> PathBuf {
    let files = fs::read_dir(folder).expect("the packages are made").map(|file| file.expect("readable").path());
    let mut found = files.filter(|file| file.to_string_lossy().ends_with(end));
    let package = found.next().unwrap_or_else(|| panic!("no {end} in {}", folder.display()));
    assert_eq!(found.next(), None, "more than one {end}");
    package
}

/// The files of a list, without those that say what the package is: each kind of package keeps these elsewhere.
fn files(list: &str) -> BTreeSet<String> {
    let own = |file: &str| ["/doc/", "/licenses/", "/lintian/", "/zsh/"].iter().any(|own| file.contains(own));
    let files = list.lines().map(|line| line.trim_start_matches('.'));
    files.filter(|file| !file.ends_with('/') && !own(file)).map(str::to_owned).collect()
}

#[test]
fn they_are_what_their_judges_want() {
    let deb = package(folder(), ".deb");
    let judged = sh(r#"lintian --fail-on error,warning --tag-display-limit 0 "$1""#, &[&deb]);
    assert_eq!(judged, "", "what lintian says");
    let tree = tempfile::tempdir().expect("a folder");
    sh(r#"dpkg-deb --extract "$1" "$2"; appstreamcli validate-tree --no-net "$2""#, &[&deb, tree.path()]);
    let share = tree.path().join("usr/share");
    let entry = share.join("applications/org.tidings.Tidings.desktop");
    assert_eq!(sh(r#"desktop-file-validate "$1""#, &[&entry]), "");
    // Each size is what its folder says.
    for size in [16, 22, 24, 32, 48, 64, 128, 256, 512] {
        let icon = fs::read(share.join(format!("icons/hicolor/{size}x{size}/apps/tidings.png"))).expect("an icon");
        let side = |bytes: &[u8]| u32::from_be_bytes(bytes.try_into().expect("four bytes"));
        assert_eq!((side(&icon[16..20]), side(&icon[20..24])), (size, size));
    }
    // What a desktop starts from the entry is what the command line knows.
    let entry = fs::read_to_string(entry).expect("readable");
    let started = entry.lines().filter_map(|line| line.strip_prefix("Exec=tidings "));
    let started: Vec<_> = started.filter_map(|arguments| arguments.split(' ').next()).collect();
    assert_eq!(started, ["%u", "tidings://add", "mute", "unmute"]);
    sh(r#"for command in mute unmute; do "$1" $command --help; done"#, &[Path::new(env!("CARGO_BIN_EXE_tidings"))]);
}

#[test]
fn the_rpm_and_the_archive_hold_what_the_deb_holds() {
    let deb = files(&sh(r#"dpkg-deb --fsys-tarfile "$1" | tar --list"#, &[&package(folder(), ".deb")]));
    assert!(deb.contains("/usr/bin/tidings") && deb.contains("/usr/lib/systemd/user/tidings.service"), "{deb:?}");
    let rpm = package(folder(), ".rpm");
    assert_eq!(files(&sh(r#"rpm --query --package --list "$1""#, &[&rpm])), deb);
    let archive = sh(r#"tar --list --file "$1" | sed 's|^[^/]*|/usr|'"#, &[&package(folder(), ".tar.xz")]);
    assert_eq!(files(&archive), deb);
    // What the window is linked with is asked for by its names, and what it loads later too.
    let needed = sh(r#"rpm --query --package --requires "$1""#, &[&rpm]);
    for library in ["libwebkit2gtk-4.1.so.0", "libayatana-appindicator3.so.1", "libc.so.6"] {
        assert!(needed.contains(library), "{library} in {needed}");
    }
}

#[test]
fn whatever_others_made_is_named_with_its_licence() {
    let read = |name: &str| fs::read_to_string(folder().join(name)).expect("it is made with the packages");
    let (bill, licences) = (read("sbom.cdx.json"), read("third-party.txt"));
    let bill: Value = serde_json::from_str(&bill).expect("JSON");
    let field =
        |value: &Value, name: &str| value[name].as_str().unwrap_or_else(|| panic!("no {name} in {value}")).to_owned();
    assert_eq!((field(&bill, "bomFormat"), field(&bill, "specVersion")), ("CycloneDX".into(), "1.5".into()));
    let mut parts = BTreeMap::new();
    for component in bill["components"].as_array().expect("components") {
        let (name, version) = (field(component, "name"), field(component, "version"));
        assert_eq!(parts.insert(field(component, "bom-ref"), name.clone()), None, "{name} {version} twice");
        assert!(field(&component["hashes"][0], "content").len() >= 64, "{component}");
        let licence = field(&component["licenses"][0], "expression");
        assert!(licences.contains(&format!("\n{name} {version} ({licence})\n")), "no licence of {name} {version}");
    }
    // What rustc links into every executable.
    assert!(licences.contains("\nRust standard library 1."), "no licence of the standard library");
    // What is certainly inside; and what tests, builds, or is ours.
    for name in ["tauri", "rustls", "libsqlite3-sys", "svelte", "virtua"] {
        assert!(parts.values().any(|part| part == name), "{name}");
    }
    for name in ["proptest", "vitest", "serde_derive", "tidings-engine"] {
        assert!(!parts.values().any(|part| part == name), "{name}");
    }
    for dependency in bill["dependencies"].as_array().expect("dependencies") {
        for needed in dependency["dependsOn"].as_array().expect("a list") {
            assert!(parts.contains_key(needed.as_str().expect("a reference")), "{needed} of {dependency}");
        }
    }
}

#[test]
fn the_same_input_makes_the_same_packages() {
    if std::env::var_os("TIDINGS_PACKAGES").is_some() {
        // Those are compressed as well as can be, which takes minutes; the scripts are the same.
        return;
    }
    // Elsewhere, by somebody who is careful with permissions.
    let again = tempfile::tempdir().expect("a folder");
    let clone = again.path().join("a clone");
    let parts = "packaging icons Cargo.toml CHANGELOG.md README.md LICENSE-MIT LICENSE-APACHE";
    sh(&format!(r#"umask 077; mkdir "$2"; cd "$1"; cp -r {parts} "$2""#), &[Path::new(REPOSITORY), &clone]);
    make("077", &clone, folder(), again.path());
    for end in [".deb", ".rpm", ".tar.xz"] {
        let read = |folder| fs::read(package(folder, end)).expect("readable");
        assert!(read(folder()) == read(again.path()), "{end} is another");
    }
}

#[test]
fn the_version_is_the_same_wherever_it_stands() {
    let version = env!("CARGO_PKG_VERSION");
    for (file, part) in [
        ("tauri.conf.json", format!("\"version\": \"{version}\"")),
        ("ui/package.json", format!("\"version\": \"{version}\"")),
        ("CHANGELOG.md", format!("\n## [{version}] - 20")),
        ("packaging/org.tidings.Tidings.metainfo.xml", format!("<release version=\"{version}\" date=\"20")),
        ("packaging/org.tidings.Tidings.json", format!("/tidings-{version}-x86_64.tar.xz\"")),
    ] {
        let text = fs::read_to_string(Path::new(REPOSITORY).join(file)).expect("readable");
        assert!(text.contains(&part), "{part} is not in {file}");
    }
    let flatpak = fs::read(Path::new(REPOSITORY).join("packaging/org.tidings.Tidings.json")).expect("readable");
    let flatpak: Value = serde_json::from_slice(&flatpak).expect("JSON");
    assert_eq!((flatpak["id"].as_str(), flatpak["command"].as_str()), (Some("org.tidings.Tidings"), Some("tidings")));
}

const LIFE: &str = "packages::installed_it_serves_a_new_user_and_removed_it_leaves_only_their_data";
const USER: u32 = 4321;
const HOME: &str = "/home/newcomer";

#[tokio::test(flavor = "multi_thread")]
async fn installed_it_serves_a_new_user_and_removed_it_leaves_only_their_data() {
    let program = std::env::current_exe().expect("a test program has a path");
    let folders = [Path::new(REPOSITORY), program.parent().expect("it lies in a folder"), &place()];
    let made = || {
        folder();
    };
    match clean_place::entered(LIFE, &folders, made) {
        None => {}
        Some(Inside::Root) => from_install_to_purge(),
        Some(Inside::User) => serves_a_new_user().await,
    }
}

/// What stands in the folders of packages.
fn system() -> BTreeSet<String> {
    // Other packages keep in caches what is installed.
    let list = sh("find /usr /etc /opt /lib /bin -not -type d -not -name '*.cache'", &[]);
    list.lines().map(str::to_owned).collect()
}

fn apt(arguments: &str, package: &Path) {
    // There is no network in here, and so no doubt whether the package is enough.
    let options = "-o DPkg::Lock::Timeout=60 -o Dpkg::Use-Pty=0 --yes --no-install-recommends";
    sh(&format!(r#"DEBIAN_FRONTEND=noninteractive apt-get {options} {arguments} "$1""#), &[package]);
}

fn from_install_to_purge() {
    sh(&format!("useradd --create-home --uid {USER} --home-dir {HOME} newcomer"), &[]);
    let deb = package(&place(), ".deb");
    let before = system();

    // An earlier version is what is there first.
    let older = r#"
        dpkg-deb --raw-extract "$1" /tmp/older
        sed --in-place 's/^Version: .*/Version: 0.0.9-1/' /tmp/older/DEBIAN/control
        touch /tmp/older/usr/share/doc/tidings/of-the-older-version
        dpkg-deb --build -Znone /tmp/older /tmp/older.deb"#;
    sh(older, &[&deb]);
    let its_own = "/usr/share/doc/tidings/of-the-older-version";
    apt("install", Path::new("/tmp/older.deb"));
    assert!(system().contains(its_own));
    apt("install", &deb);
    assert!(!system().contains(its_own));
    assert_eq!(sh("dpkg --verify tidings", &[]), "", "files that are not as the package has them");
    assert_eq!(sh("tidings --version", &[]), format!("tidings {}\n", env!("CARGO_PKG_VERSION")));
    let known = fs::read_to_string("/usr/share/applications/mimeinfo.cache").expect("what opens what");
    assert!(known.contains("\nx-scheme-handler/tidings=org.tidings.Tidings.desktop;"), "{known}");
    // The unit, with all that it names.
    sh("XDG_RUNTIME_DIR=/tmp systemd-analyze --user verify /usr/lib/systemd/user/tidings.service", &[]);

    clean_place::again_as_user(LIFE, USER, Path::new(HOME));

    apt("purge", Path::new("tidings"));
    let after = system();
    assert_eq!(after.difference(&before).collect::<Vec<_>>(), [""; 0], "left behind");
    assert_eq!(before.difference(&after).collect::<Vec<_>>(), [""; 0], "taken away");
    assert!(Path::new(HOME).join(".local/share/tidings/tidings.db").is_file(), "the user's data stay");
}

async fn serves_a_new_user() {
    assert_eq!(sh("id --user", &[]), format!("{USER}\n"));
    // Without a desktop, in the folder that is theirs by default.
    sh("tidings feed add kept http://127.0.0.1:9/", &[]);

    let desktop = Desktop::default().start();
    // A history that the first version of all wrote.
    let data = desktop.data_home().join("tidings");
    let older =
        r#"python3 "$1/tests/cli/storage/first_format.py" "$2" "$(cat "$1/src-tauri/engine/src/store/format-1.sql")""#;
    sh(older, &[Path::new(REPOSITORY), &data]);

    let server = SseServer::streaming("id: 1\ndata: {\"title\": \"freshly arrived\"}\n\n").await;
    let window = Window::open_program(&desktop, Path::new("/usr/bin/tidings"), &[]).await;
    window.wait_for_event("a title").await;
    assert_eq!(desktop.run("tidings", ["list", "--limit", "500"]).lines().count(), 200, "all of the older history");
    // Nobody sits before it.
    desktop.run("tidings", ["settings", "set", "quiet-in-view", "off"]);
    desktop.run("tidings", ["feed", "add", "live", &server.url("/events")]);
    window.wait_for_event("freshly arrived").await;
    // By the desktop's own service.
    let announced = eventually(LIMIT, "an announcement", async || desktop.announced().into_iter().next()).await;
    assert_eq!(announced.summary, "freshly arrived");
    // As a web browser hands it on: by the installed entry.
    desktop.run("gio", ["open", "tidings://add?url=http%3A%2F%2F127.0.0.1%3A9%2Foffered"]);
    window.wait_for("[data-testid=feed-dialog]").await;
    window.end().await;
    drop(desktop);
    follows_as_a_service().await;
}

/// The unit that the package brings, under a manager of services as each user has one.
async fn follows_as_a_service() {
    if !clean_place::services() {
        eprintln!("The service was not run: the kernel lets nobody make control groups here.");
        return;
    }
    let manager = &mut Command::new("/usr/lib/systemd/systemd");
    let mut manager = Process::start(manager.args(["--user", "--log-level=err"]).stdin(Stdio::null()));
    let systemctl = |arguments: &str| sh(&format!("systemctl --user --no-ask-password {arguments}"), &[]);
    let state = |property: &str| systemctl(&format!("show tidings --value --property {property}")).trim().to_owned();
    let is_up =
        async || Command::new("systemctl").args(["--user", "list-units"]).output().ok()?.status.success().then_some(());
    eventually(LIMIT, "a manager that answers", is_up).await;
    // Thirty seconds are long for a test.
    sh("mkdir -p $HOME/.config/systemd/user/tidings.service.d", &[]);
    sh(r"printf '[Service]\nRestartSec=100ms\n' >$HOME/.config/systemd/user/tidings.service.d/soon.conf", &[]);
    systemctl("daemon-reload");
    systemctl("enable --now tidings");

    let server = SseServer::start(|mut connection| async move {
        let last = connection.request.header("last-event-id").unwrap_or_else(|| "nothing".to_owned());
        let number = connection.request.number;
        connection.send(format!("{EVENT_STREAM}id: {number}\ndata: after {last}\n\n")).await;
        connection.closed().await;
    })
    .await;
    let titles = async |expected: &[&str]| {
        let titles = async || {
            let list = sh("tidings list --feed served --format ndjson", &[]);
            let titles = list.lines().map(|line| serde_json::from_str::<Value>(line).expect("JSON")["title"].clone());
            titles.eq(expected.iter().copied()).then_some(())
        };
        eventually(LIMIT, "the events of the service", titles).await;
    };
    sh(r#"tidings feed add served "$1""#, &[Path::new(&server.url("/"))]);
    titles(&["after nothing"]).await;
    // It fails, and is there again, and goes on from where it was.
    let killed = state("MainPID");
    systemctl("kill --signal=KILL tidings");
    let again = async || Some(state("MainPID")).filter(|now| *now != killed && *now != "0");
    eventually(LIMIT, "a service that was started again", again).await;
    titles(&["after 0", "after nothing"]).await;
    // It ends when it is asked to, and well.
    systemctl("stop tidings");
    assert_eq!((state("ActiveState"), state("Result")), ("inactive".to_owned(), "success".to_owned()));
    systemctl("disable tidings");
    systemctl("exit");
    eventually(LIMIT, "the end of the manager", async || manager.ended()).await;
}
