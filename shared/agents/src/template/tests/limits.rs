//! The limits of templates: size, nesting, steps, time, memory.

use super::*;

#[test]
fn what_would_take_too_much_is_refused() {
    let payload = format!(r#"{{"big": "{}", "list": [{}1]}}"#, "x".repeat(200_000), "1,".repeat(20_000));
    let loops = |depth: usize| "{% for i in (1..9999) %}".repeat(depth) + &"{% endfor %}".repeat(depth);
    for (source, limit) in [
        ("{% for i in (1..9999999999) limit: 1 %}{% endfor %}".to_owned(), Limit::Range),
        ("{% tablerow i in (-9..9999999999) %}{% endtablerow %}".to_owned(), Limit::Range),
        (loops(2), Limit::Steps),
        (loops(5), Limit::Steps),
        (
            "{% assign a = 'xxxxxxxx' %}{% for i in (1..60) %}{% capture a %}{{ a }}{{ a }}{% endcapture %}{% endfor %}"
                .to_owned(),
            Limit::Memory,
        ),
        ("{% assign a = 'xxxxxxxx' %}{% for i in (1..60) %}{% assign a = a | append: a %}{% endfor %}".to_owned(), Limit::Memory),
        (
            "{% assign a = 'xxxxxxxx' %}{% for i in (1..60) %}{% assign a = a | prepend: a %}{% endfor %}".to_owned(),
            Limit::Memory,
        ),
        ("{{ big | replace: 'x', big }}".to_owned(), Limit::Memory),
        ("{{ big | replace: '', big }}".to_owned(), Limit::Memory),
        ("{{ big | regex_replace: 'x', '\\0\\0\\0\\0\\0\\0\\0\\0' }}".to_owned(), Limit::Memory),
        ("{{ list | join: big }}".to_owned(), Limit::Memory),
        ("{{ big | split: '' | size }}".to_owned(), Limit::Memory),
        ("{% assign l = list %}{% for i in (1..60) %}{% assign l = l | concat: l %}{% endfor %}".to_owned(), Limit::Memory),
        ("{{ big | regex_extract: '(?:[wx]?){1700}[yz]' }}".to_owned(), Limit::Search),
        ("{{ big | regex_replace: '(?:[wx]?){1700}[yz]', '' }}".to_owned(), Limit::Search),
        ((0..40).map(|i| format!("{{% assign v{i} = big %}}")).collect(), Limit::Memory),
        (format!("{{% capture c %}}{}{{% endcapture %}}", "{{big}}".repeat(20)), Limit::Memory),
        ("{{ big }}{{ big }}".to_owned(), Limit::Output),
        ("{% for i in (1..9999) %}{{ big }}{% endfor %}".to_owned(), Limit::Output),
        ("{% tablerow i in (1..9999) %}text{% endtablerow %}".to_owned(), Limit::Output),
        ("x".repeat(70_000), Limit::Source),
        (format!("{{{{ a{}{} }}}}", "[a".repeat(10_000), "]".repeat(10_000)), Limit::Nesting),
        (format!("{{{{ a{}{} }}}}", "['{{'][a".repeat(5_000), "]".repeat(5_000)), Limit::Nesting),
        ("{% capture p %}{% for i in (1..40) %}(a|b{{ i }}){{ q }}{% endfor %}{% endcapture %}{% for i in (1..999) %}{% assign q = p | append: i %}{{ 'x' | regex_extract: q }}{% endfor %}".to_owned(), Limit::Steps),
        ("{% regex_replace 'x' in %}{{ big }}{% with %}{{ match[0] }}{{ list }}{% endregex_replace %}".to_owned(), Limit::Memory),
        ("{% regex_replace 'x' in %}{{ big }}{% with %}{% for i in (1..999) %}{% endfor %}{% endregex_replace %}".to_owned(), Limit::Steps),
        ("{% regex_replace '(?:[wx]?){1700}[yz]' in %}{{ big }}{% endregex_replace %}".to_owned(), Limit::Search),
        ("{% for i in (1..9999) %}{% uuidv4 %}{% endfor %}".to_owned(), Limit::Output),
        ("{% if a %}".repeat(33) + &"{% endif %}".repeat(33), Limit::Nesting),
        ("{% if a %}{% raw %}{% endif %}{% endraw %}".repeat(1_000) + &"{% endif %}".repeat(1_000), Limit::Nesting),
        // Lists in lists, and loops in loops of which the inner ones are kept.
        ("{% assign l = '[{}]' | fromjson %}{% for i in (1..9999) %}{% assign l = l | group_by: 'x' %}{% endfor %}".to_owned(), Limit::Memory),
        (
            "{% tablerow i in (1..9999) %}{% for j in (1..1) %}{% assign forloop = forloop %}{% endfor %}{% endtablerow %}".to_owned(),
            Limit::Memory,
        ),
    ] {
        let shown: String = source.chars().take(80).collect();
        let found = problem(&source, &payload);
        assert_eq!(found, Problem::Limit(limit), "{shown}");
    }
}

#[test]
fn what_is_within_the_bounds_is_rendered() {
    let nested = "{% if true %}".repeat(32) + "x" + &"{% endif %}".repeat(32);
    assert_eq!(render(&nested, "{}"), "x");
    let chain = format!("{{% if a{} %}}y{{% else %}}n{{% endif %}}", " and a".repeat(9_000));
    assert_eq!(render(&chain, r#"{"a": true}"#), "y");
    let cases: String = (0..2_000).map(|i| format!("{{% elsif a == {i} %}}{i}")).collect();
    assert_eq!(render(&format!("{{% if false %}}{cases}{{% endif %}}"), r#"{"a": 1999}"#), "1999");
    assert_eq!(render(&format!("a{}b", " ".repeat(60_000)), "{}").len(), 60_002);
    assert_eq!(render(&format!("{{{{ a{} | size }}}}", "\n| upcase".repeat(6_000)), r#"{"a": "x"}"#), "1");
    assert_eq!(render("{% for i in (1..5000) %}.{% endfor %}", "{}").len(), 5000);
}

#[test]
fn time_runs_out_at_any_step() {
    for source in
        ["{{ a }}", "{% for i in (1..2) %}{% endfor %}", "{{ 'a' | upcase }}", "{{ 'a' | json }}", "{% if a %}{% endif %}"]
    {
        let error = Template::parse(source).unwrap().render_within(&scope("{}"), &mut Budget::of(std::time::Duration::ZERO));
        assert_eq!(*error.unwrap_err().problem(), Problem::Limit(Limit::Time), "{source}");
    }
}

#[test]
fn the_templates_of_a_scope_share_its_steps_and_not_its_output() {
    let scope = scope(&format!(r#"{{"big": "{}"}}"#, "x".repeat(200_000)));
    let (turns, big) = (Template::parse("{% for i in (1..9000) %}{% endfor %}").unwrap(), Template::parse("{{ big }}").unwrap());
    let more = scope.with(serde_json::Map::new());
    for _ in 0..10 {
        turns.render(&more).unwrap();
        assert_eq!(big.render(&scope).unwrap().len(), 200_000);
    }
    for _ in 0..2 {
        drop(turns.render(&scope));
    }
    assert_eq!(*turns.render(&more).unwrap_err().problem(), Problem::Limit(Limit::Steps));
}

#[test]
fn time_in_which_the_machine_was_busy_with_others_does_not_count() {
    let mut budget = Budget::of(std::time::Duration::from_millis(300));
    // The time passes on another thread, as on a machine that is busy.
    std::thread::spawn(|| {
        let began = std::time::Instant::now();
        while began.elapsed() < std::time::Duration::from_millis(300) {}
    })
    .join()
    .unwrap();
    let rendered = Template::parse("{% for i in (1..3) %}{{ i }}{% endfor %}").unwrap().render_within(&scope("{}"), &mut budget);
    assert_eq!(rendered.unwrap(), "123");
}

#[test]
fn json_texts_share_one_output() {
    let payload = format!(r#"{{"big": "{}"}}"#, "x".repeat(100_000));
    let scope = scope(&payload);
    for text in ["{{ big }}", "{{ payload | as_object }}"] {
        let value = Value::Array(vec![json!(text); 20]);
        let error = JsonTemplate::parse(&value).unwrap().render(&scope).unwrap_err();
        assert_eq!(*error.problem(), Problem::Limit(Limit::Output));
    }
}
