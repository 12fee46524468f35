//! What is wrong where a store refuses a call: the codes of its errors, each with the option that it is about and the remedy.
//! Source: "Error responses" of the API of Amazon S3.

use crate::service::cut;
use crate::{AgentError, Retry, judge};
use rookery_domain::Time;
use rookery_egress::Response;
use rookery_markup::Tree;
use serde_json::json;

/// Gives the answer, unless its status says that the call failed.
pub(super) fn judged(response: Response, now: Time) -> Result<Response, AgentError> {
    if response.status < 300 {
        return Ok(response);
    }
    let told = Told::read(&response);
    judge(response, now).map_err(|error| told.error(error))
}

/// What a store says of a call that failed.
struct Told {
    code: String,
    message: String,
    /// The region that it wants.
    region: Option<String>,
}

impl Told {
    fn read(response: &Response) -> Told {
        let text = String::from_utf8_lossy(&response.body);
        let tree = Tree::xml(&text).ok();
        let value = |name: &str| {
            let tree = tree.as_ref()?;
            let root = tree.root().filter(|root| tree.name(*root) == "Error")?;
            let found = tree.elements(root).find(|(_, found)| *found == name)?.0;
            Some(cut(tree.text(found).trim(), 300)).filter(|text| !text.is_empty())
        };
        let region = value("Region").or_else(|| response.header("x-amz-bucket-region").map(|region| cut(region, 64)));
        Told { code: value("Code").unwrap_or_default(), message: value("Message").unwrap_or_default(), region }
    }

    fn error(self, error: AgentError) -> AgentError {
        let Told { code, message, region } = &self;
        let (kind, says) = match code.as_str() {
            "InvalidAccessKeyId" => (
                "access_key_refused",
                "`access_key_id`: the store knows no such access key: look at its id, and whether it is active.".to_owned(),
            ),
            "SignatureDoesNotMatch" => (
                "signature_refused",
                "`access_key_secret`: it is not the secret of this access key: set the credential anew.".to_owned(),
            ),
            "ExpiredToken" | "InvalidToken" => (
                "access_key_refused",
                "`access_key_id`: keys that last for a session are not taken: give one that lasts.".to_owned(),
            ),
            "AccessDenied" | "AllAccessDisabled" => (
                "access_denied",
                "`access_key_id`: the key may not do this with `bucket`: allow it `s3:ListBucket` and `s3:GetObject` to read, `s3:PutObject` to write."
                    .to_owned(),
            ),
            "NoSuchBucket" => (
                "bucket_not_found",
                "`bucket`: there is none of this name: make it, or look at its name, at `region` and at `endpoint`.".to_owned(),
            ),
            "InvalidBucketName" => ("invalid_bucket", "`bucket`: the store takes no such name: look at how it is written.".to_owned()),
            "PermanentRedirect" | "TemporaryRedirect" | "AuthorizationHeaderMalformed" | "IllegalLocationConstraintException" | "InvalidRegion" => {
                let right = region.as_deref().map_or("its own".to_owned(), |region| format!("`{region}`"));
                ("wrong_region", format!("`region`: the bucket is in another one: give {right}."))
            }
            "RequestTimeTooSkewed" => (
                "clock_differs",
                "The clocks of the store and of this program differ by more than 15 minutes: have the operator set them.".to_owned(),
            ),
            "KeyTooLongError" => ("invalid_filename", "`filename`: it gives a name that is too long: shorten it.".to_owned()),
            "EntityTooLarge" => ("data_too_large", "`data`: the store takes no object of this size: put less there.".to_owned()),
            _ if code.is_empty() && (300..400).contains(&status(&error)) && region.is_some() => {
                ("wrong_region", format!("`region`: the bucket is in another one: give `{}`.", region.as_deref().unwrap_or_default()))
            }
            "" => return error,
            // S3 answers 400 where it waited too long for the rest of a request.
            "RequestTimeout" => return AgentError { retry: Retry::Backoff, ..error },
            _ => (error.code.as_str(), error.message.clone()),
        };
        let said = if message.is_empty() { String::new() } else { format!(" The store says: {code}, {message}") };
        let mut details = error.details.unwrap_or_default();
        details["code"] = json!(code);
        AgentError { code: kind.to_owned(), message: format!("{says}{said}"), details: Some(details), retry: error.retry }
    }
}

fn status(error: &AgentError) -> u64 {
    error.details.as_ref().and_then(|details| details["status"].as_u64()).unwrap_or_default()
}
