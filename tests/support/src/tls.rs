//! Certificates made on the spot, good ones and bad ones.
//!
//! Deliberately not here: what a client makes of them.
use rcgen::{BasicConstraints, CertificateParams, DnType, IsCa, Issuer, KeyPair, date_time_ymd};
use std::path::PathBuf;
use std::sync::Arc;
use tokio_rustls::rustls::crypto::ring::default_provider;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer};
use tokio_rustls::rustls::version::TLS12;
use tokio_rustls::rustls::{DEFAULT_VERSIONS, ServerConfig, SupportedProtocolVersion};

/// A private certificate authority.
pub struct Authority {
    issuer: Issuer<'static, KeyPair>,
    pem: String,
}

impl Authority {
    /// A new one, which nobody trusts yet.
    pub fn new(name: &str) -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = named(name, &[]);
        params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        let pem = params.self_signed(&key).unwrap().pem();
        Self { issuer: Issuer::new(params, key), pem }
    }

    /// Writes its certificate to a file, as `--ca` wants it.
    pub fn write_pem(&self, directory: &std::path::Path) -> PathBuf {
        write_pem(directory, "authority.pem", &self.pem)
    }

    /// A good certificate for these names or addresses.
    pub fn certify(&self, names: &[&str]) -> Identity {
        self.sign(&named("server", names))
    }

    /// A certificate that is good until that day begins, in UTC.
    pub fn certify_until(&self, names: &[&str], year: i32, month: u8, day: u8) -> Identity {
        let mut params = named("server", names);
        params.not_after = date_time_ymd(year, month, day);
        self.sign(&params)
    }

    /// A certificate that was good until 2001.
    pub fn certify_until_2001(&self, names: &[&str]) -> Identity {
        let mut params = named("server", names);
        params.not_before = date_time_ymd(2000, 1, 1);
        params.not_after = date_time_ymd(2001, 1, 1);
        self.sign(&params)
    }

    /// A certificate that is not good before the year 4000.
    pub fn certify_from_4000(&self, names: &[&str]) -> Identity {
        let mut params = named("server", names);
        params.not_before = date_time_ymd(4000, 1, 1);
        self.sign(&params)
    }

    fn sign(&self, params: &CertificateParams) -> Identity {
        let key = KeyPair::generate().unwrap();
        let certificate = params.signed_by(&key, &self.issuer).unwrap();
        Identity { pem: certificate.pem(), certificate: certificate.der().clone(), key }
    }
}

/// What a server shows to prove itself.
pub struct Identity {
    pem: String,
    certificate: CertificateDer<'static>,
    key: KeyPair,
}

impl Identity {
    /// Signed with its own key; `authority`: also marked as an authority, as `openssl req -x509` does.
    pub fn self_signed(names: &[&str], authority: bool) -> Self {
        let key = KeyPair::generate().unwrap();
        let mut params = named("self-signed", names);
        if authority {
            params.is_ca = IsCa::Ca(BasicConstraints::Unconstrained);
        }
        let certificate = params.self_signed(&key).unwrap();
        Self { pem: certificate.pem(), certificate: certificate.der().clone(), key }
    }

    /// Writes the certificate to a file, as `--ca` wants it.
    pub fn write_pem(&self, directory: &std::path::Path) -> PathBuf {
        write_pem(directory, "certificate.pem", &self.pem)
    }

    /// Writes certificate and key to a file of this name, as servers and clients want them.
    pub fn write_with_key(&self, directory: &std::path::Path, name: &str) -> PathBuf {
        write_pem(directory, name, &format!("{}{}", self.pem, self.key.serialize_pem()))
    }

    /// The certificate in DER.
    pub fn der(&self) -> &[u8] {
        &self.certificate
    }

    /// The server's side of TLS. `protocols` is what it offers by ALPN, such as `h2`.
    pub fn server_config(&self, protocols: &[&str]) -> Arc<ServerConfig> {
        self.server_config_of(DEFAULT_VERSIONS, protocols)
    }

    /// [`Self::server_config`] of a server that speaks nothing newer than TLS 1.2.
    pub fn server_config_of_1_2(&self, protocols: &[&str]) -> Arc<ServerConfig> {
        self.server_config_of(&[&TLS12], protocols)
    }

    fn server_config_of(
        &self,
        versions: &[&'static SupportedProtocolVersion],
        protocols: &[&str],
    ) -> Arc<ServerConfig> {
        let key = PrivateKeyDer::from(PrivatePkcs8KeyDer::from(self.key.serialize_der()));
        let mut config = ServerConfig::builder_with_provider(Arc::new(default_provider()))
            .with_protocol_versions(versions)
            .unwrap()
            .with_no_client_auth()
            .with_single_cert(vec![self.certificate.clone()], key)
            .unwrap();
        config.alpn_protocols = protocols.iter().map(|protocol| protocol.as_bytes().to_vec()).collect();
        Arc::new(config)
    }
}

fn named(name: &str, names: &[&str]) -> CertificateParams {
    let mut params = CertificateParams::new(names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>()).unwrap();
    params.distinguished_name.push(DnType::CommonName, name);
    params
}

fn write_pem(directory: &std::path::Path, name: &str, pem: &str) -> PathBuf {
    let path = directory.join(name);
    std::fs::write(&path, pem).unwrap();
    path
}
