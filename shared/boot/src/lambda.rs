//! From the environment of a Lambda function to an engine. The local program is built without this file: it has no credentials,
//! no region, and no TLS of the SDK.

use crate::https::Https;
use crate::{Booted, Clients, Options, assemble};
use aws_config::environment::{EnvironmentVariableCredentialsProvider, EnvironmentVariableRegionProvider};
use aws_config::meta::region::ProvideRegion;
use aws_config::{BehaviorVersion, SdkConfig};
use aws_credential_types::provider::SharedCredentialsProvider;
use rookery_domain::{Error, Result};
use rookery_egress::{Allow, Policy};
use rookery_engine::{MailSettings, PublicUrl, Settings};
use rookery_queue::QueueUrls;
use std::fmt::Display;
use std::str::FromStr;

/// Makes the two clients and the engine of a Lambda function from the environment: `ROOKERY_TABLE`, the two variables of each
/// queue ([`rookery_queue::Queue::variable`]), and what Lambda sets for the AWS SDK. With `ROOKERY_STAGE`, metrics are written for
/// CloudWatch; with `ROOKERY_PUBLIC_URL`, external agents are told where to post results; `ROOKERY_PROCESSES` says how many processes of
/// the function may work at once; `ROOKERY_SMTP_URL` and `ROOKERY_MAIL_FROM` say how mails are sent. No request is made. Errors name the variable.
pub async fn from_environment() -> Result<Booted> {
    let config = sdk().await?;
    let mut dynamodb = aws_sdk_dynamodb::config::Builder::from(&config);
    dynamodb.set_endpoint_url(endpoint("DYNAMODB"));
    let mut sqs = aws_sdk_sqs::config::Builder::from(&config);
    sqs.set_endpoint_url(endpoint("SQS"));
    let clients = Clients::new(dynamodb.build(), sqs.build());
    let egress = Policy { allow: egress_allow()?, ..Policy::default() };
    let (stage, processes) = (variable("ROOKERY_STAGE").ok(), processes()?);
    let settings = Settings { public_url: public_url()?, stage, processes, mail: mail()?, ..Settings::default() };
    Ok(assemble(clients, &variable("ROOKERY_TABLE")?, QueueUrls::read(variable)?, Options { egress, settings }))
}

/// The SDK's configuration: `AWS_REGION`, and the credentials that Lambda puts into the environment. The SDK's
/// own chain of providers is not asked. It would link profiles, SSO and STS, and make a function larger by a tenth.
pub async fn sdk() -> Result<SdkConfig> {
    let region = EnvironmentVariableRegionProvider::new().region().await;
    let config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(region.ok_or_else(|| unset("AWS_REGION"))?)
        .credentials_provider(SharedCredentialsProvider::new(EnvironmentVariableCredentialsProvider::new()))
        .http_client(Https::new());
    Ok(config.build())
}

/// Where a service is, if it is not at AWS: `AWS_ENDPOINT_URL_DYNAMODB`, `AWS_ENDPOINT_URL_SQS`, `AWS_ENDPOINT_URL`.
fn endpoint(service: &str) -> Option<String> {
    variable(&format!("AWS_ENDPOINT_URL_{service}")).or_else(|_| variable("AWS_ENDPOINT_URL")).ok()
}

/// The public address of the API: `ROOKERY_PUBLIC_URL`.
fn public_url() -> Result<Option<PublicUrl>> {
    let given = variable("ROOKERY_PUBLIC_URL").ok();
    let parse = |url: String| url.parse().map_err(|error| Error::internal(format!("ROOKERY_PUBLIC_URL: {url}: {error}")));
    given.map(parse).transpose()
}

/// How many processes of the function may work at once: `ROOKERY_PROCESSES`, or one.
fn processes() -> Result<u32> {
    let given = variable("ROOKERY_PROCESSES").unwrap_or_else(|_| "1".to_owned());
    let number = given.parse().ok().filter(|number| *number > 0);
    number.ok_or_else(|| Error::internal(format!("ROOKERY_PROCESSES: {given} is not a number from 1")))
}

/// The mail server, with its login, and who sends mails: `ROOKERY_SMTP_URL`, `ROOKERY_MAIL_FROM`.
fn mail() -> Result<MailSettings> {
    Ok(MailSettings { server: parsed("ROOKERY_SMTP_URL")?, from: parsed("ROOKERY_MAIL_FROM")? })
}

/// What a variable says, if it is set. An error does not show the value, but as far as its reader does.
fn parsed<T: FromStr<Err: Display>>(name: &str) -> Result<Option<T>> {
    let parse = |value: String| value.parse::<T>().map_err(|error| Error::internal(format!("{name}: {error}")));
    variable(name).ok().map(parse).transpose()
}

/// The private addresses that agents may call: `ROOKERY_EGRESS_ALLOW`, as CIDR or CIDR:port, separated by commas.
fn egress_allow() -> Result<Vec<Allow>> {
    let given = variable("ROOKERY_EGRESS_ALLOW").unwrap_or_default();
    let ranges = given.split(',').map(str::trim).filter(|range| !range.is_empty());
    let parse = |range: &str| range.parse().map_err(|error| Error::internal(format!("ROOKERY_EGRESS_ALLOW: {range}: {error}")));
    ranges.map(parse).collect()
}

/// The value of an environment variable that must be set.
pub fn variable(name: &str) -> Result<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty()).ok_or_else(|| unset(name))
}

fn unset(name: &str) -> Error {
    Error::internal(format!("set the environment variable {name}"))
}
