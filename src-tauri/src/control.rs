//! The local socket in the data directory: how a second process asks the one that owns it.
//!
//! One request and one reply a line, as JSON. Deliberately not here: who owns the directory (the engine's store), and what
//! the requests do (the engine).
#[cfg(unix)]
#[path = "control/unix.rs"]
mod socket;
#[cfg(not(unix))]
#[path = "control/unsupported.rs"]
mod socket;

use crate::secrets::Places;
use serde::{Deserialize, Serialize};
use std::io;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tidings_engine::feeds_file::{Export, Import, ImportPreview, Imported};
use tidings_engine::restoring::{self, Restored};
use tidings_engine::{
    Destination, Engine, EngineError, Feed, FeedConfig, FeedId, FeedStatus, GivenSecret, HookReport, Item, LogBatch,
    Mute, MuteFor, NetworkSettings, RemovedFeed, Secret, SecretPlace, SecretsFacts, Settings, StorageProblem, Tested,
};
use tokio::io::{AsyncRead, AsyncWrite};

/// A line longer than this is refused: requests and replies are small, but a list of a thousand feeds is not.
const LINE_LIMIT: u64 = 4 * 1024 * 1024;
/// How long a reply may take.
const PATIENCE: Duration = Duration::from_secs(10);
/// Where many secrets may have to be kept, read, sealed or opened, or the keyring may wait for the user to unlock it.
const LONG_PATIENCE: Duration = Duration::from_mins(3);
/// Where a whole history is copied.
const RESTORE_PATIENCE: Duration = Duration::from_hours(1);

/// Why a process without a window refuses to show one.
pub const NO_WINDOW: &str = "no-window";

/// What can be asked of the process that owns a data directory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "request", rename_all = "camelCase", rename_all_fields = "camelCase")]
#[expect(missing_docs, reason = "they are the engine's calls by the same names")]
pub enum Request {
    /// Show the window and bring it to the front.
    Show {
        /// A `tidings:` link that it was called with.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        link: Option<String>,
    },
    /// End, for a window that wants to go on with the data. Only a process without one does.
    GiveWay,
    FeedAdd {
        config: FeedConfig,
        #[serde(default)]
        secrets: Vec<GivenSecret>,
    },
    FeedEdit {
        id: FeedId,
        config: FeedConfig,
        #[serde(default)]
        secrets: Vec<GivenSecret>,
    },
    FeedsExport {
        export: Export,
    },
    FeedsPreview {
        import: Import,
    },
    FeedsImport {
        import: Import,
        chosen: Vec<u32>,
    },
    /// Where passwords and tokens are kept.
    Secrets,
    /// All of them for a backup, sealed.
    BackupSecrets {
        passphrase: Secret,
    },
    /// Put a backup in the place of all that is there, and begin anew.
    Restore {
        file: PathBuf,
        #[serde(default)]
        passphrase: Option<Secret>,
    },
    /// Keep all of them there.
    SecretsMove {
        to: SecretPlace,
    },
    FeedPause {
        id: FeedId,
        paused: bool,
    },
    FeedRemove {
        id: FeedId,
    },
    FeedRestore {
        id: FeedId,
    },
    FeedDelete {
        id: FeedId,
    },
    Move {
        item: Item,
        to: Destination,
    },
    Feeds,
    RemovedFeeds,
    Reconnect {
        id: Option<FeedId>,
    },
    Storage,
    Settings,
    SettingsChange {
        settings: Box<Settings>,
    },
    /// The way to servers.
    NetworkChange {
        network: NetworkSettings,
        #[serde(default)]
        password: Option<Secret>,
    },
    Mute {
        feed: Option<FeedId>,
        length: MuteFor,
    },
    Unmute {
        feed: Option<FeedId>,
    },
    Mutes,
    SendTest {
        feed: FeedId,
        event_type: String,
        data: String,
    },
    HookLog {
        feed: FeedId,
    },
    /// The connection log of a feed. Followed, there is a reply whenever something is added, until the asker leaves.
    FeedLog {
        feed: FeedId,
        follow: bool,
        /// Followed: the lines of the stream as well.
        #[serde(default)]
        lines: bool,
    },
    /// A recording of a feed, until the asker leaves; after another connection was asked for, if it is to begin with one.
    FeedRecord {
        feed: FeedId,
        reconnect: bool,
    },
}

impl Request {
    /// How long its reply may take.
    const fn patience(&self) -> Duration {
        match self {
            Self::Restore { .. } => RESTORE_PATIENCE,
            Self::FeedAdd { .. }
            | Self::FeedEdit { .. }
            | Self::FeedDelete { .. }
            | Self::NetworkChange { .. }
            | Self::SecretsMove { .. }
            | Self::BackupSecrets { .. }
            | Self::FeedsExport { .. }
            | Self::FeedsPreview { .. }
            | Self::FeedsImport { .. } => LONG_PATIENCE,
            _ => PATIENCE,
        }
    }
}

/// The answer to a [`Request`].
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "reply", content = "content", rename_all = "camelCase")]
#[expect(clippy::large_enum_variant, reason = "there is one at a time, on its way to another process")]
pub enum Reply {
    /// It is done.
    Done,
    /// It is done; this is the feed now.
    Feed(Feed),
    /// The feeds as a file.
    FeedsFile(String),
    /// What an import would do.
    FeedsPreview(ImportPreview),
    /// What it did.
    FeedsImported(Imported),
    /// Passwords and tokens, sealed, if there are any.
    Sealed(Option<String>),
    /// A backup is in place; the process that answers begins anew.
    Restored(Restored),
    /// All feeds.
    Feeds(Vec<FeedStatus>),
    /// The feeds that were removed and whose history stays.
    RemovedFeeds(Vec<RemovedFeed>),
    /// What is wrong with the store just now.
    Storage(Option<StorageProblem>),
    /// The settings.
    Settings(Box<Settings>),
    /// Where passwords and tokens are kept, and how many.
    Secrets(SecretsFacts),
    /// How many were moved.
    SecretsMoved(u32),
    /// What is muted now.
    Mutes(Vec<Mute>),
    /// What became of a test event.
    Tested(Vec<Tested>),
    /// What became of the programs that rules started.
    HookLog(Vec<HookReport>),
    /// What happened on the connections of a feed.
    FeedLog(LogBatch),
    /// The next lines of a recording.
    Transcript(Vec<String>),
    /// It is not done.
    Refused {
        /// Stable, for programs: a code of [`EngineError::code`], [`NO_WINDOW`], `bad-request`, or `overrun`.
        code: String,
        /// One sentence for the user.
        message: String,
    },
}

/// Why there is no reply.
#[derive(Debug, thiserror::Error)]
pub enum ControlError {
    /// No process listens: none runs on this data directory.
    #[error("Tidings is not running.")]
    NotRunning,
    /// One listens, but says nothing that can be understood in time.
    #[error("The running Tidings does not answer: {0}.")]
    NoAnswer(io::Error),
}

/// Asks the process that owns `data_dir`, and waits for its reply: at most 10 s; 3 min where secrets may be kept or read; an
/// hour for a restore.
pub async fn ask(data_dir: &Path, request: Request) -> Result<Reply, ControlError> {
    let patience = request.patience();
    let asking = async {
        let connection = connect(data_dir).await?;
        exchange::ask(connection, &request).await.map_err(ControlError::NoAnswer)
    };
    tokio::time::timeout(patience, asking)
        .await
        .unwrap_or_else(|_| Err(ControlError::NoAnswer(io::ErrorKind::TimedOut.into())))
}

async fn connect(data_dir: &Path) -> Result<impl AsyncRead + AsyncWrite + Unpin, ControlError> {
    socket::connect(data_dir).await.map_err(|error| match error.kind() {
        // No socket, or one that nobody listens on: left behind by a process that was killed.
        io::ErrorKind::NotFound | io::ErrorKind::ConnectionRefused => ControlError::NotRunning,
        _ => ControlError::NoAnswer(error),
    })
}

/// Asks the process that owns `data_dir` for something that goes on, and hands each reply to `each` until that breaks.
/// Returns when the other side ends.
pub async fn follow(
    data_dir: &Path,
    request: Request,
    each: impl FnMut(Reply) -> ControlFlow<()>,
) -> Result<(), ControlError> {
    let connection = connect(data_dir).await?;
    exchange::follow(connection, &request, each).await.map_err(ControlError::NoAnswer)
}

/// Listens in a data directory that this process owns. Dropped, it stops and removes the socket.
#[derive(Debug)]
pub struct Server {
    _listening: socket::Listening,
}

impl Server {
    /// Answers from now on, on a thread of its own. `on_show` and `on_restored`, which is called when a backup waits for the
    /// engine to be opened anew, are called there, as `on_give_way` is, and must not block.
    ///
    /// The caller owns `data_dir` (its engine is open), so a socket that is there already is a dead one and replaced.
    pub fn start(
        data_dir: &Path,
        engine: Engine,
        on_show: impl Fn(Option<String>) + Send + Sync + 'static,
        on_restored: impl Fn() + Send + Sync + 'static,
    ) -> io::Result<Self> {
        let window = move |asked| match asked {
            Asked::Show(link) => {
                on_show(link);
                Reply::Done
            }
            Asked::GiveWay => Reply::Refused {
                code: "bad-request".into(),
                message: "Tidings is running with its window, which gives way to no other.".into(),
            },
        };
        Self::listen(data_dir, engine, Box::new(window), Box::new(on_restored))
    }

    /// [`start`](Self::start) for a process without a window, which refuses to show one, and ends when it is to give way to
    /// one.
    pub fn start_headless(
        data_dir: &Path,
        engine: Engine,
        on_give_way: impl Fn() + Send + Sync + 'static,
        on_restored: impl Fn() + Send + Sync + 'static,
    ) -> io::Result<Self> {
        let headless = move |asked| match asked {
            Asked::Show(_) => Reply::Refused {
                code: NO_WINDOW.into(),
                message: format!(
                    "Tidings is running without a window (process {}); end it first, or use the commands (tidings --help).",
                    std::process::id()
                ),
            },
            Asked::GiveWay => {
                on_give_way();
                Reply::Done
            }
        };
        Self::listen(data_dir, engine, Box::new(headless), Box::new(on_restored))
    }

    fn listen(
        data_dir: &Path,
        engine: Engine,
        asked: Box<dyn Fn(Asked) -> Reply + Send + Sync>,
        restored: Box<dyn Fn() + Send + Sync>,
    ) -> io::Result<Self> {
        let answers = Answers { engine, data_dir: data_dir.to_owned(), asked, restored };
        Ok(Self { _listening: socket::listen(data_dir, answers)? })
    }
}

/// What a listening process answers with.
struct Answers {
    engine: Engine,
    data_dir: PathBuf,
    asked: Box<dyn Fn(Asked) -> Reply + Send + Sync>,
    /// Called once the asker knows, or has left.
    restored: Box<dyn Fn() + Send + Sync>,
}

/// What is asked of the process rather than of its engine.
enum Asked {
    /// [`Request::Show`], with its link.
    Show(Option<String>),
    /// [`Request::GiveWay`].
    GiveWay,
}

impl Answers {
    async fn answer(&self, request: Request) -> Reply {
        match request {
            Request::Show { link } => (self.asked)(Asked::Show(link)),
            Request::GiveWay => (self.asked)(Asked::GiveWay),
            Request::Restore { file, passphrase } => make_ready(self.data_dir.clone(), file, passphrase).await,
            request => answer(&self.engine, request).await,
        }
    }
}

/// Makes a backup ready beside the data in use.
async fn make_ready(data_dir: PathBuf, file: PathBuf, passphrase: Option<Secret>) -> Reply {
    let made = tokio::task::spawn_blocking(move || {
        let places = Places::new(&data_dir);
        let go_on = &mut |_, _| ControlFlow::Continue(());
        restoring::make_ready(&data_dir, &file, &places, passphrase.as_ref(), go_on)
    });
    match made.await {
        Ok(Ok(ControlFlow::Continue(restored))) => Reply::Restored(restored),
        Ok(Err(error)) => refused(&error),
        Ok(Ok(ControlFlow::Break(()))) | Err(_) => refused(&EngineError::ShutDown),
    }
}

/// Does what is asked, with an engine of this process.
pub(crate) async fn answer(engine: &Engine, request: Request) -> Reply {
    let reply = match request {
        Request::Show { .. } | Request::GiveWay => {
            Ok(Reply::Refused { code: NO_WINDOW.into(), message: "There is no window in this process.".into() })
        }
        // Not with an engine that is open.
        Request::Restore { .. } => Err(EngineError::ShutDown),
        Request::FeedAdd { config, secrets } => engine.add_feed_with(config, secrets).await.map(Reply::Feed),
        Request::FeedEdit { id, config, secrets } => engine.edit_feed_with(id, config, secrets).await.map(Reply::Feed),
        Request::FeedsExport { export } => engine.export_feeds(export).await.map(Reply::FeedsFile),
        Request::FeedsPreview { import } => engine.preview_import(import).await.map(Reply::FeedsPreview),
        Request::FeedsImport { import, chosen } => engine.import_feeds(import, chosen).await.map(Reply::FeedsImported),
        Request::BackupSecrets { passphrase } => engine.seal_secrets(passphrase).await.map(Reply::Sealed),
        Request::Secrets => engine.secrets().await.map(Reply::Secrets),
        Request::SecretsMove { to } => engine.move_secrets(to).await.map(Reply::SecretsMoved),
        Request::FeedPause { id, paused } => engine.pause_feed(id, paused).await.map(|()| Reply::Done),
        Request::FeedRemove { id } => engine.remove_feed(id).await.map(|()| Reply::Done),
        Request::FeedRestore { id } => engine.restore_feed(id).await.map(Reply::Feed),
        Request::FeedDelete { id } => engine.delete_feed(id).await.map(|()| Reply::Done),
        Request::Move { item, to } => engine.move_item(item, to).await.map(|_| Reply::Done),
        Request::Feeds => engine.feeds().await.map(Reply::Feeds),
        Request::RemovedFeeds => engine.removed_feeds().await.map(Reply::RemovedFeeds),
        Request::Reconnect { id } => engine.reconnect(id).await.map(|()| Reply::Done),
        Request::Settings => engine.settings().await.map(|settings| Reply::Settings(Box::new(settings))),
        Request::SettingsChange { settings } => engine.change_settings(*settings).await.map(|()| Reply::Done),
        Request::NetworkChange { network, password } => {
            engine.change_network(network, password).await.map(|()| Reply::Done)
        }
        Request::Mute { feed, length } => engine.mute(feed, length).await.map(|()| Reply::Mutes(engine.mutes())),
        Request::Unmute { feed } => engine.unmute(feed).await.map(|()| Reply::Mutes(engine.mutes())),
        Request::Mutes => Ok(Reply::Mutes(engine.mutes())),
        Request::SendTest { feed, event_type, data } => {
            engine.send_test(feed, event_type, data).await.map(Reply::Tested)
        }
        Request::HookLog { feed } => engine.hook_log(feed).await.map(Reply::HookLog),
        Request::FeedLog { feed, .. } => engine.log(feed).map(Reply::FeedLog),
        Request::FeedRecord { .. } => {
            Ok(Reply::Refused { code: "bad-request".into(), message: "Nothing is followed in this process.".into() })
        }
        Request::Storage => Ok(Reply::Storage(engine.storage_problem())),
    };
    reply.unwrap_or_else(|error| refused(&error))
}

fn refused(error: &EngineError) -> Reply {
    Reply::Refused { code: error.code().into(), message: error.to_string() }
}

/// Lines over a connection of any kind.
#[cfg_attr(not(unix), expect(dead_code, reason = "no connection of any kind there yet"))]
mod exchange {
    use super::{Answers, LINE_LIMIT, PATIENCE, Reply, Request, refused};
    use crate::export::overrun;
    use std::io;
    use std::ops::ControlFlow;
    use tidings_engine::transcript::Recording;
    use tidings_engine::{Engine, EngineError, FeedId};
    use tokio::io::{AsyncBufReadExt as _, AsyncRead, AsyncReadExt as _, AsyncWrite, AsyncWriteExt as _, BufReader};
    use tokio::time::timeout;

    pub(super) async fn ask(
        mut connection: impl AsyncRead + AsyncWrite + Unpin,
        request: &Request,
    ) -> io::Result<Reply> {
        write(&mut connection, request).await?;
        let line = read(&mut BufReader::new(connection)).await?.ok_or(io::ErrorKind::UnexpectedEof)?;
        Ok(serde_json::from_slice(&line)?)
    }

    /// Hands each reply to `each` until that breaks or there are no more.
    pub(super) async fn follow(
        mut connection: impl AsyncRead + AsyncWrite + Unpin,
        request: &Request,
        mut each: impl FnMut(Reply) -> ControlFlow<()>,
    ) -> io::Result<()> {
        timeout(PATIENCE, write(&mut connection, request)).await??;
        let mut connection = BufReader::new(connection);
        while let Some(line) = read(&mut connection).await? {
            if each(serde_json::from_slice(&line)?).is_break() {
                break;
            }
        }
        Ok(())
    }

    /// Answers one request after the other, until the other side has no more. One who connects and says nothing, or does
    /// not listen, is not waited for.
    pub(super) async fn answer(connection: impl AsyncRead + AsyncWrite + Unpin, answers: &Answers) -> io::Result<()> {
        let mut connection = BufReader::new(connection);
        while let Some(line) = timeout(PATIENCE, read(&mut connection)).await?? {
            let reply = match serde_json::from_slice(&line) {
                Ok(Request::FeedLog { feed, follow: true, lines }) => match answers.engine.read_log(feed, lines) {
                    Ok(mut log) => {
                        return hand_over(&mut connection, async || log.next().await.map(Reply::FeedLog)).await;
                    }
                    Err(error) => refused(&error),
                },
                Ok(Request::FeedRecord { feed, reconnect }) => match record(&answers.engine, feed, reconnect).await {
                    Ok(mut recording) => {
                        let lines = async || recording.next().await.map(Reply::Transcript);
                        hand_over(&mut connection, lines).await?;
                        if recording.overrun() {
                            let message = overrun(&"the file");
                            let ended = Reply::Refused { code: "overrun".into(), message };
                            timeout(PATIENCE, write(&mut connection, &ended)).await??;
                        }
                        return Ok(());
                    }
                    Err(error) => refused(&error),
                },
                Ok(request) => timeout(request.patience(), answers.answer(request)).await?,
                // Another version's request, perhaps.
                Err(_) => Reply::Refused {
                    code: "bad-request".into(),
                    message:
                        "The running Tidings does not understand this; it may be of another version, so restart it."
                            .into(),
                },
            };
            let written = timeout(PATIENCE, write(&mut connection, &reply)).await;
            // The backup waits to be opened, also when the asker has left.
            if matches!(reply, Reply::Restored(_)) {
                (answers.restored)();
            }
            written??;
        }
        Ok(())
    }

    async fn record(engine: &Engine, feed: FeedId, reconnect: bool) -> Result<Recording, EngineError> {
        let recording = engine.record(feed)?;
        if reconnect {
            engine.reconnect(Some(feed)).await?;
        }
        Ok(recording)
    }

    /// Hands over what comes, until the other side leaves or there will be nothing more.
    async fn hand_over(
        connection: &mut BufReader<impl AsyncRead + AsyncWrite + Unpin>,
        mut next: impl AsyncFnMut() -> Option<Reply>,
    ) -> io::Result<()> {
        let mut ignored = [0; 64];
        loop {
            tokio::select! {
                reply = next() => {
                    let Some(reply) = reply else { return Ok(()) };
                    timeout(PATIENCE, write(connection, &reply)).await??;
                }
                read = connection.read(&mut ignored) => if read? == 0 { return Ok(()) },
            }
        }
    }

    async fn read(from: &mut (impl tokio::io::AsyncBufRead + Unpin)) -> io::Result<Option<Vec<u8>>> {
        let mut line = Vec::new();
        match from.take(LINE_LIMIT).read_until(b'\n', &mut line).await? {
            0 => Ok(None),
            _ if line.ends_with(b"\n") => Ok(Some(line)),
            _ => Err(io::ErrorKind::InvalidData.into()),
        }
    }

    async fn write(to: &mut (impl AsyncWrite + Unpin), message: &impl serde::Serialize) -> io::Result<()> {
        let mut line = serde_json::to_vec(message)?;
        line.push(b'\n');
        to.write_all(&line).await?;
        to.flush().await
    }
}
