//! Real servers, as the classic tutorials write them: PHP, Node, Java, nginx with nchan.
//!
//! Deliberately not here: what the servers send (`tests/servers/`), servers that misbehave byte by byte (`sse_server.rs`).
use crate::process::{Process, free_port, silent};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use tempfile::TempDir;

/// Which server.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Tutorial {
    /// PHP: `data: The server time is: …`, and the end.
    PhpTime,
    /// PHP: `retry:10000` in a block without data, `data:this is a test`, and the end.
    PhpRetryFirst,
    /// Node: `event: ping` with `{"date":…}` each second.
    NodePing,
    /// Java: `data:Hello World`, `event:load`, `id:140312`, with the platform's line ends, and the end.
    JavaLines,
    /// The same with CR LF, as on Windows.
    JavaLinesCrLf,
    /// Node: by chance a default or a `CustomEvent` event with `retry`, `id` and `data`, and the end.
    Random,
    /// Node: `data:` without the space, CR LF, and the end; as ASP pages write it.
    NoSpace,
    /// nginx with nchan: what is published is sent, and sent again to those who say what they have.
    Nchan,
}

/// A running server. Dropped, it ends.
#[derive(Debug)]
pub struct TutorialServer {
    // Before the folder, so that it has ended when the folder goes.
    _process: Process,
    tutorial: Tutorial,
    port: u16,
    /// nginx keeps its files here.
    _folder: TempDir,
}

impl TutorialServer {
    /// Starts a server on a free loopback port and waits until it listens.
    ///
    /// # Panics
    /// When its program is missing or does not come up.
    pub fn start(tutorial: Tutorial) -> Self {
        let folder = tempfile::Builder::new().prefix("server").tempdir().expect("a temporary folder can be made");
        let (process, port) = match tutorial {
            Tutorial::PhpTime | Tutorial::PhpRetryFirst => php(free_port()),
            Tutorial::Nchan => nginx(folder.path(), free_port()),
            Tutorial::NodePing => tells_its_port(Command::new("node").arg(script("ping.js"))),
            Tutorial::Random => tells_its_port(Command::new("node").arg(script("random.js")).arg("1")),
            Tutorial::NoSpace => tells_its_port(Command::new("node").arg(script("no-space.js"))),
            Tutorial::JavaLines => tells_its_port(Command::new("java").arg(script("Lines.java"))),
            Tutorial::JavaLinesCrLf => {
                tells_its_port(Command::new("java").arg("-Dline.separator=\r\n").arg(script("Lines.java")))
            }
        };
        Self { _process: process, tutorial, port, _folder: folder }
    }

    /// The address of its stream.
    pub fn url(&self) -> String {
        let path = match self.tutorial {
            Tutorial::PhpTime => "time.php",
            Tutorial::PhpRetryFirst => "retry-first.php",
            Tutorial::Nchan => "events",
            _ => "",
        };
        format!("http://127.0.0.1:{}/{path}", self.port)
    }

    /// Publishes a message to the channel of [`Tutorial::Nchan`].
    ///
    /// # Panics
    /// When the server does not take it.
    pub fn publish(&self, message: &str) {
        let answer = self.post(message).expect("the server can be reached");
        // 201: somebody follows; 202: nobody does, and it is kept.
        let taken = ["HTTP/1.1 201", "HTTP/1.1 202"].iter().any(|status| answer.starts_with(status));
        assert!(taken, "the server did not take a message: {answer}");
    }

    fn post(&self, message: &str) -> std::io::Result<String> {
        let mut connection = TcpStream::connect((Ipv4Addr::LOCALHOST, self.port))?;
        let length = message.len();
        let head = format!(
            "POST /publish HTTP/1.1\r\nHost: localhost\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
        );
        connection.write_all(head.as_bytes())?;
        connection.write_all(message.as_bytes())?;
        let mut answer = String::new();
        connection.read_to_string(&mut answer)?;
        Ok(answer)
    }
}

fn script(name: &str) -> PathBuf {
    Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../servers")).join(name)
}

fn php(port: u16) -> (Process, u16) {
    let mut command = silent("php");
    command.args(["-d", "date.timezone=UTC", "-S", &format!("127.0.0.1:{port}"), "-t"]).arg(script(""));
    let mut process = Process::start(&mut command);
    process.listening_on(port);
    (process, port)
}

fn nginx(folder: &Path, port: u16) -> (Process, u16) {
    let config = std::fs::read_to_string(script("nchan.conf")).expect("the configuration can be read");
    let config = config.replace("PORT", &port.to_string()).replace("FOLDER", &folder.display().to_string());
    let file = folder.join("nginx.conf");
    std::fs::write(&file, config).expect("the configuration can be written");
    // Debian has it where only the administrator looks.
    let program = ["/usr/sbin/nginx", "/usr/local/sbin/nginx"].into_iter().find(|path| Path::new(path).exists());
    let mut command = silent(program.unwrap_or("nginx"));
    command.arg("-c").arg(&file).arg("-p").arg(folder).args(["-e", "stderr"]).stderr(Stdio::inherit());
    let mut process = Process::start(&mut command);
    process.listening_on(port);
    (process, port)
}

/// A server that binds a free port itself and then says which, in a line on standard output.
fn tells_its_port(command: &mut Command) -> (Process, u16) {
    let mut process = Process::start(command.stdin(Stdio::null()).stdout(Stdio::piped()));
    let mut line = String::new();
    let output = process.child().stdout.take().expect("standard output is a pipe");
    BufReader::new(output).read_line(&mut line).expect("a pipe can be read");
    let port = line.trim().parse().unwrap_or_else(|_| panic!("{command:?} said '{line}' instead of its port"));
    (process, port)
}
