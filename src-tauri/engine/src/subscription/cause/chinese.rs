//! Why a feed does not work, in simplified Chinese: the sentences that failures bring with them in English.
//!
//! Deliberately not here: when which is said, and what is hidden in them (`cause.rs`). What servers, the system and the libraries
//! below say is passed on as they say it.
use crate::{Credential, FeedConfig, ProxyChoice, SecretPlace, SecretsError};
use std::io::ErrorKind;
use tidings_event_source::connection::essence;
use tidings_event_source::error::{RedirectProblem, TlsProblem, said as said_by};
use tidings_event_source::{Failure, connection};

/// `english`: the same sentence there, for what has none here.
pub(super) fn sentence(failure: &Failure, config: &FeedConfig, english: &str) -> String {
    match failure {
        Failure::NameLookup { host } => format!("找不到名称“{host}”：请检查地址，以及本机是否联网。"),
        Failure::Refused { address } => format!("“{address}”拒绝了连接：请检查服务器是否在运行、端口是否正确。"),
        Failure::Unreachable { address } => format!("从这里无法到达“{address}”：请检查本机是否联网。"),
        Failure::ConnectTimeout { address, after } => {
            format!("“{address}”在 {} 秒内没有接受连接：它可能已停机，或在防火墙之后。", after.as_secs())
        }
        Failure::Proxy { address } => {
            format!("代理没有把连接转到“{address}”：请检查代理的地址、用户名和密码。")
        }
        Failure::ProxyCredentials => {
            "代理要求有效的用户名和密码（407 Proxy Authentication Required）：请检查。".to_owned()
        }
        Failure::SocksCredentials => "代理不接受此用户名和密码，或要求提供：请检查代理的用户名和密码。".to_owned(),
        Failure::ProxyUnreachable { proxy } => {
            format!("无法连接代理“{proxy}”：请检查它是否在运行，以及代理设置。")
        }
        Failure::Tls { problem, .. } => tls(problem).unwrap_or_else(|| english.to_owned()),
        Failure::BrokeOff { address, kind: ErrorKind::Other } => format!("与“{address}”的连接中断。"),
        Failure::BrokeOff { address, kind } => format!("与“{address}”的连接中断：{kind}。"),
        Failure::Dropped { address } => {
            format!("“{address}”没有回答就关闭了连接：请检查端口，以及是否需要 https。")
        }
        Failure::NotHttp { address } => {
            format!("“{address}”的回答不是 HTTP：请检查端口，以及是否需要 https。")
        }
        Failure::HeadTooLarge => {
            format!("服务器回答的头部超过 {} KiB。", connection::RESPONSE_HEAD_LIMIT / 1024)
        }
        Failure::NoAnswer { after } => format!("服务器收到请求后 {} 分钟没有回答。", after.as_secs() / 60),
        Failure::Status { status, reason, .. } => answered(*status, reason, config),
        Failure::RefusedWithin { said } => {
            let said = said_by(said);
            let said = if said.is_empty() { said } else { format!("（“{said}”）") };
            format!("服务器在事件流中拒绝了此订阅源{said}：请检查用户名、密码或令牌。")
        }
        Failure::Redirect { problem } => {
            let problem = match problem {
                RedirectProblem::NoLocation => "没有给出地址".to_owned(),
                RedirectProblem::NotHttp => "给出的不是 http 或 https 地址".to_owned(),
                RedirectProblem::TooMany => format!("{} 步之后仍未结束", connection::REDIRECT_LIMIT),
            };
            format!("服务器的重定向无法跟随：{problem}。")
        }
        Failure::NotAnEventStream { content_type, .. } => {
            let essence = essence(content_type.as_deref().unwrap_or_default());
            let what = if essence.is_empty() { "未注明类型的内容" } else { essence };
            format!("服务器回答的是 {what}，不是事件流：请检查地址。")
        }
        Failure::Compression => "服务器声明压缩了事件流，但无法解压。".to_owned(),
        Failure::Idle { after } => format!("{} 秒内没有收到服务器的任何内容，视为连接已断。", after.as_secs()),
        Failure::Ended { .. } => "服务器结束了事件流。".to_owned(),
        Failure::Unsendable { why } => format!("无法发送请求：{why}。"),
        _ => english.to_owned(),
    }
}

fn tls(problem: &TlsProblem) -> Option<String> {
    Some(match problem {
        TlsProblem::SelfSigned { host } => {
            format!("“{host}”的证书是自签名的：如果信任它，请把它加为证书颁发机构。")
        }
        TlsProblem::UnknownIssuer { host } => {
            format!("“{host}”的证书来自此处不信任的颁发机构：如果信任该机构，请添加它。")
        }
        TlsProblem::WrongHost { host } => format!("“{host}”出示的证书属于另一个名称：请检查地址。"),
        TlsProblem::Expired { host } => format!("“{host}”的证书已过期：须由其所有者更新。"),
        TlsProblem::NotYetValid { host } => format!("“{host}”的证书尚未生效：请检查本机的时钟。"),
        TlsProblem::Revoked { host } => format!("“{host}”的证书已被其颁发机构吊销。"),
        TlsProblem::BadCertificate { host, detail } => format!("“{host}”的证书不可接受：{detail}。"),
        TlsProblem::Changed { host, pinned, seen } => format!(
            "“{host}”的证书不是受信任的那一个：SHA-256 为 {seen}，而不是 {pinned}。可能有人在窃听；只有知道证书为何更换时才信任新的证书。"
        ),
        TlsProblem::ClientCertificate { host } => {
            format!("“{host}”要求它接受的客户端证书：请检查此订阅源的客户端证书，或选择一个。")
        }
        TlsProblem::NoAuthorities { host } => format!("本机没有安装任何证书颁发机构，无法验证“{host}”。"),
        TlsProblem::HandshakeRefused { host, alert } => format!("“{host}”拒绝了 TLS 握手（{alert}）。"),
        TlsProblem::NotTls { host } => {
            format!("“{host}”在此端口不使用 TLS：请检查端口，以及地址是否应以 http 开头。")
        }
        TlsProblem::Handshake { host, detail } => format!("与“{host}”的 TLS 握手失败：{detail}。"),
        _ => return None,
    })
}

/// A status other than 200, and what can be done about it.
fn answered(status: u16, reason: &str, config: &FeedConfig) -> String {
    let answer = if reason.is_empty() { status.to_string() } else { format!("{status} {reason}") };
    match status {
        401 | 403 => match &config.credential {
            Credential::None if matches!(config.proxy, ProxyChoice::Url(_)) => {
                format!("服务器或它前面的代理回答 {answer}：请检查此订阅源的密码或令牌，以及代理的密码。")
            }
            Credential::None => format!("服务器回答 {answer}：它要求密码或令牌，而此订阅源没有发送。"),
            credential => format!("服务器拒绝了{}（{answer}）：请另行输入。", secret_word(credential)),
        },
        204 => format!("服务器回答 {answer}，表示已没有可以订阅的内容。"),
        404 | 410 => format!("服务器回答 {answer}：请检查地址。"),
        407 => format!("服务器回答 {answer}：代理要求用户名和密码。"),
        429 => format!("服务器回答 {answer}：请求过于频繁。"),
        _ => format!("服务器回答 {answer}。"),
    }
}

const fn secret_word(credential: &Credential) -> &'static str {
    match credential {
        Credential::None => "凭据",
        Credential::Bearer => "令牌",
        Credential::Basic { .. } => "用户名或密码",
        Credential::Header { .. } | Credential::Query { .. } => "密钥",
        Credential::Cookie { .. } => "Cookie",
    }
}

/// Of a password or token that cannot be had.
pub(super) fn of_secrets(error: &SecretsError) -> String {
    match error {
        SecretsError::Locked => "密钥环已锁定，无法保存或读取密码和令牌：请解锁后重试。".to_owned(),
        SecretsError::NoKeyring => {
            "密钥环没有回应，无法保存或读取密码和令牌：请检查桌面的密钥环是否在运行，然后重试。".to_owned()
        }
        SecretsError::Keyring(why) => format!("密钥环出错（{why}）：请检查它是否正常，然后重试。"),
        SecretsError::Missing(place) => {
            let place = match place {
                SecretPlace::Keyring => "密钥环",
                SecretPlace::File => "文件",
            };
            format!("此订阅源的密码或令牌已不在{place}中：请重新输入。")
        }
        SecretsError::NotGiven => "此订阅源应发送密码或令牌，但没有保存任何一个：请输入。".to_owned(),
        SecretsError::File { path, why, .. } => {
            format!("密码和令牌的文件 {} 无法读写：{why}。", path.display())
        }
        SecretsError::Nowhere => "此处无法保存密码和令牌。".to_owned(),
    }
}

/// Of a mistake in Tidings itself.
pub(super) const FAULT: &str = "Tidings 在接收此订阅源时发生内部错误：请报告此问题。一分钟后会再次尝试。";
