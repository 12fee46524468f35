//! `s3`: tells what lies in a bucket of Amazon S3 or of a store that speaks its API, and puts objects there. The options are those of Huginn's S3Agent.
//! `bucket` makes the calls, `listing` reads what they list, `refused` says what is wrong, and `reading` what is emitted and remembered.

mod bucket;
mod huginn;
mod listing;
mod reading;
mod refused;
#[cfg(test)]
mod tests;

use crate::agent::{AgentType, Kind, MemoryUse, Problems};
use crate::huginn::Mapping;
use crate::meaning::TemplateText;
use crate::outside::whole_url;
use crate::schedule::Schedule;
use crate::service::{Reader, Service};
use crate::template::Template;
use crate::{AgentError, Context, Effects, Example, Facts};
use bucket::Bucket;
use rookery_domain::Payload;
use rookery_egress::AwsKey;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;

/// Reads or writes the objects of a bucket of Amazon S3, or of a store that speaks its API (MinIO, R2 and others).
///
/// With `read`, it looks into the bucket when it is checked, and emits objects in the group `on_file`: `{"bucket", "file", "size", "etag", "last_modified",
/// "url", "event_type"}`. With `watch`, the first check only takes note of what is there; from then on there is an event for each object that was `added`,
/// `modified` or `removed`, as `event_type` says. Without, each check emits every object, without an `event_type`. What is more than 500 events comes in the next
/// checks. Events that come in do nothing.
///
/// `url` opens the object for an hour to whoever has it, so that a `website` or `http_request` behind this agent can read it. It is null where no URL can name the
/// object (a part of its name is `.` or `..`), and an object that was removed has only `bucket`, `file` and `event_type`.
///
/// With `write`, each event that comes in is put into the bucket as an object, and told of in the group `on_write`: `{"bucket", "file", "size", "etag"}`. An attempt that
/// comes again puts the same there. Nothing is checked.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// Whether objects are read or written.
    mode: Mode,
    /// The id of the access key: a template, which may name a credential. It is no secret, and stands in the `url` of events.
    access_key_id: TemplateText,
    /// The secret of the access key: a credential that is bound to the host of the bucket, like `{% credential aws_secret %}`.
    access_key_secret: TemplateText,
    /// The region of the bucket, like `eu-central-1`. Stores of others have one, too; R2 calls it `auto`.
    region: String,
    /// The name of the bucket: a template.
    bucket: TemplateText,
    /// The address of a store of others, like `https://minio.example.com`. Without it, the bucket is Amazon's.
    endpoint: Option<String>,
    /// With `read`: only objects are told of whose names begin like this, like `photos/2026/`.
    #[serde(default)]
    prefix: String,
    /// With `read`: whether only what changes is told of. As many as 10,000 objects can be watched, fewer if their names are long; `prefix` says which.
    #[serde(default = "yes")]
    watch: bool,
    /// With `write`: the name of the object, like `orders/{{ id }}.txt`.
    filename: Option<TemplateText>,
    /// With `write`: what is put there.
    #[serde(default = "data")]
    data: TemplateText,
}

/// An option: what is done with objects.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Mode {
    /// They are told of.
    Read,
    /// They are put there.
    Write,
}

fn yes() -> bool {
    true
}

fn data() -> TemplateText {
    TemplateText("{{ data }}".to_owned())
}

/// The agent.
pub struct S3 {
    id: Template,
    secret: Template,
    region: String,
    bucket: Template,
    endpoint: Option<String>,
    does: Does,
    service: Service,
}

/// What the agent does.
enum Does {
    Read { prefix: String, watches: bool },
    Write { filename: Template, data: Template },
}

impl AgentType for S3 {
    const NAME: &'static str = "s3";
    const KIND: Kind = Kind::Action;
    const TITLE: &'static str = "S3";
    const GROUPS: &'static [&'static str] = &["on_file", "on_write"];
    const CHECKS: bool = true;
    const DEFAULT_SCHEDULE: Option<&'static str> = Some("every_1h");
    const HUGINN: Option<Mapping> = Some(huginn::MAPPING);
    type Options = Options;

    fn new(options: Options, problems: &mut Problems) -> Option<Self> {
        let region = options.region.trim().to_ascii_lowercase();
        if region.is_empty() || !region.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
            problems.add("region", "Give the region of the bucket, like `eu-central-1`.");
        }
        let given = |text: &TemplateText| !text.trim().is_empty();
        if !given(&options.bucket) {
            problems.add("bucket", "Give the name of the bucket.");
        }
        let bucket = problems.take_template("bucket", Template::parse(&options.bucket));
        let endpoint = options.endpoint.filter(|text| !text.trim().is_empty()).and_then(|text| {
            let url = problems.take("endpoint", whole_url(&text))?;
            if url.contains(['?', '#']) {
                problems.add("endpoint", "Give the address without `?` and `#`, like `https://minio.example.com`.");
            }
            Some(url.trim_end_matches('/').to_owned())
        });
        let does = match options.mode {
            Mode::Read => Some(Does::Read { prefix: options.prefix, watches: options.watch }),
            Mode::Write => {
                let filename = options.filename.filter(given);
                if filename.is_none() {
                    problems.add("filename", "Say which name the object gets, like `orders/{{ id }}.txt`.");
                }
                if !given(&options.data) {
                    problems.add("data", "Say what is put there, like `{{ data }}`.");
                }
                let filename = filename.and_then(|text| problems.take_template("filename", Template::parse(&text)));
                let data = problems.take_template("data", Template::parse(&options.data));
                filename.zip(data).map(|(filename, data)| Does::Write { filename, data })
            }
        };
        let mut reader = Reader::new(problems);
        let id = reader.needed("access_key_id", options.access_key_id);
        let secret = reader.secret("access_key_secret", options.access_key_secret);
        let service = reader.service();
        let (id, secret, bucket, does) = (id?, secret?, bucket?, does?);
        problems.errors.is_empty().then_some(S3 { id, secret, region, bucket, endpoint, does, service })
    }

    fn facts(&self) -> Facts {
        let schedule = match self.does {
            Does::Read { .. } => None,
            Does::Write { .. } => Schedule::parse("never").ok(),
        };
        Facts { credentials: self.service.credentials(), schedule, ..Facts::of::<Self>() }
    }

    fn memory(&self, cx: &Context<'_>) -> Result<MemoryUse, AgentError> {
        let reads = cx.event.is_none() && matches!(self.does, Does::Read { .. });
        Ok(if reads { MemoryUse::Agent } else { MemoryUse::None })
    }

    async fn receive(&self, cx: &Context<'_>) -> Result<Effects, AgentError> {
        let Does::Write { filename, data } = &self.does else {
            return Ok(Effects::none().log("The bucket is read when this agent is checked: an event does nothing."));
        };
        let bucket = self.open(cx)?;
        let (file, data) = (filename.render(cx.scope())?, data.render(cx.scope())?);
        let size = data.len();
        let etag = bucket.put(cx, &file, data).await?;
        let told = json!({"bucket": bucket.name, "file": file, "size": size, "etag": etag});
        Ok(Effects::emit("on_write", Payload::of(told)?))
    }

    async fn check(&self, cx: &Context<'_>) -> Result<Effects, AgentError> {
        match &self.does {
            Does::Write { .. } => Ok(Effects::none()),
            Does::Read { prefix, watches: true } => reading::changes(cx, &self.open(cx)?, prefix).await,
            Does::Read { prefix, watches: false } => reading::all(cx, &self.open(cx)?, prefix).await,
        }
    }

    fn examples() -> Vec<Example> {
        let key =
            json!({"access_key_id": "AKIDEXAMPLE", "access_key_secret": "{% credential aws_secret %}", "region": "eu-central-1"});
        let config = |more: serde_json::Value| {
            let mut config = key.clone();
            more.as_object().into_iter().flatten().for_each(|(name, value)| config[name] = value.clone());
            config
        };
        let listed = "<ListBucketResult><IsTruncated>false</IsTruncated><KeyCount>1</KeyCount><Contents><Key>photos/2026/tea.jpg</Key>\
                      <LastModified>2026-01-01T08:00:00.000Z</LastModified><ETag>\"5d41402a\"</ETag><Size>1024</Size></Contents></ListBucketResult>";
        let minio = json!({
            "mode": "read", "bucket": "shop", "endpoint": "https://minio.example.com", "prefix": "photos/2026/", "schedule": "every_1h"
        });
        let place = "https://minio.example.com/shop?photos/2026/";
        let mut told = json!({
            "bucket": "shop", "file": "photos/2026/tea.jpg", "size": 1024, "etag": "5d41402a", "last_modified": "2026-01-01T08:00:00.000Z",
            "url": "https://minio.example.com/shop/photos/2026/tea.jpg?X-Amz-Expires=3600&X-Amz-Signature=0"
        });
        let all = Example::new(
            "All objects, each day",
            config(json!({
                "mode": "read", "bucket": "shop", "endpoint": "https://minio.example.com", "watch": false, "schedule": "midnight"
            })),
        );
        let all = all.answered(200, listed).emits("on_file", told.clone());
        told["event_type"] = json!("added");
        vec![
            Example::new("A photo comes into a folder of a store of others", config(minio))
                .remembering(json!({"place": place, "objects": [[0, "photos/2026/cup.jpg", "0"]]}))
                .answered(200, listed)
                .emits("on_file", json!({"bucket": "shop", "file": "photos/2026/cup.jpg", "event_type": "removed"}))
                .emits("on_file", told)
                .remembers(json!({"place": place, "objects": [[0, "photos/2026/tea.jpg", reading::digest("5d41402a")]]})),
            all,
            Example::new(
                "Each order becomes an object",
                config(json!({
                    "mode": "write", "bucket": "orders-{{ country }}", "filename": "orders/{{ id }}.txt", "data": "{{ data }}"
                })),
            )
            .on(json!({"id": 12, "country": "de", "data": "Two pots of tea"}))
            .answered(200, "")
            .emits("on_write", json!({"bucket": "orders-de", "file": "orders/12.txt", "size": 15, "etag": null})),
        ]
    }
}

impl S3 {
    /// The bucket of a delivery.
    fn open(&self, cx: &Context<'_>) -> Result<Bucket<'_>, AgentError> {
        let key = AwsKey {
            id: self.id.render(cx.scope())?,
            secret: self.secret.render(cx.scope())?,
            session_token: None,
            region: self.region.clone(),
            service: "s3",
        };
        let name = self.bucket.render(cx.scope())?;
        Bucket::open(&self.service, key, self.endpoint.as_deref(), name.trim())
    }
}
