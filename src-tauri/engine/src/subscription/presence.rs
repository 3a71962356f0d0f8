//! When a feed was connected, and what of the time in between its source will not tell.
//!
//! A source that is told where it left off tells what was missed; after any other, the time between the loss and the next
//! open stream is a gap. Pure: the time comes in from outside. Deliberately not here: the rows (`store/append.rs`).
use crate::{FeedId, Gap};
use std::time::Duration;

/// A shorter time is no gap: a server that is started anew, a proxy that cuts a stream now and then. Three times the
/// standard's reconnection time of a few seconds, and a little.
pub(crate) const LEAST_GAP: Duration = Duration::from_secs(10);

/// What of a connection is to be kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Noted {
    /// It was not connected.
    Gap(Gap),
    /// It is connected since then: what a crash leaves to know, if no event comes.
    Connected(i64),
}

/// What an opened stream says of the time before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Opening {
    /// What is to be kept at once.
    pub(crate) noted: Option<Noted>,
    /// How long it was not connected.
    pub(crate) absent: Absent,
}

/// How long a feed was not connected before its stream opened.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Absent {
    /// Not at all, or for a time that is told as a gap.
    Known,
    /// For so many milliseconds: less than a gap.
    Shortly(u32),
    /// For longer; but the source tells what was missed.
    MadeUp(Gap),
}

/// Since when a feed is connected, or when it was. Times are milliseconds since the Unix epoch.
#[derive(Debug)]
pub(crate) struct Presence {
    feed: FeedId,
    /// Until when it is known to have been connected; `None`: it never was.
    until: Option<i64>,
    open: bool,
    /// The stream ended as it does after each answer of a server that is polled, and nothing has failed since: when the next
    /// request is due.
    polled: Option<i64>,
    /// Whether the present request says where it left off.
    replays: bool,
    /// Since when the server has the present request, if that was known before it answered.
    asked: Option<i64>,
    /// Whether it was connected in this life of the subscription.
    known: bool,
}

impl Presence {
    /// `until`: the last moment at which it is known to have been connected in an earlier life.
    pub(crate) fn new(feed: FeedId, until: Option<i64>) -> Self {
        Self { feed, until, open: false, polled: None, replays: false, asked: None, known: false }
    }

    /// A connection is being made. `replays`: the request says where it left off.
    pub(crate) fn connecting(&mut self, replays: bool, now: i64) {
        // The user asked for another one.
        if self.open {
            self.lost(now, None);
        }
        self.replays = replays;
        self.asked = None;
    }

    /// The server has the request, and answers later: many do with their first event.
    pub(crate) fn waiting(&mut self, now: i64) {
        self.asked = Some(now);
    }

    /// The stream is open.
    pub(crate) fn opened(&mut self, now: i64) -> Opening {
        let since = self.asked.unwrap_or(now);
        let due = self.polled.take();
        let first = !std::mem::replace(&mut self.known, true);
        let from = self.until.replace(since.max(self.until.unwrap_or(since)));
        self.open = true;
        let least = i64::try_from(LEAST_GAP.as_millis()).unwrap_or(i64::MAX);
        // Polled as planned it was there all the time; not so if the computer slept, or had no network.
        let planned = due.is_some_and(|due| since.saturating_sub(due) < least);
        let absence = from.filter(|_| !planned).map(|from| Gap { feed_id: self.feed, from, until: since });
        let connected = (first && !self.replays).then_some(Noted::Connected(since));
        match absence {
            Some(gap) if since.saturating_sub(gap.from) < least => {
                let length = u32::try_from(since.saturating_sub(gap.from)).unwrap_or_default();
                Opening { noted: connected, absent: Absent::Shortly(length) }
            }
            Some(gap) if self.replays => Opening { noted: None, absent: Absent::MadeUp(gap) },
            Some(gap) => Opening { noted: Some(Noted::Gap(gap)), absent: Absent::Known },
            None => Opening { noted: connected, absent: Absent::Known },
        }
    }

    /// Whether it is connected. A server that has the request and does not answer yet is; so is one that is polled.
    pub(crate) fn is_connected(&self) -> bool {
        self.open || self.polled.is_some() || self.asked.is_some()
    }

    /// The last moment at which it is known to have been connected; `None`: it never was.
    pub(crate) fn last(&self) -> Option<i64> {
        self.until
    }

    /// The stream was lost at that time, or an attempt failed. `polled`: it ended as after each answer, and the next request is
    /// due then.
    pub(crate) fn lost(&mut self, at: i64, polled: Option<i64>) {
        self.asked = None;
        if std::mem::take(&mut self.open) {
            // Not before it opened, whatever the clock says.
            self.until = self.until.max(Some(at));
            self.polled = polled;
        } else {
            self.polled = None;
        }
    }

    /// The last moment at which it was connected in this life; `None` if it was not.
    pub(crate) fn until(&self, now: i64) -> Option<i64> {
        if !self.known {
            None
        } else if self.open {
            self.until.max(Some(now))
        } else {
            self.until
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rstest::rstest;

    /// What happens, and when (in seconds).
    enum Step {
        /// An attempt with a request that says where it left off, or does not.
        Ask(bool, i64),
        Wait(i64),
        Open(i64),
        Lost(i64),
        /// And when the next request is due.
        Polled(i64, i64),
    }
    use Step::{Ask, Lost, Open, Polled, Wait};

    fn told(until: Option<i64>, steps: &[Step]) -> Vec<(i64, i64)> {
        let mut presence = Presence::new(FeedId(1), until.map(|until| until * 1000));
        let mut gaps = vec![];
        for step in steps {
            match *step {
                Ask(replays, at) => presence.connecting(replays, at * 1000),
                Wait(at) => presence.waiting(at * 1000),
                Open(at) => match presence.opened(at * 1000).noted {
                    Some(Noted::Gap(gap)) => gaps.push((gap.from / 1000, gap.until / 1000)),
                    Some(Noted::Connected(_)) | None => {}
                },
                Lost(at) => presence.lost(at * 1000, None),
                Polled(at, due) => presence.lost(at * 1000, Some(due * 1000)),
            }
        }
        gaps
    }

    #[rstest]
    #[case::first_connection(None, &[Ask(false, 50), Open(60)], &[])]
    #[case::lost_for_long(None, &[Ask(false, 0), Open(1), Lost(20), Ask(false, 23), Lost(24), Ask(false, 40), Open(41)], &[(20, 41)])]
    #[case::lost_for_a_moment(None, &[Ask(false, 0), Open(1), Lost(20), Ask(false, 23), Open(24)], &[])]
    #[case::ten_seconds_are_enough(None, &[Ask(false, 0), Open(1), Lost(20), Ask(false, 29), Open(30)], &[(20, 30)])]
    #[case::told_what_was_missed(None, &[Ask(false, 0), Open(1), Lost(20), Ask(true, 90), Open(91)], &[])]
    #[case::polled(None, &[Ask(false, 0), Open(1), Polled(2, 62), Ask(false, 62), Open(63), Polled(64, 124), Ask(false, 124), Open(125)], &[])]
    #[case::slept_between_two_polls(None, &[Ask(false, 0), Open(1), Polled(2, 12), Ask(false, 8000), Open(8001)], &[(2, 8001)])]
    #[case::polled_and_failing(None, &[Ask(false, 0), Open(1), Polled(2, 62), Ask(false, 62), Lost(63), Ask(false, 124), Open(125)], &[(2, 125)])]
    #[case::earlier_life(Some(10), &[Ask(false, 100), Open(101)], &[(10, 101)])]
    #[case::earlier_life_a_moment_ago(Some(95), &[Ask(false, 100), Open(101)], &[])]
    #[case::server_that_answers_late(Some(10), &[Ask(false, 12), Wait(13), Open(500)], &[])]
    #[case::gap_before_a_late_answer(Some(10), &[Ask(false, 50), Wait(51), Open(500)], &[(10, 51)])]
    #[case::late_answer_that_never_came(Some(10), &[Ask(false, 50), Wait(51), Lost(400), Ask(false, 500), Open(501)], &[(10, 501)])]
    #[case::reconnected_by_the_user(None, &[Ask(false, 0), Open(1), Ask(false, 500), Open(501)], &[])]
    #[case::noticed_late(None, &[Ask(false, 0), Open(1), Lost(5), Ask(false, 60), Open(61), Lost(70), Ask(false, 71), Open(72)], &[(5, 61)])]
    #[case::clock_set_back(Some(1000), &[Ask(false, 10), Open(11), Lost(15), Ask(false, 16), Open(17)], &[])]
    fn gaps(#[case] until: Option<i64>, #[case] steps: &[Step], #[case] expected: &[(i64, i64)]) {
        assert_eq!(told(until, steps), expected);
    }

    #[test]
    fn what_a_crash_leaves_is_noted_once() {
        let mut presence = Presence::new(FeedId(1), None);
        presence.connecting(false, 1);
        assert_eq!(presence.opened(2).noted, Some(Noted::Connected(2)));
        assert_eq!(presence.until(7000), Some(7000));
        presence.lost(8000, None);
        assert_eq!(presence.until(9000), Some(8000));
        presence.connecting(false, 9000);
        assert_eq!(presence.opened(9001), Opening { noted: None, absent: Absent::Shortly(1001) });
        // A source that replays has nothing to be noted.
        let mut presence = Presence::new(FeedId(1), None);
        presence.connecting(true, 1);
        assert_eq!(presence.opened(2), Opening { noted: None, absent: Absent::Known });
    }

    #[test]
    fn what_a_source_makes_up_for_is_an_absence_all_the_same() {
        let mut presence = Presence::new(FeedId(1), None);
        presence.connecting(false, 0);
        assert_eq!((presence.is_connected(), presence.last()), (false, None));
        presence.opened(1000);
        assert!(presence.is_connected());
        presence.lost(20_000, None);
        assert_eq!((presence.is_connected(), presence.last()), (false, Some(20_000)));
        presence.connecting(true, 90_000);
        presence.waiting(90_500);
        assert!(presence.is_connected(), "the server has the request");
        let gap = Gap { feed_id: FeedId(1), from: 20_000, until: 90_500 };
        assert_eq!(presence.opened(91_000), Opening { noted: None, absent: Absent::MadeUp(gap) });
        presence.lost(95_000, Some(155_000));
        assert!(presence.is_connected(), "it is polled");
        presence.connecting(true, 155_000);
        assert_eq!(presence.opened(155_100), Opening { noted: None, absent: Absent::Known });
        presence.waiting(158_000);
        presence.lost(160_000, None);
        assert!(!presence.is_connected());
        presence.connecting(true, 163_000);
        assert_eq!(presence.opened(163_100), Opening { noted: None, absent: Absent::Shortly(3100) });
    }
}
