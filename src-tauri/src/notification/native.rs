//! Delivery where notify-rust speaks to the system itself: Windows and macOS.
//!
//! Deliberately not here: buttons. These systems report a click to a thread that waits for it, one for each
//! notification; a click there raises the program by the system's own means.
use super::description::{self, Capabilities};
use super::{Job, Listeners, Service};
use tidings_engine::Answer;
use tokio::sync::mpsc;

pub(super) fn run(_address: Option<String>, mut jobs: mpsc::Receiver<Job>, listeners: &Listeners<'_>) {
    let can = Capabilities::default();
    while let Some(job) = jobs.blocking_recv() {
        let (id, notification) = match job {
            Job::Announce(announcement) => (announcement.id, description::announcement(&announcement, can, "")),
            Job::Tell { title, body, language } => (None, description::own(&title, &body, language, can, "")),
            Job::Withdraw(_) => continue,
            Job::Delivered(done) => {
                let _ = done.send(());
                continue;
            }
        };
        match notification.show() {
            Ok(_) => {
                listeners.set(Service::Present);
                drop(listeners.answered(id, Answer::Delivered { number: 0 }));
            }
            Err(error) => {
                listeners.set(Service::Absent);
                listeners.refused(id, &error.to_string());
            }
        }
    }
}
