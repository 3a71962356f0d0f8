//! The life of the window process: the engine first, then the window, and an orderly end.
//!
//! Deliberately not here: what each part does.
use crate::arguments::Arguments;
use crate::hiding::{self, Hiding};
use crate::shell::Shell;
use crate::stopped::{self, Why};
use crate::view::{self, View};
use crate::wish::{self, Wish};
use crate::{commands, desktop_font, main_window, tray};
use anyhow::Context as _;
use clap::Parser as _;
use std::io::IsTerminal as _;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;
use tauri::{AppHandle, Manager as _, RunEvent, WindowEvent};
use tauri_plugin_window_state::StateFlags;
use tidings::boundary::NoticeCode;
use tidings::control::{self, NO_WINDOW, Reply, Request};
use tidings::dropped::Dropped;
use tidings::event_channel::EventChannel;
use tidings::handed::Handed;
use tidings::hook::Programs;
use tidings::log::{Log, VARIABLE};
use tidings::notification::{Desktop, Service};
use tidings::offer;
use tidings::platform::language::language;
use tidings::platform::{dirs, files, world};
use tidings::secrets::Places;
use tidings::words::Words;
use tidings::{USER_AGENT, demo_feed, replay};
use tidings_engine::{Engine, EngineError, EngineEvent, EngineEvents, EngineOptions, StoreError, SystemClock, Target};
use tidings_event_source::Policy;
use tokio::sync::{mpsc, watch};

/// How long jobs may take to end, and then the engine to write what is under way.
const SHUT_DOWN_TIME: Duration = Duration::from_secs(5);

/// What of the log is kept: which feed was connected when, and why not; nothing for each event, or for each answer of a server that is polled.
const KEPT_LOG: &str = "info,tidings=debug,tidings_engine=debug";

const NO_SERVICE: &str = "No notification service answers, so nothing is announced. Events are kept, and announcing resumes by itself when one appears.";

pub(crate) fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let log = begin_log();
    let (to_wish, wishes) = mpsc::channel(64);
    let desktop = Arc::new(Desktop::connect({
        let to_wish = to_wish.clone();
        move |action| {
            // A full queue means that the program hangs; one click more would not help.
            let _ = to_wish.try_send(Wish::Notification(action));
        }
    }));
    match start(&arguments, log, &desktop, &to_wish, wishes) {
        Ok(code) => code,
        Err(error) => {
            // Whoever started it from a menu sees no terminal.
            eprintln!("tidings: {error:#}");
            let language = language();
            desktop.tell(language, Words::of(language).cannot_start, &format!("{error:#}"));
            tauri::async_runtime::block_on(desktop.delivered());
            ExitCode::FAILURE
        }
    }
}

/// To standard error what the environment asks for, and the last lines of all that may help to a place of their own.
fn begin_log() -> Log {
    use tracing_subscriber::layer::SubscriberExt as _;
    use tracing_subscriber::util::SubscriberInitExt as _;
    use tracing_subscriber::{EnvFilter, Layer as _, fmt};
    let log = Log::default();
    let asked = EnvFilter::try_from_env(VARIABLE).unwrap_or_else(|_| EnvFilter::new("warn"));
    let stderr =
        fmt::layer().with_ansi(std::io::stderr().is_terminal()).with_writer(std::io::stderr).with_filter(asked);
    let kept = fmt::layer().with_ansi(false).with_writer(log.clone()).with_filter(EnvFilter::new(KEPT_LOG));
    tracing_subscriber::registry().with(kept).with(stderr).init();
    log
}

fn start(
    arguments: &Arguments,
    log: Log,
    desktop: &Arc<Desktop>,
    to_wish: &mpsc::Sender<Wish>,
    wishes: mpsc::Receiver<Wish>,
) -> anyhow::Result<ExitCode> {
    let data_dir = dirs::data_dir(arguments.data_dir.clone())?;
    files::allow_many();
    // Subscriptions do not wait for the window.
    let opened = Engine::open(EngineOptions {
        data_dir: data_dir.clone(),
        user_agent: USER_AGENT.to_owned(),
        notifier: Arc::clone(desktop) as _,
        clock: Arc::new(SystemClock),
        connect: true,
        policy: Policy::FEED,
        hooks: Arc::new(Programs::default()),
        secrets: Arc::new(Places::new(&data_dir)),
    });
    let engine = match opened {
        Ok(engine) => engine,
        Err(EngineError::Store(owned @ StoreError::Owned { .. })) => {
            return ask_to_show(data_dir, arguments, &owned);
        }
        Err(EngineError::Store(error)) => {
            // A terminal hears it at once; whoever started it from a menu sees the page.
            eprintln!("tidings: {error}");
            stopped::show(Why::History(error), data_dir)?;
            return Ok(ExitCode::FAILURE);
        }
        Err(error) => return Err(error.into()),
    };
    tauri::async_runtime::block_on(replay::feed::sweep(&engine, &data_dir));
    let shell = Shell {
        data_dir: data_dir.clone(),
        handed: Handed::new(&data_dir),
        dropped: Dropped::default(),
        log,
        channel: EventChannel::new(engine.clone()),
        desktop: Arc::clone(desktop),
        tray_host: watch::Sender::new(false),
        hiding: Hiding::new(arguments.release_after.map_or(hiding::KEPT, Duration::from_secs)),
        view: View::default(),
        demo: AtomicBool::new(false),
        engine,
    };
    run(arguments, &data_dir, shell, to_wish, wishes)?;
    Ok(ExitCode::SUCCESS)
}

/// A second start raises the first one's window; where that has none, the user may have it give way.
fn ask_to_show(data_dir: PathBuf, arguments: &Arguments, owned: &StoreError) -> anyhow::Result<ExitCode> {
    match tauri::async_runtime::block_on(control::ask(&data_dir, Request::Show { link: arguments.link.clone() })) {
        Ok(Reply::Refused { code, message }) if code == NO_WINDOW && !arguments.hidden => {
            eprintln!("tidings: {message}");
            stopped::show(Why::Headless(message), data_dir)?;
            Ok(ExitCode::FAILURE)
        }
        Ok(Reply::Refused { message, .. }) => anyhow::bail!(message),
        Ok(_) => Ok(ExitCode::SUCCESS),
        Err(error) => anyhow::bail!("{owned} It could not be asked to show its window: {error}"),
    }
}

fn run(
    arguments: &Arguments,
    data_dir: &Path,
    shell: Shell,
    to_wish: &mpsc::Sender<Wish>,
    wishes: mpsc::Receiver<Wish>,
) -> anyhow::Result<()> {
    let show = to_wish.clone();
    let engine = shell.engine.clone();
    let again = to_wish.clone();
    let control = control::Server::start(
        data_dir,
        engine.clone(),
        move |link| drop(show.try_send(Wish::Show { link })),
        move || drop(again.try_send(Wish::StartAgain)),
    );
    let control =
        control.context("Other processes could not ask this one, because its control socket cannot be made")?;
    wish::end_with_signals(to_wish);

    if let Some(link) = &arguments.link {
        shell.channel.show(offer::read(link));
    }
    let (hidden, tray_dir) = (arguments.hidden && arguments.link.is_none(), data_dir.to_owned());
    let app = tauri::Builder::default()
        .plugin(
            tauri_plugin_window_state::Builder::new()
                .with_state_flags(StateFlags::SIZE | StateFlags::POSITION | StateFlags::MAXIMIZED)
                .build(),
        )
        .manage(shell)
        .invoke_handler(commands::handler())
        .on_window_event(|window, event| match event {
            WindowEvent::CloseRequested { api, .. } => {
                api.prevent_close();
                tauri::async_runtime::spawn(main_window::close(window.clone()));
            }
            WindowEvent::Destroyed => main_window::gone(window.app_handle()),
            WindowEvent::Focused(focused) => view::has_focus(window.app_handle(), *focused),
            _ => {}
        })
        .setup(move |app| {
            let app = app.handle();
            desktop_font::find();
            tray::start(app, &tray_dir)?;
            tauri::async_runtime::spawn(wish::fulfil(app.clone(), wishes));
            tauri::async_runtime::spawn(watch_service(app.clone()));
            tauri::async_runtime::spawn(watch_engine(app.clone(), engine.events()));
            tauri::async_runtime::spawn(serve_known_demo(app.clone()));
            tauri::async_runtime::spawn(world::watch({
                let engine = engine.clone();
                move |change| engine.world_changed(change)
            }));
            if hidden {
                tauri::async_runtime::spawn(main_window::hide_if_found_again(app.clone()));
            } else {
                main_window::show(app, None);
            }
            Ok(())
        })
        .build(tauri::generate_context!())?;

    let mut control = Some(control);
    app.run_return(move |app, event| match event {
        // Without a window the program goes on in the tray; it ends when it is told to.
        RunEvent::ExitRequested { code: None, api, .. } => api.prevent_exit(),
        RunEvent::Exit => {
            control.take();
            let shell = app.state::<Shell>();
            let (engine, jobs) = (shell.engine.clone(), shell.channel.jobs());
            tauri::async_runtime::block_on(async {
                // What is on its way to a file is taken away or finished; the engine is still there for it.
                if tokio::time::timeout(SHUT_DOWN_TIME, jobs.end_all()).await.is_err() {
                    tracing::error!("a job did not end in time");
                }
                if tokio::time::timeout(SHUT_DOWN_TIME, engine.shut_down()).await.is_err() {
                    tracing::error!("the engine did not end in time");
                }
            });
        }
        _ => {}
    });
    Ok(())
}

/// Says in the window when nothing can be announced.
async fn watch_service(app: AppHandle) {
    let shell = app.state::<Shell>();
    let mut service = shell.desktop.service();
    loop {
        let problem = matches!(*service.borrow_and_update(), Service::Absent | Service::Silent);
        shell.channel.notice(NoticeCode::NoNotificationService, problem.then_some(NO_SERVICE));
        if service.changed().await.is_err() {
            return;
        }
    }
}

/// What of the engine concerns the shell itself.
async fn watch_engine(app: AppHandle, mut events: EngineEvents) {
    let shell = app.state::<Shell>();
    let look = || {
        shell.channel.put(NoticeCode::SetAside, shell.engine.set_aside().map(Into::into));
        shell.channel.put(NoticeCode::Storage, shell.engine.storage_problem().map(Into::into));
    };
    // What was found when the engine was opened, before anybody listened.
    look();
    while let Some(envelope) = events.next().await {
        match &envelope.event {
            EngineEvent::Storage { problem } => {
                shell.channel.put(NoticeCode::Storage, problem.clone().map(Into::into));
            }
            EngineEvent::SetAside { set_aside } => {
                shell.channel.put(NoticeCode::SetAside, set_aside.clone().map(Into::into));
            }
            EngineEvent::Missed => look(),
            // Whoever reads an event in the window need not be told of it any more.
            EngineEvent::Marked { events, read: Some(true), .. } => {
                for &event in events {
                    shell.desktop.withdraw(Target::Event(event));
                }
            }
            _ => {}
        }
    }
}

/// A demo feed of an earlier run needs its server.
async fn serve_known_demo(app: AppHandle) {
    let shell = app.state::<Shell>();
    if shell.engine.feeds().await.is_ok_and(|feeds| demo_feed::is_among(&feeds))
        && let Err(error) = commands::demo::serve(&shell).await
    {
        tracing::warn!(%error, "the demo feed is not served");
    }
}
