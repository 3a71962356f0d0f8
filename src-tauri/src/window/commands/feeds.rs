//! The feeds.
use super::Answer;
use crate::shell::Shell;
use tauri::State;
use tidings::boundary::CommandError;
use tidings::offer::{self, Offer};
use tidings_engine::feeds_file::{Import, ImportPreview, Imported};
use tidings_engine::live_test::Preview;
use tidings_engine::preset::OwnPresets;
use tidings_engine::{
    Destination, Feed, FeedConfig, FeedId, FeedStatus, Figures, FiguresQuery, GivenSecret, Item, Placed, Trial,
    TrialReport,
};

#[tauri::command]
pub(super) async fn feed(shell: State<'_, Shell>, id: FeedId) -> Answer<FeedStatus> {
    Ok(shell.engine.feed(id).await?)
}

/// What a link or an address offers that was dropped or pasted. Nothing is added, and nobody is asked.
#[tauri::command]
pub(super) async fn read_offer(text: String) -> Answer<Offer> {
    offer::read(&text).map_err(|why| CommandError::new("no-offer", format!("This cannot be followed: {why}.")))
}

#[tauri::command]
pub(super) async fn add_feed(
    shell: State<'_, Shell>,
    config: FeedConfig,
    secrets: Option<Vec<GivenSecret>>,
) -> Answer<Feed> {
    Ok(shell.engine.add_feed_with(config, secrets.unwrap_or_default()).await?)
}

#[tauri::command]
pub(super) async fn edit_feed(
    shell: State<'_, Shell>,
    id: FeedId,
    config: FeedConfig,
    secrets: Option<Vec<GivenSecret>>,
) -> Answer<Feed> {
    Ok(shell.engine.edit_feed_with(id, config, secrets.unwrap_or_default()).await?)
}

#[tauri::command]
pub(super) async fn remove_feed(shell: State<'_, Shell>, id: FeedId) -> Answer<()> {
    Ok(shell.engine.remove_feed(id).await?)
}

#[tauri::command]
pub(super) async fn restore_feed(shell: State<'_, Shell>, id: FeedId) -> Answer<Feed> {
    Ok(shell.engine.restore_feed(id).await?)
}

#[tauri::command]
pub(super) async fn delete_feed(shell: State<'_, Shell>, id: FeedId) -> Answer<()> {
    Ok(shell.engine.delete_feed(id).await?)
}

#[tauri::command]
pub(super) async fn move_item(shell: State<'_, Shell>, item: Item, to: Destination) -> Answer<Vec<Placed>> {
    Ok(shell.engine.move_item(item, to).await?)
}

#[tauri::command]
pub(super) async fn arrange(shell: State<'_, Shell>, feeds: Vec<Placed>) -> Answer<()> {
    Ok(shell.engine.arrange(feeds).await?)
}

#[tauri::command]
pub(super) async fn pause_feeds(shell: State<'_, Shell>, feeds: Vec<FeedId>, paused: bool) -> Answer<()> {
    Ok(shell.engine.pause_feeds(feeds, paused).await?)
}

#[tauri::command]
pub(super) async fn reconnect(shell: State<'_, Shell>, id: Option<FeedId>) -> Answer<()> {
    Ok(shell.engine.reconnect(id).await?)
}

#[tauri::command]
pub(super) async fn try_rules(shell: State<'_, Shell>, feed: FeedId, trial: Trial) -> Answer<TrialReport> {
    Ok(shell.engine.try_rules(feed, trial).await?)
}

#[tauri::command]
pub(super) async fn read_log(shell: State<'_, Shell>, feed: Option<FeedId>, lines: bool) -> Answer<()> {
    Ok(shell.channel.read_log(feed, lines)?)
}

#[tauri::command]
pub(super) async fn curl(shell: State<'_, Shell>, feed: FeedId) -> Answer<String> {
    let network = shell.engine.settings().await?.network;
    Ok(shell.engine.feed(feed).await?.feed.config.curl(&network))
}

#[tauri::command]
pub(super) async fn figures(shell: State<'_, Shell>, query: FiguresQuery) -> Answer<Figures> {
    Ok(shell.engine.figures(query).await?)
}

#[tauri::command]
pub(super) async fn test_address(
    shell: State<'_, Shell>,
    number: u32,
    config: FeedConfig,
    secrets: Option<Vec<GivenSecret>>,
) -> Answer<()> {
    let test = shell.engine.live_test(config, secrets.unwrap_or_default(), tidings::USER_AGENT).await?;
    let (presets, _) = OwnPresets::of(&shell.data_dir).with_built_in();
    shell.channel.test(number, test.knowing(presets));
    Ok(())
}

/// How the first events of the last test would be announced with these settings.
#[tauri::command]
pub(super) async fn preview_events(shell: State<'_, Shell>, config: FeedConfig) -> Answer<Vec<Preview>> {
    Ok(shell.channel.preview(&config)?)
}

#[tauri::command]
pub(super) async fn end_test(shell: State<'_, Shell>) -> Answer<()> {
    shell.channel.end_test();
    Ok(())
}

/// The feeds whose addresses have parameters that may be secret, which an export does not leave out.
#[tauri::command]
pub(super) async fn telling_feeds(shell: State<'_, Shell>) -> Answer<Vec<FeedId>> {
    let feeds = shell.engine.feeds().await?.into_iter().map(|status| status.feed);
    Ok(feeds.filter(|feed| feed.config.address_may_tell()).map(|feed| feed.id).collect())
}

/// What an import of a file would do.
#[tauri::command]
pub(super) async fn preview_import(shell: State<'_, Shell>, import: Import) -> Answer<ImportPreview> {
    Ok(shell.engine.preview_import(import).await?)
}

/// Takes the feeds of these numbers in: all of them, or none.
#[tauri::command]
pub(super) async fn import_feeds(shell: State<'_, Shell>, import: Import, chosen: Vec<u32>) -> Answer<Imported> {
    Ok(shell.engine.import_feeds(import, chosen).await?)
}
