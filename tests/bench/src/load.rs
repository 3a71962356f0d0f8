//! A server that writes as fast as its reader reads: the load of the `watch` and store phases.
use anyhow::{Result, ensure};
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// What follows the last event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum After {
    Close,
    /// The connection stays until the reader leaves.
    Hold,
}

/// Serves one event stream to every request.
pub(crate) struct Load {
    pub(crate) url: String,
    asked: Arc<AtomicUsize>,
}

impl Load {
    /// Listens on a free port until the process ends.
    pub(crate) fn start(stream: Vec<u8>, after: After) -> std::io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let url = format!("http://{}/", listener.local_addr()?);
        let body: Arc<[u8]> = stream.into();
        let asked = Arc::new(AtomicUsize::new(0));
        let count = Arc::clone(&asked);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (body, count) = (Arc::clone(&body), Arc::clone(&count));
                // A reader that has enough goes away: that is its right.
                std::thread::spawn(move || drop(answer(stream, &body, after, &count)));
            }
        });
        Ok(Self { url, asked })
    }

    /// How many requests have come.
    pub(crate) fn asked(&self) -> usize {
        self.asked.load(Ordering::Acquire)
    }

    pub(crate) fn wait_until_asked(&self, times: usize) -> Result<()> {
        let limit = Instant::now() + Duration::from_secs(30);
        while self.asked() < times {
            ensure!(Instant::now() < limit, "no request came within 30 s");
            std::thread::sleep(Duration::from_micros(200));
        }
        Ok(())
    }
}

fn answer(mut stream: TcpStream, body: &[u8], after: After, asked: &AtomicUsize) -> std::io::Result<()> {
    let mut request = [0; 8192];
    let mut read = 0;
    while !request[..read].windows(4).any(|window| window == b"\r\n\r\n") && read < request.len() {
        match stream.read(&mut request[read..])? {
            0 => return Ok(()),
            more => read += more,
        }
    }
    asked.fetch_add(1, Ordering::Release);
    stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n")?;
    stream.write_all(body)?;
    if after == After::Hold {
        let _ = stream.read(&mut request)?;
    }
    Ok(())
}
