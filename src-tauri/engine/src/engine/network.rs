//! The one thread on which all subscriptions run.
//!
//! Deliberately not here: what runs on it.
use super::core::Core;
use std::sync::{Arc, Mutex, PoisonError};
use std::{io, thread};
use tokio::runtime::{Builder, Handle};
use tokio::sync::oneshot;

/// The thread's handle. Dropped, it stops the thread.
pub(super) struct Network {
    runtime: Handle,
    /// Its going away is the sign to stop.
    stop: Mutex<Option<oneshot::Sender<()>>>,
}

impl Network {
    /// Starts the thread and, on it, what the engine does without being asked.
    pub(super) fn start(core: Arc<Core>) -> io::Result<Self> {
        let runtime = Builder::new_current_thread().enable_all().thread_name("tidings-lookup").build()?;
        let handle = runtime.handle().clone();
        let (stop, stopped) = oneshot::channel::<()>();
        thread::Builder::new().name("tidings-network".to_owned()).spawn(move || {
            runtime.block_on(async move {
                tokio::spawn(core.run());
                // The sender is never used, only dropped.
                let _ = stopped.await;
            });
            // Name lookups under way are not waited for.
            runtime.shutdown_background();
        })?;
        Ok(Self { runtime: handle, stop: Mutex::new(Some(stop)) })
    }

    /// Runs something on the thread to its end; `None` when the thread has stopped.
    pub(super) async fn run<T: Send + 'static>(
        &self,
        operation: impl Future<Output = T> + Send + 'static,
    ) -> Option<T> {
        self.runtime.spawn(operation).await.ok()
    }

    /// How many tasks live on the thread.
    pub(super) fn tasks(&self) -> usize {
        self.runtime.metrics().num_alive_tasks()
    }

    /// Stops the thread and all that runs on it.
    pub(super) fn stop(&self) {
        self.stop.lock().unwrap_or_else(PoisonError::into_inner).take();
    }
}
