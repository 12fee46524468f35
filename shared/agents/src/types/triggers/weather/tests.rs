//! Forecasts: what is asked, what is told, and what is refused.

use super::forecast::told;
use super::place;
use crate::testing::problem;
use proptest::prelude::*;
use serde_json::{Value, json};

fn day() -> Value {
    json!({
        "time": 1767222000, "summary": "Light rain", "icon": "rain", "temperatureMax": 50.4, "temperatureMaxTime": 1767272400,
        "temperatureMin": 31.9, "humidity": 0.81, "windSpeed": 10.0, "windBearing": 270, "precipProbability": 0.7
    })
}

fn answer(days: Vec<Value>) -> Vec<u8> {
    json!({"timezone": "Europe/Berlin", "daily": {"data": days}}).to_string().into_bytes()
}

#[test]
fn a_day_is_told_in_the_zone_of_its_place() {
    let told = told(&answer(vec![json!({}), day()]), "52.52,13.41", 1).unwrap();
    assert_eq!((&told["location"], &told["period"]), (&json!("52.52,13.41"), &json!(1)));
    let date = &told["date"];
    assert_eq!(date["pretty"], "12:00 AM CET on January 1, 2026");
    assert_eq!((&date["epoch"], &date["day"], &date["weekday"]), (&json!("1767222000"), &json!(1), &json!("Thursday")));
    assert_eq!((&told["high"]["fahrenheit"], &told["high"]["celsius"]), (&json!("50"), &json!("10")));
    assert_eq!((&told["low"]["celsius"], &told["low"]["epoch"]), (&json!("0"), &Value::Null));
    assert_eq!((&told["avehumidity"], &told["avewind"]["kph"]), (&json!("81"), &json!("16")));
    assert_eq!((&told["conditions"], &told["precip"]["probability"]), (&json!("Light rain"), &json!("0.7")));
}

#[test]
fn what_is_no_forecast_is_said_so() {
    for answer in [b"{}".to_vec(), b"<html>".to_vec(), answer(vec![day()]), answer(vec![day(), json!({"time": i64::MAX})])] {
        assert_eq!(told(&answer, "0,0", 1).unwrap_err().code, "invalid_answer");
    }
}

#[test]
fn errors_name_the_field() {
    for (more, field) in [
        (json!({"api_key": ""}), "api_key"),
        (json!({"location": "Berlin"}), "location"),
        (json!({"location": "91,0"}), "location"),
        (json!({"which_day": 8}), "which_day"),
        (json!({"language": "de&units=si"}), "language"),
        (json!({"api_url": "weather"}), "api_url"),
    ] {
        let mut config = json!({"api_key": "k", "location": "1,2"});
        config.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        assert_eq!(problem("weather", config), format!("config.{field}"), "{more}");
    }
}

proptest! {
    #[test]
    fn a_place_is_two_numbers_whatever_is_written(text in ".{0,40}", latitude in -90.0..=90.0f64, longitude in -180.0..=180.0f64) {
        if let Some(place) = place(&text) {
            prop_assert!(place.bytes().all(|byte| byte.is_ascii_digit() || b".,-".contains(&byte)), "{place}");
        }
        prop_assert_eq!(place(&format!(" {latitude} , {longitude} ")), Some(format!("{latitude},{longitude}")));
    }
}
