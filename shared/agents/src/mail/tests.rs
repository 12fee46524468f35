//! How mails tell of events, and what comes of sending them.

use super::*;
use proptest::prelude::*;

fn options(recipients: Value) -> LetterOptions {
    LetterOptions {
        subject: TemplateText("{{ subject }}".to_owned()),
        headline: None,
        body: None,
        recipients: Some(serde_json::from_value(recipients).unwrap()),
        from: None,
        content_type: None,
    }
}

fn letter(options: LetterOptions) -> Letter {
    let mut problems = Problems::default();
    let letter = Letter::take(options, &mut problems);
    assert_eq!(problems, Problems::default());
    letter.unwrap()
}

fn scope(payload: &Value) -> Scope {
    Scope::new(Map::from_iter([("payload".to_owned(), payload.clone())]))
}

fn mail(options: LetterOptions, payload: Value) -> Result<Mail, AgentError> {
    letter(options).mail(&scope(&payload), &[&payload])
}

#[test]
fn an_event_is_told_by_its_title_and_its_other_keys() {
    for (payload, plain, html) in [
        (
            json!({"zeta": 1, "message": "m", "title": "T <b>b</b>", "alpha": {"a": [true]}}),
            "T <b>b</b>\n  alpha: {\"a\":[true]}\n  message: m\n  zeta: 1\n",
            "<p><b>T <b>b</b></b></p>\n<ul>\n<li>alpha: {\"a\":[true]}</li>\n<li>message: m</li>\n<li>zeta: 1</li>\n</ul>\n",
        ),
        (json!({"value": 7}), "7\n", "<p><b>7</b></p>\n"),
        (json!({"a": null}), "Event\n  a: \n", "<p><b>Event</b></p>\n<ul>\n<li>a: </li>\n</ul>\n"),
        (json!("text"), "text\n", "<p><b>text</b></p>\n"),
        (json!([1]), "Event\n  value: [1]\n", "<p><b>Event</b></p>\n<ul>\n<li>value: [1]</li>\n</ul>\n"),
        (
            json!({"main": "a</b><script>x</script>", "k<i>": "<img src=x onerror=y>"}),
            "a</b><script>x</script>\n  k<i>: <img src=x onerror=y>\n",
            "<p><b>a</b></p>\n<ul>\n<li>k<i></i>: <img src=\"x\"></li>\n</ul>\n",
        ),
    ] {
        let told = Told::of(&payload);
        assert_eq!((told.plain().as_str(), told.html().as_str()), (plain, html), "{payload}");
    }
}

#[test]
fn a_mail_has_a_headline_and_a_body_in_the_forms_that_are_wanted() {
    let text = |text: &str| Some(TemplateText(text.to_owned()));
    let of = |body: Option<&str>, content_type: Option<ContentType>| {
        let options =
            LetterOptions { headline: text("H {{ n }}"), body: body.and_then(text), content_type, ..options(json!("a@b.c")) };
        let mail = mail(options, json!({"n": 7, "subject": "S"})).unwrap();
        (mail.subject, mail.plain, mail.html)
    };
    let page = |body: &str| format!("<!DOCTYPE html>\n<html><body>\n<h1>H 7</h1>\n{body}\n</body></html>\n");
    let (plain, html) = ("H 7\n\nB <i>{}</i>".replace("{}", "7"), page("B <i>7</i>"));
    let body = Some("B <i>{{ n }}</i><script>x</script>");
    let raw = "H 7\n\nB <i>7</i><script>x</script>".to_owned();
    assert_eq!(of(body, None), ("S".to_owned(), Some(raw.clone()), Some(html.clone())));
    assert_eq!(of(body, Some(ContentType::Plain)), ("S".to_owned(), Some(raw), None));
    assert_eq!(of(Some("B <i>{{ n }}</i>"), Some(ContentType::Html)), ("S".to_owned(), None, Some(html)));
    assert_eq!(of(Some("B <i>{{ n }}</i>"), Some(ContentType::Plain)).1, Some(plain));
    let told = of(None, None);
    assert_eq!(told.1.unwrap(), "H 7\n\nEvent\n  n: 7\n  subject: S\n");
}

#[test]
fn recipients_are_each_told_once_and_a_wrong_one_names_its_field() {
    let to = |recipients: Value, payload: Value| {
        let found = mail(options(recipients), payload).map(|mail| mail.to.iter().map(ToString::to_string).collect::<Vec<_>>());
        found.map_err(|error| (error.code, error.message))
    };
    let payload = json!({"to": "c@d.e, Ada <A@b.c>", "none": ""});
    assert_eq!(to(json!(["a@b.c", "{{ to }}", "{{ none }}"]), payload.clone()).unwrap(), ["a@b.c", "c@d.e"]);
    let (code, message) = to(json!(["a@b.c", "{{ bad }}"]), json!({"bad": "x\r\nRCPT TO:<y@z>"})).unwrap_err();
    assert_eq!(code, "invalid_address");
    assert!(message.starts_with("`recipients[1]`: ") && !message.contains(['\r', '\n']), "{message:?}");
    assert_eq!(to(json!("{{ none }}"), payload).unwrap_err().0, "no_recipients");
    let many: Vec<String> = (0..51).map(|n| format!("a{n}@b.c")).collect();
    assert_eq!(to(json!(many), json!({})).unwrap_err().0, "too_many_recipients");
    let from = LetterOptions { from: Some(TemplateText("{{ who }}".to_owned())), ..options(json!("a@b.c")) };
    let error = mail(from, json!({"who": "nobody"})).unwrap_err();
    assert!(error.code == "invalid_address" && error.message.starts_with("`from`: "), "{error}");
}

fn mailed(address: &str, result: Result<(), AgentError>) -> Mailed {
    Mailed { to: address.parse().unwrap(), result }
}

#[test]
fn what_comes_of_a_mail_depends_on_who_has_it_and_who_may_get_it_later() {
    let some = mail(options(json!("a@b.c")), json!({"subject": "S\r\nBcc: x"})).unwrap();
    let (never, later) = (|| AgentError::fail("recipient_refused", "no"), || AgentError::retry("mail_put_off", "later"));
    let told = |attempt: u32, mailed: Vec<Mailed>| {
        sent(attempt, &some, mailed, Map::new()).map(|effects| {
            effects.emit.iter().map(|emit| (emit.groups[0].clone(), emit.payload.value().clone())).collect::<Vec<_>>()
        })
    };
    let all = told(0, vec![mailed("a@b.c", Ok(()))]).unwrap();
    assert_eq!(all, [("on_sent".to_owned(), json!({"recipients": ["a@b.c"], "subject": "S Bcc: x"}))]);
    // Whoever gets it never keeps nobody from it.
    let two = || vec![mailed("x@b.c", Err(never())), mailed("a@b.c", Ok(()))];
    let some = told(0, two()).unwrap();
    assert_eq!(
        (some.len(), &some[1].0, &some[1].1["details"]),
        (2, &"on_error".to_owned(), &json!({"recipient": "x@b.c", "sent": ["a@b.c"]}))
    );
    // Whoever may get it later is waited for, and told of in the end.
    let three = || [two(), vec![mailed("y@b.c", Err(later()))]].concat();
    let error = told(4, three()).unwrap_err();
    assert_eq!(
        (error.code.as_str(), error.retry, error.details.unwrap()["sent"].clone()),
        ("mail_put_off", Retry::Backoff, json!(["a@b.c"]))
    );
    assert_eq!(told(5, three()).unwrap().len(), 3);
    // If nobody has it, the delivery fails.
    let error = told(5, vec![mailed("x@b.c", Err(never())), mailed("y@b.c", Err(later()))]).unwrap_err();
    assert_eq!((error.code.as_str(), error.retry), ("mail_put_off", Retry::Backoff));
    assert_eq!(told(0, vec![mailed("x@b.c", Err(never()))]).unwrap_err().retry, Retry::Never);
}

proptest! {
    #[test]
    fn no_event_makes_html_that_does_something(text in "(<script>|</script>|<img src=x onerror=y>|</ul>|</body>|<a href='javascript:x'>|<|>|&|\"|a){0,12}") {
        let payload = json!({"title": text, "k": text, text.clone(): "v"});
        let made = mail(options(json!("a@b.c")), payload).unwrap().html.unwrap();
        prop_assert!(!made.contains("<script") && !made.contains("onerror=") && !made.contains("href=\"javascript"), "{made}");
        prop_assert_eq!(made.matches("</body>").count(), 1);
    }
}
