//! Delivery where notify-rust speaks to the system itself: Windows and macOS.
//!
//! Deliberately not here: buttons. These systems report a click to a thread that waits for it, one for each
//! notification; a click there raises the program by the system's own means.
use super::description::{self, Capabilities};
use super::{Action, Job, Service};
use tokio::sync::{mpsc, watch};

pub(super) fn run(
    _address: Option<String>,
    mut jobs: mpsc::Receiver<Job>,
    service: &watch::Sender<Service>,
    _on_action: &dyn Fn(Action),
) {
    let can = Capabilities::default();
    while let Some(job) = jobs.blocking_recv() {
        let notification = match job {
            Job::Announce(announcement) => description::announcement(&announcement, can, ""),
            Job::Tell { title, body } => description::own(&title, &body, can, ""),
            Job::Withdraw(_) => continue,
            Job::Delivered(done) => {
                let _ = done.send(());
                continue;
            }
        };
        let shown = notification.show();
        service.send_if_modified(|now| {
            let next = if shown.is_ok() { Service::Present } else { Service::Absent };
            std::mem::replace(now, next) != next
        });
        if let Err(error) = shown {
            tracing::warn!(%error, "the desktop refused a notification; its event is in the history");
        }
    }
}
