//! A real nginx in front of other servers, with what companies put before theirs: TLS of a private authority, HTTP/2, passwords,
//! client certificates; and real proxies.
//!
//! Deliberately not here: the servers behind it (`tutorial_server.rs`).
use crate::process::{Process, free_port, silent};
use crate::tls::{Authority, Identity};
use std::fmt::Write as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use tempfile::TempDir;

/// The user whom everything here lets in …
pub const USER: &str = "anna";
/// … and her password.
pub const PASSWORD: &str = "s3cret";

const HERE: &[&str] = &["127.0.0.1"];

/// What stands before the servers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// Nothing.
    Plain,
    /// TLS whose certificate a private authority vouches for.
    Tls,
    /// TLS whose certificate is signed with its own key.
    SelfSigned,
    /// TLS and HTTP/2.
    Http2,
    /// A user name and a password.
    Password,
    /// TLS of a private authority, and a password within.
    TlsPassword,
    /// TLS that wants a client certificate of the private authority.
    ClientCertificate,
}

const WAYS: [Way; 7] =
    [Way::Plain, Way::Tls, Way::SelfSigned, Way::Http2, Way::Password, Way::TlsPassword, Way::ClientCertificate];

/// nginx before some servers. Dropped, it ends.
#[derive(Debug)]
pub struct Gateway {
    // Before the folder, so that it has ended when the folder goes.
    process: Option<Process>,
    ports: [u16; WAYS.len()],
    folder: TempDir,
    /// The certificate of the private authority.
    pub authority: PathBuf,
    /// A client certificate of that authority, with its key, in PEM.
    pub client: PathBuf,
}

impl Gateway {
    /// Starts nginx before these servers, each by a name. The certificates of [`Way::Tls`] end with that day.
    ///
    /// # Panics
    /// When it does not come up.
    pub fn start(servers: &[(&str, String)], (year, month, day): (i32, u8, u8)) -> Self {
        let folder = tempfile::Builder::new().prefix("gateway").tempdir().expect("a temporary folder can be made");
        let dir = folder.path();
        let authority = Authority::new("the company");
        authority.certify_until(HERE, year, month, day).write_with_key(dir, "certified.pem");
        authority.certify(HERE).write_with_key(dir, "server.pem");
        Identity::self_signed(HERE, false).write_with_key(dir, "self-signed.pem");
        let client = authority.certify(&["anna.example"]).write_with_key(dir, "client.pem");
        let authority = authority.write_pem(dir);
        std::fs::write(dir.join("users"), format!("{USER}:{{PLAIN}}{PASSWORD}\n")).expect("it can be written");
        let ports = WAYS.map(|_| free_port());
        let mut gateway = Self { process: None, ports, folder, authority, client };
        gateway.write_configuration(servers);
        gateway.run();
        gateway
    }

    /// The address of a server, by the name that was given for it.
    pub fn url(&self, way: Way, server: &str) -> String {
        let scheme = if matches!(way, Way::Plain | Way::Password) { "http" } else { "https" };
        let port = WAYS.iter().position(|other| *other == way).map_or(0, |at| self.ports[at]);
        format!("{scheme}://127.0.0.1:{port}/{server}")
    }

    /// Gives [`Way::SelfSigned`] another certificate.
    ///
    /// # Panics
    /// When nginx does not come up again.
    pub fn renew_self_signed(&mut self) {
        Identity::self_signed(HERE, false).write_with_key(self.folder.path(), "self-signed.pem");
        self.process = None;
        self.run();
    }

    fn run(&mut self) {
        let dir = self.folder.path();
        // Debian has it where only the administrator looks.
        let program = ["/usr/sbin/nginx", "/usr/local/sbin/nginx"].into_iter().find(|path| Path::new(path).exists());
        let mut command = silent(program.unwrap_or("nginx"));
        command.arg("-c").arg(dir.join("nginx.conf")).arg("-p").arg(dir).args(["-e", "stderr"]);
        let mut process = Process::start(command.stderr(Stdio::inherit()));
        for port in self.ports {
            process.listening_on(port);
        }
        self.process = Some(process);
    }

    fn write_configuration(&self, servers: &[(&str, String)]) {
        let dir = self.folder.path().display();
        let locations = servers.iter().fold(String::new(), |mut text, (name, url)| {
            let _ = writeln!(text, "location = /{name} {{ proxy_pass {url}; }}");
            text
        });
        let mut config = format!(
            "daemon off; worker_processes 1; pid {dir}/nginx.pid; error_log stderr crit;
             events {{ worker_connections 256; }}
             http {{
             access_log off; client_body_temp_path {dir}/body; proxy_temp_path {dir}/proxy;
             fastcgi_temp_path {dir}/fastcgi; uwsgi_temp_path {dir}/uwsgi; scgi_temp_path {dir}/scgi;
             proxy_http_version 1.1; proxy_set_header Connection ''; proxy_buffering off;\n"
        );
        for (way, port) in WAYS.into_iter().zip(self.ports) {
            let password = format!("auth_basic stream; auth_basic_user_file {dir}/users;");
            let (listen, more) = match way {
                Way::Plain => ("", String::new()),
                Way::Tls => ("ssl", certificate(&dir, "certified.pem")),
                Way::SelfSigned => ("ssl", certificate(&dir, "self-signed.pem")),
                Way::Http2 => ("ssl http2", certificate(&dir, "server.pem")),
                Way::Password => ("", password),
                Way::TlsPassword => ("ssl", certificate(&dir, "server.pem") + &password),
                Way::ClientCertificate => {
                    let verify = format!("ssl_client_certificate {dir}/authority.pem; ssl_verify_client on;");
                    ("ssl", certificate(&dir, "server.pem") + &verify)
                }
            };
            let _ = writeln!(config, "server {{ listen 127.0.0.1:{port} {listen}; {more}\n{locations}}}");
        }
        config.push_str("}\n");
        std::fs::write(self.folder.path().join("nginx.conf"), config).expect("the configuration can be written");
    }
}

fn certificate(dir: &impl std::fmt::Display, name: &str) -> String {
    format!("ssl_certificate {dir}/{name}; ssl_certificate_key {dir}/{name};")
}

/// A forward proxy that lets [`USER`] in.
#[derive(Debug)]
pub struct ForwardProxy {
    _process: Process,
    _folder: TempDir,
    address: String,
}

impl ForwardProxy {
    /// tinyproxy.
    ///
    /// # Panics
    /// When it does not come up.
    pub fn http() -> Self {
        let (folder, port) = (tempfile::tempdir().expect("a temporary folder can be made"), free_port());
        let file = folder.path().join("tinyproxy.conf");
        let config = format!(
            "Port {port}\nListen 127.0.0.1\nAllow 127.0.0.1\nTimeout 600\nMaxClients 100\nLogLevel Critical\nBasicAuth {USER} {PASSWORD}\n"
        );
        std::fs::write(&file, config).expect("the configuration can be written");
        let mut process = Process::start(silent("tinyproxy").arg("-d").arg("-c").arg(&file));
        process.listening_on(port);
        Self { _process: process, _folder: folder, address: format!("http://{USER}@127.0.0.1:{port}") }
    }

    /// microsocks, which speaks SOCKS 5.
    ///
    /// # Panics
    /// When it does not come up.
    pub fn socks() -> Self {
        let (folder, port) = (tempfile::tempdir().expect("a temporary folder can be made"), free_port());
        let port_text = port.to_string();
        let mut command = silent("microsocks");
        command.args(["-i", "127.0.0.1", "-p", &port_text, "-u", USER, "-P", PASSWORD]);
        let mut process = Process::start(&mut command);
        process.listening_on(port);
        Self { _process: process, _folder: folder, address: format!("socks5h://{USER}@127.0.0.1:{port}") }
    }

    /// Its address, with the user name and without the password.
    pub fn address(&self) -> &str {
        &self.address
    }
}
