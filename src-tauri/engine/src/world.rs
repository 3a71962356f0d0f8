//! What the engine is told of the computer around it: that it slept, that its network changed or is gone.
//!
//! Deliberately not here: how that is found out (the shell's `platform/`), and what a subscription makes of it
//! (`subscription.rs`).
use tokio::sync::watch;

/// Something happened to the computer that connections may not have survived, or that waiting is no longer good for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum WorldChange {
    /// Time has passed in which this process did not run: the computer slept, or the process was stopped.
    Resumed,
    /// There is a network, and it is another one than before, or came back.
    NetworkChanged,
    /// There is no network at all: nothing but this computer itself can be reached.
    NetworkGone,
}

/// The world as subscriptions see it. Several changes that come faster than one looks are seen as one.
#[derive(Debug)]
pub(crate) struct World(watch::Sender<Seen>);

/// What a subscription has seen of the world.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Seen {
    /// Whether there is a network, as far as is known.
    pub(crate) network: bool,
    /// How often what stands may have died, and what waits may now succeed.
    pub(crate) disruptions: u64,
}

impl World {
    /// Awake, and with a network: whoever cannot tell does not stand in the way.
    pub(crate) fn new() -> Self {
        Self(watch::Sender::new(Seen { network: true, disruptions: 0 }))
    }

    pub(crate) fn change(&self, change: WorldChange) {
        self.0.send_if_modified(|seen| match change {
            WorldChange::Resumed => {
                seen.disruptions += 1;
                true
            }
            WorldChange::NetworkChanged => {
                seen.disruptions += 1;
                seen.network = true;
                true
            }
            WorldChange::NetworkGone => std::mem::replace(&mut seen.network, false),
        });
    }

    pub(crate) fn watch(&self) -> watch::Receiver<Seen> {
        self.0.subscribe()
    }
}
