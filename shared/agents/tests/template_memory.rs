//! How much memory templates take at the most, whatever they do: measured of the whole process, so this is a program of its own.
#![cfg(target_os = "linux")]
#![allow(clippy::unwrap_used, missing_docs)]

use rookery_agents::template::{Scope, Template};
use serde_json::json;

/// What all templates here together may add to the memory that the process has at its beginning.
const MOST: usize = 48 * 1024;

/// The most memory that the process has had, in KB.
fn peak() -> usize {
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
    line.trim().trim_end_matches(" kB").parse().unwrap()
}

#[test]
fn no_template_takes_much_more_memory_than_its_values() {
    let payload = json!({
        "base": format!("https://example.com/{}/", "b".repeat(100_000)),
        "tag": format!("<a {}>", "href=x ".repeat(20_000)),
        "tags": "<a href=x>".repeat(15_000),
        "set": format!("<img srcset='{}'>", "x,".repeat(70_000)),
        "quotes": "'\"".repeat(100_000),
        "text": "x".repeat(200_000),
        "list": vec![1; 20_000],
        "objects": vec![json!({"a": [], "b": {}}); 2_000],
    });
    // A template has 100 ms, so it is given what it uses and no more.
    let scope = |source: &str| {
        let used = payload.as_object().unwrap().iter().filter(|(name, _)| source.contains(name.as_str()));
        Scope::new(used.map(|(name, value)| (name.clone(), value.clone())).collect())
    };
    drop(Template::parse("{{ text | upcase | size }}").unwrap().render(&scope("text")));
    let before = peak();
    for source in [
        "{{ tag | rebase_hrefs: base }}".to_owned(),
        "{{ tags | rebase_hrefs: base }}".to_owned(),
        "{{ set | rebase_hrefs: base }}".to_owned(),
        "{{ quotes | to_xpath }}".to_owned(),
        "{{ quotes | escape | escape | escape | escape }}".to_owned(),
        "{{ text | replace: '', text }}".to_owned(),
        "{{ text | replace: 'x', text }}".to_owned(),
        "{{ text | split: '' | join: text }}".to_owned(),
        "{{ list | join: text }}".to_owned(),
        "{{ text | regex_replace: 'x', text }}".to_owned(),
        "{{ text | regex_replace: 'x', \"\\\\`\\\\'\\\\0\" }}".to_owned(),
        "{% regex_replace 'x' in %}{{ text }}{% with %}{{ text }}{% endregex_replace %}".to_owned(),
        "{{ objects | json | fromjson | sort: 'a' | group_by: 'b' | json | hex_encode | uri_escape }}".to_owned(),
        "{% assign l = list %}{% for i in (1..99) %}{% assign l = l | concat: l %}{% endfor %}".to_owned(),
        "{% assign l = objects %}{% for i in (1..9999) %}{% assign l = l | group_by: 'b' %}{% endfor %}".to_owned(),
        "{% assign n = 9 %}{% for i in (1..9999) %}{% assign n = n | times: n %}{% endfor %}".to_owned(),
        format!("{{{{ 'now' | date: '{}' }}}}", "%99Y".repeat(60)),
        "{% capture c %}".repeat(30) + "{{ text }}" + &"{{ c }}{% endcapture %}".repeat(30),
        "{{text|regex_extract:'[a-z]{40}\\w\\d'}}".repeat(1_500),
        "{{ a | nope }}".repeat(4_000),
        format!("{{{{ a | {} }}}}", "n".repeat(60_000)),
        format!("{{% {} %}}", "n".repeat(60_000)),
    ] {
        drop(Template::parse(&source).and_then(|template| template.render(&scope(&source))));
        let more = peak() - before;
        assert!(more < MOST, "{source:.80}: {more} KB");
    }
}
