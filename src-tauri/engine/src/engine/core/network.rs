//! The way to servers is changed for all feeds that name none of their own.
//!
//! Deliberately not here: what it means for a feed (`settings/network.rs`).
use super::{Core, STAGGER, end};
use crate::vault::ALL_FEEDS;
use crate::{
    EngineError, FeedConfig, GivenSecret, KeptSecret, NetworkSettings, Secret, SecretOf, SecretPlace, Settings,
};

impl Core {
    /// Replaces the way. Feeds that go it connect anew. `password`: of the proxy's user; `None`: as it is kept; empty: none.
    pub(in crate::engine) async fn change_network(
        &self,
        network: NetworkSettings,
        password: Option<Secret>,
    ) -> Result<(), EngineError> {
        let _one_at_a_time = self.editing.lock().await;
        let place = self.secret_place().await;
        self.change_network_in(place, network, password).await.map(drop)
    }

    /// Moves the proxy's password; how many that are.
    pub(super) async fn move_network_secret(&self, to: SecretPlace) -> Result<u32, EngineError> {
        let _one_at_a_time = self.editing.lock().await;
        let network = self.settings().network;
        let Some(kept) = network.secret.clone().filter(|kept| kept.place != to) else { return Ok(0) };
        let password = self.surroundings.vault.read(&kept).await?;
        self.change_network_in(to, network, Some(password)).await
    }

    async fn change_network_in(
        &self,
        place: SecretPlace,
        network: NetworkSettings,
        password: Option<Secret>,
    ) -> Result<u32, EngineError> {
        let old = self.settings().network;
        let given = password.map(|secret| GivenSecret { of: SecretOf::Proxy, secret });
        let kept: Vec<KeptSecret> = old.secret.iter().cloned().collect();
        // What holds of a feed's proxy and certificates holds of these.
        let any = FeedConfig {
            proxy: network.proxy,
            ca_file: network.ca_file,
            ..FeedConfig::new(ALL_FEEDS, "https://example.org/")
        };
        let (any, new) = self.keep_apart_in(place, any, given.into_iter().collect(), &kept).await?;
        let network =
            NetworkSettings { proxy: any.proxy, ca_file: any.ca_file, secret: any.secrets.into_iter().next() };
        let moved = u32::try_from(new.len()).unwrap_or(u32::MAX);
        let chosen = self.choose(|settings| Settings { network: network.clone(), ..settings }).await;
        self.unless_failed(chosen, new).await?;
        self.surroundings
            .vault
            .forget(kept.into_iter().filter(|kept| network.secret.as_ref() != Some(kept)).collect())
            .await;

        let mut subscriptions = self.subscriptions.lock().await;
        let feeds = self.surroundings.overview.all().into_iter().filter(|feed| {
            !feed.paused && old.applied_to(feed.config.clone()) != network.applied_to(feed.config.clone())
        });
        for (feed, turn) in feeds.zip(0..) {
            end(&mut subscriptions, feed.id).await;
            self.start(&mut subscriptions, feed, STAGGER * turn);
        }
        Ok(moved)
    }
}
