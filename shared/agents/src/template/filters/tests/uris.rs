//! `to_uri`: texts with the parts of a URI.

use super::all_render;

const PARTS: &str = "{{ u }}|{{ u.scheme }}|{{ u.userinfo }}|{{ u.user }}|{{ u.password }}|{{ u.host }}|{{ u.port }}|{{ u.path }}|{{ u.query }}|{{ u.fragment }}|{{ u.opaque }}";

#[test]
fn a_uri_has_parts_and_is_a_text() {
    for (uri, parts) in [
        ("https://u:p@example.com:8443/a/b?c=d#e", "https|u:p|u|p|example.com|8443|/a/b|c=d|e|"),
        ("http://example.com", "http||||example.com|80||||"),
        ("http://[::1]/x", "http||||[::1]|80|/x|||"),
        ("a/b?c", "||||||a/b|c||"),
        ("mailto:a@b.c", "mailto|||||||||a@b.c"),
    ] {
        let source = format!("{{% assign u = '{uri}' | to_uri %}}{PARTS}");
        assert_eq!(super::render(&source, "{}"), format!("{uri}|{parts}"), "{uri}");
    }
}

#[test]
fn bases_and_what_is_no_uri() {
    all_render(
        r#"{"base": "https://example.com/a/b?x=1", "page": {"url": "../c d"}}"#,
        &[
            (
                "{{ page.url | to_uri: base }} {{ 'https://other.org/x' | to_uri: base }}",
                "https://example.com/c%20d https://other.org/x",
            ),
            (
                "{{ '?y=2' | to_uri: base }} {{ '//cdn.org/x' | to_uri: base }} {{ base | to_uri: '' }}",
                "https://example.com/a/b?y=2 https://cdn.org/x https://example.com/a/b?x=1",
            ),
            ("[{{ 'http://[' | to_uri }}{{ missing | to_uri }}{{ 'x' | to_uri: 'no base' }}]", "[]"),
            (
                "{{ base | to_uri | append: '!' }} {{ base | to_uri | json }}",
                "https://example.com/a/b?x=1! \"https://example.com/a/b?x=1\"",
            ),
            ("{% assign u = base | to_uri %}{{ u.host | split: '.' | last }} {{ u.port | plus: 1 }}", "com 444"),
        ],
    );
}
