//! `weather`: tells the forecast of a day. The options are those of Huginn's WeatherAgent, with Pirate Weather as the service.

mod forecast;
mod huginn;
#[cfg(test)]
mod tests;

use crate::agent::{AgentType, Kind, Problems};
use crate::huginn::Mapping;
use crate::meaning::TemplateText;
use crate::service::{Reader, Service};
use crate::template::Template;
use crate::{AgentError, Context, Effects, Emit, Example, Facts};
use http::Method;
use rookery_domain::Payload;
use rookery_egress::Request;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::json;
use std::time::Duration;

/// How long the service may take.
const TIMEOUT: Duration = Duration::from_secs(30);
/// The last day of a forecast, from today on (docs.pirateweather.net, 2026).
const LAST_DAY: usize = 7;

/// Tells the forecast of a day for a place, by Pirate Weather, each time when it is checked.
///
/// Emits, in the group `on_forecast`, `{"location", "date", "period", "high", "low", "conditions", "icon", "avehumidity", "precip", "avewind", ...}`.
/// `date` has `epoch`, `pretty`, `day`, `month`, `year`, `weekday` and more, in the zone of the place; `high` and `low` have `fahrenheit`, `celsius` and
/// `epoch`; `avewind` has `mph`, `kph` and `degrees`. Measured values are texts, as in Huginn; what the forecast lacks is null.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Options {
    /// The key for Pirate Weather: a credential, like `{% credential weather_key %}`.
    api_key: TemplateText,
    /// The place: its latitude and longitude, like `52.52,13.41`.
    location: String,
    /// The day: 0 is today, 1 tomorrow.
    #[serde(default = "tomorrow")]
    #[schemars(range(max = 7))]
    which_day: usize,
    /// The language of `conditions`, like `de`.
    #[serde(default = "english")]
    language: String,
    /// The address of Pirate Weather, or of a server that stands for it.
    #[serde(default = "api_url")]
    api_url: String,
}

fn tomorrow() -> usize {
    1
}

fn english() -> String {
    "en".to_owned()
}

fn api_url() -> String {
    "https://api.pirateweather.net".to_owned()
}

/// The agent.
pub struct Weather {
    api_key: Template,
    location: String,
    which_day: usize,
    language: String,
    api_url: String,
    service: Service,
}

impl AgentType for Weather {
    const NAME: &'static str = "weather";
    const KIND: Kind = Kind::Trigger;
    const TITLE: &'static str = "Weather";
    const GROUPS: &'static [&'static str] = &["on_forecast"];
    const CHECKS: bool = true;
    const DEFAULT_SCHEDULE: Option<&'static str> = Some("8pm");
    const HUGINN: Option<Mapping> = Some(huginn::MAPPING);
    type Options = Options;

    fn new(options: Options, problems: &mut Problems) -> Option<Self> {
        let Options { api_key, location, which_day, language, api_url } = options;
        let location = place(&location);
        if location.is_none() {
            problems.add("location", "Give a latitude from -90 to 90 and a longitude from -180 to 180, like `52.52,13.41`.");
        }
        if which_day > LAST_DAY {
            problems.add("which_day", format!("Give 0 for today, up to {LAST_DAY}."));
        }
        if language.is_empty() || !language.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-') {
            problems.add("language", "Give the code of a language, like `en` or `de`.");
        }
        let mut reader = Reader::new(problems);
        let api_key = reader.secret("api_key", api_key);
        let api_url = reader.api_url(&api_url);
        let service = reader.service();
        let (api_key, location, api_url) = (api_key?, location?, api_url?);
        problems.errors.is_empty().then_some(Weather { api_key, location, which_day, language, api_url, service })
    }

    fn facts(&self) -> Facts {
        Facts { credentials: self.service.credentials(), ..Facts::of::<Self>() }
    }

    async fn check(&self, cx: &Context<'_>) -> Result<Effects, AgentError> {
        let Weather { location, language, api_url, .. } = self;
        let key = self.api_key.render(cx.scope())?;
        let url = format!("{api_url}/forecast/{}/{location}?units=us&exclude=minutely,hourly&lang={language}", key.trim());
        let request = Request { timeout: Some(TIMEOUT), ..Request::new(Method::GET, url) };
        let response = self.service.ask(cx, request).await?;
        let told = forecast::told(&response.body, location, self.which_day)?;
        Ok(Effects {
            emit: vec![Emit { groups: vec!["on_forecast".to_owned()], payload: Payload::of(told)? }],
            ..Effects::none()
        })
    }

    fn examples() -> Vec<Example> {
        let day = json!({
            "time": 1767225600, "summary": "Light rain", "icon": "rain", "temperatureMax": 50.0, "temperatureMaxTime": 1767272400,
            "temperatureMin": 41.0, "temperatureMinTime": 1767243600, "humidity": 0.81, "windSpeed": 10.0, "windBearing": 270,
            "precipProbability": 0.7, "precipType": "rain"
        });
        let answer = json!({"timezone": "Europe/Berlin", "daily": {"data": [day]}}).to_string();
        let high = json!({
            "fahrenheit": "50", "celsius": "10", "epoch": "1767272400",
            "fahrenheit_apparent": null, "celsius_apparent": null, "epoch_apparent": null
        });
        let low = json!({
            "fahrenheit": "41", "celsius": "5", "epoch": "1767243600",
            "fahrenheit_apparent": null, "celsius_apparent": null, "epoch_apparent": null
        });
        let told = json!({
            "location": "52.52,13.41",
            "date": {
                "epoch": "1767225600", "pretty": "1:00 AM CET on January 1, 2026", "day": 1, "month": 1, "year": 2026, "yday": 1, "hour": 1,
                "min": "00", "sec": 0, "monthname": "January", "weekday_short": "Thu", "weekday": "Thursday", "ampm": "AM", "tz_short": "CET"
            },
            "period": 0, "high": high, "low": low, "conditions": "Light rain", "icon": "rain", "avehumidity": "81",
            "sunriseTime": null, "sunsetTime": null, "moonPhase": null,
            "precip": {"intensity": null, "intensity_max": null, "intensity_max_epoch": null, "probability": "0.7", "type": "rain"},
            "dewPoint": null, "avewind": {"mph": "10", "kph": "16", "degrees": "270"},
            "visibility": null, "cloudCover": null, "pressure": null, "ozone": null
        });
        let config = json!({
            "api_key": "{% credential weather_key %}", "location": "52.52,13.41", "which_day": 0, "language": "en", "schedule": "every_1h"
        });
        vec![Example::new("Today's weather in Berlin, every hour", config).answered(200, &answer).emits("on_forecast", told)]
    }
}

/// A place as the service takes it, if a text is one.
fn place(text: &str) -> Option<String> {
    let (latitude, longitude) = text.split_once(',')?;
    let within = |text: &str, most: f64| text.trim().parse::<f64>().ok().filter(|degrees| degrees.abs() <= most);
    Some(format!("{},{}", within(latitude, 90.0)?, within(longitude, 180.0)?))
}
