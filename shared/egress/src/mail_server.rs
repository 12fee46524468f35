//! The address of a mail server, as people write it: `smtp://[user:password@]host[:port]` or `smtps://...`. It is read so strictly that no two
//! readers can differ about its host, and nothing that is shown has the password.

use crate::Redactor;
use percent_encoding::percent_decode_str;
use std::fmt;
use std::str::FromStr;
use url::Url;

/// The ports of submission (RFC 8314): with TLS from the start, and with STARTTLS.
const WITH_TLS: u16 = 465;
const WITHOUT_TLS: u16 = 587;

/// A mail server, and the login there.
#[derive(Clone, PartialEq, Eq)]
pub struct MailServer {
    pub(crate) host: String,
    pub(crate) port: u16,
    pub(crate) has_tls: bool,
    /// The user and the password.
    pub(crate) login: Option<(String, String)>,
}

/// Why a text is no [`MailServer`]. The text is not shown: it may hold a password.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error(
    "the address of the mail server {0}; write it as smtp://user:password@host:port, or with smtps:// where TLS is spoken from the start"
)]
pub struct InvalidMailServer(&'static str);

impl MailServer {
    /// The server's host and port: where the login is sent to.
    pub fn origin(&self) -> String {
        format!("{}:{}", self.host, self.port)
    }

    /// Takes the login out of what the server says.
    pub(crate) fn redactor(&self) -> Redactor {
        Redactor::new(self.login.iter().map(|(_, password)| ("smtp_url", password.as_str())))
    }
}

impl FromStr for MailServer {
    type Err = InvalidMailServer;

    fn from_str(text: &str) -> Result<Self, InvalidMailServer> {
        let text = text.trim();
        if text.chars().any(|c| c.is_control() || c == '\\') {
            return Err(InvalidMailServer("holds a control character or a backslash"));
        }
        let (scheme, rest) = text.split_once("://").ok_or(InvalidMailServer("has no scheme"))?;
        let has_tls = match scheme.to_ascii_lowercase().as_str() {
            "smtp" => false,
            "smtps" => true,
            _ => return Err(InvalidMailServer("begins with another scheme")),
        };
        // Hosts of schemes that the library knows are read more strictly. Of these, ftp takes no port for its own that a mail server could have.
        let url = Url::parse(&format!("ftp://{rest}")).map_err(|_| InvalidMailServer("cannot be read"))?;
        let host = url.host_str().filter(|host| !host.is_empty()).ok_or(InvalidMailServer("has no host"))?.to_owned();
        if !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
            return Err(InvalidMailServer("goes on after the port"));
        }
        let port = url.port().unwrap_or(if has_tls { WITH_TLS } else { WITHOUT_TLS });
        if port == 0 {
            return Err(InvalidMailServer("has port 0"));
        }
        let decoded = |part: &str| percent_decode_str(part).decode_utf8().map(|part| part.into_owned()).ok();
        let login = match (url.username(), url.password()) {
            ("", None) => None,
            ("", Some(_)) | (_, None) => return Err(InvalidMailServer("has only one of user and password")),
            (user, Some(password)) => {
                let login =
                    decoded(user).zip(decoded(password)).filter(|(user, password)| !(user.to_owned() + password).contains('\0'));
                Some(login.ok_or(InvalidMailServer("has a user or a password that is no text"))?)
            }
        };
        Ok(MailServer { host, port, has_tls, login })
    }
}

impl fmt::Display for MailServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", if self.has_tls { "smtps" } else { "smtp" }, self.origin())
    }
}

impl fmt::Debug for MailServer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MailServer({self})")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_read_and_never_show_the_password() {
        for (text, shown, login) in [
            ("smtp://mail.example.com", "smtp://mail.example.com:587", None),
            ("smtps://mail.example.com", "smtps://mail.example.com:465", None),
            (" SMTP://Mail.Example.com:25/ ", "smtp://mail.example.com:25", None),
            ("smtp://ada:s3cret@127.0.0.1:2525", "smtp://127.0.0.1:2525", Some(("ada", "s3cret"))),
            ("smtp://ada%40example.com:s%2F3%3Acret@h:443", "smtp://h:443", Some(("ada@example.com", "s/3:cret"))),
            ("smtps://a:b@[::1]:465", "smtps://[::1]:465", Some(("a", "b"))),
            ("smtp://0x7f.1", "smtp://127.0.0.1:587", None),
        ] {
            let server: MailServer = text.parse().unwrap();
            assert_eq!((server.to_string().as_str(), format!("{server:?}")), (shown, format!("MailServer({shown})")));
            let expected = login.map(|(user, password): (&str, &str)| (user.to_owned(), password.to_owned()));
            assert_eq!(server.login, expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_address_is_refused_without_showing_it() {
        for text in [
            "",
            "mail.example.com",
            "http://mail.example.com",
            "smtp://",
            "smtp://:s3cret@",
            "smtp://ada@h",
            "smtp://:s3cret@h",
            "smtp://ada:s3cret@h/path",
            "smtp://ada:s3cret@h?x=1",
            "smtp://ada:s3cret@h#x",
            "smtp://ada:s3cret@h:0",
            "smtp://ada:s3cret@h:99999",
            "smtp://ada:s3\ncret@h",
            "smtp://ada:s3cret\\@h",
            "smtp://ada:s3cret%00@h",
            "smtp://ada:s3cret%ff@h",
        ] {
            let error = text.parse::<MailServer>().unwrap_err().to_string();
            assert!(!error.contains("s3cret") && error.contains("smtps://"), "{text}: {error}");
        }
    }
}
