//! What the tests of Tidings stand on: real parts, started by the test that needs them and ended with it.
//!
//! Deliberately not here: tests, and anything that knows a crate of Tidings. These parts see the program as the world
//! does: through sockets, processes, D-Bus and pixels.
#[cfg(target_os = "linux")]
pub mod clean_place;
#[cfg(target_os = "linux")]
pub mod company;
#[cfg(target_os = "linux")]
pub mod desktop_session;
pub mod eventually;
pub mod fault;
#[cfg(target_os = "linux")]
pub mod gateway;
#[cfg(target_os = "linux")]
pub mod keyring;
pub mod live_stream;
#[cfg(target_os = "linux")]
pub mod network_namespace;
#[cfg(target_os = "linux")]
pub mod notification_recorder;
pub mod payloads;
#[cfg(target_os = "linux")]
pub mod process;
#[cfg(target_os = "linux")]
pub mod session_bus;
pub mod sse_server;
#[cfg(target_os = "linux")]
pub mod system_mock;
pub mod tls;
#[cfg(target_os = "linux")]
pub mod tray;
#[cfg(target_os = "linux")]
pub mod tutorial_server;
#[cfg(target_os = "linux")]
pub mod web_driver;

#[cfg(target_os = "linux")]
pub use desktop_session::{Announced, Area, Desktop, DesktopSession, NotificationDaemon};
pub use eventually::{Rest, eventually, within};
pub use fault::{Fault, Story};
pub use live_stream::LiveStream;
#[cfg(target_os = "linux")]
pub use notification_recorder::{Notification, NotificationRecorder};
#[cfg(target_os = "linux")]
pub use process::{Process, allow_many_files};
#[cfg(target_os = "linux")]
pub use session_bus::SessionBus;
pub use sse_server::SseServer;
#[cfg(target_os = "linux")]
pub use system_mock::SystemMock;
#[cfg(target_os = "linux")]
pub use tray::TrayItem;
#[cfg(target_os = "linux")]
pub use tutorial_server::{Tutorial, TutorialServer};
#[cfg(target_os = "linux")]
pub use web_driver::WebDriver;

/// Whether the tests shall go deep (`./dev test --stress`): more rounds, more feeds, more events. What they assert is the
/// same.
pub fn stress() -> bool {
    std::env::var_os("TIDINGS_STRESS").is_some_and(|value| value == "1")
}
