//! The tray's menu: the line that says how things are, the latest events, and what can be done without the window.
//!
//! Deliberately not here: what it says (`state.rs`), and what an entry does (`tray.rs`).
use super::state::{Latest, TrayState};
use tauri::AppHandle;
use tauri::Wry;
use tauri::menu::{Menu, MenuBuilder, MenuItem, PredefinedMenuItem, Submenu, SubmenuBuilder};
use tidings::words::Words;
use tidings_engine::{EventId, MuteFor};

/// What an entry of the menu stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Entry {
    Event(EventId),
    Open,
    MarkAllRead,
    Mute(MuteFor),
    Unmute,
    PauseOrResume,
    Reconnect,
    Settings,
    Quit,
}

const HOUR: Entry = Entry::Mute(MuteFor::Minutes(60));
const TOMORROW: Entry = Entry::Mute(MuteFor::Tomorrow);
const EVER: Entry = Entry::Mute(MuteFor::Ever);

/// The entries that are of no event, by their ids.
const ENTRIES: [(&str, Entry); 10] = [
    ("open", Entry::Open),
    ("mark-all-read", Entry::MarkAllRead),
    ("mute-hour", HOUR),
    ("mute-tomorrow", TOMORROW),
    ("mute-ever", EVER),
    ("unmute", Entry::Unmute),
    ("pause-or-resume", Entry::PauseOrResume),
    ("reconnect", Entry::Reconnect),
    ("settings", Entry::Settings),
    ("quit", Entry::Quit),
];
const EVENT: &str = "event-";
/// The latest events stand below the status line and a separator.
const FIRST_EVENT: usize = 2;

impl Entry {
    /// The entry of this id; `None` for the status line.
    pub(super) fn of(id: &str) -> Option<Self> {
        let event = || id.strip_prefix(EVENT)?.parse().ok().map(|number| Self::Event(EventId(number)));
        ENTRIES.iter().find(|(name, _)| *name == id).map(|&(_, entry)| entry).or_else(event)
    }

    fn id(self) -> String {
        let fixed = ENTRIES.iter().find(|&&(_, entry)| entry == self).map(|(id, _)| (*id).to_owned());
        match self {
            Self::Event(event) => format!("{EVENT}{event}"),
            _ => fixed.unwrap_or_default(),
        }
    }
}

/// An entry with a text of its own.
enum Fixed {
    Item(MenuItem<Wry>),
    Submenu(Submenu<Wry>),
}

/// The text of an entry.
type Text = fn(&Words) -> &'static str;

/// The menu, and those of its entries that change.
pub(super) struct TrayMenu {
    app: AppHandle,
    /// The entries whose texts depend on the language alone.
    fixed: Vec<(Fixed, Text)>,
    words: &'static Words,
    pub(super) menu: Menu<Wry>,
    status: MenuItem<Wry>,
    pause: MenuItem<Wry>,
    /// Newest first. An entry is of one event for ever: whoever clicks it gets what they read.
    latest: Vec<(EventId, MenuItem<Wry>)>,
    /// Below the latest events; not in the menu while there are none.
    below_latest: PredefinedMenuItem<Wry>,
    separated: bool,
    mute: Submenu<Wry>,
    /// Below `mute`; in the menu only while all feeds are muted.
    unmute: MenuItem<Wry>,
    muted: bool,
}

impl TrayMenu {
    pub(super) fn new(app: &AppHandle, state: &TrayState) -> tauri::Result<Self> {
        let words = state.words();
        let mut fixed = Vec::new();
        let mut item = |entry: Entry, text: Text| {
            let item = MenuItem::with_id(app, entry.id(), text(words), true, None::<&str>)?;
            fixed.push((Fixed::Item(item.clone()), text));
            tauri::Result::Ok(item)
        };
        let status = MenuItem::new(app, state.line(), false, None::<&str>)?;
        let pause = MenuItem::with_id(app, Entry::PauseOrResume.id(), pause_text(state), true, None::<&str>)?;
        let mute = SubmenuBuilder::new(app, words.mute)
            .item(&item(HOUR, |words| words.for_an_hour)?)
            .item(&item(TOMORROW, |words| words.until_tomorrow)?)
            .item(&item(EVER, |words| words.until_i_say_so)?)
            .build()?;
        let unmute = MenuItem::with_id(app, Entry::Unmute.id(), words.unmute, true, None::<&str>)?;
        let menu = MenuBuilder::new(app)
            .item(&status)
            .separator()
            .item(&item(Entry::Open, |words| words.open_tidings)?)
            .item(&item(Entry::MarkAllRead, |words| words.mark_all_read)?)
            .separator()
            .item(&mute)
            .item(&pause)
            .item(&item(Entry::Reconnect, |words| words.reconnect_all)?)
            .separator()
            .item(&item(Entry::Settings, |words| words.settings)?)
            .item(&item(Entry::Quit, |words| words.quit)?)
            .build()?;
        fixed.push((Fixed::Submenu(mute.clone()), |words| words.mute));
        let below_latest = PredefinedMenuItem::separator(app)?;
        Ok(Self {
            app: app.clone(),
            fixed,
            words,
            menu,
            status,
            pause,
            latest: Vec::new(),
            below_latest,
            separated: false,
            mute,
            unmute,
            muted: false,
        })
    }

    pub(super) fn show(&mut self, state: &TrayState) -> tauri::Result<()> {
        self.speak(state.words())?;
        self.status.set_text(state.line())?;
        self.pause.set_text(pause_text(state))?;
        self.show_latest(state.latest())?;
        self.show_unmute(state.unmute())
    }

    fn speak(&mut self, words: &'static Words) -> tauri::Result<()> {
        if !std::ptr::eq(self.words, words) {
            self.words = words;
            for (entry, text) in &self.fixed {
                match entry {
                    Fixed::Item(item) => item.set_text(text(words))?,
                    Fixed::Submenu(submenu) => submenu.set_text(text(words))?,
                }
            }
        }
        Ok(())
    }

    fn show_unmute(&mut self, text: Option<String>) -> tauri::Result<()> {
        let muted = text.is_some();
        if let Some(text) = text {
            self.unmute.set_text(text)?;
        }
        match (std::mem::replace(&mut self.muted, muted), muted) {
            (false, true) => {
                let items = self.menu.items()?;
                let mute = items.iter().position(|item| item.id() == self.mute.id());
                self.menu.insert(&self.unmute, mute.map_or(items.len(), |mute| mute + 1))
            }
            (true, false) => self.menu.remove(&self.unmute),
            _ => Ok(()),
        }
    }

    /// Takes out what is no longer among them and puts in what is new; what stays is not touched.
    fn show_latest(&mut self, latest: &[Latest]) -> tauri::Result<()> {
        let is_latest = |id: EventId| latest.iter().any(|latest| latest.id == id);
        for (_, gone) in self.latest.extract_if(.., |(id, _)| !is_latest(*id)) {
            self.menu.remove(&gone)?;
        }
        for (place, Latest { id, text }) in latest.iter().enumerate() {
            if self.latest.get(place).is_none_or(|(there, _)| there != id) {
                let item = MenuItem::with_id(&self.app, Entry::Event(*id).id(), plain(text), true, None::<&str>)?;
                self.menu.insert(&item, FIRST_EVENT + place)?;
                self.latest.insert(place, (*id, item));
            }
        }
        let separated = !self.latest.is_empty();
        match (std::mem::replace(&mut self.separated, separated), separated) {
            (false, true) => self.menu.insert(&self.below_latest, FIRST_EVENT + self.latest.len()),
            (true, false) => self.menu.remove(&self.below_latest),
            _ => Ok(()),
        }
    }
}

fn pause_text(state: &TrayState) -> &'static str {
    let words = state.words();
    if state.all_paused() { words.resume_all } else { words.pause_all }
}

/// A text in which no letter becomes an access key.
fn plain(text: &str) -> String {
    text.replace('&', "&&")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_is_found_again_by_its_id() {
        for entry in ENTRIES.map(|(_, entry)| entry).into_iter().chain([Entry::Event(EventId(17))]) {
            assert_eq!(Entry::of(&entry.id()), Some(entry));
        }
        assert_eq!(Entry::of("event-x"), None);
        assert_eq!(Entry::of("0"), None, "the status line");
    }
}
