//! A day of a forecast: as the service tells it, and as the event does.

use crate::AgentError;
use jiff::Timestamp;
use jiff::tz::TimeZone;
use serde::Deserialize;
use serde_json::{Value, json};

/// Kilometres of a mile.
const MILE_KM: f64 = 1.609_344;

/// What is read of an answer.
#[derive(Deserialize)]
struct Answer {
    timezone: Option<String>,
    daily: Daily,
}

#[derive(Deserialize)]
struct Daily {
    data: Vec<Day>,
}

/// A day; degrees are Fahrenheit, speeds miles an hour.
#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", default)]
struct Day {
    time: i64,
    summary: Option<String>,
    icon: Option<String>,
    temperature_max: Option<f64>,
    temperature_max_time: Option<i64>,
    temperature_min: Option<f64>,
    temperature_min_time: Option<i64>,
    apparent_temperature_max: Option<f64>,
    apparent_temperature_max_time: Option<i64>,
    apparent_temperature_min: Option<f64>,
    apparent_temperature_min_time: Option<i64>,
    humidity: Option<f64>,
    sunrise_time: Option<i64>,
    sunset_time: Option<i64>,
    moon_phase: Option<f64>,
    precip_intensity: Option<f64>,
    precip_intensity_max: Option<f64>,
    precip_intensity_max_time: Option<i64>,
    precip_probability: Option<f64>,
    precip_type: Option<String>,
    dew_point: Option<f64>,
    wind_speed: Option<f64>,
    wind_bearing: Option<f64>,
    visibility: Option<f64>,
    cloud_cover: Option<f64>,
    pressure: Option<f64>,
    ozone: Option<f64>,
}

/// What is told of a day of the answer.
pub(super) fn told(answer: &[u8], location: &str, which_day: usize) -> Result<Value, AgentError> {
    let answer: Answer = serde_json::from_slice(answer)
        .map_err(|error| AgentError::fail("invalid_answer", format!("The answer is no forecast: {error}.")))?;
    let Some(day) = answer.daily.data.get(which_day) else {
        let message = format!("The forecast has {} days, and none for `which_day` {which_day}.", answer.daily.data.len());
        return Err(AgentError::fail("invalid_answer", message));
    };
    let zone = answer.timezone.and_then(|name| TimeZone::get(&name).ok()).unwrap_or(TimeZone::UTC);
    let extreme = |degrees: Option<f64>, at: Option<i64>, felt: Option<f64>, felt_at: Option<i64>| {
        json!({
            "fahrenheit": round(degrees), "celsius": round(degrees.map(celsius)), "epoch": whole(at),
            "fahrenheit_apparent": round(felt), "celsius_apparent": round(felt.map(celsius)), "epoch_apparent": whole(felt_at),
        })
    };
    Ok(json!({
        "location": location,
        "date": date(day.time, zone)?,
        "period": which_day,
        "high": extreme(
            day.temperature_max, day.temperature_max_time, day.apparent_temperature_max, day.apparent_temperature_max_time
        ),
        "low": extreme(
            day.temperature_min, day.temperature_min_time, day.apparent_temperature_min, day.apparent_temperature_min_time
        ),
        "conditions": day.summary,
        "icon": day.icon,
        "avehumidity": round(day.humidity.map(|part| part * 100.0)),
        "sunriseTime": whole(day.sunrise_time),
        "sunsetTime": whole(day.sunset_time),
        "moonPhase": text(day.moon_phase),
        "precip": {
            "intensity": text(day.precip_intensity), "intensity_max": text(day.precip_intensity_max),
            "intensity_max_epoch": whole(day.precip_intensity_max_time), "probability": text(day.precip_probability),
            "type": day.precip_type,
        },
        "dewPoint": text(day.dew_point),
        "avewind": {
            "mph": round(day.wind_speed), "kph": round(day.wind_speed.map(|miles| miles * MILE_KM)), "degrees": round(day.wind_bearing),
        },
        "visibility": text(day.visibility),
        "cloudCover": text(day.cloud_cover),
        "pressure": text(day.pressure),
        "ozone": text(day.ozone),
    }))
}

/// A day in the zone of the place.
fn date(epoch: i64, zone: TimeZone) -> Result<Value, AgentError> {
    let moment =
        Timestamp::from_second(epoch).map_err(|_| AgentError::fail("invalid_answer", "The forecast has a day of no time."))?;
    let at = moment.to_zoned(zone);
    let said = |format: &str| at.strftime(format).to_string();
    Ok(json!({
        "epoch": epoch.to_string(), "pretty": said("%-I:%M %p %Z on %B %-d, %Y"),
        "day": at.day(), "month": at.month(), "year": at.year(), "yday": at.day_of_year(),
        "hour": at.hour(), "min": said("%M"), "sec": at.second(), "monthname": said("%B"),
        "weekday_short": said("%a"), "weekday": said("%A"), "ampm": said("%p"), "tz_short": said("%Z"),
    }))
}

fn celsius(fahrenheit: f64) -> f64 {
    (fahrenheit - 32.0) * 5.0 / 9.0
}

/// A number as a text, without a fraction.
fn round(number: Option<f64>) -> Option<String> {
    // A zero has no sign.
    number.map(|number| (number.round() + 0.0).to_string())
}

fn text(number: Option<f64>) -> Option<String> {
    number.map(|number| number.to_string())
}

fn whole(number: Option<i64>) -> Option<String> {
    number.map(|number| number.to_string())
}
