//! The way to servers that the settings name, for feeds that name none of their own.
use super::{LIMIT, Running};
use tidings_engine::{Engine, FeedConfig, NetworkSettings, ProxyChoice, Secret, SecretPlace, Settings};
use tidings_test_support::eventually;
use tidings_test_support::sse_server::{EVENT_STREAM, SseServer};

/// A proxy that answers for all servers, and holds the stream.
async fn proxy() -> SseServer {
    SseServer::start(|mut connection| async move {
        connection.send(format!("{EVENT_STREAM}id: {}\ndata: e\n\n", connection.request.number)).await;
        connection.closed().await;
    })
    .await
}

/// Anna's way through it.
fn through(proxy: &SseServer) -> NetworkSettings {
    let proxy = ProxyChoice::Url(proxy.url("").replace("http://", "http://anna@"));
    NetworkSettings { proxy, ..NetworkSettings::default() }
}

async fn network(engine: &Engine) -> NetworkSettings {
    engine.settings().await.unwrap().network
}

/// The user name and password `anna:…` as they travel (RFC 7617).
const FIRST: &str = "Basic YW5uYTpmaXJzdA==";
const SECOND: &str = "Basic YW5uYTpzZWNvbmQ=";

#[tokio::test]
async fn feeds_go_through_the_proxy_of_the_settings_and_change_with_it() {
    let (first, second, local) = (proxy().await, proxy().await, proxy().await);
    let running = Running::new();
    let engine = &running.engine;
    engine.change_network(through(&first), Some(Secret::new("first"))).await.unwrap();
    let far = FeedConfig::new("far", "http://feeds.example.test/events");
    let far = engine.add_feed(far).await.unwrap();
    let own = FeedConfig::new("own", local.url("/"));
    let own = engine.add_feed(own).await.unwrap();
    running.when_open(own.id).await;
    let request = first.request(0).await;
    assert_eq!(request.target(), "http://feeds.example.test/events");
    assert_eq!(request.header("Proxy-Authorization").as_deref(), Some(FIRST));
    running.when_open(far.id).await;
    assert_eq!(far.config.proxy, ProxyChoice::System, "what is stored with the feed is its own choice");
    assert_eq!(local.request(0).await.target(), "/", "a server on this computer is reached straight");

    // All the rest of the settings leaves it as it is.
    engine.change_settings(Settings { notify: false, ..Settings::default() }).await.unwrap();
    assert_eq!(network(engine).await.proxy, through(&first).proxy);

    engine.change_network(through(&second), Some(Secret::new("second"))).await.unwrap();
    first.ended(0).await;
    let request = second.request(0).await;
    assert_eq!(request.header("Proxy-Authorization").as_deref(), Some(SECOND));
    assert_eq!(request.header("Last-Event-ID").as_deref(), Some("0"), "it goes on where it was");
    assert_eq!(local.requests().len(), 1, "a feed that does not go this way stays connected");

    // A password that is not given stays; and it can move.
    let kept = network(engine).await.secret.unwrap();
    engine.change_network(NetworkSettings { ca_file: None, ..through(&second) }, None).await.unwrap();
    assert_eq!(network(engine).await.secret, Some(kept));
    assert_eq!(engine.move_secrets(SecretPlace::File).await.unwrap(), 1);
    assert_eq!(network(engine).await.secret.unwrap().place, SecretPlace::File);
    assert_eq!(engine.secrets().await.unwrap().in_file, 1);

    let running = running.restarted().await;
    let again = eventually(LIMIT, "a request after the restart", async || second.requests().pop()).await;
    assert_eq!(again.header("Proxy-Authorization").as_deref(), Some(SECOND));
    running.when_open(far.id).await;
}

#[tokio::test]
async fn a_live_test_goes_the_same_way() {
    let proxy = proxy().await;
    let running = Running::new();
    running.engine.change_network(through(&proxy), Some(Secret::new("first"))).await.unwrap();
    let config = FeedConfig::new("far", "http://feeds.example.test/events");
    let test = running.engine.live_test(config, vec![], "Tidings/test").await.unwrap();
    test.run(std::time::Duration::from_millis(200), |_| {}).await;
    let request = proxy.request(0).await;
    assert_eq!(request.header("Proxy-Authorization").as_deref(), Some(FIRST));
}

#[tokio::test]
async fn what_cannot_be_used_is_refused_and_changes_nothing() {
    let running = Running::new();
    let refused = async |network| running.engine.change_network(network, None).await.unwrap_err().to_string();
    let proxy = ProxyChoice::Url("ftp://proxy".to_owned());
    assert_eq!(
        refused(NetworkSettings { proxy, ..NetworkSettings::default() }).await,
        "The proxy address has to begin with http://, https://, socks5:// or socks5h://."
    );
    let missing = running.dir.path().join("none.pem").display().to_string();
    let sentence = refused(NetworkSettings { ca_file: Some(missing.clone()), ..NetworkSettings::default() }).await;
    assert!(sentence.contains(&missing), "{sentence}");
    assert_eq!(network(&running.engine).await, NetworkSettings::default());
}

#[tokio::test]
async fn a_password_in_the_address_is_kept_apart() {
    let running = Running::new();
    let proxy = ProxyChoice::Url("http://anna:PLANTED@127.0.0.1:9".to_owned());
    running.engine.change_network(NetworkSettings { proxy, ..NetworkSettings::default() }, None).await.unwrap();
    let kept = network(&running.engine).await;
    assert_eq!(kept.proxy, ProxyChoice::Url("http://anna@127.0.0.1:9/".to_owned()));
    assert_eq!(kept.secret.map(|secret| secret.place), Some(SecretPlace::Keyring));
    // Whoever has no use for it any more leaves none behind.
    running.engine.change_network(NetworkSettings::default(), None).await.unwrap();
    assert_eq!(network(&running.engine).await.secret, None);
    assert_eq!(running.engine.secrets().await.unwrap().in_keyring, 0);
}
