//! Notifications of the real daemon: what a click does, and what happens where there is no daemon.
use crate::window::Window;
use crate::{LIMIT, look_away, stored};
use tidings_test_support::{Desktop, DesktopSession, NotificationDaemon, Tutorial, TutorialServer, eventually};

async fn announced(desktop: &DesktopSession, words: &str) {
    let what = format!("a notification '{words}'");
    let wait = eventually(LIMIT, &what, async || {
        desktop.announced().into_iter().find(|shown| format!("{} {}", shown.summary, shown.body).contains(words))
    });
    wait.await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_click_opens_the_event_also_when_the_window_is_hidden() {
    let desktop = Desktop::default().start();
    let server = TutorialServer::start(Tutorial::Nchan);
    look_away(&desktop);
    let window = Window::open(&desktop).await;
    window.add_feed("nchan", &server.url()).await;
    server.publish("first");
    announced(&desktop, "first").await;
    desktop.run("dunstctl", ["action", "0"]);
    window.wait_for_words("[data-testid=detail-title]", "first").await;

    desktop.run("dunstctl", ["close-all"]);
    desktop.run("wmctrl", ["-c", "Tidings"]);
    let titled = || desktop.window_titles().contains(&"Tidings".to_owned());
    eventually(LIMIT, "the end of the window", async || (!titled()).then_some(())).await;
    announced(&desktop, "tray").await;
    desktop.run("dunstctl", ["close-all"]);
    server.publish("second");
    announced(&desktop, "second").await;
    desktop.run("dunstctl", ["action", "0"]);
    eventually(LIMIT, "the window again", async || titled().then_some(())).await;
    window.wait_for_words("[data-testid=detail-title]", "second").await;
    window.end().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_daemon_events_are_kept_and_announcing_resumes_when_one_comes() {
    let desktop = Desktop { notifications: NotificationDaemon::None, tray: false, ..Desktop::default() }.start();
    let server = TutorialServer::start(Tutorial::Nchan);
    look_away(&desktop);
    let window = Window::open(&desktop).await;
    window.add_feed("nchan", &server.url()).await;
    server.publish("nobody shows this");
    window.show_feed("nchan").await;
    window.wait_for_event("nobody shows this").await;
    let says_so = async |said: bool| {
        let what = if said { "a banner" } else { "the end of the banner" };
        let wait = eventually(LIMIT, what, async || {
            let banners = window.texts("[data-testid=banner]").await;
            (banners.iter().any(|banner| banner.contains("notification service")) == said).then_some(())
        });
        wait.await;
    };
    says_so(true).await;

    let _dunst = desktop.start_dunst();
    says_so(false).await;
    server.publish("this is shown");
    announced(&desktop, "this is shown").await;
    assert_eq!(stored(&desktop, "nchan").len(), 2);
    window.end().await;
}
