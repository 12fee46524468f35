//! How `weather` takes Huginn's WeatherAgent, which may name other services, and places in words.

use super::place;
use crate::huginn::{Mapping, Taken};

pub(super) const MAPPING: Mapping =
    Mapping { map: from_huginn, secrets: &["api_key"], hosts: &["api.pirateweather.net"], ..Mapping::of("WeatherAgent") };

fn from_huginn(taken: &mut Taken<'_>) {
    let service = taken.text("service").map(str::to_lowercase);
    taken.options.remove("service");
    if service.is_some_and(|service| !service.replace([' ', '_', '-'], "").contains("pirate")) {
        let message = "The service of the file is asked no more: a key for Pirate Weather is needed (pirate-weather.apiable.io).";
        taken.differs("service", message);
    }
    if taken.text("location").is_some_and(|location| place(location).is_none()) {
        taken.differs("location", "A place is a latitude and a longitude here, like `52.52,13.41`: write it anew.");
    }
}
