//! What the icon and the menu say in each state, and what each entry of the menu does.
use super::{figure, hidden, picture, shows};
use crate::{LIMIT, run};
use tidings_test_support::process::free_port;
use tidings_test_support::{Desktop, LiveStream, NotificationDaemon, eventually};

#[tokio::test(flavor = "multi_thread")]
async fn trouble_goes_before_a_mute_and_the_line_says_all() {
    let desktop = Desktop { notifications: NotificationDaemon::None, ..Desktop::default() }.start();
    let (_program, tray) = hidden(&desktop).await;
    assert_eq!((&*tray.title().await, &*tray.status().await), ("Tidings", "Active"));
    shows(&tray, "No feeds yet · no notification service", "degraded").await;
    let dunst = desktop.start_dunst();
    shows(&tray, "No feeds yet", "normal").await;

    let news = LiveStream::start().await;
    run(&desktop, &["feed", "add", "news", &news.url(), "--no-notify"]);
    shows(&tray, "1 of 1 connected", "normal").await;
    run(&desktop, &["feed", "add", "gone", &format!("http://127.0.0.1:{}/", free_port())]);
    shows(&tray, "1 of 2 connected", "degraded").await;
    run(&desktop, &["feed", "pause", "news"]);
    shows(&tray, "0 of 1 connected", "offline").await;
    run(&desktop, &["mute", "--until", "2030-01-01"]);
    shows(&tray, "0 of 1 connected · muted until Tue 1 Jan 00:00", "offline").await;
    run(&desktop, &["feed", "resume", "news"]);
    shows(&tray, "1 of 2 connected · muted until Tue 1 Jan 00:00", "degraded").await;
    run(&desktop, &["feed", "remove", "gone"]);
    shows(&tray, "1 of 1 connected · muted until Tue 1 Jan 00:00", "muted").await;
    drop(dunst);
    shows(&tray, "1 of 1 connected · muted until Tue 1 Jan 00:00 · no notification service", "degraded").await;
}

#[tokio::test(flavor = "multi_thread")]
async fn each_entry_of_the_menu_does_what_it_says() {
    let desktop = Desktop::default().start();
    let (mut program, tray) = hidden(&desktop).await;
    let news = LiveStream::start().await;
    run(&desktop, &["feed", "add", "news", &news.url(), "--no-notify"]);
    shows(&tray, "1 of 1 connected", "normal").await;

    // The badge stands in the lower right and leaves the upper left to the figure.
    news.say("one");
    news.say("two");
    let normal = figure("normal");
    let badged = eventually(LIMIT, "two unread events", async || {
        let unread = tray.menu().await[0].label == "1 of 1 connected · 2 unread";
        picture(&tray).await.filter(|picture| unread && *picture != normal)
    });
    let badged = badged.await;
    let quarter = |picture: &[[u8; 4]], left: usize, top: usize| {
        let rows = (top..top + 24).flat_map(move |y| (left..left + 24).map(move |x| (x, y)));
        rows.map(|(x, y)| picture[y * 64 + x]).collect::<Vec<_>>()
    };
    assert_eq!(quarter(&badged, 0, 0), quarter(&normal, 0, 0));
    let white = quarter(&badged, 38, 30).iter().filter(|pixel| **pixel == [0xff; 4]).count();
    let red = badged.iter().filter(|pixel| **pixel == [0xd9, 0x2d, 0x20, 0xff]).count();
    assert!(white > 100 && red > 500, "a light digit on red: {white} and {red} pixels");
    tray.choose("Mark all read").await;
    shows(&tray, "1 of 1 connected", "normal").await;

    tray.choose("Pause all").await;
    shows(&tray, "All feeds are paused", "normal").await;
    tray.choose("Resume all").await;
    shows(&tray, "1 of 1 connected", "normal").await;

    let unmute = async || {
        let labels = tray.menu().await.into_iter().map(|entry| entry.label);
        labels.filter(|label| label.starts_with("Unmute")).collect::<Vec<_>>()
    };
    assert_eq!(unmute().await, [""; 0]);
    for entry in ["For 1 hour", "Until tomorrow", "Until I say so"] {
        tray.choose(entry).await;
        let muted = eventually(LIMIT, entry, async || match unmute().await.as_slice() {
            // The earlier mute ended at another time.
            [label] if (label == "Unmute") == (entry == "Until I say so") => Some(label.clone()),
            _ => None,
        });
        let muted = muted.await;
        let list = run(&desktop, &["mute", "--list"]);
        let until = |hour: &str| format!("Unmute (muted until {hour})");
        match entry {
            // "all feeds until 18:30:05", or with the date if the hour ends after midnight
            "For 1 hour" => {
                let hour = list.trim().rsplit(' ').next().map(|hour| &hour[..5]);
                assert_eq!(Some(&*muted), hour.map(until).as_deref(), "{list}");
            }
            "Until tomorrow" => {
                let eight = eventually(LIMIT, "eight o'clock", async || {
                    unmute().await.first().is_some_and(|label| label.ends_with("08:00)")).then_some(())
                });
                eight.await;
            }
            _ => assert_eq!((&*muted, &*list), ("Unmute", "all feeds until you end it\n")),
        }
    }
    shows(&tray, "1 of 1 connected · muted", "muted").await;
    tray.choose("Unmute").await;
    shows(&tray, "1 of 1 connected", "normal").await;
    assert_eq!((unmute().await, &*run(&desktop, &["mute", "--list"])), (vec![], "Nothing is muted.\n"));

    tray.choose("Quit").await;
    let ended = eventually(LIMIT, "the end of the program", async || program.ended()).await;
    assert_eq!(ended.code(), Some(0));
}
