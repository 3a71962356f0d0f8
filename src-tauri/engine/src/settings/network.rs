//! The way to servers, for feeds that name none of their own.
//!
//! Deliberately not here: keeping the proxy's password (`engine/core/network.rs`), making connections (`subscription.rs`).
use crate::{FeedConfig, KeptSecret, ProxyChoice};
use serde::{Deserialize, Serialize};
use ts_rs::TS;

/// The way to servers, for feeds that name none of their own.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize, TS)]
#[serde(rename_all = "camelCase", default)]
pub struct NetworkSettings {
    /// Through which proxy connections are made. Servers on this computer are reached straight.
    pub proxy: ProxyChoice,
    /// A PEM file with certificate authorities that are trusted beside the system's.
    pub ca_file: Option<String>,
    /// Where the password of the proxy is kept. Only the engine writes this; what callers hand in is ignored.
    pub secret: Option<KeptSecret>,
}

impl NetworkSettings {
    /// Whether a feed goes through the proxy that is named here.
    pub(crate) fn leads(&self, feed: &FeedConfig) -> bool {
        feed.proxy == ProxyChoice::System && self.proxy != ProxyChoice::System && !feed.is_on_this_computer()
    }

    /// The settings of a feed as it connects with them. What it names itself counts.
    pub(crate) fn applied_to(&self, mut feed: FeedConfig) -> FeedConfig {
        if self.leads(&feed) {
            feed.secrets.extend(self.secret.clone());
            feed.proxy = self.proxy.clone();
        }
        feed.ca_file = feed.ca_file.or_else(|| self.ca_file.clone());
        feed
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{SecretOf, SecretPlace};
    use rstest::rstest;

    fn through(proxy: &str) -> ProxyChoice {
        ProxyChoice::Url(proxy.to_owned())
    }

    #[rstest]
    #[case::named_by_none("https://ci.example.org/events", ProxyChoice::System, "socks5://anna@all:1080", 1)]
    #[case::none_at_all("https://ci.example.org/events", ProxyChoice::None, "none", 0)]
    #[case::one_of_its_own("https://ci.example.org/events", through("http://own:3128"), "http://own:3128", 0)]
    #[case::on_this_computer("http://localhost:8080/", ProxyChoice::System, "system", 0)]
    fn what_a_feed_names_itself_counts(
        #[case] url: &str,
        #[case] own: ProxyChoice,
        #[case] proxy: &str,
        #[case] secrets: usize,
    ) {
        let secret = KeptSecret { of: SecretOf::Proxy, place: SecretPlace::File, key: "key".to_owned() };
        let network = NetworkSettings { proxy: through("socks5://anna@all:1080"), ca_file: None, secret: Some(secret) };
        let feed = network.applied_to(FeedConfig { proxy: own, ..FeedConfig::new("feed", url) });
        let named = match &feed.proxy {
            ProxyChoice::System => "system",
            ProxyChoice::None => "none",
            ProxyChoice::Url(url) => url,
        };
        assert_eq!(named, proxy);
        assert_eq!(feed.secrets.len(), secrets);
    }

    #[test]
    fn an_authority_of_its_own_counts() {
        let network = NetworkSettings { ca_file: Some("/all.pem".to_owned()), ..NetworkSettings::default() };
        let feed = FeedConfig::new("feed", "https://ci.example.org/events");
        let own = FeedConfig { ca_file: Some("/own.pem".to_owned()), ..feed.clone() };
        assert_eq!(network.applied_to(feed).ca_file.as_deref(), Some("/all.pem"));
        assert_eq!(network.applied_to(own).ca_file.as_deref(), Some("/own.pem"));
    }
}
