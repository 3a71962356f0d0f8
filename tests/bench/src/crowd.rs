//! A server that many connections are held to, and that says a word to each of them now and then; or many to one.
//!
//! Deliberately not here: a server that writes as fast as it can (`load.rs`).
use anyhow::{Result, ensure};
use std::io::{Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Connections that stand.
pub(crate) struct Crowd {
    pub(crate) url: String,
    streams: Arc<Mutex<Vec<TcpStream>>>,
}

impl Crowd {
    /// Listens on a free port until the process ends.
    pub(crate) fn start() -> std::io::Result<Self> {
        let listener = TcpListener::bind("127.0.0.1:0")?;
        let url = format!("http://{}/", listener.local_addr()?);
        let streams = Arc::new(Mutex::new(Vec::new()));
        let standing = Arc::clone(&streams);
        std::thread::spawn(move || {
            for mut stream in listener.incoming().flatten() {
                let mut request = [0; 4096];
                // The request of a program that is measured here comes in one piece.
                if stream.read(&mut request).is_ok() && answer(&mut stream).is_ok() {
                    standing.lock().unwrap_or_else(PoisonError::into_inner).push(stream);
                }
            }
        });
        Ok(Self { url, streams })
    }

    pub(crate) fn wait_until_there_are(&self, count: usize) -> Result<()> {
        let limit = Instant::now() + Duration::from_mins(2);
        while self.streams().len() < count {
            ensure!(Instant::now() < limit, "{} of {count} connections came within two minutes", self.streams().len());
            std::thread::sleep(Duration::from_millis(10));
        }
        Ok(())
    }

    /// Says `word` to all, one after the other, evenly over `time`.
    pub(crate) fn say(&self, word: &[u8], time: Duration) -> Result<()> {
        let count = u32::try_from(self.streams().len())?;
        let start = Instant::now();
        for number in 0..count {
            sleep_until(start + time * number / count);
            self.streams()[number as usize].write_all(word)?;
        }
        sleep_until(start + time);
        Ok(())
    }

    /// Says to the first what `part` makes, at each of `times` beats that are `beat` apart.
    pub(crate) fn pour(&self, times: u32, beat: Duration, mut part: impl FnMut(u32) -> String) -> Result<()> {
        let start = Instant::now();
        for number in 0..times {
            sleep_until(start + beat * number);
            self.streams()[0].write_all(part(number).as_bytes())?;
        }
        Ok(())
    }

    /// Ends all connections.
    pub(crate) fn end(&self) {
        self.streams().clear();
    }

    fn streams(&self) -> std::sync::MutexGuard<'_, Vec<TcpStream>> {
        self.streams.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn answer(stream: &mut TcpStream) -> std::io::Result<()> {
    stream.set_nodelay(true)?;
    // A page of any origin may read it.
    stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nAccess-Control-Allow-Origin: *\r\n\r\n")
}

fn sleep_until(moment: Instant) {
    std::thread::sleep(moment.saturating_duration_since(Instant::now()));
}
