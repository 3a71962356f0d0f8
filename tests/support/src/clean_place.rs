//! A test in a copy of this system that nobody else sees: what it installs, writes and deletes is gone with it.
//!
//! The copy is a layer over the real root (overlayfs), in a mount, network and process namespace of its own. Deliberately
//! not here: what is done there.
use std::ffi::OsStr;
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// Set in the process that runs inside, to who it is there.
const INSIDE: &str = "TIDINGS_TEST_PLACE";

/// Lays the layer over the root, and changes to it with the rest of the arguments. /tmp is empty there; the folders that
/// are named first, up to `--`, are the real ones, and whoever is there may read them.
const ENTER: &str = r#"
set -eu
place=$(mktemp -d)
mount -t tmpfs -o mode=755 place "$place"
mkdir "$place"/upper "$place"/work "$place"/root
mount -t overlay -o "lowerdir=/,upperdir=$place/upper,workdir=$place/work" place "$place/root"
root=$place/root
for system in dev sys; do mount --rbind "/$system" "$root/$system"; done
mount -t proc proc "$root/proc"
mount -t tmpfs -o mode=1777 tmp "$root/tmp"
while [ "$1" != -- ]; do
  parent=
  IFS=/
  for part in $1; do
    [ -n "$part" ] || continue
    parent=$parent/$part
    mkdir -p "$root$parent"
    chmod o+rx "$root$parent"
  done
  unset IFS
  mount --bind "$1" "$root$1"
  shift
done
shift
ip link set lo up
cd /
exec chroot "$root" "$@"
"#;

/// Set where the user has control groups.
const SERVICES: &str = "TIDINGS_TEST_SERVICES";

/// Becomes a user: "$1" is the ID, "$2" the home, and the rest the program. What counts as the system's manager of services is
/// said to be there, or that of the user would not begin.
const LOG_IN: &str = r#"
set -eu
id=$1 home=$2
shift 2
mkdir -p /run/systemd/system "/run/user/$id"
chown "$id" "/run/user/$id"
chmod 700 "/run/user/$id"
services=
for hierarchy in /sys/fs/cgroup /sys/fs/cgroup/systemd /sys/fs/cgroup/unified; do
  group=$hierarchy/tidings-test
  if [ -e "$hierarchy/cgroup.procs" ] && mkdir -p "$group" && chown -R "$id" "$group" && echo $$ >"$group/cgroup.procs"; then
    services=TIDINGS_TEST_SERVICES=yes
  fi
done
cd "$home"
exec setpriv --reuid "$id" --regid "$id" --clear-groups env --ignore-environment \
  PATH=/usr/local/bin:/usr/bin:/bin LANG=C.UTF-8 HOME="$home" XDG_RUNTIME_DIR="/run/user/$id" \
  TIDINGS_TEST_PLACE="$TIDINGS_TEST_PLACE" $services "$@"
"#;

/// Takes away what is outside of the copy.
const LOG_OUT: &str = "find /sys/fs/cgroup/tidings-test /sys/fs/cgroup/*/tidings-test -depth -type d -exec rmdir {} +";

/// Who a test runs as.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Inside {
    /// Root of the copy.
    Root,
    /// The user that the test made there.
    User,
}

/// Who the test called `name` (its full path within its test program) runs as, if it runs in such a copy. If not, it is
/// run there as root, in a process of its own that sees the real `folders` once `made` has made them, and has passed when
/// this returns `None`; or it cannot be run here at all, which is said on standard error.
///
/// # Panics
/// When the test fails there.
pub fn entered(name: &str, folders: &[&Path], made: impl FnOnce()) -> Option<Inside> {
    match std::env::var(INSIDE).ok().as_deref().and_then(|inside| inside.strip_prefix(name)) {
        Some(" root") => return Some(Inside::Root),
        Some(" user") => return Some(Inside::User),
        _ => {}
    }
    let enter = |folders: &[&Path], program: &OsStr| {
        let mut command = Command::new("unshare");
        command.args(["--mount", "--net", "--pid", "--fork", "--kill-child", "sh", "-c", ENTER, "sh"]);
        command.args(folders).arg("--").arg(program).stdin(Stdio::null());
        command
    };
    if !enter(&[], OsStr::new("true")).stderr(Stdio::null()).status().is_ok_and(|status| status.success()) {
        eprintln!("{name} was not run: only root may lay a layer over the system, where the kernel has overlayfs.");
        return None;
    }
    let program = std::env::current_exe().expect("a test program has a path");
    made();
    passed(enter(folders, program.as_os_str()).env(INSIDE, format!("{name} root")), name);
    None
}

/// Runs the test called `name` once more, as the user with this ID and home, who has nothing of root's environment but, as
/// after a login, a runtime folder and (where the kernel lets root make some) control groups of their own:
/// [`services`] says whether those are there.
///
/// # Panics
/// When it fails.
pub fn again_as_user(name: &str, id: u32, home: &Path) {
    let program = std::env::current_exe().expect("a test program has a path");
    let mut command = Command::new("sh");
    command.args(["-c", LOG_IN, "sh", &id.to_string()]).arg(home).arg(program);
    command.env(INSIDE, format!("{name} user")).stdin(Stdio::null());
    passed(&mut command, name);
    let _ = Command::new("sh").args(["-c", LOG_OUT]).stderr(Stdio::null()).status();
}

/// Whether a manager of the user's services (`systemd --user`) can run here.
pub fn services() -> bool {
    std::env::var_os(SERVICES).is_some()
}

fn passed(command: &mut Command, name: &str) {
    let Output { status, stdout, stderr } =
        command.args([name, "--exact", "--nocapture"]).output().expect("it can be started");
    let (stdout, stderr) = (String::from_utf8_lossy(&stdout), String::from_utf8_lossy(&stderr));
    assert!(status.success() && stdout.contains("test result: ok. 1 passed"), "{name} failed:\n{stdout}\n{stderr}");
}
