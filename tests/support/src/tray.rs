//! The program's icon in the tray, as a tray host sees it: the protocols `StatusNotifierItem` and `com.canonical.dbusmenu`.
//!
//! Deliberately not here: the host (xfce4-panel, `desktop_session.rs`).
use crate::eventually::eventually;
use futures_util::StreamExt as _;
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;
use tokio::task::JoinHandle;
use zbus::{Connection, MatchRule, MessageStream, OwnedVariant, Proxy};

/// How long an item may take to appear in the tray, and its menu to get an entry.
const LIMIT: Duration = Duration::from_secs(20);

/// A node of the menu: ID, properties, children (nodes in variants).
type Node = (i32, HashMap<String, OwnedVariant>, Vec<OwnedVariant>);

/// An entry of the menu, with or without entries below it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MenuEntry {
    id: i32,
    /// As it is read, without the mark of its access key; empty for a separator.
    pub label: String,
    /// Whether it can be chosen.
    pub enabled: bool,
}

/// The one item in the tray of a desktop.
#[derive(Debug, Clone)]
pub struct TrayItem {
    connection: Connection,
    /// Bus name and object path.
    item: (String, String),
}

impl TrayItem {
    /// Waits until there is an item in the tray.
    ///
    /// # Panics
    /// When there is no bus at this address, or no item within 20 s.
    pub async fn find(bus_address: &str) -> Self {
        let connection = zbus::connection::Builder::address(bus_address).build().await.expect("the bus can be reached");
        let watcher = Proxy::new(
            &connection,
            "org.kde.StatusNotifierWatcher",
            "/StatusNotifierWatcher",
            "org.kde.StatusNotifierWatcher",
        );
        let watcher = watcher.await.expect("a tray host is there");
        let item = eventually(LIMIT, "an item in the tray", async || {
            let items: Vec<String> = watcher.get_property("RegisteredStatusNotifierItems").await.ok()?;
            let item = items.first()?;
            let (name, path) = item.split_at(item.find('/')?);
            Some((name.to_owned(), path.to_owned()))
        });
        let item = item.await;
        drop(watcher);
        Self { connection, item }
    }

    /// What a tray host calls it.
    ///
    /// # Panics
    /// When the item is gone.
    pub async fn title(&self) -> String {
        self.property("Title").await
    }

    /// The name or path of its icon.
    ///
    /// # Panics
    /// When the item is gone.
    pub async fn icon(&self) -> String {
        self.property("IconName").await
    }

    /// `Active`, `Passive` or `NeedsAttention`.
    ///
    /// # Panics
    /// When the item is gone.
    pub async fn status(&self) -> String {
        self.property("Status").await
    }

    /// All entries of the menu, from above; those below an entry follow it.
    ///
    /// # Panics
    /// When the item is gone.
    pub async fn menu(&self) -> Vec<MenuEntry> {
        let menu = self.menu_proxy().await;
        let (_, root): (u32, Node) =
            menu.call("GetLayout", &(0, -1, Vec::<String>::new())).await.expect("the item has a menu");
        let mut entries = Vec::new();
        add_children(&mut entries, root);
        entries
    }

    /// Chooses the first entry whose label contains `words`, waiting for it where it is not there yet.
    ///
    /// # Panics
    /// When no such entry comes within 20 s.
    pub async fn choose(&self, words: &str) {
        let what = format!("an entry '{words}' in the tray menu");
        let entry = eventually(LIMIT, &what, async || {
            self.menu().await.into_iter().find(|entry| entry.enabled && entry.label.contains(words))
        });
        let entry = entry.await;
        let nothing = zbus::Variant::from(0);
        let menu = self.menu_proxy().await;
        let () = menu.call("Event", &(entry.id, "clicked", nothing, 0_u32)).await.expect("the menu takes a click");
    }

    /// Counts from now on the signals by which it tells the tray host of changes.
    ///
    /// # Panics
    /// When the bus cannot be asked for them.
    pub async fn signals(&self) -> TraySignals {
        let rule = MatchRule::builder().msg_type(zbus::message::Type::Signal).sender(self.item.0.clone());
        let rule = rule.build().expect("the item has a bus name");
        let signals = MessageStream::for_match_rule(rule, &self.connection, None).await;
        let mut signals = signals.expect("the bus takes the rule");
        let counts = Arc::<Mutex<BTreeMap<_, _>>>::default();
        let task = tokio::spawn({
            let counts = Arc::clone(&counts);
            async move {
                while let Some(Ok(signal)) = signals.next().await {
                    let member = signal.header().member().map(ToString::to_string).unwrap_or_default();
                    *counts.lock().unwrap_or_else(PoisonError::into_inner).entry(member).or_default() += 1;
                }
            }
        });
        TraySignals { counts, task }
    }

    async fn property(&self, name: &str) -> String {
        let proxy = self.proxy(self.item.1.clone(), "org.kde.StatusNotifierItem").await;
        proxy.get_property(name).await.expect("the item has this property")
    }

    async fn menu_proxy(&self) -> Proxy<'_> {
        let item = self.proxy(self.item.1.clone(), "org.kde.StatusNotifierItem").await;
        let path: zbus::OwnedObjectPath = item.get_property("Menu").await.expect("the item has a menu");
        self.proxy(path.to_string(), "com.canonical.dbusmenu").await
    }

    async fn proxy(&self, path: String, interface: &'static str) -> Proxy<'_> {
        // The items do not tell of changed properties by the standard's signal, so nothing may be kept.
        let proxy = zbus::proxy::Builder::<Proxy<'_>>::new(&self.connection)
            .destination(self.item.0.clone())
            .path(path)
            .interface(interface)
            .cache_properties(zbus::proxy::CacheProperties::No)
            .build();
        proxy.await.expect("a proxy can be made")
    }
}

/// How often the item has sent which signal.
#[derive(Debug)]
pub struct TraySignals {
    counts: Arc<Mutex<BTreeMap<String, usize>>>,
    task: JoinHandle<()>,
}

impl TraySignals {
    /// By the signals' names; those that never came are not among them.
    pub fn counts(&self) -> BTreeMap<String, usize> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

impl Drop for TraySignals {
    fn drop(&mut self) {
        self.task.abort();
    }
}

fn add_children(entries: &mut Vec<MenuEntry>, (_, _, children): Node) {
    for child in children {
        let Ok(node) = Node::try_from(child) else { continue };
        let text = |name| node.1.get(name).and_then(|value| String::try_from(value.clone()).ok());
        let flag = |name| node.1.get(name).and_then(|value| bool::try_from(value.clone()).ok());
        if flag("visible") != Some(false) {
            let label = text("label").unwrap_or_default();
            // One is the mark of the access key, two are one.
            let label = label.split("__").map(|part| part.replace('_', "")).collect::<Vec<_>>().join("_");
            entries.push(MenuEntry { id: node.0, label, enabled: flag("enabled") != Some(false) });
            add_children(entries, node);
        }
    }
}
