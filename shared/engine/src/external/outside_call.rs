//! An outside call, as a dry run shows it.

use rookery_agents::{Call, LookForMail, LookInto, Mail, Mailbox, RequestLine};
use serde::Serialize;

/// An outside call of a dry run. Credentials are shown as `***`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, schemars::JsonSchema)]
pub struct OutsideCall {
    /// The method.
    pub method: String,
    /// The URL.
    pub url: String,
    /// The headers that the agent sets, in their order: `[name, value]`.
    pub headers: Vec<[String; 2]>,
    /// The body; what is not UTF-8 in it is replaced.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// Whether the call was made.
    pub made: bool,
}

impl OutsideCall {
    /// A call that was not made.
    pub(crate) fn of(call: &Call<'_>) -> Self {
        let hidden = |text: &str| call.scope.without_marks(text, call.credentials);
        let (RequestLine { method, url }, request) = (call.request_line(), &call.request);
        OutsideCall {
            method,
            url,
            headers: request.headers.iter().map(|(name, value)| [name.clone(), hidden(value)]).collect(),
            body: request.body.as_ref().map(|body| hidden(&String::from_utf8_lossy(body))),
            made: false,
        }
    }

    /// A mail for one recipient that was not sent: its method is `MAIL`, which no call has.
    pub(crate) fn of_mail(mail: &Mail, from: Option<&Mailbox>, to: &Mailbox) -> Self {
        let from = from.map(ToString::to_string).unwrap_or_default();
        let headers = [("From", from), ("To", to.to_string()), ("Subject", mail.subject.clone())];
        OutsideCall {
            method: "MAIL".to_owned(),
            url: format!("mailto:{}", to.address()),
            headers: headers.map(|(name, value)| [name.to_owned(), value]).into(),
            body: mail.plain.clone().or_else(|| mail.html.clone()),
            made: false,
        }
    }

    /// A look into a folder of a mail server: its method is `IMAP`, which no call has.
    pub(crate) fn of_look(look: &LookForMail<'_>, folder: &LookInto) -> Self {
        let (server, scheme) = (&look.server, if look.server.has_tls { "imaps" } else { "imap" });
        OutsideCall {
            method: "IMAP".to_owned(),
            url: format!("{scheme}://{}:{}/{}", server.host, server.port(), folder.name),
            headers: Vec::new(),
            body: None,
            made: false,
        }
    }
}
