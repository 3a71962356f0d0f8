//! "Try the demo feed".
use super::Answer;
use crate::shell::Shell;
use std::io;
use std::sync::atomic::Ordering;
use tauri::State;
use tidings::boundary::CommandError;
use tidings::{demo, demo_feed};
use tidings_engine::Feed;

#[tauri::command]
pub(super) async fn start_demo(shell: State<'_, Shell>) -> Answer<Feed> {
    serve(&shell).await.map_err(|error| {
        CommandError::new("demo", format!("The demo cannot be started, because its server cannot listen: {error}."))
    })?;
    Ok(shell.engine.add_feed(demo_feed::config()).await?)
}

/// Starts the demo's server, once.
pub(crate) async fn serve(shell: &Shell) -> io::Result<()> {
    if shell.demo.swap(true, Ordering::Relaxed) {
        return Ok(());
    }
    match demo_feed::listen().await {
        Ok(Some(listener)) => drop(tauri::async_runtime::spawn(demo::serve(listener))),
        Ok(None) => {}
        Err(error) => {
            shell.demo.store(false, Ordering::Relaxed);
            return Err(error);
        }
    }
    Ok(())
}
