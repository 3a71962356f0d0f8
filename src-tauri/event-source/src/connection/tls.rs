//! Which servers are believed to be who they say.
//!
//! A pinned certificate is the only one that is accepted, and nothing else about it matters: the user has seen its fingerprint.
//! Deliberately not here: the sentences that explain a refusal (`error.rs`).
use super::{ClientIdentity, ConnectorError, ConnectorOptions, Fingerprint, sight};
use p12_keystore::{KeyStore, Pkcs12ImportPolicy};
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer, PrivatePkcs8KeyDer, ServerName, UnixTime};
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, OtherError, RootCertStore, SignatureScheme,
};
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::Path;
use std::sync::{Arc, OnceLock};

/// The certificate is signed with its own key, and nobody vouches for it.
#[derive(Debug, thiserror::Error)]
#[error("the certificate is self-signed")]
pub(super) struct SelfSigned;

/// The certificate is not the pinned one.
#[derive(Debug, thiserror::Error)]
#[error("the certificate is {seen} instead of {pinned}")]
pub(super) struct NotPinned {
    pub(super) pinned: Fingerprint,
    pub(super) seen: Fingerprint,
}

/// Why a certificate is not accepted, and which it is.
#[derive(Debug, thiserror::Error)]
#[error("{why}")]
pub(super) struct Untrusted {
    pub(super) why: Error,
    pub(super) seen: Fingerprint,
}

/// How large a file with certificates may be, in bytes. Those of all public authorities together have a quarter of a MiB.
const FILE_LIMIT: u64 = 4 * 1024 * 1024;

/// There is nothing to verify a certificate against.
#[derive(Debug, thiserror::Error)]
#[error("no certificate authorities")]
pub(super) struct NoAuthorities;

/// The client's side of TLS: 1.2 and 1.3, HTTP/2 before HTTP/1.1.
pub(super) fn configuration(options: &ConnectorOptions) -> Result<ClientConfig, ConnectorError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut certificates = Vec::new();
    for file in &options.authorities {
        certificates.append(&mut read(file)?);
    }
    let verifier = Verifier {
        authorities: certificates,
        insecure: options.insecure,
        pinned: options.pinned,
        provider: Arc::clone(&provider),
        trust: OnceLock::new(),
    };
    let builder = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| ConnectorError(format!("TLS cannot be prepared: {error}.")))?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(sight::SeenVerifier(verifier)));
    let mut configuration = match &options.identity {
        None => builder.with_no_client_auth(),
        Some(identity) => {
            let (chain, key) = read_identity(identity)?;
            builder.with_client_auth_cert(chain, key).map_err(|_| {
                let shown = identity.file.display();
                ConnectorError(format!(
                    "The certificate in “{shown}” and its key do not belong together: export both anew."
                ))
            })?
        }
    };
    configuration.resumption = sight::sessions();
    configuration.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(configuration)
}

/// All of a file that may hold certificates. Whoever named it may mean no good: a device has no end, and a pipe may wait for
/// one for ever.
pub fn read_certificate_file(file: &Path) -> io::Result<Vec<u8>> {
    if !fs::metadata(file)?.is_file() {
        return Err(io::Error::other("it is no file"));
    }
    let mut bytes = Vec::new();
    File::open(file)?.take(FILE_LIMIT + 1).read_to_end(&mut bytes)?;
    if bytes.len() as u64 > FILE_LIMIT {
        return Err(io::Error::other(format!("it is larger than {} MiB", FILE_LIMIT / 1024 / 1024)));
    }
    Ok(bytes)
}

/// The certificates of a PEM file, each of which has to be one.
fn read(file: &Path) -> Result<Vec<CertificateDer<'static>>, ConnectorError> {
    let shown = file.display();
    let pem = read_certificate_file(file)
        .map_err(|error| ConnectorError(format!("The certificate file “{shown}” cannot be read: {error}.")))?;
    let unusable = || ConnectorError(format!("“{shown}” holds no usable certificate: a PEM file is expected."));
    let certificates = CertificateDer::pem_slice_iter(&pem).collect::<Result<Vec<_>, _>>().map_err(|_| unusable())?;
    let mut store = RootCertStore::empty();
    for certificate in &certificates {
        store.add(certificate.clone()).map_err(|_| unusable())?;
    }
    if certificates.is_empty() { Err(unusable()) } else { Ok(certificates) }
}

/// Our own certificate, those that vouch for it, and its key.
fn read_identity(
    identity: &ClientIdentity,
) -> Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>), ConnectorError> {
    let shown = identity.file.display();
    let bytes = read_certificate_file(&identity.file)
        .map_err(|error| ConnectorError(format!("The client certificate “{shown}” cannot be read: {error}.")))?;
    if bytes.starts_with(&[ASN1_SEQUENCE]) {
        return read_pkcs12(&bytes, identity);
    }
    let chain: Vec<_> = CertificateDer::pem_slice_iter(&bytes).filter_map(Result::ok).collect();
    match PrivateKeyDer::from_pem_slice(&bytes) {
        Ok(key) if !chain.is_empty() => Ok((chain, key)),
        _ => Err(ConnectorError(format!(
            "“{shown}” has to hold a certificate and its key, unencrypted PEM or PKCS#12 (.p12, .pfx): export both into one file."
        ))),
    }
}

fn read_pkcs12(
    bytes: &[u8],
    identity: &ClientIdentity,
) -> Result<(Vec<CertificateDer<'static>>, PrivateKeyDer<'static>), ConnectorError> {
    let shown = identity.file.display();
    let store = KeyStore::from_pkcs12(bytes, &identity.password, Pkcs12ImportPolicy::Strict).map_err(|_| {
        ConnectorError(format!("The client certificate “{shown}” cannot be opened: check its password."))
    })?;
    let (_, chain) = store
        .private_key_chain()
        .ok_or_else(|| ConnectorError(format!("“{shown}” holds no certificate together with its key: export both.")))?;
    let certificates = chain.certs().iter().map(|certificate| CertificateDer::from(certificate.as_der().to_vec()));
    let key = PrivatePkcs8KeyDer::from(chain.key().as_der().to_vec());
    Ok((certificates.collect(), PrivateKeyDer::from(key)))
}

/// How PKCS#12 begins, and PEM does not.
const ASN1_SEQUENCE: u8 = 0x30;

/// The platform's verifier, with three differences: the system's authorities are read when the first certificate comes
/// (plain http never needs them, and they cost time and memory); a file that the user trusts may hold the very
/// certificate of the server, as `openssl req -x509` makes it; and a self-signed certificate is called that.
#[derive(Debug)]
struct Verifier {
    authorities: Vec<CertificateDer<'static>>,
    insecure: bool,
    pinned: Option<Fingerprint>,
    provider: Arc<CryptoProvider>,
    trust: OnceLock<rustls_platform_verifier::Verifier>,
}

impl Verifier {
    fn trust(&self) -> Result<&rustls_platform_verifier::Verifier, Error> {
        if let Some(trust) = self.trust.get() {
            return Ok(trust);
        }
        // A failure is not kept: the authorities may be installed while we run.
        let trust = rustls_platform_verifier::Verifier::new_with_extra_roots(
            self.authorities.iter().cloned(),
            Arc::clone(&self.provider),
        )
        .map_err(|_| Error::Other(OtherError(Arc::new(NoAuthorities))))?;
        Ok(self.trust.get_or_init(|| trust))
    }

    /// What to make of a certificate that the platform did not accept.
    fn reconsider(&self, certificate: &CertificateDer<'_>, name: &ServerName<'_>, error: Error) -> Result<(), Error> {
        let Error::InvalidCertificate(CertificateError::UnknownIssuer | CertificateError::Other(_)) = error else {
            return Err(error);
        };
        let Ok(parsed) = webpki::EndEntityCert::try_from(certificate) else {
            return Err(error);
        };
        if self.authorities.contains(certificate) {
            // Its dates have been looked at first of all.
            return parsed
                .verify_is_valid_for_subject_name(name)
                .map_err(|_| Error::InvalidCertificate(CertificateError::NotValidForName));
        }
        if parsed.issuer() == parsed.subject() {
            return Err(Error::InvalidCertificate(CertificateError::Other(OtherError(Arc::new(SelfSigned)))));
        }
        Err(error)
    }
}

fn refused(why: impl std::error::Error + Send + Sync + 'static) -> Error {
    Error::InvalidCertificate(CertificateError::Other(OtherError(Arc::new(why))))
}

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let seen = Fingerprint::of(certificate);
        let untrusted = |why| refused(Untrusted { why, seen });
        if let Some(pinned) = self.pinned {
            let same = (seen == pinned).then(ServerCertVerified::assertion);
            return same.ok_or_else(|| refused(NotPinned { pinned, seen }));
        }
        if self.insecure {
            return Ok(ServerCertVerified::assertion());
        }
        self.trust()?
            .verify_server_cert(certificate, intermediates, name, ocsp_response, now)
            .or_else(|error| self.reconsider(certificate, name, error).map(|()| ServerCertVerified::assertion()))
            .map_err(untrusted)
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signature, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signature: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signature, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}
