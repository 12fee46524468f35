use super::*;
use serde_json::json;

fn matches(operator: &str, value: Value, found: Value) -> bool {
    let operator = serde_json::from_value(json!(operator)).unwrap();
    Comparison::new(operator, None, Some(value)).unwrap().matches(Some(&found), &mut Searches::default()).unwrap()
}

#[test]
fn each_operator_compares_what_it_says() {
    let list = json!([1, "a", [2.0], null]);
    for (operator, value, yes, no) in [
        ("eq", json!(1), vec![json!(1), json!(1.0)], vec![json!("1"), json!(true), json!(2), json!([1])]),
        ("ne", json!(1), vec![json!("1"), json!(null), json!(2)], vec![json!(1.0)]),
        ("eq", json!(null), vec![json!(null)], vec![json!(0), json!("")]),
        ("gt", json!(9), vec![json!(10), json!(9.5)], vec![json!(9), json!("10"), json!(true)]),
        ("gte", json!("b"), vec![json!("b"), json!("ba")], vec![json!("a"), json!(5), json!(null)]),
        ("lt", json!("2024-01-01T00:00:00Z"), vec![json!("2024-01-01T00:30:00+01:00")], vec![json!("2023"), json!(1)]),
        ("lte", json!(0), vec![json!(-0.0), json!(-1)], vec![json!(0.5)]),
        ("contains", json!("b"), vec![json!("abc"), json!(["a", "b"])], vec![json!("ac"), json!({"b": 1}), json!(["ab"])]),
        ("not_contains", json!(1), vec![json!([2])], vec![json!([1.0]), json!("2"), json!(2)]),
        ("starts_with", json!("a"), vec![json!("ab")], vec![json!("ba"), json!(["a"])]),
        ("ends_with", json!("a"), vec![json!("ba")], vec![json!("ab"), json!(1)]),
        ("in", list.clone(), vec![json!(1.0), json!([2]), json!(null)], vec![json!("1"), json!([])]),
        ("not_in", list, vec![json!("1"), json!({})], vec![json!("a")]),
        ("matches", json!("^a+$"), vec![json!("aa")], vec![json!("ab"), json!(1)]),
        ("not_matches", json!("^a+$"), vec![json!("ab")], vec![json!("aa"), json!(1)]),
        ("is_type", json!("integer"), vec![json!(1), json!(1.0)], vec![json!(1.5), json!("1")]),
        ("is_type", json!("number"), vec![json!(1), json!(1.5)], vec![json!(null)]),
    ] {
        for found in yes {
            assert!(matches(operator, value.clone(), found.clone()), "{found} {operator} {value}");
        }
        for found in no {
            assert!(!matches(operator, value.clone(), found.clone()), "not: {found} {operator} {value}");
        }
    }
}

#[test]
fn a_missing_value_is_a_state_of_its_own() {
    for (operator, found, expected) in [
        (Operator::Exists, None, false),
        (Operator::Exists, Some(json!(null)), true),
        (Operator::NotExists, None, true),
        (Operator::NotExists, Some(json!(null)), false),
        (Operator::IsEmpty, None, false),
        (Operator::IsEmpty, Some(json!({})), true),
        (Operator::IsEmpty, Some(json!(0)), false),
        (Operator::IsNotEmpty, Some(json!(0)), false),
        (Operator::IsNotEmpty, Some(json!([0])), true),
    ] {
        let comparison = Comparison::new(operator, None, None).unwrap();
        let matches = comparison.matches(found.as_ref(), &mut Searches::default()).unwrap();
        assert_eq!(matches, expected, "{operator:?} {found:?}");
    }
    let unequal = Comparison::new(Operator::Ne, None, Some(json!(1))).unwrap();
    assert!(!unequal.matches(None, &mut Searches::default()).unwrap(), "`ne` too");
}
#[test]
fn the_same_moment_is_equal_whatever_the_zone_and_operator() {
    let (berlin, utc) = (json!("2024-01-01T01:00:00+01:00"), json!("2024-01-01T00:00:00Z"));
    for operator in ["eq", "gte", "lte"] {
        assert!(matches(operator, utc.clone(), berlin.clone()), "{operator}");
    }
    for operator in ["ne", "gt", "lt"] {
        assert!(!matches(operator, utc.clone(), berlin.clone()), "{operator}");
    }
    assert!(matches("in", json!([utc]), berlin.clone()) && matches("contains", berlin, json!([utc])));
}

#[test]
fn a_cast_reads_before_it_compares() {
    let cast = |cast: Cast, operator: Operator, value: Value, found: Value| {
        Comparison::new(operator, Some(cast), Some(value)).unwrap().matches(Some(&found), &mut Searches::default()).unwrap()
    };
    assert!(cast(Cast::Number, Operator::Gte, json!(100), json!(" 250 ")));
    assert!(cast(Cast::Number, Operator::Eq, json!(2.5), json!("2.50")) && cast(Cast::Number, Operator::Lt, json!(3), json!(2)));
    assert!(cast(Cast::Number, Operator::In, json!([1, 2]), json!("2")));
    for no in [json!("many"), json!(""), json!("0x10"), json!(true), json!(null), json!(["250"])] {
        assert!(!cast(Cast::Number, Operator::Gte, json!(0), no.clone()), "{no}");
    }
    assert!(
        cast(Cast::Text, Operator::StartsWith, json!("49"), json!(4917))
            && cast(Cast::Text, Operator::Eq, json!("true"), json!(true))
    );
    for (cast, value) in [(Cast::Number, json!("1")), (Cast::Number, json!([1, "2"])), (Cast::Text, json!(5))] {
        assert!(Comparison::new(Operator::Ne, Some(cast), Some(value)).is_err());
    }
}
