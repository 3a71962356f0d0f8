//! How a feed says who asks, and whom it believes, as it is typed.
//!
//! A password or token is never an argument, where every user of the computer could read it: it is asked for at the
//! terminal, or read from standard input. Deliberately not here: keeping it (the engine).
use crate::cli::argument::readable;
use crate::cli::unseen;
use clap::Args;
use std::path::{Path, PathBuf};
use tidings_engine::{Credential, FeedConfig, GivenSecret, KeptSecret, Secret, SecretOf, SecretPlace};
use tidings_event_source::Fingerprint;

/// What is asked for, whatever it is good for.
const SECRET: &str = "password or token";

/// What can be typed.
#[derive(Debug, Default, Args)]
pub(in crate::cli) struct Typed {
    /// How it says who asks: 'bearer', 'basic:USER', 'header:NAME', 'query:NAME', 'cookie:NAME', or 'none'
    ///
    /// The token or password is asked for at the terminal. That of a feed is kept in the keyring of the desktop, or in a file that
    /// only you can read where there is none.
    #[arg(long, value_name = "HOW")]
    auth: Option<String>,
    /// Ask for the password of the user that --proxy names
    #[arg(long, requires = "proxy")]
    proxy_password: bool,
    /// A file with a client certificate and its key, PEM or PKCS#12; or 'none'
    #[arg(long, value_name = "FILE")]
    certificate: Option<PathBuf>,
    /// Ask for the password of the file that --certificate names
    #[arg(long, requires = "certificate")]
    certificate_password: bool,
    /// Trust the server certificate with this SHA-256 fingerprint and no other, whoever signed it; or 'none'
    ///
    /// tidings feed show tells the fingerprint of one that was refused. Compare it with what the server's owner tells you.
    #[arg(long, value_name = "SHA256")]
    trust: Option<String>,
    /// Read what is to be asked for from standard input instead, a line for each: of --auth, --proxy-password,
    /// --certificate-password
    #[arg(long)]
    secret_stdin: bool,
}

/// What was typed, understood.
#[derive(Debug, Default, PartialEq, Eq)]
pub(in crate::cli) struct Checked {
    credential: Option<Credential>,
    proxy_password: bool,
    certificate: Option<Choice>,
    certificate_password: bool,
    pinned: Option<Choice>,
    from_stdin: bool,
}

/// Something to set, or nothing.
#[derive(Debug, PartialEq, Eq)]
struct Choice(Option<String>);

impl Typed {
    /// Fails with a sentence.
    pub(in crate::cli) fn check(self) -> Result<Checked, String> {
        Ok(Checked {
            credential: self.auth.as_deref().map(credential).transpose()?,
            proxy_password: self.proxy_password,
            certificate: self.certificate.as_deref().map(certificate).transpose()?,
            certificate_password: self.certificate_password,
            pinned: self.trust.as_deref().map(pinned).transpose()?,
            from_stdin: self.secret_stdin,
        })
    }
}

impl Checked {
    /// What was not named stays.
    pub(in crate::cli) fn apply(&self, mut config: FeedConfig) -> FeedConfig {
        if let Some(credential) = &self.credential {
            config.credential = credential.clone();
        }
        if let Some(Choice(file)) = &self.certificate {
            config.certificate_file.clone_from(file);
        }
        if let Some(Choice(pinned)) = &self.pinned {
            config.pinned.clone_from(pinned);
        }
        config
    }

    /// Asks for the secrets that belong to what was typed. Fails with a sentence.
    pub(in crate::cli) fn secrets(&self) -> Result<Vec<GivenSecret>, String> {
        let mut wanted = Vec::new();
        if let Some(credential) = &self.credential
            && let Some(question) = question(credential)
        {
            wanted.push((SecretOf::Credential, question));
        }
        if self.proxy_password {
            wanted.push((SecretOf::Proxy, "Password for the proxy: ".to_owned()));
        }
        if self.certificate_password {
            wanted.push((SecretOf::Certificate, "Password of the certificate: ".to_owned()));
        }
        if wanted.is_empty() && self.from_stdin {
            return Err("--secret-stdin goes with --auth or another choice that needs a password or token.".into());
        }
        let ask = |(of, question): (SecretOf, String)| {
            let instead = "give it on standard input with --secret-stdin";
            let secret = unseen::ask(self.from_stdin, &question, SECRET, instead)?;
            if secret.is_empty() {
                return Err("No password or token was entered, so nothing was done.".to_owned());
            }
            Ok(GivenSecret { of, secret: Secret::new(secret) })
        };
        wanted.into_iter().map(ask).collect()
    }
}

fn certificate(given: &Path) -> Result<Choice, String> {
    if given == Path::new("none") { Ok(Choice(None)) } else { readable(given).map(|file| Choice(Some(file))) }
}

fn pinned(given: &str) -> Result<Choice, String> {
    if given == "none" {
        return Ok(Choice(None));
    }
    let pinned = given.parse::<Fingerprint>().map_err(|wrong| wrong.to_string())?;
    Ok(Choice(Some(pinned.to_string())))
}

fn question(credential: &Credential) -> Option<String> {
    Some(match credential {
        Credential::None => return None,
        Credential::Bearer => "Token: ".to_owned(),
        Credential::Basic { user } => format!("Password of {user}: "),
        Credential::Header { name } => format!("Value of the header {name}: "),
        Credential::Query { name } => format!("Value of the parameter {name}: "),
        Credential::Cookie { name } => format!("Value of the cookie {name}: "),
    })
}

fn credential(given: &str) -> Result<Credential, String> {
    match given.split_once(':') {
        None if given == "none" => Ok(Credential::None),
        None if given == "bearer" => Ok(Credential::Bearer),
        Some(("basic", user)) if !user.is_empty() && !user.contains(':') => Ok(Credential::Basic { user: user.into() }),
        Some(("header", name)) if !name.is_empty() => Ok(Credential::Header { name: name.into() }),
        Some(("query", name)) if !name.is_empty() => Ok(Credential::Query { name: name.into() }),
        Some(("cookie", name)) if !name.is_empty() => Ok(Credential::Cookie { name: name.into() }),
        // What was typed may be the secret itself.
        _ => {
            Err("--auth is one of bearer, basic:USER, header:NAME, query:NAME, cookie:NAME and none; the password or \
                  token is asked for."
                .into())
        }
    }
}

/// A credential as `--auth` takes it.
pub(super) fn word(credential: &Credential) -> String {
    match credential {
        Credential::None => "none".to_owned(),
        Credential::Bearer => "bearer".to_owned(),
        Credential::Basic { user } => format!("basic:{user}"),
        Credential::Header { name } => format!("header:{name}"),
        Credential::Query { name } => format!("query:{name}"),
        Credential::Cookie { name } => format!("cookie:{name}"),
    }
}

/// Where secrets are kept, as other programs read it.
pub(super) const fn place(place: SecretPlace) -> &'static str {
    match place {
        SecretPlace::Keyring => "keyring",
        SecretPlace::File => "file",
    }
}

/// "Its token is kept in the keyring." Nothing, where nothing is kept.
pub(super) fn kept(config: &FeedConfig) -> String {
    let Some(KeptSecret { place, .. }) = config.secrets.first() else { return String::new() };
    let what = match (&config.credential, config.secrets.len()) {
        (_, 2..) => "Its passwords and tokens are",
        (Credential::Bearer, _) => "Its token is",
        (Credential::None | Credential::Basic { .. }, _) => "Its password is",
        (Credential::Cookie { .. }, _) => "Its cookie is",
        (Credential::Header { .. } | Credential::Query { .. }, _) => "Its key is",
    };
    let why = if *place == SecretPlace::File { ", because no keyring is used" } else { "" };
    format!(" {what} kept in {}{why}.", place.words())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_are_named() {
        for (given, expected) in [
            ("none", Some(Credential::None)),
            ("bearer", Some(Credential::Bearer)),
            ("basic:anna", Some(Credential::Basic { user: "anna".into() })),
            ("header:X-Api-Key", Some(Credential::Header { name: "X-Api-Key".into() })),
            ("query:token", Some(Credential::Query { name: "token".into() })),
            ("cookie:sid", Some(Credential::Cookie { name: "sid".into() })),
            ("basic", None),
            ("basic:", None),
            ("basic:anna:s3cret", None),
            ("bearer:s3cret", None),
            ("s3cret", None),
        ] {
            let seen = credential(given);
            assert!(!matches!(&seen, Err(sentence) if sentence.contains("s3cret")), "{given}");
            assert_eq!(seen.ok(), expected, "{given}");
            if let Some(expected) = expected {
                assert_eq!(word(&expected), given);
            }
        }
    }
}
