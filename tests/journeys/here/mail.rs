//! Mails: by the project's server or the operator's, once to each recipient, also over refusals and a kill, with no password in what is shown.

use super::huginn::{agent as huginn_agent, import, status_of, workflow as imported};
use rookery_tests::{Arrived, Mails, Offers, Rookery, Workflow, agent, cells, deliveries, link};
use serde_json::{Value, json};

const PASSWORD: &str = "s3cret/of the mails";
/// The same in an address, and in what logs in with it.
const ENCODED: [&str; 2] = ["s3cret%2Fof%20the%20mails", "czNjcmV0L29mIHRoZSBtYWlscw=="];

fn offers(starttls: bool, auth: &'static str) -> Offers {
    Offers { tls: false, starttls, auth }
}

/// Sets the project's mail server.
async fn sends_by(rookery: &Rookery, project: &str, url: String) {
    let credential = json!({"value": url, "hosts": ["127.0.0.1"]});
    rookery.api.put(&format!("/projects/{project}/credentials/smtp_url"), &credential).await.expect(200);
}

/// A workflow in which each event becomes a mail, over a server of the operator's that takes all without a login.
async fn mailing(mails: &Mails, code: Option<&str>, config: Value) -> (Rookery, Workflow) {
    let mut program = super::rookery()
        .mails(mails)
        .env("ROOKERY_SMTP_URL", &format!("smtp://{}", mails.origin()))
        .env("ROOKERY_MAIL_FROM", "The shop <shop@example.com>");
    if let Some(code) = code {
        program = program.leaves_failures(code);
    }
    let mut rookery = program.start().await;
    let mut all = json!({"subject": "Order {{ id }}", "recipients": ["ada@example.com", "bob@example.com"]});
    all.as_object_mut().unwrap().extend(config.as_object().unwrap().clone());
    let options = cells([agent("start", "manual", json!({})), agent("mail", "email", all), link("start", "mail")]);
    let workflow = rookery.started(&options).await;
    (rookery, workflow)
}

fn to(mails: &[Arrived]) -> Vec<&str> {
    mails.iter().map(|mail| mail.to.as_str()).collect()
}

/// A control link, by which a check is asked for.
fn control(source: &str, target: &str) -> Value {
    let mut cell = link(source, target);
    cell["type"] = json!("control_link");
    cell
}

#[tokio::test]
async fn a_scenario_mails_over_tls_with_a_login_and_shows_no_password() {
    let mails = Mails::start(offers(true, "LOGIN PLAIN"));
    let mut rookery = super::rookery().mails(&mails).env("RUST_LOG", "trace").leaves_failures("login_refused").start().await;
    let project = rookery.project().await;
    sends_by(&rookery, &project, format!("smtp://ada%40example.com:{}@{}", ENCODED[0], mails.origin())).await;
    let common = json!({"expected_receive_period_in_days": "2", "from": "Huginn <huginn@example.com>"});
    let with = |more: Value| {
        let mut options = common.clone();
        options.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        options
    };
    let agents = vec![
        huginn_agent("ManualEventAgent", "start", json!({"payload": {}})),
        huginn_agent(
            "EmailAgent",
            "mail",
            with(json!({"subject": "Tea: {{ title }}", "headline": "Größe", "recipients": "Ädä <ada@example.com>"})),
        ),
        huginn_agent("EmailDigestAgent", "digest", with(json!({"subject": "Digest", "recipients": ["bob@example.com"]}))),
        huginn_agent("EmailAgent", "nobody", with(json!({"subject": "Who gets it?"}))),
    ];
    let links = json!([{"source": 0, "receiver": 1}, {"source": 0, "receiver": 2}]);
    let file = json!({
        "schema_version": 1, "name": "Mail", "guid": "0", "exported_at": "2026-08-01T10:00:00Z", "agents": agents, "links": links
    });
    let made = import(&rookery, &project, "", &file).await;
    assert_eq!(status_of(&made), ["mapped", "mapped", "mapped", "different"], "{made:#}");
    let blamed = made["meta"]["report"]["agents"][3]["notes"].to_string();
    assert!(blamed.contains("recipients") && blamed.contains("Say who gets the mail"), "{blamed}");

    let mut file = file;
    file["agents"].as_array_mut().unwrap().pop();
    let made = import(&rookery, &project, "", &file).await;
    let workflow = imported(&rookery, &project, &made);
    workflow.start().await;
    let run = workflow.emit("guid-of-start", json!({"title": "a\r\nBcc: x@y.z", "note": "<b>ü</b><script>x</script>"})).await;
    assert_eq!(workflow.finished(&run).await["state"], "done");
    let mail = mails.wait_for(1).await.remove(0);
    assert!(mail.is_secure && mail.login == Some(format!("ada@example.com:{PASSWORD}")), "{mail:?}");
    assert_eq!((mail.from.as_str(), mail.to.as_str()), ("huginn@example.com", "ada@example.com"));
    assert_eq!(
        (mail.header("Subject").as_str(), mail.header("From").as_str()),
        ("Tea: a Bcc: x@y.z", "\"Huginn\" <huginn@example.com>")
    );
    assert_eq!(mail.header("To"), "=?utf-8?B?w4Rkw6Q=?= <ada@example.com>");
    let bodies = mail.bodies();
    assert_eq!(
        bodies[0],
        ("text/plain".to_owned(), "Größe\r\n\r\na\r\nBcc: x@y.z\r\n  note: <b>ü</b><script>x</script>\r\n".to_owned())
    );
    assert!(bodies[1].1.contains("<h1>Größe</h1>") && bodies[1].1.contains("<li>note: <b>ü</b></li>"), "{bodies:?}");

    // The digest has it, too: once.
    let checked = workflow.post("/agents/guid-of-digest/check", &json!({})).await.expect(200)["data"].clone();
    assert_eq!(
        checked["events"][0]["payload"],
        json!({"recipients": ["bob@example.com"], "subject": "Digest", "events": 1}),
        "{checked:#}"
    );
    workflow.post("/agents/guid-of-digest/check", &json!({})).await.expect(200);
    assert_eq!(to(&mails.arrived()), ["ada@example.com", "bob@example.com"]);

    // A server that repeats the password does not have it shown.
    mails.script("AUTH", &[&format!("535 not {PASSWORD} nor {}", ENCODED[1])]);
    let run = workflow.emit("guid-of-start", json!({"title": "b"})).await;
    let failed = workflow.finished(&run).await;
    assert_eq!(failed["state"], "failed", "{failed:#}");
    let failures = workflow.failures(1).await;
    assert!(failures[0].to_string().contains("`smtp_url`: ") && failures[0].to_string().contains("535"), "{failures:?}");
    for (what, shown) in [
        ("the run", failed.to_string()),
        ("the failures", json!(failures).to_string()),
        ("the events", json!(workflow.list("/events").await).to_string()),
        ("the workflow", workflow.get("").await.to_string()),
        ("the log", rookery.log()),
    ] {
        for secret in [PASSWORD, ENCODED[0], ENCODED[1]] {
            assert!(!shown.contains(secret), "{what} shows {secret}");
        }
    }
}

#[tokio::test]
async fn a_recipient_who_is_put_off_gets_the_mail_later_and_the_others_get_it_once() {
    let mails = Mails::start(offers(false, ""));
    let (_rookery, workflow) = mailing(&mails, None, json!({})).await;
    mails.script("RCPT TO:<ada@example.com>", &["450 not now"]);
    let run = workflow.emit("start", json!({"id": 7})).await;
    let tree = workflow.finished(&run).await;
    assert_eq!((&tree["state"], deliveries(&tree).len()), (&json!("done"), 1), "{tree:#}");
    let arrived = mails.arrived();
    assert_eq!(to(&arrived), ["bob@example.com", "ada@example.com"]);
    assert_ne!(arrived[0].header("Message-ID"), arrived[1].header("Message-ID"));
    assert_eq!(arrived[0].header("Date"), arrived[1].header("Date"), "it is one mail");
    assert!(arrived[0].header("Message-ID").ends_with("@example.com>"));
    assert_eq!(
        workflow.payloads("mail").await,
        [json!({"recipients": ["ada@example.com", "bob@example.com"], "subject": "Order 7"})]
    );
}

#[tokio::test]
async fn a_recipient_who_is_refused_is_told_of_and_keeps_the_mail_from_nobody() {
    let mails = Mails::start(offers(false, ""));
    let (_rookery, workflow) = mailing(&mails, Some("recipient_refused"), json!({})).await;
    mails.script("RCPT TO:<ada@example.com>", &["550 5.1.1 no such user"]);
    let run = workflow.emit("start", json!({"id": 7})).await;
    workflow.finished(&run).await;
    assert_eq!(to(&mails.arrived()), ["bob@example.com"]);
    let told = workflow.payloads("mail").await;
    let error = told.iter().find(|payload| payload["code"] == "recipient_refused").unwrap();
    assert_eq!(error["details"], json!({"recipient": "ada@example.com", "sent": ["bob@example.com"]}));
    assert!(
        error["message"].as_str().unwrap().starts_with("`recipients`: ") && error.to_string().contains("no such user"),
        "{error}"
    );
    // If nobody gets it, the delivery fails.
    for address in ["ada", "bob"] {
        mails.script(&format!("RCPT TO:<{address}@example.com>"), &["550 no"]);
    }
    let run = workflow.emit("start", json!({"id": 8})).await;
    assert_eq!(workflow.finished(&run).await["state"], "failed");
    assert_eq!((workflow.failures(1).await.len(), mails.arrived().len()), (1, 1));
}

#[tokio::test]
async fn a_trial_shows_each_mail_and_sends_none() {
    let mails = Mails::start(offers(false, ""));
    let (_rookery, workflow) = mailing(&mails, None, json!({"body": "Dear {{ name }}", "content_type": "text/plain"})).await;
    for outside_calls in [false, true] {
        let body = json!({"event": {"payload": {"id": 7, "name": "Ada"}}, "outside_calls": outside_calls});
        let tried = workflow.post("/agents/mail/dry_run", &body).await.expect(200)["data"].clone();
        let shown = |address: &str| {
            json!({
                "method": "MAIL", "url": format!("mailto:{address}"), "body": "Dear Ada", "made": false,
                "headers": [["From", "The shop <shop@example.com>"], ["To", address], ["Subject", "Order 7"]]
            })
        };
        assert_eq!(tried["calls"], json!([shown("ada@example.com"), shown("bob@example.com")]), "{tried:#}");
        assert_eq!(tried["error"]["code"], "outside_call", "{tried:#}");
    }
    assert_eq!(mails.said(), Vec::<String>::new(), "nobody connects");
}

#[tokio::test]
async fn without_a_server_or_a_sender_it_is_told_what_is_missing() {
    let mails = Mails::start(offers(false, ""));
    let mut rookery = super::rookery()
        .mails(&mails)
        .leaves_failures("no_sender")
        .leaves_failures("no_mail_server")
        .leaves_failures("credential_refused")
        .start()
        .await;
    let mail = |from: Value| agent("mail", "email", json!({"subject": "a", "recipients": "ada@example.com", "from": from}));
    let options = |from: Value| cells([agent("start", "manual", json!({})), mail(from), link("start", "mail")]);
    let workflow = rookery.started(&options(Value::Null)).await;
    let run = workflow.emit("start", json!({})).await;
    workflow.finished(&run).await;
    assert_eq!(workflow.failures(1).await[0]["code"], "no_sender");
    workflow.restart_with(&options(json!("shop@example.com"))).await;
    let run = workflow.emit("start", json!({})).await;
    workflow.finished(&run).await;
    let failure = workflow.failures(2).await[0].clone();
    assert_eq!(failure["code"], "no_mail_server");
    assert!(failure["message"].as_str().unwrap().contains("smtp_url"), "{failure}");
    // A login is said to no server but those that its credential is bound to.
    let elsewhere = json!({"value": format!("smtp://ada:s3cret@{}", mails.origin()), "hosts": ["mail.example.com"]});
    let credential = format!("/projects/{}/credentials/smtp_url", workflow.project);
    rookery.api.put(&credential, &elsewhere).await.expect(200);
    let run = workflow.emit("start", json!({})).await;
    workflow.finished(&run).await;
    assert_eq!(workflow.failures(3).await[0]["code"], "credential_refused");
    assert!(mails.said().is_empty(), "nobody connects");
    // Once the project has a server, a replay sends.
    sends_by(&rookery, &workflow.project, format!("smtp://{}", mails.origin())).await;
    let id = failure["id"].as_str().unwrap();
    workflow.post(&format!("/failures/{id}/replay"), &json!({})).await.expect(202);
    assert_eq!(to(&mails.wait_for(1).await), ["ada@example.com"]);
}

#[tokio::test]
async fn over_a_kill_a_digest_is_the_same_mail_and_what_came_meanwhile_is_in_the_next() {
    let mails = Mails::start(offers(false, ""));
    let mut rookery = super::rookery()
        .mails(&mails)
        .env("ROOKERY_SMTP_URL", &format!("smtp://{}", mails.origin()))
        .env("ROOKERY_MAIL_FROM", "shop@example.com")
        .start()
        .await;
    let config = json!({"subject": "{{ events.size }} at {{ now }}", "recipients": ["ada@example.com", "bob@example.com"], "schedule": "never"});
    let workflow = rookery
        .started(&cells([
            agent("in", "manual", json!({})),
            agent("digest", "email_digest", config),
            agent("go", "manual", json!({})),
            agent("clock", "commander", json!({})),
            link("in", "digest"),
            link("go", "clock"),
            control("clock", "digest"),
        ]))
        .await;
    let comes = async |title: &str| {
        let run = workflow.emit("in", json!({"title": title})).await;
        workflow.finished(&run).await;
    };
    comes("one").await;
    comes("two").await;
    // The server has the first mail, and has not said so: nobody knows whether it is sent.
    mails.hold();
    workflow.emit("go", json!({})).await;
    mails.wait_for(1).await;
    comes("three").await;
    rookery.kill();
    mails.release();
    rookery.start_again().await;
    let first = mails.wait_for(3).await;
    assert_eq!(to(&first), ["ada@example.com", "ada@example.com", "bob@example.com"]);
    assert_eq!(first[0], first[1], "it is the same mail, to the byte");
    workflow.emitted("digest", 1).await;
    let told = |mail: &Arrived| mail.bodies()[0].1.clone();
    assert_eq!((told(&first[0]), told(&first[2])), ("one\r\n\r\ntwo\r\n".to_owned(), "one\r\n\r\ntwo\r\n".to_owned()));

    // Another time, the first mail is known to be sent.
    mails.script("RCPT TO:<bob@example.com>", &["450 not now"]);
    workflow.emit("go", json!({})).await;
    let all = mails.wait_for(5).await;
    workflow.emitted("digest", 2).await;
    assert_eq!(to(&all[3..]), ["ada@example.com", "bob@example.com"]);
    assert_eq!((told(&all[3]), told(&all[4])), ("three\r\n".to_owned(), "three\r\n".to_owned()));
    assert_ne!(all[3].header("Message-ID"), all[0].header("Message-ID"));
}

#[tokio::test]
async fn tls_from_the_start_is_spoken_where_the_address_says_so() {
    let mails = Mails::start(Offers { tls: true, starttls: false, auth: "LOGIN" });
    let mut rookery = super::rookery().mails(&mails).leaves_failures("tls_failed").start().await;
    let options = cells([
        agent("start", "manual", json!({})),
        agent("mail", "email", json!({"subject": "a", "recipients": "ada@example.com", "from": "shop@example.com"})),
        link("start", "mail"),
    ]);
    let workflow = rookery.started(&options).await;
    sends_by(&rookery, &workflow.project, format!("smtps://ada:s3cret@{}", mails.origin())).await;
    let run = workflow.emit("start", json!({})).await;
    workflow.finished(&run).await;
    let mail = mails.wait_for(1).await.remove(0);
    assert_eq!((mail.is_secure, mail.login.as_deref()), (true, Some("ada:s3cret")));
    // Whoever cannot show that it is the right one is told nothing.
    rookery.kill();
    rookery.start_again_with("SSL_CERT_FILE", "/etc/ssl/certs/ca-certificates.crt").await;
    let run = workflow.emit("start", json!({})).await;
    assert_eq!(workflow.finished(&run).await["state"], "failed");
    assert_eq!(mails.arrived().len(), 1);
}
