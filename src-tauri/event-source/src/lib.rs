//! Server-sent events as the [WHATWG HTML Standard, section 9.2][standard] defines them: a decoder without I/O, one
//! HTTP exchange, and the rules by which a client comes back after it ends.
//!
//! Deliberately not here: feeds, storage, mapping, notifications. This crate knows one URL and its event stream.
//!
//! An [`EventSource`] is a value that its owner drives: [`next`](EventSource::next) connects, reads, waits and connects
//! again, and says what happens. It needs a tokio runtime with I/O and time.
//!
//! ```
//! use tidings_event_source::{Connector, ConnectorOptions, EventSource, Frame, Occurrence, Policy, Request};
//!
//! # #[tokio::main(flavor = "current_thread")]
//! # async fn main() -> Result<(), Box<dyn std::error::Error>> {
//! # let url = doc_server()?;
//! let connector = Connector::new(&ConnectorOptions::default())?;
//! let mut source = EventSource::new(connector, Request::new(url.parse()?), Policy::BROWSER, "", 1024 * 1024);
//! let mut data = Vec::new();
//! while let Some(occurrence) = source.next().await {
//!     match occurrence {
//!         Occurrence::Frame(Frame::Event(event)) => data.push(event.data.to_owned()),
//!         Occurrence::Lost { failure, retry_in, .. } => {
//!             println!("{failure} Next try in {retry_in:?}.");
//!             break; // Another `next` would wait and resume after the last event ID.
//!         }
//!         Occurrence::Closed(failure) => println!("{failure}"),
//!         _ => {}
//!     }
//! }
//! assert_eq!(data, ["hello", "world"]);
//! assert_eq!(source.last_event_id(), "2");
//! # Ok(())
//! # }
//! # fn doc_server() -> std::io::Result<String> {
//! #     use std::io::{Read, Write};
//! #     let listener = std::net::TcpListener::bind("127.0.0.1:0")?;
//! #     let url = format!("http://{}/", listener.local_addr()?);
//! #     std::thread::spawn(move || -> std::io::Result<()> {
//! #         let (mut stream, _) = listener.accept()?;
//! #         let _ = stream.read(&mut [0; 4096])?;
//! #         stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\ndata: hello\n\nid: 2\ndata: world\n\n")
//! #     });
//! #     Ok(url)
//! # }
//! ```
//!
//! The [`Decoder`] stands on its own for bytes that come from elsewhere, and so do the rules of
//! [`reconnection`] and of the watchdog in [`idle`]: they take time and randomness from outside.
//!
//! [standard]: https://html.spec.whatwg.org/multipage/server-sent-events.html
pub mod connection;
pub mod decoder;
pub mod error;
pub mod event_source;
pub mod excerpt;
pub mod frame;
pub mod idle;
pub mod policy;
pub mod probe;
pub mod reconnection;

pub use connection::{
    Answer, Certificate, ClientIdentity, Connector, ConnectorOptions, Fingerprint, Probing, Proxy, QueryCredential,
    Request, Resume, Sent, Sight, Sighting, Witness,
};
pub use decoder::Decoder;
pub use error::{Failure, Layer};
pub use event_source::{EventSource, Occurrence, Opened};
pub use frame::{Event, Frame};
pub use policy::Policy;
pub use probe::{Observation, document, probe};
pub use reqwest::header;
pub use url::Url;
