//! The user's order: feeds, alone or together in folders, and the folders among them.
//!
//! A folder is nothing but the name that its feeds share. It stands where the first of them stands, and is there as long
//! as a feed is in it. Deliberately not here: where the order is kept (`store/feeds.rs`).
use crate::{EngineError, FeedId};
use serde::{Deserialize, Serialize};
use std::ops::Range;
use ts_rs::TS;

/// A feed at its place in the order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
pub struct Placed {
    /// The feed.
    pub feed: FeedId,
    /// The folder it is in; empty: none.
    pub folder: String,
}

/// What can be moved, and beside what.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum Item {
    /// A feed.
    Feed {
        /// The feed.
        feed: FeedId,
    },
    /// A folder with all that is in it.
    Folder {
        /// Its name.
        folder: String,
    },
}

/// Where something is moved to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, TS)]
#[serde(tag = "kind", rename_all = "camelCase")]
pub enum Destination {
    /// Directly before this: before a feed, also into its folder; a folder goes before the whole folder of that feed.
    Before {
        /// What it shall stand beside.
        item: Item,
    },
    /// Directly after this, likewise.
    After {
        /// What it shall stand beside.
        item: Item,
    },
    /// To the end of a folder, which is made if need be. Into none (empty): a feed goes to directly after its folder. A
    /// folder that is moved into another becomes one with it, takes its name if there is none of that name, and is
    /// dissolved where it stands by none.
    Into {
        /// The folder's name.
        folder: String,
    },
}

/// The same with the feeds of each folder together, where the first of them stands.
pub(crate) fn tidied(order: &[Placed]) -> Vec<Placed> {
    let mut tidy: Vec<Placed> = Vec::with_capacity(order.len());
    for placed in order {
        let end = tidy.iter().rposition(|other| !placed.folder.is_empty() && other.folder == placed.folder);
        tidy.insert(end.map_or(tidy.len(), |at| at + 1), placed.clone());
    }
    tidy
}

/// The order after a move. Fails when there is nothing to move, or nothing to move it to.
pub(crate) fn moved(order: &[Placed], item: &Item, to: &Destination) -> Result<Vec<Placed>, EngineError> {
    let mut order = tidied(order);
    let moving = span(&order, item)?;
    let (at, folder) = match to {
        Destination::Before { item: beside } => beside_of(&order, item, beside, |span| span.start)?,
        Destination::After { item: beside } => beside_of(&order, item, beside, |span| span.end)?,
        Destination::Into { folder } => (into(&order, item, &moving, folder), Some(folder.clone())),
    };
    let mut block: Vec<Placed> = order.drain(moving.clone()).collect();
    if let Some(folder) = folder {
        for placed in &mut block {
            placed.folder.clone_from(&folder);
        }
    }
    let at = at - moving.len().min(at.saturating_sub(moving.start));
    order.splice(at..at, block);
    Ok(tidied(&order))
}

/// Where an item goes to stand beside another, and in which folder its feeds are then, if not in the same as before.
fn beside_of(
    order: &[Placed],
    item: &Item,
    beside: &Item,
    side: impl Fn(Range<usize>) -> usize,
) -> Result<(usize, Option<String>), EngineError> {
    let of_beside = span(order, beside)?;
    match (item, beside) {
        (Item::Feed { .. }, Item::Feed { .. }) => {
            Ok((side(of_beside.clone()), Some(order[of_beside.start].folder.clone())))
        }
        (Item::Feed { .. }, Item::Folder { .. }) => Ok((side(of_beside), Some(String::new()))),
        (Item::Folder { .. }, _) => {
            // Folders are not put into folders.
            let folder = order[of_beside.start].folder.clone();
            let whole = if folder.is_empty() { of_beside } else { span(order, &Item::Folder { folder })? };
            Ok((side(whole), None))
        }
    }
}

/// Where an item goes to be in a folder.
fn into(order: &[Placed], item: &Item, moving: &Range<usize>, folder: &str) -> usize {
    let named = |folder: &str| span(order, &Item::Folder { folder: folder.to_owned() }).ok();
    match item {
        Item::Feed { .. } if folder.is_empty() => {
            named(&order[moving.start].folder).map_or(moving.start, |old| old.end)
        }
        _ => named(folder).map_or(moving.start, |new| new.end),
    }
}

/// Where an item stands in an order in which the feeds of each folder are together.
fn span(order: &[Placed], item: &Item) -> Result<Range<usize>, EngineError> {
    let holds = |placed: &Placed| match item {
        Item::Feed { feed } => placed.feed == *feed,
        Item::Folder { folder } => !folder.is_empty() && placed.folder == *folder,
    };
    match (order.iter().position(holds), order.iter().rposition(holds)) {
        (Some(first), Some(last)) => Ok(first..last + 1),
        _ => Err(match item {
            Item::Feed { feed } => EngineError::NoSuchFeed(*feed),
            Item::Folder { folder } => EngineError::NoSuchFolder(folder.clone()),
        }),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use rstest::rstest;

    /// "1 2a 3a": feed 1, and 2 and 3 in folder a.
    fn order(text: &str) -> Vec<Placed> {
        let placed = |word: &str| {
            let (feed, folder) = word.split_at(1);
            Placed { feed: FeedId(feed.parse().unwrap()), folder: folder.to_owned() }
        };
        text.split_whitespace().map(placed).collect()
    }

    fn text(order: &[Placed]) -> String {
        order.iter().map(|placed| format!("{}{}", placed.feed, placed.folder)).collect::<Vec<_>>().join(" ")
    }

    fn item(text: &str) -> Item {
        match text.parse() {
            Ok(feed) => Item::Feed { feed: FeedId(feed) },
            Err(_) => Item::Folder { folder: text.to_owned() },
        }
    }

    #[rstest]
    #[case("1 2a 3 4b 5a 6b", "1 2a 5a 3 4b 6b")]
    #[case("1 2 3", "1 2 3")]
    #[case("", "")]
    fn folders_stand_where_their_first_feed_does(#[case] given: &str, #[case] expected: &str) {
        assert_eq!(text(&tidied(&order(given))), expected);
    }

    const START: &str = "1 2a 3a 4 5b";

    #[rstest]
    #[case::up("4", Destination::Before { item: item("1") }, "4 1 2a 3a 5b")]
    #[case::down("1", Destination::After { item: item("4") }, "2a 3a 4 1 5b")]
    #[case::beside_itself("4", Destination::Before { item: item("4") }, START)]
    #[case::into_by_a_feed("4", Destination::Before { item: item("3") }, "1 2a 4a 3a 5b")]
    #[case::out_by_a_feed("2", Destination::After { item: item("1") }, "1 2 3a 4 5b")]
    #[case::from_one_to_another("3", Destination::After { item: item("5") }, "1 2a 4 5b 3b")]
    #[case::within("3", Destination::Before { item: item("2") }, "1 3a 2a 4 5b")]
    #[case::before_a_folder("4", Destination::Before { item: item("a") }, "1 4 2a 3a 5b")]
    #[case::out_before_its_folder("3", Destination::Before { item: item("a") }, "1 3 2a 4 5b")]
    #[case::out_after_its_folder("2", Destination::After { item: item("a") }, "1 3a 2 4 5b")]
    #[case::the_last_goes_out_of_its_folder("5", Destination::Before { item: item("b") }, "1 2a 3a 4 5")]
    #[case::to_the_end_of_a_folder("1", Destination::Into { folder: "a".into() }, "2a 3a 1a 4 5b")]
    #[case::into_a_new_folder("4", Destination::Into { folder: "c".into() }, "1 2a 3a 4c 5b")]
    #[case::from_a_folder_into_a_new_one("2", Destination::Into { folder: "c".into() }, "1 2c 3a 4 5b")]
    #[case::to_the_end_of_its_own("2", Destination::Into { folder: "a".into() }, "1 3a 2a 4 5b")]
    #[case::into_no_folder("2", Destination::Into { folder: String::new() }, "1 3a 2 4 5b")]
    #[case::from_none_into_none("1", Destination::Into { folder: String::new() }, START)]
    #[case::folder_up("a", Destination::Before { item: item("1") }, "2a 3a 1 4 5b")]
    #[case::folder_down("a", Destination::After { item: item("5") }, "1 4 5b 2a 3a")]
    #[case::folder_beside_a_folder("b", Destination::Before { item: item("a") }, "1 5b 2a 3a 4")]
    #[case::folder_beside_its_own_feed("a", Destination::After { item: item("2") }, START)]
    #[case::folder_beside_itself("a", Destination::After { item: item("a") }, START)]
    #[case::renamed("a", Destination::Into { folder: "c".into() }, "1 2c 3c 4 5b")]
    #[case::merged("a", Destination::Into { folder: "b".into() }, "1 4 5b 2b 3b")]
    #[case::merged_upwards("b", Destination::Into { folder: "a".into() }, "1 2a 3a 5a 4")]
    #[case::dissolved("a", Destination::Into { folder: String::new() }, "1 2 3 4 5b")]
    #[case::into_itself("a", Destination::Into { folder: "a".into() }, START)]
    fn moves(#[case] moving: &str, #[case] to: Destination, #[case] expected: &str) {
        assert_eq!(text(&moved(&order(START), &item(moving), &to).unwrap()), expected);
    }

    #[test]
    fn what_is_not_there_is_not_moved() {
        for (moving, beside, sentence) in [
            ("9", "1", "There is no feed 9. It may have been removed."),
            ("1", "9", "There is no feed 9. It may have been removed."),
            ("z", "1", "There is no folder “z”. It may have been renamed."),
            ("1", "z", "There is no folder “z”. It may have been renamed."),
        ] {
            let refused = moved(&order(START), &item(moving), &Destination::Before { item: item(beside) });
            assert_eq!(refused.unwrap_err().to_string(), sentence);
        }
    }

    fn any_item() -> impl Strategy<Value = Item> {
        prop_oneof![
            (1..8_i64).prop_map(|feed| Item::Feed { feed: FeedId(feed) }),
            "[abc]".prop_map(|folder| Item::Folder { folder }),
        ]
    }

    fn destination() -> impl Strategy<Value = Destination> {
        prop_oneof![
            any_item().prop_map(|item| Destination::Before { item }),
            any_item().prop_map(|item| Destination::After { item }),
            "[abc]?".prop_map(|folder| Destination::Into { folder }),
        ]
    }

    proptest! {
        #[test]
        fn no_move_loses_a_feed_or_takes_a_folder_apart(
            folders in prop::collection::vec("[abc]?", 7),
            item in any_item(),
            to in destination(),
        ) {
            let given: Vec<Placed> =
                folders.into_iter().zip(1..).map(|(folder, feed)| Placed { feed: FeedId(feed), folder }).collect();
            if let Ok(order) = moved(&given, &item, &to) {
                let mut feeds: Vec<_> = order.iter().map(|placed| placed.feed.0).collect();
                feeds.sort_unstable();
                prop_assert_eq!(feeds, (1..=7).collect::<Vec<_>>());
                prop_assert_eq!(&tidied(&order), &order);
                // Nothing else changes its folder.
                let moves = |placed: &Placed| match &item {
                    Item::Feed { feed } => placed.feed == *feed,
                    Item::Folder { folder } => given.iter().any(|old| old.feed == placed.feed && old.folder == *folder),
                };
                for placed in order.iter().filter(|placed| !moves(placed)) {
                    prop_assert!(given.contains(placed));
                }
            }
        }
    }
}
