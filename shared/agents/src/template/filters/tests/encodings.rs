//! JSON, base64, URLs and HTML, there and back.

use super::{all_fail, all_render, problem};
use crate::template::tests::scope;
use crate::template::{JsonTemplate, Limit, Problem};
use serde_json::json;

#[test]
fn the_references_examples() {
    all_render(
        "{}",
        &[
            (
                "{{ \"Have you read 'James & the Giant Peach'?\" | escape }}",
                "Have you read &#39;James &amp; the Giant Peach&#39;?",
            ),
            ("{{ \"Tetsuro Takara\" | escape }}", "Tetsuro Takara"),
            ("{{ \"1 < 2 & 3\" | escape_once }} {{ \"1 &lt; 2 &amp; 3\" | escape_once }}", "1 &lt; 2 &amp; 3 1 &lt; 2 &amp; 3"),
            ("{{ \"Have <em>you</em> read <strong>Ulysses</strong>?\" | strip_html }}", "Have you read Ulysses?"),
            ("{{ \"%27Stop%21%27+said+Fred\" | url_decode }}", "'Stop!' said Fred"),
            ("{{ \"john@liquid.com\" | url_encode }} {{ \"Tetsuro Takara\" | url_encode }}", "john%40liquid.com Tetsuro+Takara"),
            ("{{ \"one two three\" | base64_encode }}", "b25lIHR3byB0aHJlZQ=="),
            ("{{ \"b25lIHR3byB0aHJlZQ==\" | base64_decode }}", "one two three"),
            ("{{ \"one two three\" | base64_url_safe_encode }}", "b25lIHR3byB0aHJlZQ=="),
            ("{{ \"b25lIHR3byB0aHJlZQ==\" | base64_url_safe_decode }}", "one two three"),
        ],
    );
}

#[test]
fn edges() {
    all_render(
        r#"{"html": "a<SCRIPT>alert('<b>')</script><!-- x --><style\n>p{}</STYLE>ü<br\n/>b < c", "wrapped": "b25l\nIHR3bw==\n", "smile": "😀?~*é"}"#,
        &[
            ("{{ html | strip_html }}", "aüb < c"),
            ("{{ '&amp; &#39; &#x27; & &a b; &;' | escape_once }}", "&amp; &#39; &amp;#x27; &amp; &amp;a b; &amp;;"),
            // Base64 with line breaks, as mail and GitHub's API write it, and without padding.
            ("{{ wrapped | base64_decode }} {{ 'b25lIHR3bw' | base64_decode }}", "one two one two"),
            ("{{ smile | base64_encode }} {{ smile | base64_url_safe_encode | base64_url_safe_decode }}", "8J+YgD9+KsOp 😀?~*é"),
            ("{{ '~a b*é' | url_encode }} {{ '~a b*é' | uri_escape }}", "~a+b%2A%C3%A9 ~a+b%2A%C3%A9"),
            ("{{ 'a%20b%2Bc+d' | url_decode }}[{{ missing | escape }}{{ missing | base64_decode }}]", "a b+c d[]"),
        ],
    );
    all_fail(
        "{}",
        &[
            ("{{ 'no base64!' | base64_decode }}", "base64_decode: the text is not base64"),
            ("{{ '/w==' | base64_decode }}", "not UTF-8"),
            ("{{ '%ff' | url_decode }}", "not UTF-8"),
        ],
    );
}

#[test]
fn json_inside_a_text_is_read() {
    let inner =
        json!({"ref": "refs/heads/main", "list": [{"n": 1}, {"n": 2.50}], "id": 123456789012345678901_u128, "nothing": null});
    let inner = inner.to_string();
    let payload = json!({"body": inner, "object": {"a": 1}, "text": "\"quoted\"", "spaces": " "}).to_string();
    all_render(
        &payload,
        &[
            ("{% assign p = body | fromjson %}{{ p.ref }} {{ p.list[1].n }} {{ p.list.size }}", "refs/heads/main 2.5 2"),
            ("{% assign p = body | fromjson %}{{ p.id }} {{ p.id | json }}", "123456789012345678901 123456789012345678901"),
            ("{% assign p = body | fromjson %}{{ p.list | sum: 'n' }} {{ p.nothing | json }}", "3.5 null"),
            ("{{ text | fromjson }} {{ '[1, 2]' | fromjson | last }} {{ 'true' | fromjson | json }}", "quoted 2 true"),
            ("{{ object | fromjson | json }}[{{ missing | fromjson }}{{ spaces | fromjson }}]", "{\"a\":1}[ ]"),
        ],
    );
    let template = JsonTemplate::parse(&json!({"all": "{{ body | fromjson | as_object }}"})).unwrap();
    let value = template.render(&scope(&payload)).unwrap();
    assert_eq!(value["all"]["ref"], "refs/heads/main");
    assert_eq!(value["all"]["id"].to_string(), "123456789012345678901");
}

#[test]
fn json_that_is_none_is_nothing_and_what_is_too_much_a_limit() {
    let deep = "[".repeat(65) + &"]".repeat(65);
    let many = format!("[{}0]", "0,".repeat(70_000));
    let payload =
        json!({"deep": deep, "many": many, "long": "1".repeat(300_000), "most": "[".repeat(64) + &"]".repeat(64)}).to_string();
    all_render(
        &payload,
        &[
            ("[{{ 'ref=main' | fromjson }}{{ '{\"a\": 1' | fromjson }}{{ deep | fromjson }}]", "[]"),
            ("{{ most | fromjson | size }}", "1"),
        ],
    );
    for source in ["{{ many | fromjson }}", "{{ long | fromjson }}"] {
        assert_eq!(problem(source, &payload), Problem::Limit(Limit::Memory), "{source}");
    }
}

#[test]
fn hexadecimal_and_hashes() {
    all_render(
        r#"{"text": "what do ya want for nothing?"}"#,
        &[
            ("{{ 'añ' | hex_encode }} {{ '61C3b1' | hex_decode }} {{ 'añ' | hex_encode | hex_decode }}", "61c3b1 añ añ"),
            ("{{ 'abc' | md5 }}", "900150983cd24fb0d6963f7d28e17f72"),
            ("{{ 'abc' | sha1 }}", "a9993e364706816aba3e25717850c26c9cd0d89d"),
            // The vectors of RFC 2202 and RFC 4231.
            ("{{ text | hmac_sha1: 'Jefe' }}", "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79"),
            ("{{ text | hmac_sha256: 'Jefe' }}", "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843"),
            ("[{{ missing | hex_encode }}{{ missing | hex_decode }}]", "[]"),
        ],
    );
    all_fail(
        "{}",
        &[
            ("{{ '6' | hex_decode }}", "hex_decode: the text is not hexadecimal"),
            ("{{ '6g' | hex_decode }}", "not hexadecimal"),
            ("{{ 'ff' | hex_decode }}", "not UTF-8"),
        ],
    );
}

#[test]
fn quotes_of_xpath() {
    all_render(
        &json!({"none": "a", "both": "it's \"so\"", "single": "it's", "double": "\"a\""}).to_string(),
        &[
            ("{{ none | to_xpath }} {{ single | to_xpath }} {{ double | to_xpath }}", "\"a\" \"it's\" '\"a\"'"),
            ("{{ both | to_xpath }} {{ '' | to_xpath }}", "concat(\"it's \", '\"so\"') \"\""),
        ],
    );
}
