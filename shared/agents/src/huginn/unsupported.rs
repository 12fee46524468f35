//! The types of Huginn for which there is none here: why, and which of ours may serve. A type that has a [`Mapping`](super::Mapping) is
//! found before it is looked for here.

/// Why a type is not there.
pub(super) struct Unsupported {
    pub(super) reason: &'static str,
    /// A type of ours that may serve, if it is there.
    pub(super) nearest: Option<&'static str>,
}

const LATER: &str = "This type is not built here yet. The agent keeps its options, so that it can be replaced.";
const GONE: &str = "The service that this type asks is closed, or has ended the API that Huginn uses.";
const OWN_API: &str =
    "This type speaks the API of one service, for which there is no type here: call that API by an `http_request`.";

/// What is known of a type, by the last part of its name.
pub(super) fn of(kind: &str) -> Unsupported {
    let (reason, nearest): (&str, Option<&str>) = match kind {
        "ShellCommandAgent" => (
            "Commands of the machine are not run here: a workflow must not reach what runs it. Call a service that does the work.",
            Some("http_request"),
        ),
        "LocalFileAgent" | "ReadFileAgent" => {
            ("Files of the machine are not read or written here: an agent may run on any machine.", Some("webhook"))
        }
        "FtpsiteAgent" => {
            ("FTP is not spoken here: what the server also has over HTTP is read by this type.", Some("http_request"))
        }
        "JabberAgent" => ("XMPP is not spoken here: this type reaches services that also speak HTTP.", Some("http_request")),
        "MqttAgent" => (
            "MQTT is not spoken here, and no connection is kept open: let a bridge send its messages to a `webhook`.",
            Some("webhook"),
        ),
        "SentimentAgent" => (
            "The list of words that this type judges by is not here: a persistent agent judges a text better.",
            Some("persistent_agent"),
        ),
        "HumanTaskAgent" => {
            ("Mechanical Turk is not used here: a person is asked by a persistent agent or a task.", Some("agent"))
        }
        "TwitterStreamAgent"
        | "TwitterUserAgent"
        | "TwitterSearchAgent"
        | "TwitterFavorites"
        | "TwitterPublishAgent"
        | "TwitterActionAgent" => (
            "The API of Twitter that Huginn uses is closed. The present one takes bearer tokens: call it by an `http_request`.",
            Some("http_request"),
        ),
        "DropboxWatchAgent"
        | "DropboxFileUrlAgent"
        | "GoogleCalendarPublishAgent"
        | "EvernoteAgent"
        | "TumblrPublishAgent"
        | "TumblrLikesAgent" => (
            "This type signs in at its service by OAuth, through services that Huginn keeps for its user. There is no such sign-in here: \
             put a token into a credential, and call the API by an `http_request`.",
            Some("http_request"),
        ),
        "JiraAgent"
        | "AftershipAgent"
        | "PushbulletAgent"
        | "BeeperAgent"
        | "GoogleTranslationAgent"
        | "WeiboPublishAgent"
        | "WeiboUserAgent"
        | "PhantomJsCloudAgent"
        | "HipchatAgent"
        | "BoxcarAgent"
        | "PublicTransportAgent"
        | "AdiosoAgent" => (OWN_API, Some("http_request")),
        "StubhubAgent" | "WunderlistAgent" | "WitaiAgent" | "GoogleFlightsAgent" => (GONE, Some("http_request")),
        "PdfInfoAgent" => ("PDF files are not read here: call a service that reads them.", Some("http_request")),
        "UserLocationAgent" => {
            ("Locations are posted to an address of this type: a `webhook` takes them as well.", Some("webhook"))
        }
        "TwilioReceiveTextAgent" => ("Twilio posts to an address of this type: a `webhook` takes that as well.", Some("webhook")),
        "JqAgent" => (LATER, Some("event_formatting")),
        _ => ("This is no type of Huginn's core, but probably one of a gem: what it does is not known here.", None),
    };
    Unsupported { reason, nearest }
}
