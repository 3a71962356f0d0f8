//! The user's order: kept, told, and put back.
//!
//! Deliberately not here: what each move does (`src-tauri/engine/src/arrangement.rs`).
use super::{Running, direct};
use tidings_engine::{Destination, EngineError, EngineEvent, FeedConfig, FeedId, History, Item, Placed};

/// Feeds that are not followed: "1 2a": 1, and 2 in folder a.
async fn feeds(folders: &[&str]) -> Running {
    let running = Running::open_connecting(tempfile::tempdir().unwrap(), false);
    for folder in folders {
        let config = FeedConfig { folder: (*folder).to_owned(), ..direct("http://127.0.0.1:9/") };
        running.engine.add_feed(config).await.unwrap();
    }
    running
}

async fn order(running: &Running) -> String {
    let feeds = running.engine.feeds().await.unwrap();
    feeds.iter().map(|status| format!("{}{}", status.id(), status.feed.config.folder)).collect::<Vec<_>>().join(" ")
}

fn feed(id: i64) -> Item {
    Item::Feed { feed: FeedId(id) }
}

fn folder(name: &str) -> Item {
    Item::Folder { folder: name.to_owned() }
}

fn into(name: &str) -> Destination {
    Destination::Into { folder: name.to_owned() }
}

#[tokio::test]
async fn the_order_is_kept_and_told() {
    let running = feeds(&["", "work", "", "work", ""]).await;
    assert_eq!(order(&running).await, "1 2work 4work 3 5", "a feed goes to the end of its folder");
    let mut told = running.engine.events();
    running.engine.move_item(feed(5), Destination::Before { item: feed(4) }).await.unwrap();
    running.engine.move_item(folder("work"), Destination::Before { item: feed(1) }).await.unwrap();
    running.engine.move_item(folder("work"), into(" At  work ")).await.unwrap();
    let expected = "2At work 5At work 4At work 1 3";
    assert_eq!(order(&running).await, expected);
    // Each listener has the whole of it, and the feed as it is now.
    let (mut arranged, mut folder_of_5) = (Vec::new(), String::new());
    while arranged.len() < 3 || folder_of_5 != "At work" {
        match told.next().await.unwrap().event.clone() {
            EngineEvent::Arranged { feeds } => arranged.push(feeds),
            EngineEvent::Feed { status } if status.id() == FeedId(5) => folder_of_5 = status.feed.config.folder,
            _ => {}
        }
    }
    assert_eq!(arranged[0][3], Placed { feed: FeedId(4), folder: "work".to_owned() });
    assert_eq!(arranged[2].iter().map(|placed| placed.feed.0).collect::<Vec<_>>(), [2, 5, 4, 1, 3]);
    let running = running.restarted().await;
    assert_eq!(order(&running).await, expected);
    let history = History::open(running.dir.path()).unwrap().feeds().unwrap();
    assert_eq!(history.iter().map(|feed| feed.id.0).collect::<Vec<_>>(), [2, 5, 4, 1, 3]);
}

#[tokio::test]
async fn a_feed_that_is_edited_finds_its_place() {
    let running = feeds(&["a", "a", "", "a"]).await;
    let edit = async |id, folder: &str| {
        let config = FeedConfig { folder: folder.to_owned(), ..direct("http://127.0.0.1:9/") };
        running.engine.edit_feed(FeedId(id), config).await.unwrap();
    };
    edit(3, "a").await;
    assert_eq!(order(&running).await, "1a 2a 4a 3a");
    edit(2, "").await;
    assert_eq!(order(&running).await, "1a 4a 3a 2");
    edit(4, "b").await;
    assert_eq!(order(&running).await, "1a 3a 4b 2");
}

#[tokio::test]
async fn a_move_can_be_put_back() {
    let running = feeds(&["a", "a", "b", ""]).await;
    let before = running.engine.move_item(folder("a"), into("b")).await.unwrap();
    assert_eq!(order(&running).await, "3b 1b 2b 4");
    running.engine.delete_feed(FeedId(2)).await.unwrap();
    running.engine.add_feed(direct("http://127.0.0.1:9/")).await.unwrap();
    running.engine.arrange(before).await.unwrap();
    assert_eq!(order(&running).await, "1a 3b 4 5", "what has gone is left out, what has come follows");
}

#[tokio::test]
async fn what_is_not_there_is_refused() {
    let running = feeds(&["a"]).await;
    let refused = running.engine.move_item(folder("b"), into("c")).await;
    assert!(matches!(refused, Err(EngineError::NoSuchFolder(name)) if name == "b"));
    let refused = running.engine.move_item(feed(1), Destination::After { item: feed(7) }).await;
    assert!(matches!(refused, Err(EngineError::NoSuchFeed(FeedId(7)))));
    assert!(matches!(running.engine.move_item(feed(1), into(&"x".repeat(201))).await, Err(EngineError::BadFeed(_))));
    assert_eq!(order(&running).await, "1a");
}
