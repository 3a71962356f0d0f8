//! Quiet hours: spans of the week, on the user's wall clock, in which nothing is announced.
//!
//! Pure: the time and the zone come in from outside. Deliberately not here: what becomes of the events (`policy.rs`).
use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// A day of the week.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, TS)]
#[serde(rename_all = "lowercase")]
#[expect(missing_docs, reason = "they say what they are")]
pub enum Day {
    Mon,
    Tue,
    Wed,
    Thu,
    Fri,
    Sat,
    Sun,
}

impl Day {
    /// The whole week, from Monday on.
    pub const ALL: [Self; 7] = [Self::Mon, Self::Tue, Self::Wed, Self::Thu, Self::Fri, Self::Sat, Self::Sun];

    const fn of(weekday: Weekday) -> Self {
        match weekday {
            Weekday::Monday => Self::Mon,
            Weekday::Tuesday => Self::Tue,
            Weekday::Wednesday => Self::Wed,
            Weekday::Thursday => Self::Thu,
            Weekday::Friday => Self::Fri,
            Weekday::Saturday => Self::Sat,
            Weekday::Sunday => Self::Sun,
        }
    }
}

/// A time of day to the minute, written "22:00".
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, TS)]
#[ts(type = "string")]
pub struct TimeOfDay(Time);

impl std::str::FromStr for TimeOfDay {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let parts = text.split_once(':').filter(|(hour, minute)| hour.len() <= 2 && minute.len() == 2);
        parts
            .and_then(|(hour, minute)| Time::new(hour.parse().ok()?, minute.parse().ok()?, 0, 0).ok())
            .map(Self)
            .ok_or_else(|| format!("{text:?} is no time of day; write it like 22:00."))
    }
}

impl Serialize for TimeOfDay {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for TimeOfDay {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        String::deserialize(deserializer)?.parse().map_err(serde::de::Error::custom)
    }
}

impl std::fmt::Display for TimeOfDay {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{:02}:{:02}", self.0.hour(), self.0.minute())
    }
}

/// A span of quiet that begins on each of some days.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct QuietSpan {
    /// The days on which it begins.
    pub days: Vec<Day>,
    /// When it begins.
    pub from: TimeOfDay,
    /// When it ends: on the same day if that is later than `from`, else on the next. Equal to `from`: a whole day.
    pub until: TimeOfDay,
}

/// When nothing is announced.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(default)]
pub struct QuietHours {
    /// Whether they are kept.
    pub on: bool,
    /// They may overlap.
    pub spans: Vec<QuietSpan>,
}

impl Default for QuietHours {
    /// Every night, once they are switched on.
    fn default() -> Self {
        let at = |hour| TimeOfDay(Time::constant(hour, 0, 0, 0));
        Self { on: false, spans: vec![QuietSpan { days: Day::ALL.to_vec(), from: at(22), until: at(7) }] }
    }
}

impl std::fmt::Display for QuietHours {
    /// "off", or "mon-fri 22:00-07:00; sat,sun 23:00-09:00".
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if !self.on || self.spans.is_empty() {
            return f.write_str("off");
        }
        for (at, QuietSpan { days, from, until }) in self.spans.iter().enumerate() {
            let separator = if at == 0 { "" } else { "; " };
            let days = if days.len() == Day::ALL.len() {
                "daily".to_owned()
            } else {
                days.iter().map(|day| day.word()).collect::<Vec<_>>().join(",")
            };
            write!(f, "{separator}{days} {from}-{until}")?;
        }
        Ok(())
    }
}

impl std::str::FromStr for QuietHours {
    type Err = String;

    /// Reads what [`Display`](std::fmt::Display) writes; days may also be ranges, and "daily" left out. Fails with a
    /// sentence.
    fn from_str(text: &str) -> Result<Self, String> {
        let text = text.trim();
        if text == "off" {
            return Ok(Self { on: false, ..Self::default() });
        }
        let spans = text.split(';').map(|span| {
            let (days, times) = match span.trim().rsplit_once(' ') {
                Some((days, times)) => (days.trim(), times),
                None => ("daily", span.trim()),
            };
            let (from, until) = times
                .split_once('-')
                .ok_or_else(|| format!("{times:?} is no span of time; write it like 22:00-07:00."))?;
            Ok::<_, String>(QuietSpan { days: days_of(days)?, from: from.parse()?, until: until.parse()? })
        });
        Ok(Self { on: true, spans: spans.collect::<Result<_, _>>()? })
    }
}

impl Day {
    const fn word(self) -> &'static str {
        match self {
            Self::Mon => "mon",
            Self::Tue => "tue",
            Self::Wed => "wed",
            Self::Thu => "thu",
            Self::Fri => "fri",
            Self::Sat => "sat",
            Self::Sun => "sun",
        }
    }
}

/// "mon-fri", "sat,sun", "daily"
fn days_of(text: &str) -> Result<Vec<Day>, String> {
    let place = |word: &str| {
        let word = word.trim().to_lowercase();
        Day::ALL
            .iter()
            .position(|day| day.word() == word)
            .ok_or_else(|| format!("{word:?} is no day; write mon, tue, wed, thu, fri, sat or sun."))
    };
    if text.eq_ignore_ascii_case("daily") {
        return Ok(Day::ALL.to_vec());
    }
    let mut on = [false; 7];
    for part in text.split(',') {
        let (first, last) = part.split_once('-').unwrap_or((part, part));
        let (first, last) = (place(first)?, place(last)?);
        // "fri-mon" goes over the end of the week.
        let length = (last + Day::ALL.len() - first) % Day::ALL.len();
        (0..=length).for_each(|after| on[(first + after) % Day::ALL.len()] = true);
    }
    Ok(Day::ALL.into_iter().zip(on).filter_map(|(day, on)| on.then_some(day)).collect())
}

/// Spans that follow one another are taken together; a week that is quiet throughout is looked through about once.
const FOLLOWING: usize = 16;

impl QuietHours {
    /// Until when it is quiet, if it is quiet now. Spans that touch are one.
    ///
    /// A span lasts from the first moment at which the user's clock shows its beginning to the last at which it shows its
    /// end: an hour that comes twice belongs to it whole, and one that is left out begins or ends where it is left out.
    pub fn until(&self, now: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        if !self.on {
            return None;
        }
        let mut end = None;
        for _ in 0..FOLLOWING {
            match self.latest_end(end.unwrap_or(now), zone) {
                Some(later) => end = Some(later),
                None => break,
            }
        }
        end
    }

    /// The end of the spans that contain a moment; the latest, if there are several.
    fn latest_end(&self, moment: Timestamp, zone: &TimeZone) -> Option<Timestamp> {
        let today = zone.to_datetime(moment).date();
        let ends = [today.yesterday().ok(), Some(today)].into_iter().flatten().flat_map(|day| {
            let spans = self.spans.iter().filter(move |span| span.days.contains(&Day::of(day.weekday())));
            spans.filter_map(move |span| span.on(day, zone)).filter(|&(from, until)| from <= moment && moment < until)
        });
        ends.map(|(_, until)| until).max()
    }
}

impl QuietSpan {
    fn on(&self, day: Date, zone: &TimeZone) -> Option<(Timestamp, Timestamp)> {
        let last = if self.until > self.from { day } else { day.checked_add(1.day()).ok()? };
        Some((shown(day, self.from, zone, Shown::First)?, shown(last, self.until, zone, Shown::Last)?))
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Shown {
    First,
    Last,
}

/// When the clocks of a zone show this time; where they leave it out, when they are set.
fn shown(day: Date, time: TimeOfDay, zone: &TimeZone, which: Shown) -> Option<Timestamp> {
    let ambiguous = zone.to_ambiguous_timestamp(day.to_datetime(time.0));
    match ambiguous.offset() {
        jiff::tz::AmbiguousOffset::Gap { .. } => {
            let before = ambiguous.earlier().ok()?;
            Some(zone.following(before).next()?.timestamp())
        }
        _ if which == Shown::First => ambiguous.earlier().ok(),
        _ => ambiguous.later().ok(),
    }
}
