//! Tests of expressions and selectors, and of what hostile pages do to them.

use super::*;
use proptest::prelude::*;

const PAGE: &str = r#"<html><head><title>T &amp; t</title></head><body>
<div id="main" class="a b"><h1>Head</h1><ul class="list"><li class="x first">One <b>1</b></li><li>Two</li><li title="it's">Three</li></ul>
<p>It <a href="/a?x=1&amp;y=2">A</a>, <a href="b.pdf" rel="nofollow noopener">B</a></p></div><div lang="de-AT"><p>Zwei</p><p></p></div></body></html>"#;

fn text(tree: &Tree, found: &Found) -> String {
    match found {
        Found::Items(items) => items.iter().map(|item| tree.outer(*item)).collect::<Vec<_>>().join("|"),
        Found::Text(text) => text.clone(),
        Found::Number(number) => number_text(*number),
        Found::Boolean(is_so) => is_so.to_string(),
    }
}

fn ask(tree: &Tree, expression: &XPath) -> String {
    text(tree, &expression.find(tree, Item::ROOT, &mut Work::default()).unwrap())
}

#[test]
fn expressions_find_what_they_name() {
    let page = Tree::html(PAGE).unwrap();
    for (expression, expected) in [
        ("/html/head/title", "<title>T &amp; t</title>"),
        ("string(//title)", "T & t"),
        ("//title/text()", "T &amp; t"),
        ("//li[1]/text()", "One "),
        ("//a/@href", "/a?x=1&y=2|b.pdf"),
        ("//a[2]/@*[name() = 'rel']", "nofollow noopener"),
        ("(//li)[last()]/@title", "it's"),
        ("//li[position() > 1]", "<li>Two</li>|<li title=\"it's\">Three</li>"),
        ("//li[2]/preceding-sibling::li/b", "<b>1</b>"),
        ("//li[2]/following-sibling::*[1]/@title", "it's"),
        ("//b/ancestor::div/@id", "main"),
        ("//b/../../@class", "list"),
        ("count(//li)", "3"),
        ("count(//li) div 2", "1.5"),
        ("count(//li) * 2 - 1", "5"),
        ("7 mod 3 + -1", "0"),
        ("//li[contains(., 'w')]", "<li>Two</li>"),
        ("//li[starts-with(@class, 'x') and b]/b", "<b>1</b>"),
        ("//li[not(@class) and not(@title)]", "<li>Two</li>"),
        ("//h1 | //title", "<title>T &amp; t</title>|<h1>Head</h1>"),
        ("normalize-space(//li[1])", "One 1"),
        ("concat(//h1, '-', 1.50, '-', true())", "Head-1.5-true"),
        ("substring('12345', 2, 3)", "234"),
        ("substring('12345', 1.5, 2.6)", "234"),
        ("substring-before('a-b', '-')", "a"),
        ("substring-after('a-b', '-')", "b"),
        ("translate('bar', 'abc', 'AB')", "BAr"),
        ("string-length('äö')", "2"),
        ("round(2.5)", "3"),
        ("floor(-1.5)", "-2"),
        ("sum(//b)", "1"),
        ("1 div 0", "Infinity"),
        ("number('x')", "NaN"),
        ("boolean(//none)", "false"),
        ("//li = 'Two'", "true"),
        ("//b = 1", "true"),
        ("//b < 1", "false"),
        ("id('main')/h1", "<h1>Head</h1>"),
        ("//p[lang('de')][1]", "<p>Zwei</p>"),
        ("//*[self::h1 or self::title]", "<title>T &amp; t</title>|<h1>Head</h1>"),
        ("local-name(//a/@href)", "href"),
        ("//ul/child::node()[2]/@class | //div[@id='none']", ""),
        ("//li/descendant-or-self::*[@class or self::b]", "<li class=\"x first\">One <b>1</b></li>|<b>1</b>"),
        ("//div[p[a]]/@id", "main"),
        ("//b/following::a[1]/text()", "A"),
        ("count(//a[1]/preceding::li)", "3"),
        ("//div//li[3]/text()", "Three"),
        ("//div [ 1 ] / h1", "<h1>Head</h1>"),
        ("//p[. = '']", "<p></p>"),
        ("//and | //div/p/a[.='A']/text()", "A"),
        ("/", "PAGE"),
    ] {
        let found = ask(&page, &XPath::parse(expression).unwrap_or_else(|error| panic!("{expression}: {error}")));
        if expected != "PAGE" {
            assert_eq!(found, expected, "{expression}");
        }
    }
}

#[test]
fn selectors_find_what_they_name() {
    let page = Tree::html(PAGE).unwrap();
    for (selector, expected) in [
        ("title", "T & t"),
        ("#main > h1", "Head"),
        ("div.a.b h1", "Head"),
        ("ul.list li", "One 1|Two|Three"),
        ("li:first-child, li:last-child", "One 1|Three"),
        ("li:nth-child(2)", "Two"),
        ("li:nth-child(odd)", "One 1|Three"),
        ("li:nth-child(2n)", "Two"),
        ("li:nth-child(n+2)", "Two|Three"),
        ("li:nth-child(-n + 2)", "One 1|Two"),
        ("li:nth-last-child(1)", "Three"),
        ("p:nth-of-type(2)", ""),
        ("li + li", "Two|Three"),
        ("h1 ~ ul b", "1"),
        ("a[href]", "A|B"),
        ("a[href$=\".pdf\"]", "B"),
        ("a[href^='/a']", "A"),
        ("a[href*=x]", "A"),
        ("a[rel~=noopener]", "B"),
        ("div[lang|=de] p", "Zwei|"),
        ("li[title=\"it's\"]", "Three"),
        ("a[rel!=x]", "A|B"),
        ("li:not(.first)", "Two|Three"),
        ("li:not([class]):not([title])", "Two"),
        ("div:has(> h1) > ul > li:has(b)", "One 1"),
        ("li:contains('w')", "Two"),
        ("li:first", "One 1"),
        ("li:eq(2)", "Two"),
        ("li:gt(1)", "Two|Three"),
        ("p:empty", ""),
        (":is(h1, title)", "T & t|Head"),
        ("*|h1", "Head"),
        (".fi\\72 st", "One 1"),
    ] {
        let found = XPath::of_css(selector).unwrap_or_else(|error| panic!("{selector}: {error}"));
        let Found::Items(items) = found.find(&page, Item::ROOT, &mut Work::default()).unwrap() else { panic!("{selector}") };
        let texts: Vec<String> = items.iter().map(|item| page.text(*item)).collect();
        assert_eq!(texts.join("|"), expected, "{selector}");
    }
}

#[test]
fn what_is_no_expression_is_refused() {
    for text in [
        "",
        "/a/",
        "//",
        "a[",
        "a[]",
        "a]",
        "'a",
        "foo()",
        "count()",
        "a b",
        "$x",
        "@",
        "..a",
        "x::a",
        "1 +",
        "a/text(",
        "(a",
        "a:",
        "!",
        &"(".repeat(60),
        &"-1+".repeat(300),
    ] {
        assert!(XPath::parse(text).is_err(), "{text}");
    }
    for text in [
        "",
        "a,",
        "a >",
        "..a",
        "a[",
        "a[b",
        "a[b=]",
        "a:nothing",
        "a:nth-child(x)",
        "a:not(",
        "a)",
        "#",
        "a{}",
        "a:not(b",
        &":not(a".repeat(20),
    ] {
        assert!(XPath::of_css(text).is_err(), "{text}");
    }
}

#[test]
fn xml_knows_namespaces_until_they_are_stripped() {
    let text = "<feed xmlns='u:a' xmlns:m='u:m'><entry m:n='1' n='2'><m:x>1</m:x><x>2</x></entry></feed>";
    let mut tree = Tree::xml(text).unwrap();
    let found = |tree: &Tree, text: &str| XPath::parse(text).unwrap().find(tree, Item::ROOT, &mut Work::default());
    for (expression, expected) in [
        ("count(//x)", "0"),
        ("string(//m:x)", "1"),
        ("string(//xmlns:x)", "2"),
        ("string(//@m:n)", "1"),
        ("string(//@n)", "2"),
        ("count(//m:*)", "1"),
        ("namespace-uri(//m:x)", "u:m"),
    ] {
        assert_eq!(found(&tree, expression).map(|found| self::text(&tree, &found)).unwrap(), expected, "{expression}");
    }
    let css = XPath::of_css("entry > x").unwrap().find(&tree, Item::ROOT, &mut Work::default()).unwrap();
    assert_eq!(self::text(&tree, &css), "<m:x>1</m:x>|<x>2</x>", "a selector finds names in all namespaces");
    assert_eq!(found(&tree, "//q:x"), Err(Failed::UnknownPrefix("q".to_owned())));
    tree.strip_namespaces();
    for (expression, expected) in
        [("count(//x)", "2"), ("string(//m:x)", "1"), ("string(//@n)", "1"), ("string(/feed/entry/x[2])", "2")]
    {
        assert_eq!(found(&tree, expression).map(|found| self::text(&tree, &found)).unwrap(), expected, "{expression}");
    }
}

#[test]
fn hostile_pages_end() {
    let deep = format!("{}x{}", "<div>".repeat(100_000), "</div>".repeat(100_000));
    let wide = "<p class='a b c'>x</p>".repeat(10_000);
    let attributes = format!("<p {}>x</p>", (0..50_000).map(|n| format!("a{n}=1 ")).collect::<String>());
    let entities = format!("<p>{}</p>", "&amp;&#x26;&auml;&".repeat(20_000));
    let open = "<table><tr><td><a><b><ul><li>".repeat(5_000);
    for text in [&deep, &wide, &attributes, &entities, &open, &"<".repeat(300_000), &"<!--".repeat(50_000), &"&".repeat(300_000)]
    {
        for tree in [Tree::html(text), Tree::xml(text)] {
            let Ok(tree) = tree else { continue };
            for expression in [
                "//div//div//div",
                "//*[.//*[.//*]]",
                "//p[preceding::p]",
                "//*[contains(., 'y')]",
                "//p[count(preceding-sibling::*) > 5]",
                "string(/)",
            ] {
                let _ = XPath::parse(expression).unwrap().find(&tree, Item::ROOT, &mut Work::default());
            }
            assert!(tree.outer(Item::ROOT).len() < 40_000_000);
        }
        let _ = crate::clean(text);
    }
    assert_eq!(Tree::html(&"<a>".repeat(2_000_000)).unwrap_err(), crate::TooLarge);
    let tree = Tree::html(&wide).unwrap();
    let costly = XPath::parse("//p[count(preceding::p) > 5]").unwrap();
    assert_eq!(costly.find(&tree, Item::ROOT, &mut Work::default()), Err(Failed::TooMuch));
}

proptest! {
    #[test]
    fn no_page_and_no_expression_makes_it_panic(
        page in "([a-z]{0,2}|</?(p|td|tr|table|li|ul|a|b|html|body|head|script|title|br)( [a-z]+=('[^']{0,3}|\"x\"|x))?/?>|<|>|&[a-z]{0,4};?|<!--|-->|<!\\[CDATA\\[|\\]\\]>|<\\?|ä){0,30}",
        expression in "(/|//|\\.|\\.\\.|@|\\*|[a-z]{1,2}|\\[|\\]|\\(|\\)|[0-9]|=|'|count|text\\(\\)|\\||-| and |::|self|parent|\\$|,|:){0,16}",
        selector in "([a-z]{1,2}|[.#:>+~,*|= ]|\\[|\\]|\\(|\\)|not|nth-child|'|\\\\|[0-9]|has){0,14}",
    ) {
        for tree in [Tree::html(&page), Tree::html_fragment(&page), Tree::xml(&page)] {
            let tree = tree.unwrap();
            let _ = tree.outer(Item::ROOT);
            for (node, at) in tree.nodes.iter().zip(0_u32..) {
                prop_assert!(node.end > at && node.end <= tree.nodes.len() as u32 && (node.parent < at || at == 0));
                prop_assert!(node.end <= tree.get(node.parent).end);
            }
            for read in [XPath::parse(&expression), XPath::of_css(&selector)].into_iter().flatten() {
                let _ = read.find(&tree, Item::ROOT, &mut Work::default());
            }
        }
        let cleaned = crate::clean(&page);
        prop_assert_eq!(crate::clean(&cleaned), cleaned);
    }
}
