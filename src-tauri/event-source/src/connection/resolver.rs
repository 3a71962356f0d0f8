//! Name lookup by the system's resolver, with an error that is found again in a chain of causes.
//!
//! Deliberately not here: a resolver of our own; `/etc/hosts`, search domains and mDNS are the system's affair.
use super::sight::{Sight, see};
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::sync::Arc;
use tokio::sync::Semaphore;

/// How many lookups run at once. Each occupies a thread, and after a resume from sleep all sources ask together.
const LOOKUPS_AT_ONCE: usize = 16;

/// A name has no address, or could not be asked for.
#[derive(Debug, thiserror::Error)]
#[error("no address for “{host}”")]
pub(super) struct LookupFailed {
    pub(super) host: String,
    source: Option<std::io::Error>,
}

#[derive(Debug)]
pub(super) struct Resolver {
    permits: Arc<Semaphore>,
}

impl Default for Resolver {
    fn default() -> Self {
        Self { permits: Arc::new(Semaphore::new(LOOKUPS_AT_ONCE)) }
    }
}

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let permits = Arc::clone(&self.permits);
        Box::pin(async move {
            let host = name.as_str();
            // The semaphore is never closed.
            let _permit = permits.acquire().await;
            let addresses = match tokio::net::lookup_host((host, 0)).await {
                Ok(addresses) => addresses.collect::<Vec<_>>(),
                Err(error) => return Err(LookupFailed { host: host.to_owned(), source: Some(error) }.into()),
            };
            if addresses.is_empty() {
                return Err(LookupFailed { host: host.to_owned(), source: None }.into());
            }
            see(|| Sight::LookedUp(addresses.iter().map(std::net::SocketAddr::ip).collect()));
            Ok(Box::new(addresses.into_iter()) as Addrs)
        })
    }
}
