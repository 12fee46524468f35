//! Arithmetic: the reference's examples, decimals, long numbers, and values that are not numbers.

use super::{all_fail, all_render};
use crate::template::JsonTemplate;
use crate::template::tests::scope;
use serde_json::json;

#[test]
fn the_references_examples() {
    all_render(
        "{}",
        &[
            ("{{ -17 | abs }} {{ 4 | abs }} {{ \"-19.86\" | abs }}", "17 4 19.86"),
            ("{{ 4 | at_least: 5 }} {{ 4 | at_least: 3 }}", "5 4"),
            ("{{ 4 | at_most: 5 }} {{ 4 | at_most: 3 }}", "4 3"),
            ("{{ 1.2 | ceil }} {{ 2.0 | ceil }} {{ 183.357 | ceil }} {{ \"3.5\" | ceil }}", "2 2 184 4"),
            ("{{ 16 | divided_by: 4 }} {{ 5 | divided_by: 3 }} {{ 20 | divided_by: 7 }}", "4 1 2"),
            ("{{ 20 | divided_by: 7.0 }}", "2.857142857142857"),
            ("{% assign f = 7 | times: 1.0 %}{{ 20 | divided_by: f }}", "2.857142857142857"),
            ("{{ 1.2 | floor }} {{ 2.0 | floor }} {{ 183.357 | floor }} {{ \"3.5\" | floor }}", "1 2 183 3"),
            ("{{ 4 | minus: 2 }} {{ 16 | minus: 4 }} {{ 183.357 | minus: 12 }}", "2 12 171.357"),
            ("{{ 3 | modulo: 2 }} {{ 24 | modulo: 7 }} {{ 183.357 | modulo: 12 }}", "1 3 3.357"),
            ("{{ 4 | plus: 2 }} {{ 16 | plus: 4 }} {{ 183.357 | plus: 12 }}", "6 20 195.357"),
            ("{{ 1.2 | round }} {{ 2.7 | round }} {{ 183.357 | round: 2 }}", "1 3 183.36"),
            ("{{ 3 | times: 2 }} {{ 24 | times: 7 }} {{ 183.357 | times: 12 }}", "6 168 2200.284"),
        ],
    );
}

#[test]
fn arithmetic_is_in_decimals() {
    all_render(
        r#"{"price": 19.99, "n": 3, "text": "1.10", "tiny": 1e-7}"#,
        &[
            ("{{ 0.1 | plus: 0.2 }}", "0.3"),
            ("{{ price | times: n }} {{ price | times: 100 }}", "59.97 1999"),
            ("{{ 1.15 | times: 100 | round }} {{ 1.005 | times: 1000 }} {{ 4.35 | times: 100 }}", "115 1005 435"),
            ("{{ 0.3 | minus: 0.1 }} {{ 1.1 | modulo: 0.1 }}", "0.2 0"),
            ("{{ text | plus: \"2.20\" }}", "3.3"),
            ("{{ 2.5 | round }} {{ -2.5 | round }} {{ 1.005 | round: 2 }} {{ 5 | round: 2 }}", "3 -3 1.01 5"),
            ("{{ 1234.5 | round: -2 }} {{ 1250 | round: -2 }} {{ 1.5 | round: 400 }}", "1200 1300 1.5"),
            ("{{ tiny | plus: 0 }} {{ tiny | times: 10000000 }}", "0.0000001 1"),
        ],
    );
}

#[test]
fn whole_numbers_divide_down_and_remainders_follow_the_divisor() {
    all_render(
        "{}",
        &[
            ("{{ -7 | divided_by: 2 }} {{ 7 | divided_by: -2 }} {{ -6 | divided_by: 2 }}", "-4 -4 -3"),
            ("{{ -7 | modulo: 3 }} {{ 7 | modulo: -3 }} {{ -6 | modulo: 3 }}", "2 -2 0"),
            ("{{ 7 | divided_by: 2.0 }} {{ 7.0 | divided_by: 2 }} {{ \"7\" | divided_by: \"2\" }}", "3.5 3.5 3"),
            ("{{ 1 | divided_by: 3.0 }} {{ 10.0 | divided_by: 4 }} {{ 0 | divided_by: 5.0 }}", "0.3333333333333333 2.5 0"),
        ],
    );
}

#[test]
fn long_numbers_are_exact_and_stay_numbers() {
    let payload = r#"{"n": 9223372036854775807, "big": 123456789012345678901, "least": -9223372036854775808, "exact": 1234567890123456.789, "e": 1e20}"#;
    all_render(
        payload,
        &[
            ("{{ n | plus: 1 }} {{ least | minus: 1 }}", "9223372036854775808 -9223372036854775809"),
            ("{{ big | plus: 1 }} {{ 1 | plus: big }}", "123456789012345678902 123456789012345678902"),
            ("{{ big | times: big | divided_by: big }} {{ big | modulo: 10 }}", "123456789012345678901 1"),
            ("{{ 900000000000000000 | times: 900000000000000000 }}", "810000000000000000000000000000000000"),
            (
                "{{ least | abs }} {{ least | divided_by: -1 }} {{ least | modulo: -1 }}",
                "9223372036854775808 9223372036854775808 0",
            ),
            ("{{ big | round }} {{ big | at_most: n }}", "123456789012345678901 9223372036854775807"),
            ("{{ exact | plus: 0.001 }} {{ exact | ceil }}", "1234567890123456.79 1234567890123457"),
            ("{{ e | plus: 1 }} {{ e | floor }}", "100000000000000000001.0 100000000000000000000"),
            ("{{ 1.5 | times: '1e308' | times: 10000 | ceil | size }}", "313"),
        ],
    );
    let template = JsonTemplate::parse(&json!(["{{ big | plus: 1 | as_object }}", "{{ 0.1 | plus: 0.2 | as_object }}"])).unwrap();
    assert_eq!(template.render(&scope(payload)).unwrap().to_string(), "[123456789012345678902,0.3]");
}

#[test]
fn nothing_is_zero_and_what_is_no_number_is_an_error() {
    let payload =
        json!({"text": "abc", "yes": true, "list": [1], "o": {}, "spaces": " ", "long": "1".repeat(2_001), "e": "1e999999"});
    let payload = payload.to_string();
    all_render(&payload, &[("{{ missing | plus: 1 }} {{ spaces | plus: 1 }} {{ 1 | plus: missing }}", "1 1 1")]);
    all_fail(
        &payload,
        &[
            ("{{ text | plus: 1 }}", "plus: a number is needed, not a text"),
            ("{{ 1 | times: text }}", "times: a number is needed, not a text"),
            ("{{ yes | minus: 1 }}", "not true or false"),
            ("{{ list | abs }}", "not a list"),
            ("{{ o | ceil }}", "not an object"),
            ("{{ 'inf' | floor }}", "floor"),
            ("{{ 'NaN' | round }}", "round"),
            ("{{ '1_000' | round }}", "round"),
            ("{{ '12abc' | at_most: 5 }}", "at_most"),
            ("{{ 1 | divided_by: 0 }}", "Can't divide by zero"),
            ("{{ 1.5 | divided_by: 0.0 }}", "Can't divide by zero"),
            ("{{ 1 | modulo: 0 }}", "Can't divide by zero"),
            ("{{ 1 | round: 'x' }}", "round: argument 1 must be a whole number"),
            ("{{ long | plus: 1 }}", "1000 digits are the limit"),
            ("{{ e | plus: 1 }}", "1000 digits are the limit"),
            ("{% assign n = 9 %}{% for i in (1..40) %}{% assign n = n | times: n %}{% endfor %}", "1000 digits are the limit"),
        ],
    );
}
