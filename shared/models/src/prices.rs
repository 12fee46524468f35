//! What tokens cost, by the table in `prices.json`. Prices change: the table has its date, and a model that it does not know has no
//! cost rather than a wrong one.

use crate::DEMO;
use rookery_domain::{Cost, Usage};
use serde::Deserialize;
use std::collections::HashMap;
use std::sync::LazyLock;

#[derive(Deserialize)]
struct Table {
    /// For a million tokens: input, output, cache_read, cache_write.
    models: HashMap<String, [f64; 4]>,
}

static TABLE: LazyLock<HashMap<String, [f64; 4]>> = LazyLock::new(|| {
    // The file is our own: a test reads it.
    serde_json::from_str::<Table>(include_str!("prices.json")).map(|table| table.models).unwrap_or_default()
});

/// What a model's tokens cost in US dollars, by its name as [`crate::Completed::model`] has it; `None` for a model that is not in
/// the table. Scripted models are free.
pub fn cost(model: &str, usage: &Usage) -> Option<Cost> {
    if model.split('/').next() == Some(DEMO) {
        return Some(Cost::default());
    }
    let prices = TABLE.get(model).or_else(|| TABLE.get(undated(model)))?;
    let [input, output, cache_read, cache_write] = *prices;
    let price = |tokens: u64, price: f64| tokens as f64 * price / 1e6;
    let (input, output) = (price(usage.input, input), price(usage.output, output));
    let (cache_read, cache_write) = (price(usage.cache_read, cache_read), price(usage.cache_write, cache_write));
    Some(Cost { input, output, cache_read, cache_write, total: input + output + cache_read + cache_write })
}

/// The name without the version at its end: `-20250929`, `-2024-08-06`, `-001` or `-latest`.
fn undated(model: &str) -> &str {
    let shape: String = model.chars().map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    let version = ["-0000-00-00", "-00000000", "-000", "-latest"].into_iter().find(|version| shape.ends_with(version));
    version.map_or(model, |version| &model[..model.len() - version.len()])
}

#[cfg(test)]
mod tests {
    use super::*;

    const USAGE: Usage =
        Usage { input: 1_000_000, output: 100_000, cache_read: 2_000_000, cache_write: 1_000_000, total_tokens: 0 };

    #[test]
    fn the_table_can_be_read_and_its_prices_make_sense() {
        assert!(TABLE.len() > 10);
        for (model, [input, output, cache_read, cache_write]) in TABLE.iter() {
            assert!(
                model.contains('/') && 0.0 < *cache_read && cache_read < input && input < output && *cache_write >= 0.0,
                "{model}"
            );
        }
    }

    #[test]
    fn each_kind_of_token_has_its_price() {
        let cost = cost("anthropic/claude-sonnet-4-5", &USAGE).unwrap();
        assert_eq!(cost, Cost { input: 3.0, output: 1.5, cache_read: 0.6, cache_write: 3.75, total: 8.85 });
    }

    #[test]
    fn a_dated_name_costs_what_the_name_costs_and_an_unknown_one_nothing_known() {
        for (dated, name) in [
            ("anthropic/claude-sonnet-4-5-20250929", "anthropic/claude-sonnet-4-5"),
            ("anthropic/claude-sonnet-4-20250514", "anthropic/claude-sonnet-4"),
            ("openai/gpt-4o-2024-08-06", "openai/gpt-4o"),
            ("openai/gpt-4o-mini-2024-07-18", "openai/gpt-4o-mini"),
            ("gemini/gemini-2.5-flash-001", "gemini/gemini-2.5-flash"),
            ("anthropic/claude-3-5-haiku-latest", "anthropic/claude-3-5-haiku"),
        ] {
            assert_eq!(cost(dated, &USAGE), Some(cost(name, &USAGE).unwrap()), "{dated}");
        }
        for unknown in ["openai/gpt-4o-audio", "openai/gpt-9", "groq/gpt-4o", "", "é", "-2024-08-06"] {
            assert_eq!(cost(unknown, &USAGE), None, "{unknown}");
        }
        assert_eq!(cost("demo/guide", &USAGE), Some(Cost::default()));
    }
}
