//! What the program says outside its window and its command line, in each language: in the tray, on the buttons of
//! notifications, and in those by which it speaks for itself.
//!
//! Deliberately not here: the words of the window (`ui/messages/`), what announcements say (the engine's
//! `announce/words.rs`), and what is said of failures, which is English.
use jiff::Zoned;
use tidings_engine::Language;

/// Words of one language. A language without one of them does not compile.
pub struct Words {
    /// A click on a notification, where it has a name.
    pub open: &'static str,
    /// A button on a notification.
    pub open_link: &'static str,
    /// A button on a notification.
    pub mark_read: &'static str,
    /// A button on a notification.
    pub mute_feed: &'static str,
    /// An entry of the tray's menu.
    pub open_tidings: &'static str,
    /// An entry of the tray's menu.
    pub mark_all_read: &'static str,
    /// An entry of the tray's menu, above the three lengths that follow.
    pub mute: &'static str,
    /// For how long.
    pub for_an_hour: &'static str,
    /// For how long.
    pub until_tomorrow: &'static str,
    /// For how long.
    pub until_i_say_so: &'static str,
    /// An entry of the tray's menu.
    pub unmute: &'static str,
    /// [`Self::unmute`] with what it ends: "Unmute (muted until 18:30)".
    pub unmute_what: fn(&str) -> String,
    /// An entry of the tray's menu.
    pub pause_all: &'static str,
    /// An entry of the tray's menu.
    pub resume_all: &'static str,
    /// An entry of the tray's menu.
    pub reconnect_all: &'static str,
    /// An entry of the tray's menu.
    pub settings: &'static str,
    /// An entry of the tray's menu.
    pub quit: &'static str,
    /// The tray's first line.
    pub no_feeds: &'static str,
    /// The tray's first line.
    pub all_paused: &'static str,
    /// The tray's first line: how many of how many are connected.
    pub connected: fn(usize, usize) -> String,
    /// In the tray's first line.
    pub unread: fn(u64) -> String,
    /// In the tray's first line.
    pub muted: &'static str,
    /// In the tray's first line: when it ends.
    pub muted_until: fn(&str) -> String,
    /// In the tray's first line.
    pub notifications_off: &'static str,
    /// In the tray's first line.
    pub no_service: &'static str,
    /// A moment of another day: "Mon 23 Nov 08:00".
    pub far_moment: fn(&Zoned) -> String,
    /// A notification's title.
    pub in_the_tray: &'static str,
    /// The first time that the window is closed.
    pub told_about_tray: &'static str,
    /// A notification's title.
    pub cannot_start: &'static str,
}

impl Words {
    /// The words of a language.
    pub const fn of(language: Language) -> &'static Self {
        match language {
            Language::English => &ENGLISH,
            Language::Chinese => &CHINESE,
        }
    }
}

static ENGLISH: Words = Words {
    open: "Open",
    open_link: "Open link",
    mark_read: "Mark read",
    mute_feed: "Mute feed 1 h",
    open_tidings: "Open Tidings",
    mark_all_read: "Mark all read",
    mute: "Mute",
    for_an_hour: "For 1 hour",
    until_tomorrow: "Until tomorrow",
    until_i_say_so: "Until I say so",
    unmute: "Unmute",
    unmute_what: |what| format!("Unmute ({what})"),
    pause_all: "Pause all",
    resume_all: "Resume all",
    reconnect_all: "Reconnect all",
    settings: "Settings…",
    quit: "Quit",
    no_feeds: "No feeds yet",
    all_paused: "All feeds are paused",
    connected: |connected, active| format!("{connected} of {active} connected"),
    unread: |unread| format!("{unread} unread"),
    muted: "muted",
    muted_until: |until| format!("muted until {until}"),
    notifications_off: "notifications off",
    no_service: "no notification service",
    far_moment: |moment| moment.strftime("%a %-d %b %H:%M").to_string(),
    in_the_tray: "Tidings is in the tray",
    told_about_tray: "Tidings keeps running in the tray, so that nothing is missed. Quit it from there, or change this in the settings.",
    cannot_start: "Tidings cannot start",
};

static CHINESE: Words = Words {
    open: "打开",
    open_link: "打开链接",
    mark_read: "标为已读",
    mute_feed: "该订阅源静音 1 小时",
    open_tidings: "打开 Tidings",
    mark_all_read: "全部标为已读",
    mute: "静音",
    for_an_hour: "1 小时",
    until_tomorrow: "到明天",
    until_i_say_so: "直到我取消",
    unmute: "取消静音",
    unmute_what: |what| format!("取消静音（{what}）"),
    pause_all: "全部暂停",
    resume_all: "全部恢复",
    reconnect_all: "全部重新连接",
    settings: "设置…",
    quit: "退出",
    no_feeds: "还没有订阅源",
    all_paused: "所有订阅源已暂停",
    connected: |connected, active| format!("已连接 {connected}/{active}"),
    unread: |unread| format!("{unread} 个未读"),
    muted: "已静音",
    muted_until: |until| format!("静音至 {until}"),
    notifications_off: "通知已关闭",
    no_service: "没有通知服务",
    far_moment: |moment| moment.strftime("%-m月%-d日 %H:%M").to_string(),
    in_the_tray: "Tidings 在托盘中",
    told_about_tray: "Tidings 会在托盘中继续运行，不会错过任何事件。可从那里退出，也可在设置中更改。",
    cannot_start: "Tidings 无法启动",
};
