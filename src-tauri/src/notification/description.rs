//! An announcement in the terms of a desktop notification: `notify_rust::Notification`, on every platform.
//!
//! Deliberately not here: its delivery.
use crate::words::Words;
use notify_rust::Notification;
use std::borrow::Cow;
use tidings_engine::{Announcement, Language, Target, Urgency};

/// The action of a click on the notification itself.
pub(super) const OPEN: &str = "default";
/// The button that opens the event's link.
pub(super) const OPEN_LINK: &str = "open-link";
/// The button that marks the event as read.
pub(super) const MARK_READ: &str = "mark-read";

/// The button that mutes the feed for an hour.
pub(super) const MUTE_FEED: &str = "mute-feed";

/// The name of the desktop entry that belongs to the program, without `.desktop`.
const DESKTOP_ENTRY: &str = "org.tidings.Tidings";

/// Characters of a title; a desktop shows one line of it.
const TITLE_LIMIT: usize = 200;
/// Characters of a body; desktops show a few lines of it, and some stumble over more than they can show.
const BODY_LIMIT: usize = 1000;

/// What the desktop's service can do, as far as it changes what is sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a capability of its own that the service has or has not")]
pub(super) struct Capabilities {
    /// It shows buttons and tells of clicks.
    pub(super) actions: bool,
    /// It reads the body as markup.
    pub(super) body_markup: bool,
    /// It shows an image beside the program's icon, or in its place.
    pub(super) images: bool,
    /// It plays sounds by their names.
    pub(super) sound: bool,
}

/// What is sent for an announcement. `icon` is the name or path of the program's icon.
pub(super) fn announcement(announcement: &Announcement, can: Capabilities, icon: &str) -> Notification {
    let Announcement { feed_name, title, body, .. } = announcement;
    // Which feed speaks has to be seen at a glance and is never cut off, so it leads the body.
    let body = match (body.trim().is_empty(), title.starts_with(feed_name)) {
        (true, true) => String::new(),
        (true, false) => feed_name.clone(),
        (false, true) => body.clone(),
        (false, false) if body.trim().contains('\n') => format!("{feed_name}\n{}", body.trim()),
        (false, false) => format!("{feed_name} · {body}"),
    };
    let emoji = announcement.icon.as_deref().filter(|icon| !is_name(icon) && !title.starts_with(icon));
    let title = emoji.map_or(Cow::Borrowed(title), |emoji| Cow::Owned(format!("{emoji} {title}")));
    let mut notification = own(&title, &body, announcement.language, can, icon);
    let words = Words::of(announcement.language);
    if can.actions {
        if announcement.link.is_some() {
            notification.action(OPEN_LINK, words.open_link);
        }
        if matches!(announcement.target, Target::Event(_)) {
            notification.action(MARK_READ, words.mark_read);
        }
        if announcement.feed.is_some() {
            notification.action(MUTE_FEED, words.mute_feed);
        }
    }
    #[cfg(all(unix, not(target_os = "macos")))]
    {
        let category =
            if matches!(announcement.target, Target::Event(_)) { "x-tidings.event" } else { "x-tidings.digest" };
        notification.hint(notify_rust::Hint::Category(category.to_owned()));
        if announcement.id.is_some_and(tidings_engine::AnnouncementId::is_test) {
            // Whoever sends a test sees it, and has no use for it later.
            notification.hint(notify_rust::Hint::Transient(true));
        }
        if can.images
            && let Some(name) = announcement.icon.as_deref().filter(|icon| is_name(icon))
        {
            // Without one the service shows the program's, which goes with every notification.
            notification.image_path(name);
        }
        if can.sound
            && let Some(sound) = &announcement.sound
        {
            notification.sound_name(sound);
        }
    }
    set_urgency(&mut notification, announcement.urgency);
    notification
}

/// What is sent when the program speaks for itself.
pub(super) fn own(title: &str, body: &str, language: Language, can: Capabilities, icon: &str) -> Notification {
    let mut notification = Notification::new();
    let body = shortened(&printable(body, true), BODY_LIMIT);
    notification.appname("Tidings").summary(&shortened(&printable(title, false), TITLE_LIMIT)).icon(icon);
    notification.body(&if can.body_markup { escaped(&body) } else { Cow::Borrowed(body.as_str()) });
    if can.actions {
        notification.action(OPEN, Words::of(language).open);
    }
    #[cfg(all(unix, not(target_os = "macos")))]
    notification.hint(notify_rust::Hint::DesktopEntry(DESKTOP_ENTRY.to_owned()));
    notification
}

/// Whether an event's icon is one of the icon theme; otherwise it is an emoji, which is text.
fn is_name(icon: &str) -> bool {
    icon.is_ascii()
}

/// Desktops know three levels. "Critical" ones stay until they are closed: only what the user calls urgent does that.
#[cfg_attr(target_os = "macos", expect(clippy::needless_pass_by_ref_mut, unused_variables))]
fn set_urgency(notification: &mut Notification, urgency: Urgency) {
    #[cfg(not(target_os = "macos"))]
    notification.urgency(match urgency {
        Urgency::Low => notify_rust::Urgency::Low,
        Urgency::Normal | Urgency::High => notify_rust::Urgency::Normal,
        Urgency::Urgent => notify_rust::Urgency::Critical,
    });
}

/// Text of an event without what desktops choke on: control characters end a D-Bus string or break its markup, and a
/// title is one line.
fn printable(text: &str, lines: bool) -> String {
    let text = text.trim().replace("\r\n", "\n");
    let keep = |c: char| match c {
        '\n' | '\r' | '\u{2028}' | '\u{2029}' => Some(if lines { '\n' } else { ' ' }),
        '\t' => Some(' '),
        c if c.is_control() => None,
        c => Some(c),
    };
    text.chars().filter_map(keep).collect()
}

/// At most `limit` characters, the last one an ellipsis where something was left out.
pub fn shortened(text: &str, limit: usize) -> String {
    match text.char_indices().nth(limit) {
        None => text.to_owned(),
        Some(_) => text.chars().take(limit - 1).chain(['…']).collect(),
    }
}

/// Text as the notification specification's markup.
fn escaped(text: &str) -> Cow<'_, str> {
    if !text.contains(['&', '<', '>']) {
        return Cow::Borrowed(text);
    }
    let mut markup = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        match c {
            '&' => markup.push_str("&amp;"),
            '<' => markup.push_str("&lt;"),
            '>' => markup.push_str("&gt;"),
            c => markup.push(c),
        }
    }
    Cow::Owned(markup)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use tidings_engine::{EventId, FeedId};

    fn text() -> impl Strategy<Value = String> {
        let part = prop_oneof![
            any::<String>(),
            "[<>&;\"'a-c/ ]{0,12}",
            Just("\r\n".to_owned()),
            Just("\u{2028}\u{0}\u{1b}[31m\u{9b}".to_owned()),
            (0..1500_usize, any::<char>()).prop_map(|(times, c)| c.to_string().repeat(times)),
        ];
        proptest::collection::vec(part, 0..6).prop_map(|parts| parts.concat())
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        /// Whatever an event says: a title of one line, a body that is no markup but what escapes it, both within bounds.
        #[test]
        fn any_announcement_can_be_shown(feed_name in text(), title in text(), body in text(), can in any::<(bool, bool)>(), icon in proptest::option::of(text())) {
            let can = Capabilities { actions: can.0, body_markup: can.1, images: can.0, sound: can.1 };
            let announced = Announcement {
                id: None,
                language: Language::English,
                replaces: None,
                target: Target::Event(EventId(1)),
                feed: Some(FeedId(1)),
                feed_name,
                title,
                body,
                urgency: Urgency::Normal,
                link: None,
                icon,
                sound: None,
            };
            let shown = announcement(&announced, can, "icon");
            prop_assert!(shown.summary.chars().count() <= TITLE_LIMIT && !shown.summary.chars().any(char::is_control));
            prop_assert!(!shown.body.chars().any(|c| c.is_control() && c != '\n'));
            let text = if can.body_markup {
                prop_assert!(!shown.body.contains(['<', '>']), "{:?}", shown.body);
                let plain = shown.body.replace("&lt;", "<").replace("&gt;", ">");
                // Each that is left begins what stands for one.
                prop_assert_eq!(plain.matches('&').count(), plain.matches("&amp;").count(), "{:?}", shown.body);
                plain.replace("&amp;", "&")
            } else {
                shown.body
            };
            prop_assert!(text.chars().count() <= BODY_LIMIT, "{} characters", text.chars().count());
        }
    }
}
