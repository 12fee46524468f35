//! Texts: the reference's examples, and characters that take more than a byte.

use super::all_render;

#[test]
fn the_references_examples() {
    let ground = "Ground control to Major Tom.";
    let rain = "I strained to see the train through the rain";
    all_render(
        &format!(r#"{{"ground": "{ground}", "rain": "{rain}", "spaces": "          So much room for activities          "}}"#),
        &[
            ("{{ \"/my/fancy/url\" | append: \".html\" }}", "/my/fancy/url.html"),
            ("{% assign f = \"/index.html\" %}{{ \"website.com\" | append: f }}", "website.com/index.html"),
            ("{{ \"title\" | capitalize }} {{ \"my GREAT title\" | capitalize }}", "Title My great title"),
            ("{{ product_price | default: 2.99 }}", "2.99"),
            ("{% assign p = 4.99 %}{{ p | default: 2.99 }}", "4.99"),
            ("{% assign p = \"\" %}{{ p | default: 2.99 }}", "2.99"),
            ("{% assign d = false %}{{ d | default: true }} {{ d | default: true, allow_false: true }}", "true false"),
            ("{{ \"Parker Moore\" | downcase }} {{ \"apple\" | downcase }}", "parker moore apple"),
            ("{{ spaces | lstrip }}!", "So much room for activities          !"),
            ("{{ spaces | rstrip }}!", "          So much room for activities!"),
            ("{{ spaces | strip }}!", "So much room for activities!"),
            ("{{ \"apples, oranges, and bananas\" | prepend: \"Some fruit: \" }}", "Some fruit: apples, oranges, and bananas"),
            ("{{ rain | remove: \"rain\" }}", "I sted to see the t through the "),
            ("{{ rain | remove_first: \"rain\" }}", "I sted to see the train through the rain"),
            ("{{ rain | remove_last: \"rain\" }}", "I strained to see the train through the "),
            (
                "{{ \"Take my protein pills and put my helmet on\" | replace: \"my\", \"your\" }}",
                "Take your protein pills and put your helmet on",
            ),
            (
                "{{ \"Take my protein pills and put my helmet on\" | replace_first: \"my\", \"your\" }}",
                "Take your protein pills and put my helmet on",
            ),
            (
                "{{ \"Take my protein pills and put my helmet on\" | replace_last: \"my\", \"your\" }}",
                "Take my protein pills and put your helmet on",
            ),
            (
                "{% assign beatles = \"John, Paul, George, Ringo\" | split: \", \" %}{% for m in beatles %}{{ m }};{% endfor %}",
                "John;Paul;George;Ringo;",
            ),
            ("{{ ground | truncate: 20 }}", "Ground control to..."),
            ("{{ ground | truncate: 25, \", and so on\" }}", "Ground control, and so on"),
            ("{{ ground | truncate: 20, \"\" }}", "Ground control to Ma"),
            ("{{ ground | truncatewords: 3 }}", "Ground control to..."),
            ("{{ ground | truncatewords: 3, \"--\" }}", "Ground control to--"),
            ("{{ ground | truncatewords: 3, \"\" }}", "Ground control to"),
            ("{{ \"Parker Moore\" | upcase }} {{ \"APPLE\" | upcase }}", "PARKER MOORE APPLE"),
            ("{% capture s %}\nHello\nthere\r\n{% endcapture %}{{ s | strip_newlines }}", "Hellothere"),
            ("{% capture s %}\nHello\nthere\r\n{% endcapture %}{{ s | newline_to_br }}", "<br />\nHello<br />\nthere<br />\n"),
        ],
    );
}

#[test]
fn lengths_are_in_characters() {
    all_render(
        r#"{"s": "äöü", "long": "äöüßäöüßäö", "smile": "a😀b"}"#,
        &[
            ("{{ s | size }} {{ s.size }} {{ smile.size }} {{ payload.smile.size }}", "3 3 3 3"),
            ("{% assign x = s %}{{ x.size }}{% for w in (1..1) %}{{ s.size }}{% endfor %}", "33"),
            ("{{ s | truncate: 3 }} {{ long | truncate: 10 }} {{ long | truncate: 9 }}", "äöü äöüßäöüßäö äöüßäö..."),
            ("{{ long | truncate: 5, '…' }} {{ long | truncate: 2 }} {{ long | truncate: -1, '' }}", "äöüß… ... "),
            ("{{ smile | slice: 1 }}{{ smile | slice: -1 }}{{ smile | first }}{{ smile | last }}", "😀bab"),
            ("{{ s | upcase }} {{ 'ÄÖÜ' | downcase }} {{ 'éCLAIR' | capitalize }}", "ÄÖÜ äöü Éclair"),
        ],
    );
}

#[test]
fn splitting_is_rubys() {
    all_render(
        r#"{"s": "äb😀", "path": "/a/b//"}"#,
        &[
            ("{{ s | split: '' | join: '-' }} {{ s | split: '' | size }}", "ä-b-😀 3"),
            ("{{ path | split: '/' | size }} {{ path | split: '/' | join: '-' }}", "3 -a-b"),
            ("{{ ' a  b\t c ' | split: ' ' | join: '-' }}", "a-b-c"),
            ("{{ '' | split: ',' | size }} {{ missing | split: ',' | size }} {{ ',,' | split: ',' | size }}", "0 0 0"),
            ("{{ 'a,b' | split: ';' | first }} {{ 12.5 | split: '.' | last }}", "a,b 5"),
        ],
    );
}

#[test]
fn edges() {
    all_render(
        r#"{"empty": [], "none": {}, "zero": 0, "no": false}"#,
        &[
            ("[{{ missing | upcase }}{{ missing | append: 'x' }}{{ missing | truncate: 3 }}]", "[x]"),
            ("{{ empty | default: 'd' }}{{ none | default: 'd' }}{{ zero | default: 'd' }}{{ ' ' | default: 'd' }}", "dd0 "),
            ("{{ no | default }}{{ missing | default: missing }}|", "|"),
            ("{{ 'aaa' | replace: 'a' }}{{ 'aaa' | replace_first: 'a' }}{{ 'ab' | replace: '', '-' }}", "aa-a-b-"),
            ("{{ 'abc' | replace_first: 'x', 'y' }}{{ 'abc' | remove_last: 'x' }}", "abcabc"),
            ("{{ 'one  two three' | truncatewords: 3 }}|{{ 'one  two three' | truncatewords: 2 }}", "one  two three|one two..."),
            ("{{ 'one two' | truncatewords: 0 }}", "one..."),
            ("{{ 'a' | truncatewords | size }}", "1"),
        ],
    );
}
