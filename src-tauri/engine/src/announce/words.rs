//! What announcements say beyond what events say, in each language.
//!
//! Deliberately not here: what events say, which is theirs; the buttons on a notification (the shell's).
use super::bundle::Because;
use crate::Language;

/// Words of one language. A language without one of them does not compile.
pub(crate) struct Words {
    /// Why events waited, as [`Words::waited`] says it after their number.
    because: fn(Because) -> &'static str,
    /// "12 events during quiet hours"; the number, and why.
    waited: fn(u64, &str) -> String,
    /// "3 more events"
    more: fn(u64) -> String,
    /// "3 other feeds 7": how many feeds, and of them how many events.
    other_feeds: fn(usize, u64) -> String,
    /// "builds: 3 more events"
    pub(super) of_feed: fn(&str, &str) -> String,
    /// "Test: …"
    pub(crate) test: fn(&str) -> String,
    /// A feed's name: it is not followed until the user has done something.
    pub(crate) needs_attention: fn(&str) -> String,
}

impl Words {
    pub(crate) const fn of(language: Language) -> &'static Self {
        match language {
            Language::English => &ENGLISH,
            Language::Chinese => &CHINESE,
        }
    }

    pub(super) fn waited(&self, count: u64, because: Because) -> String {
        (self.waited)(count, (self.because)(because))
    }

    pub(super) fn more(&self, count: u64) -> String {
        (self.more)(count)
    }

    pub(super) fn other_feeds(&self, feeds: usize, events: u64) -> String {
        (self.other_feeds)(feeds, events)
    }
}

static ENGLISH: Words = Words {
    because: |because| match because {
        Because::Muted => "while muted",
        Because::QuietHours => "during quiet hours",
        Because::DoNotDisturb => "while the desktop was not to disturb",
        Because::NoService => "while no notification service was there",
        Because::Refused => "while the notification service refused more",
        Because::CatchUp => "while it was not connected",
        Because::Several => "while notifications were held back",
    },
    waited: |count, because| format!("{count} event{} {because}", if count == 1 { "" } else { "s" }),
    more: |count| format!("{count} more event{}", if count == 1 { "" } else { "s" }),
    other_feeds: |feeds, events| format!("{feeds} other feeds {events}"),
    of_feed: |feed, words| format!("{feed}: {words}"),
    test: |title| format!("Test: {title}"),
    needs_attention: |feed| format!("{feed} needs attention"),
};

static CHINESE: Words = Words {
    because: |because| match because {
        Because::Muted => "静音期间",
        Because::QuietHours => "勿扰时段内",
        Because::DoNotDisturb => "桌面勿扰期间",
        Because::NoService => "没有通知服务期间",
        Because::Refused => "通知服务拒绝更多通知期间",
        Because::CatchUp => "未连接期间",
        Because::Several => "暂缓通知期间",
    },
    waited: |count, because| format!("{because}有 {count} 个事件"),
    more: |count| format!("另有 {count} 个事件"),
    other_feeds: |feeds, events| format!("其他 {feeds} 个订阅源 {events}"),
    of_feed: |feed, words| format!("{feed}：{words}"),
    test: |title| format!("测试：{title}"),
    needs_attention: |feed| format!("{feed} 需要处理"),
};
