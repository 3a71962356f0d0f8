//! The real servers as companies and people have them: each behind a gateway, reached in each of the usual ways.
//!
//! Deliberately not here: how a client is told what a way needs (the tests, each through its own surface).
use crate::gateway::{ForwardProxy, Gateway, Way};
use crate::stress;
use crate::tutorial_server::{Tutorial, TutorialServer};
use std::path::Path;

/// A server of the company.
#[derive(Debug, Clone, Copy)]
pub struct Stand {
    /// What the gateway calls it.
    pub name: &'static str,
    tutorial: Tutorial,
    /// How the title of its first event begins.
    pub title: &'static str,
}

/// All real servers that there are. Those whose events are alike stand apart from each other, see [`pairs`].
pub const STANDS: [Stand; 8] = [
    Stand { name: "php", tutorial: Tutorial::PhpTime, title: "The server time is: " },
    Stand { name: "node", tutorial: Tutorial::NodePing, title: "date: 2" },
    Stand { name: "java", tutorial: Tutorial::JavaLines, title: "Hello World" },
    Stand { name: "asp", tutorial: Tutorial::NoSpace, title: "The server time is:" },
    Stand { name: "random", tutorial: Tutorial::Random, title: "number 1" },
    Stand { name: "java-crlf", tutorial: Tutorial::JavaLinesCrLf, title: "Hello World" },
    Stand { name: "nchan", tutorial: Tutorial::Nchan, title: "published" },
    Stand { name: "php-retry-first", tutorial: Tutorial::PhpRetryFirst, title: "this is a test" },
];

/// A proxy that the company has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Through {
    /// tinyproxy.
    Http,
    /// microsocks.
    Socks,
}

/// A way to a server. Where it needs a secret, that is [`PASSWORD`](crate::gateway::PASSWORD).
#[derive(Debug, Clone, Copy)]
pub struct Approach {
    /// A word for it.
    pub name: &'static str,
    /// What stands before the server …
    pub way: Way,
    /// … and before that.
    pub through: Option<Through>,
    /// What the answer is spoken in.
    pub protocol: &'static str,
}

/// All of them.
pub const APPROACHES: [Approach; 7] = [
    Approach { name: "plain", way: Way::Plain, through: None, protocol: "HTTP/1.1" },
    Approach { name: "tls", way: Way::Tls, through: None, protocol: "HTTP/1.1" },
    Approach { name: "password", way: Way::Password, through: None, protocol: "HTTP/1.1" },
    Approach { name: "http2", way: Way::Http2, through: None, protocol: "HTTP/2.0" },
    Approach { name: "proxy", way: Way::Plain, through: Some(Through::Http), protocol: "HTTP/1.1" },
    Approach { name: "tunnel", way: Way::Tls, through: Some(Through::Http), protocol: "HTTP/1.1" },
    Approach { name: "socks", way: Way::Http2, through: Some(Through::Socks), protocol: "HTTP/2.0" },
];

/// The pairs that are tried at this depth: with `--stress` all of them, otherwise as many as it takes for each server and each
/// way to be among them. Two after each other are never of servers that say the same: what is seen of one is nothing that was
/// seen before.
pub fn pairs() -> Vec<(&'static Stand, &'static Approach)> {
    let turned = |turn: usize| STANDS.iter().cycle().skip(turn).take(STANDS.len());
    if stress() {
        let all = APPROACHES.iter().enumerate();
        all.flat_map(|(turn, approach)| turned(turn).map(move |stand| (stand, approach))).collect()
    } else {
        let most = STANDS.len().max(APPROACHES.len());
        STANDS.iter().cycle().zip(APPROACHES.iter().cycle()).take(most).collect()
    }
}

/// The servers, what stands before them, and the proxies. Dropped, all of it ends.
#[derive(Debug)]
pub struct Company {
    _servers: Vec<TutorialServer>,
    gateway: Gateway,
    http: ForwardProxy,
    socks: ForwardProxy,
}

impl Company {
    /// Starts it; each server has an event. The certificates of [`Way::Tls`] end with that day.
    ///
    /// # Panics
    /// When a part does not come up.
    pub fn open(until: (i32, u8, u8)) -> Self {
        // At the same time: some take their time.
        let servers: Vec<_> = std::thread::scope(|scope| {
            let started = STANDS.map(|stand| scope.spawn(move || TutorialServer::start(stand.tutorial)));
            started.into_iter().map(|server| server.join().expect("the server starts")).collect()
        });
        for (stand, server) in STANDS.iter().zip(&servers) {
            if stand.tutorial == Tutorial::Nchan {
                server.publish(stand.title);
            }
        }
        let behind: Vec<_> = STANDS.iter().zip(&servers).map(|(stand, server)| (stand.name, server.url())).collect();
        let gateway = Gateway::start(&behind, until);
        Self { _servers: servers, gateway, http: ForwardProxy::http(), socks: ForwardProxy::socks() }
    }

    /// The gateway itself.
    pub fn gateway(&self) -> &Gateway {
        &self.gateway
    }

    /// The authority that has to be believed on this way.
    pub fn authority(&self, way: Way) -> Option<&Path> {
        (!matches!(way, Way::Plain | Way::Password | Way::SelfSigned)).then_some(&*self.gateway.authority)
    }

    /// The address of a proxy, with the user name and without the password.
    pub fn proxy(&self, through: Through) -> &str {
        match through {
            Through::Http => self.http.address(),
            Through::Socks => self.socks.address(),
        }
    }
}
