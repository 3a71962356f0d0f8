//! The engine through its public surface: pure parts by tables, the store on real files, subscriptions on real sockets.
mod announce;
mod config;
mod following;
mod hostile;
mod mapping;
mod presets;
mod rules;
mod secrets;
mod store;
