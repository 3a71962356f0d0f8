//! Who is asked over D-Bus, on either bus.
//!
//! Deliberately not here: what is asked.
use zbus::Proxy;
use zbus::proxy::CacheProperties;

/// Asks for no property and so makes no call.
pub(crate) async fn proxy(
    bus: &zbus::Connection,
    destination: &'static str,
    path: &'static str,
    interface: &'static str,
) -> zbus::Result<Proxy<'static>> {
    let builder = zbus::proxy::Builder::new(bus).destination(destination).path(path).interface(interface);
    builder.cache_properties(CacheProperties::No).build().await
}
