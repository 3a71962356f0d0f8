//! What the user answered on a notification, as far as it needs no window.
//!
//! Deliberately not here: raising a window, which only one of the programs has.
use super::{Action, Link};
use crate::link;
use tidings_engine::{Click, Engine, MuteFor, Target};

/// For how long the button "Mute feed 1 h" mutes.
const MUTE: MuteFor = MuteFor::Minutes(60);

/// Does what the user asks for. What is left is to be shown in a window: what the notification was about, and the right to
/// raise a window. Where there is no window, a click opens the event's link.
pub async fn obey(engine: &Engine, action: Action, window: bool) -> Option<(Option<Target>, Option<String>)> {
    let done = match action {
        Action::Open { target, activation_token } => {
            if let Some(link) = link_instead(engine, target, window).await {
                open(link).await;
                return None;
            }
            return window.then_some((target, activation_token));
        }
        Action::OpenLink(link) => {
            let link = match link {
                Link::Address(address) => Some(address),
                Link::Of(event) => engine.event(event).await.ok().and_then(|event| event.link),
            };
            if let Some(link) = link {
                open(link).await;
            } else {
                tracing::warn!("a link was not opened, because its event is not in the history any more");
            }
            return None;
        }
        Action::MarkRead { event } => engine.mark_read(vec![event], true).await,
        Action::MuteFeed { feed } => engine.mute(Some(feed), MUTE).await,
    };
    if let Err(error) = done {
        tracing::warn!(%error, "what was asked for on a notification was not done");
    }
    None
}

/// The link that a click opens instead of the event.
async fn link_instead(engine: &Engine, target: Option<Target>, window: bool) -> Option<String> {
    let Some(Target::Event(event)) = target else { return None };
    if window && engine.settings().await.ok()?.click == Click::Event {
        return None;
    }
    engine.event(event).await.ok()?.link
}

async fn open(link: String) {
    // The desktop's own program is started, which may take a moment.
    let opened = tokio::task::spawn_blocking(move || link::open(&link)).await;
    if let Ok(Err(error)) = opened {
        tracing::warn!(message = error.message, "a link was not opened");
    }
}
