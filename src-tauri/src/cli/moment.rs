//! Times: as people write them ("2h", "2026-03-01"), and as they read them.
//!
//! Deliberately not here: the clock of the engine, which counts milliseconds since the Unix epoch throughout.
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Span, Timestamp, Zoned, civil};

/// A time in the past as people name it: an RFC 3339 time, a date or a local time without its zone, or how long ago
/// ("45m", "2h", "3d", "1w").
///
/// Fails with a sentence.
pub(super) fn parse(text: &str, now: &Zoned) -> Result<Timestamp, String> {
    let text = text.trim();
    if let Ok(timestamp) = text.parse::<Timestamp>() {
        return Ok(timestamp);
    }
    if let Ok(local) = text.parse::<civil::DateTime>() {
        return local
            .to_zoned(now.time_zone().clone())
            .map(|zoned| zoned.timestamp())
            .map_err(|error| format!("{error}."));
    }
    text.parse::<Span>().ok().and_then(|ago| now.checked_sub(ago.abs()).ok()).map(|zoned| zoned.timestamp()).ok_or_else(
        || format!("{text:?} is no time; write 2026-03-01, 2026-03-01T14:30:00Z, or how long ago: 45m, 2h, 3d."),
    )
}

/// How long something is to last, in whole minutes: "45m", "1h", "2d". Fails with a sentence.
pub(super) fn length(text: &str) -> Result<u32, String> {
    let wrong = || format!("{text:?} is no length of time; write 45m, 1h or 2d.");
    let span = text.trim().parse::<Span>().map_err(|_| wrong())?;
    let days = jiff::SpanRelativeTo::days_are_24_hours();
    let minutes = span.to_duration(days).map_err(|_| wrong())?.as_secs() / 60;
    u32::try_from(minutes).ok().filter(|minutes| *minutes > 0).ok_or_else(wrong)
}

/// A time that is still to come: "18:30", a date, a local time, or an RFC 3339 time. Fails with a sentence.
pub(super) fn ahead(text: &str, now: &Zoned) -> Result<Timestamp, String> {
    let text = text.trim();
    let local = || text.parse::<civil::DateTime>().ok()?.to_zoned(now.time_zone().clone()).ok();
    // Last: it takes the time out of anything that has one, also behind a date.
    let next = || {
        let time = text.parse::<civil::Time>().ok()?;
        let today = now.with().time(time).build().ok().filter(|today| today > now);
        today.or_else(|| now.tomorrow().ok()?.with().time(time).build().ok())
    };
    let moment = text.parse().ok().or_else(|| local().or_else(next).map(|zoned| zoned.timestamp()));
    let moment = moment
        .ok_or_else(|| format!("{text:?} is no time; write tomorrow, 18:30, 2026-03-01, or 2026-03-01T14:30:00Z."))?;
    if moment <= now.timestamp() { Err(format!("{text:?} is over already.")) } else { Ok(moment) }
}

/// The time zone of this computer, to show many times in.
pub(super) struct Clock {
    zone: TimeZone,
    now: Zoned,
}

impl Clock {
    pub(super) fn local() -> Self {
        let now = Zoned::now();
        Self { zone: now.time_zone().clone(), now }
    }

    /// "14:30:05"
    pub(super) fn time_of_day(&self, moment: Timestamp) -> impl std::fmt::Display {
        moment.to_zoned(self.zone.clone()).strftime("%H:%M:%S").to_string()
    }

    /// "14:30:05" of today, "2026-03-01 14:30" of any other day.
    pub(super) fn moment(&self, milliseconds: i64) -> String {
        let Ok(moment) = Timestamp::from_millisecond(milliseconds) else { return String::from("?") };
        let moment = moment.to_zoned(self.zone.clone());
        if moment.date() == self.now.date() {
            return moment.strftime("%H:%M:%S").to_string();
        }
        moment.strftime("%Y-%m-%d %H:%M").to_string()
    }

    /// "14:30:05.123" of today, "2026-03-01 14:30:05.123" before.
    pub(super) fn exactly(&self, milliseconds: i64) -> String {
        let Ok(moment) = Timestamp::from_millisecond(milliseconds) else { return String::from("?") };
        let moment = moment.to_zoned(self.zone.clone());
        let today = moment.date() == self.now.date();
        moment.strftime(if today { "%H:%M:%S.%3f" } else { "%Y-%m-%d %H:%M:%S.%3f" }).to_string()
    }

    /// "02:10–06:40" of today, "2026-03-01 02:10–06:40" of another day, "2026-03-01 23:50 – 2026-03-02 06:40"; with seconds
    /// where both would read the same.
    pub(super) fn span(&self, from: i64, until: i64) -> String {
        let zoned = |milliseconds| Some(Timestamp::from_millisecond(milliseconds).ok()?.to_zoned(self.zone.clone()));
        let (Some(from), Some(until)) = (zoned(from), zoned(until)) else { return String::from("?") };
        let time = |moment: &Zoned, seconds| moment.strftime(if seconds { "%H:%M:%S" } else { "%H:%M" }).to_string();
        let day = |moment: &Zoned| moment.strftime("%Y-%m-%d").to_string();
        if from.date() != until.date() {
            return format!("{} {} – {} {}", day(&from), time(&from, false), day(&until), time(&until, false));
        }
        let seconds = time(&from, false) == time(&until, false);
        let span = format!("{}–{}", time(&from, seconds), time(&until, seconds));
        if from.date() == self.now.date() { span } else { format!("{} {span}", day(&from)) }
    }

    /// "12 s ago", "in 3 min"; whole units, the largest that fits.
    pub(super) fn distance(&self, milliseconds: i64) -> String {
        let Ok(moment) = Timestamp::from_millisecond(milliseconds) else { return String::from("?") };
        let distance = moment.duration_since(self.now.timestamp());
        let words = duration(distance.abs());
        if distance.is_negative() { format!("{words} ago") } else { format!("in {words}") }
    }
}

fn duration(duration: SignedDuration) -> String {
    match duration.as_secs() {
        seconds @ 0..120 => format!("{seconds} s"),
        seconds @ 120..7200 => format!("{} min", seconds / 60),
        seconds @ 7200..172_800 => format!("{} h", seconds / 3600),
        seconds => format!("{} days", seconds / 86400),
    }
}

/// "2026-03-01", here.
pub(super) fn date(milliseconds: i64) -> String {
    let Ok(moment) = Timestamp::from_millisecond(milliseconds) else { return String::from("?") };
    moment.to_zoned(TimeZone::system()).strftime("%Y-%m-%d").to_string()
}

/// A wait, short enough to be read at a glance: "250 ms", "3 s", "2.5 s", "4 min".
pub(super) fn wait(duration: std::time::Duration) -> String {
    let milliseconds = duration.as_millis();
    match milliseconds {
        0..1000 => format!("{milliseconds} ms"),
        1000..10_000 if !milliseconds.is_multiple_of(1000) => format!("{:.1} s", duration.as_secs_f64()),
        1000..120_000 => format!("{} s", duration.as_secs()),
        120_000..7_200_000 => format!("{} min", duration.as_secs() / 60),
        _ => format!("{} h", duration.as_secs() / 3600),
    }
}

pub(super) use crate::export::record::rfc3339;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_read_as_people_write_them() {
        let now: Zoned = "2026-11-21T12:00:00+01:00[Europe/Berlin]".parse().expect("a time");
        for (text, expected) in [
            ("2026-03-01T14:30:00Z", "2026-03-01T14:30:00Z"),
            ("2026-03-01T14:30:00.5+02:00", "2026-03-01T12:30:00.5Z"),
            ("2026-03-01", "2026-02-28T23:00:00Z"),
            ("2026-07-01 10:00", "2026-07-01T08:00:00Z"),
            ("2026-07-01T10:00:30", "2026-07-01T08:00:30Z"),
            ("45m", "2026-11-21T10:15:00Z"),
            ("2h", "2026-11-21T09:00:00Z"),
            (" 3d ", "2026-11-18T11:00:00Z"),
            ("1w", "2026-11-14T11:00:00Z"),
        ] {
            assert_eq!(parse(text, &now).map(|moment| moment.to_string()), Ok(expected.to_owned()), "{text}");
        }
        for text in ["", "yesterday", "2026-13-01", "12", "2h ago!", "99999999999999999d"] {
            assert!(parse(text, &now).is_err(), "{text}");
        }
    }

    #[test]
    fn times_ahead_and_lengths_are_read_as_people_write_them() {
        let now: Zoned = "2026-11-21T12:00:00+01:00[Europe/Berlin]".parse().expect("a time");
        for (text, expected) in [
            ("18:30", "2026-11-21T17:30:00Z"),
            ("11:00", "2026-11-22T10:00:00Z"),
            ("2026-11-23", "2026-11-22T23:00:00Z"),
            ("2026-11-21T11:00:01Z", "2026-11-21T11:00:01Z"),
            ("2026-11-25T08:00", "2026-11-25T07:00:00Z"),
            ("2026-11-25 08:00", "2026-11-25T07:00:00Z"),
            ("2026-11-25T08:00+02:00", "2026-11-25T06:00:00Z"),
        ] {
            assert_eq!(ahead(text, &now).map(|moment| moment.to_string()), Ok(expected.to_owned()), "{text}");
        }
        for text in
            ["", "2026-11-20", "2026-11-20T18:30", "2026-11-20 18:30+02:00", "2026-13-01T18:30", "noon", "25:00"]
        {
            assert!(ahead(text, &now).is_err(), "{text}");
        }
        for (text, expected) in
            [("45m", Some(45)), ("1h", Some(60)), ("2d", Some(2880)), ("90s", Some(1)), ("30s", None), ("soon", None)]
        {
            assert_eq!(length(text).ok(), expected, "{text}");
        }
    }

    #[test]
    fn spans_say_no_more_than_they_must() {
        let now: Zoned = "2026-11-21T12:00:00+01:00[Europe/Berlin]".parse().expect("a time");
        let clock = Clock { zone: now.time_zone().clone(), now };
        for (from, until, expected) in [
            ("2026-11-21T02:10:00+01", "2026-11-21T06:40:59+01", "02:10–06:40"),
            ("2026-11-21T02:10:05+01", "2026-11-21T02:10:20+01", "02:10:05–02:10:20"),
            ("2026-11-20T02:10:00+01", "2026-11-20T06:40:00+01", "2026-11-20 02:10–06:40"),
            ("2026-11-20T23:50:00+01", "2026-11-21T06:40:00+01", "2026-11-20 23:50 – 2026-11-21 06:40"),
        ] {
            let at = |text: &str| text.parse::<Timestamp>().expect("a time").as_millisecond();
            assert_eq!(clock.span(at(from), at(until)), expected);
        }
    }

    #[test]
    fn a_log_has_its_times_to_the_millisecond() {
        let now: Zoned = "2026-11-21T12:00:00+01:00[Europe/Berlin]".parse().expect("a time");
        let clock = Clock { zone: now.time_zone().clone(), now };
        for (moment, expected) in
            [("2026-11-21T02:10:05.007+01", "02:10:05.007"), ("2026-11-20T23:59:59.9+01", "2026-11-20 23:59:59.900")]
        {
            let moment = moment.parse::<Timestamp>().expect("a time").as_millisecond();
            assert_eq!(clock.exactly(moment), expected);
        }
    }

    #[test]
    fn waits_are_short_to_read() {
        for (milliseconds, expected) in [
            (0, "0 ms"),
            (250, "250 ms"),
            (3000, "3 s"),
            (2500, "2.5 s"),
            (61_000, "61 s"),
            (600_000, "10 min"),
            (7_200_000, "2 h"),
        ] {
            assert_eq!(wait(std::time::Duration::from_millis(milliseconds)), expected);
        }
    }
}
