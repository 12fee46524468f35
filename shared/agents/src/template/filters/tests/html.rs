//! HTML as a text: entities, and URLs in attributes.

use super::{all_render, render};
use crate::template::tests::problem;
use serde_json::json;

#[test]
fn entities_are_read_back() {
    all_render(
        &json!({"all": "&lt;a href=&quot;x&quot;&gt; &amp;amp; &apos;&#39;&#x27; &#228; &nbsp; & &; &#; &#x; &#99999999;&lt"})
            .to_string(),
        &[
            ("{{ all | unescape }}", "<a href=\"x\"> &amp; '\u{27}' ä &nbsp; & &; &#; &#x; &#99999999;&lt"),
            ("{{ '<b>' | escape | unescape }}[{{ missing | unescape }}]", "<b>[]"),
        ],
    );
}

#[test]
fn urls_in_attributes_become_whole() {
    for (html, expected) in [
        (r#"<a href="/b?x=1&amp;y=2">b</a>"#, r#"<a href="https://example.com/b?x=1&amp;y=2">b</a>"#),
        (r#"<p><IMG alt='x > y' SRC=c.png></p>"#, r#"<p><IMG alt='x > y' SRC="https://example.com/a/c.png"></p>"#),
        (r#"<a class="href" href = '#top'>"#, r#"<a class="href" href = "https://example.com/a/#top">"#),
        (
            r#"<a href="https://other.org">x</a> <a href="mailto:a@b.c">"#,
            r#"<a href="https://other.org">x</a> <a href="mailto:a@b.c">"#,
        ),
        (
            r#"<img srcset="a.png 1x, /b.png 2x" src=""/>"#,
            r#"<img srcset="https://example.com/a/a.png 1x, https://example.com/b.png 2x" src="https://example.com/a/"/>"#,
        ),
        (
            r#"<!-- <a href="x"> --><script>"<a href='x'>"</script><a href=x>"#,
            r#"<!-- <a href="x"> --><script>"<a href='x'>"</script><a href="https://example.com/a/x">"#,
        ),
        ("a < b <3 </a> <a href <", "a < b <3 </a> <a href <"),
        ("<a href=\"x", "<a href=\"https://example.com/a/x\""),
    ] {
        let payload = json!({"html": html}).to_string();
        assert_eq!(render("{{ html | rebase_hrefs: 'https://example.com/a/' }}", &payload), expected, "{html}");
        assert_eq!(render("{{ html | rebase_hrefs: 'no url' }}", &payload), html);
    }
}

#[test]
fn what_grows_is_bounded() {
    let payload =
        json!({"html": "<a href=x>".repeat(20_000), "base": format!("https://example.com/{}/", "b".repeat(1_000))}).to_string();
    let limit = crate::template::Problem::Limit(crate::template::Limit::Memory);
    assert_eq!(problem("{{ html | rebase_hrefs: base | size }}", &payload), limit);
    for hostile in
        ["<a ".repeat(60_000), "<!--".repeat(50_000), "<script>".repeat(25_000), "<a href='".repeat(22_000), "&".repeat(200_000)]
    {
        let payload = json!({"html": hostile}).to_string();
        render("{{ html | rebase_hrefs: 'https://example.com' | unescape | size }}", &payload);
    }
}
