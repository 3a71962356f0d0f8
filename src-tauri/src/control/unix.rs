//! The control socket as a Unix socket, which the file system guards.
//!
//! Deliberately not here: what is said over it (`control.rs`).
use super::{Answers, exchange};
use rustix::fs::Mode;
use std::fs;
use std::io;
use std::os::unix::net::UnixListener as BlockingListener;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::thread;
use std::time::Duration;
use tokio::net::{UnixListener, UnixStream};
use tokio::sync::oneshot;
use tokio::task::LocalSet;

const NAME: &str = "control.sock";
/// A socket's address holds 104 bytes on some systems, 108 on others.
const LONGEST_PATH: usize = 100;

pub(super) async fn connect(data_dir: &Path) -> io::Result<UnixStream> {
    let directory = Directory::open(data_dir)?;
    UnixStream::connect(directory.path().join(NAME)).await
}

/// A socket that is answered, until this is dropped.
#[derive(Debug)]
pub(super) struct Listening {
    socket: PathBuf,
    /// Dropped, it ends the thread.
    _alive: oneshot::Sender<()>,
}

impl Drop for Listening {
    fn drop(&mut self) {
        // If it is gone already, so much the better.
        let _ = fs::remove_file(&self.socket);
    }
}

pub(super) fn listen(data_dir: &Path, answers: Answers) -> io::Result<Listening> {
    let listener = bind(data_dir)?;
    listener.set_nonblocking(true)?;
    let (alive, ended) = oneshot::channel();
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    // Settings of feeds are passed by value from call to call, which a build without optimisation never folds together. What is
    // not used of it costs no memory.
    thread::Builder::new().name("control".into()).stack_size(2 * 1024 * 1024).spawn(move || {
        LocalSet::new().block_on(&runtime, async {
            tokio::select! {
                () = accept(listener, answers) => {}
                _ = ended => {}
            }
        });
    })?;
    Ok(Listening { socket: data_dir.join(NAME), _alive: alive })
}

/// The socket appears under its name only when nobody but the user may connect to it, and takes the place of a dead one
/// in one step.
fn bind(data_dir: &Path) -> io::Result<BlockingListener> {
    let directory = Directory::open(data_dir)?;
    let unnamed = format!("{NAME}.new");
    let remove = fs::remove_file(data_dir.join(&unnamed));
    if let Err(error) = remove
        && error.kind() != io::ErrorKind::NotFound
    {
        return Err(error);
    }
    let listener = BlockingListener::bind(directory.path().join(&unnamed))?;
    rustix::fs::chmod(data_dir.join(&unnamed), Mode::RUSR | Mode::WUSR)?;
    fs::rename(data_dir.join(&unnamed), data_dir.join(NAME))?;
    Ok(listener)
}

async fn accept(listener: BlockingListener, answers: Answers) {
    let listener = match UnixListener::from_std(listener) {
        Ok(listener) => listener,
        Err(error) => {
            tracing::error!(%error, "the control socket is not answered");
            return;
        }
    };
    let answers = Arc::new(answers);
    loop {
        match listener.accept().await {
            Ok((connection, _)) => {
                let answers = Arc::clone(&answers);
                tokio::task::spawn_local(async move {
                    if let Err(error) = exchange::answer(connection, &answers).await {
                        tracing::debug!(%error, "a control connection broke off");
                    }
                });
            }
            Err(error) => {
                tracing::warn!(%error, "a control connection was not accepted");
                tokio::time::sleep(Duration::from_millis(100)).await;
            }
        }
    }
}

/// A data directory by a name that is short enough for a socket's address.
struct Directory {
    path: PathBuf,
    /// Keeps the short name valid.
    #[cfg(target_os = "linux")]
    _open: Option<fs::File>,
}

impl Directory {
    #[cfg(target_os = "linux")]
    fn open(path: &Path) -> io::Result<Self> {
        use std::os::fd::AsRawFd as _;
        if is_short(path) {
            return Ok(Self { path: path.into(), _open: None });
        }
        let open = fs::File::open(path)?;
        Ok(Self { path: format!("/proc/self/fd/{}", open.as_raw_fd()).into(), _open: Some(open) })
    }

    #[cfg(not(target_os = "linux"))]
    fn open(path: &Path) -> io::Result<Self> {
        if is_short(path) {
            return Ok(Self { path: path.into() });
        }
        Err(io::Error::new(io::ErrorKind::InvalidInput, "the path of the data directory is too long for a socket"))
    }

    fn path(&self) -> &Path {
        &self.path
    }
}

fn is_short(path: &Path) -> bool {
    path.as_os_str().len() + NAME.len() + ".new/".len() <= LONGEST_PATH
}
