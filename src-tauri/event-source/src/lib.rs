//! Server-sent events as the [WHATWG HTML Standard, section 9.2][standard] defines them: a decoder without I/O, one
//! HTTP exchange, and the rules by which a client comes back after it ends.
//!
//! Deliberately not here: feeds, storage, mapping, notifications. This crate knows one URL and its event stream.
//!
//! [standard]: https://html.spec.whatwg.org/multipage/server-sent-events.html
pub mod connection;
pub mod decoder;
pub mod error;
pub mod event_source;
pub mod frame;
pub mod idle;
pub mod policy;
pub mod reconnection;

pub use connection::{Connector, ConnectorOptions, Proxy, Request, Resume};
pub use decoder::Decoder;
pub use error::{Failure, Layer};
pub use event_source::{EventSource, Occurrence, Opened};
pub use frame::{Event, Frame};
pub use policy::Policy;
