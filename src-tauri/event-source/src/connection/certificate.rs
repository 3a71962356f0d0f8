//! What a certificate says of itself, for people.
//!
//! Deliberately not here: whether any of it is to be believed (`tls.rs`).
use x509_parser::prelude::{FromDer as _, GeneralName, X509Certificate};

/// How many names of a certificate are named.
const NAMES: usize = 4;

/// What a certificate says of itself. Texts are as it has them: maybe long, maybe hostile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Certificate {
    /// The first of the names it is for; without any, its subject's common name.
    pub names: Vec<String>,
    /// The common name of who signed it, or else the organisation.
    pub issuer: String,
    /// Until when it is good, in seconds since the Unix epoch.
    pub not_after: i64,
}

impl Certificate {
    /// Reads a certificate in DER. `None` for what is none.
    pub fn read(der: &[u8]) -> Option<Self> {
        let (_, certificate) = X509Certificate::from_der(der).ok()?;
        let mut names = Vec::new();
        if let Ok(Some(alternatives)) = certificate.subject_alternative_name() {
            names.extend(alternatives.value.general_names.iter().filter_map(name).take(NAMES));
        }
        let of = |name: &x509_parser::x509::X509Name<'_>| {
            let mut candidates = name.iter_common_name().chain(name.iter_organization());
            candidates.find_map(|text| text.as_str().ok()).map(str::to_owned)
        };
        if names.is_empty() {
            names.extend(of(certificate.subject()));
        }
        Some(Self {
            names,
            issuer: of(certificate.issuer()).unwrap_or_default(),
            not_after: certificate.validity().not_after.timestamp(),
        })
    }
}

fn name(name: &GeneralName<'_>) -> Option<String> {
    match name {
        GeneralName::DNSName(name) => Some((*name).to_owned()),
        GeneralName::IPAddress(bytes) => match <[u8; 4]>::try_from(*bytes) {
            Ok(v4) => Some(std::net::Ipv4Addr::from(v4).to_string()),
            Err(_) => <[u8; 16]>::try_from(*bytes).ok().map(|v6| std::net::Ipv6Addr::from(v6).to_string()),
        },
        _ => None,
    }
}
