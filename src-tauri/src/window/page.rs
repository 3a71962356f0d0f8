//! The real page as the event channel's listener.
//!
//! Deliberately not here: batching and bounds (`event_channel.rs`).
use crate::shell::Shell;
use std::time::Duration;
use tauri::ipc::Channel;
use tauri::{Manager as _, WebviewWindow};
use tidings::boundary::WindowMessage;
use tidings::event_channel::{Page, PageGone};
use tokio::sync::mpsc;

/// A page that has not answered for this long is asked again: the first question may have been lost in a reload.
const ASK_AGAIN: Duration = Duration::from_secs(5);

/// The page of a window, by the channel it gave.
pub(crate) struct WindowPage {
    pub(crate) window: WebviewWindow,
    pub(crate) channel: Channel<Vec<WindowMessage>>,
}

impl Page for WindowPage {
    /// A hidden page takes nothing; when it is shown again, it asks for what it missed.
    ///
    /// Tauri's channel only throws messages over the wall; without a look at what comes back they would pile up before a
    /// page that is busy. So after each batch the page is asked something, which it gets to answer when it is through.
    async fn take(&mut self, batch: Vec<WindowMessage>) -> Result<(), PageGone> {
        self.window.state::<Shell>().hiding.ends().await;
        self.channel.send(batch).map_err(|_| PageGone)?;
        let (answered, mut answer) = mpsc::channel(1);
        loop {
            let answered = answered.clone();
            self.window
                .eval_with_callback("0", move |_| {
                    let _ = answered.try_send(());
                })
                .map_err(|_| PageGone)?;
            if let Ok(answer) = tokio::time::timeout(ASK_AGAIN, answer.recv()).await {
                return answer.ok_or(PageGone);
            }
        }
    }
}
