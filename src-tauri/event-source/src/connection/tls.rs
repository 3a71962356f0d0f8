//! Which servers are believed to be who they say.
//!
//! Deliberately not here: the sentences that explain a refusal (`error.rs`), and pinned certificates.
use super::ConnectorError;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{
    CertificateError, ClientConfig, DigitallySignedStruct, Error, OtherError, RootCertStore, SignatureScheme,
};
use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

/// The certificate is signed with its own key, and nobody vouches for it.
#[derive(Debug, thiserror::Error)]
#[error("the certificate is self-signed")]
pub(super) struct SelfSigned;

/// There is nothing to verify a certificate against.
#[derive(Debug, thiserror::Error)]
#[error("no certificate authorities")]
pub(super) struct NoAuthorities;

/// The client's side of TLS: 1.2 and 1.3, HTTP/2 before HTTP/1.1.
pub(super) fn configuration(authorities: &[PathBuf], insecure: bool) -> Result<ClientConfig, ConnectorError> {
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut certificates = Vec::new();
    for file in authorities {
        certificates.append(&mut read(file)?);
    }
    let verifier =
        Verifier { authorities: certificates, insecure, provider: Arc::clone(&provider), trust: OnceLock::new() };
    let mut configuration = ClientConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .map_err(|error| ConnectorError(format!("TLS cannot be prepared: {error}.")))?
        .dangerous()
        .with_custom_certificate_verifier(Arc::new(verifier))
        .with_no_client_auth();
    configuration.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(configuration)
}

/// The certificates of a PEM file, each of which has to be one.
fn read(file: &Path) -> Result<Vec<CertificateDer<'static>>, ConnectorError> {
    let shown = file.display();
    let pem = std::fs::read(file)
        .map_err(|error| ConnectorError(format!("The certificate file “{shown}” cannot be read: {error}.")))?;
    let unusable = || ConnectorError(format!("“{shown}” holds no usable certificate: a PEM file is expected."));
    let certificates = CertificateDer::pem_slice_iter(&pem).collect::<Result<Vec<_>, _>>().map_err(|_| unusable())?;
    let mut store = RootCertStore::empty();
    for certificate in &certificates {
        store.add(certificate.clone()).map_err(|_| unusable())?;
    }
    if certificates.is_empty() { Err(unusable()) } else { Ok(certificates) }
}

/// The platform's verifier, with three differences: the system's authorities are read when the first certificate comes
/// (plain http never needs them, and they cost time and memory); a file that the user trusts may hold the very
/// certificate of the server, as `openssl req -x509` makes it; and a self-signed certificate is called that.
#[derive(Debug)]
struct Verifier {
    authorities: Vec<CertificateDer<'static>>,
    insecure: bool,
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

impl ServerCertVerifier for Verifier {
    fn verify_server_cert(
        &self,
        certificate: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        if self.insecure {
            return Ok(ServerCertVerified::assertion());
        }
        self.trust()?
            .verify_server_cert(certificate, intermediates, name, ocsp_response, now)
            .or_else(|error| self.reconsider(certificate, name, error).map(|()| ServerCertVerified::assertion()))
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
