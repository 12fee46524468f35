//! Secrets that stand plainly in a file.

use super::super::{CredentialState, import};
use super::{agents, settings};
use proptest::prelude::*;
use serde_json::{Map, Value, json};

#[test]
fn secrets_become_credentials_each_in_its_place() {
    let imported = agents(json!([
        {"type": "Agents::PostAgent", "name": "Tell the team", "guid": "post", "options": {
            "post_url": "https://api.example.com:8443/rooms?room=1&access_token=abc%2Fdef&q={{ q }}",
            "headers": {"Authorization": "Bearer t0p-secret", "X-Shop-Key": "k3y", "Accept": "*/*", "Cookie": "{{ cookie }}"},
            "payload": {"user": {"api_key": "deep-1"}, "token": "<TOKEN>", "password": "{% credential mine %}"}
        }},
        {"type": "Agents::PostAgent", "name": "Again", "guid": "again", "options": {
            "post_url": "https://user:p%40ss@other.example.com/in", "headers": {"X-Api-Token": "t0p-secret"}
        }},
        {"type": "Agents::RoomAgent", "guid": "room", "options": {"webhook_url": "https://hooks.slack.com/services/T0/B1/xyz"}},
        {"type": "Agents::PageAgent", "guid": "page", "options": {"user": "u123", "token": "your-token", "basic_auth": ["u", "p1"]}},
        {"type": "Agents::SiteAgent", "guid": "site", "options": {"basic_auth": "ann:pw2", "url": "https://ann:pw3@a.test/?apikey={{k}}"}}
    ]));
    let mut values: Vec<(&str, &str, Vec<&str>)> = imported
        .credentials
        .iter()
        .map(|brought| (brought.name.as_str(), brought.value.as_str(), brought.hosts.iter().map(String::as_str).collect()))
        .collect();
    values.sort();
    let api = || vec!["api.example.com:8443"];
    assert_eq!(
        values,
        [
            ("again_authorization", "dXNlcjpwQHNz", vec!["other.example.com"]),
            ("pageagent_password", "p1", vec![]),
            ("roomagent_webhook_url", "https://hooks.slack.com/services/T0/B1/xyz", vec!["hooks.slack.com"]),
            ("siteagent_password", "pw2", vec!["a.test"]),
            ("siteagent_password_2", "pw3", vec!["a.test"]),
            ("tell_the_team_access_token", "abc/def", api()),
            ("tell_the_team_api_key", "deep-1", api()),
            ("tell_the_team_authorization", "t0p-secret", vec!["api.example.com:8443", "other.example.com"]),
            ("tell_the_team_x_shop_key", "k3y", api()),
        ]
    );
    let config = |index: usize| imported.options["cells"][index]["config"].clone();
    let post = config(0);
    assert_eq!(
        post["url"],
        "https://api.example.com:8443/rooms?room=1&access_token={% credential tell_the_team_access_token %}&q={{ q }}"
    );
    assert_eq!(post["headers"]["Authorization"], "Bearer {% credential tell_the_team_authorization %}");
    assert_eq!((&post["headers"]["Cookie"], &post["payload"]["token"]), (&json!("{{ cookie }}"), &json!("<TOKEN>")));
    assert_eq!(config(1)["headers"]["Authorization"], "Basic {% credential again_authorization %}");
    assert_eq!(config(1)["url"], "https://other.example.com/in");
    assert_eq!(config(3)["basic_auth"], json!(["u", "{% credential pageagent_password %}"]));
    assert_eq!(config(4)["basic_auth"], "ann:{% credential siteagent_password %}");
    assert_eq!(config(4)["url"], "https://ann:{% credential siteagent_password_2 %}@a.test/?apikey={{k}}");
    let told: Vec<(&str, &str, CredentialState)> =
        imported.report.credentials.iter().map(|told| (&*told.cell_id, &*told.field, told.state)).collect();
    use CredentialState::{Created, Missing, Reused};
    for told_of in [
        ("post", "url", Created),
        ("post", "headers.Authorization", Created),
        ("post", "payload.user.api_key", Created),
        ("post", "payload.password", Missing),
        ("again", "headers.X-Api-Token", Reused),
        ("page", "basic_auth", Created),
    ] {
        assert!(told.contains(&told_of), "{told_of:?} in {told:?}");
    }
}

#[test]
fn a_credential_of_the_project_is_used_where_it_may_be_sent() {
    let file = json!({"name": "x", "agents": [{"type": "Agents::PostAgent", "name": "A", "options": {
        "post_url": "https://a.test/", "headers": {"Authorization": "Bearer abc", "X-A-Key": "def"}
    }}]});
    let known = [("mine", "abc", &["*.test"][..]), ("other", "def", &["b.test"]), ("a_x_a_key", "z", &[])];
    let imported = import(&file.to_string(), &settings("UTC", &known)).unwrap();
    let told: Vec<(&str, CredentialState)> = imported.report.credentials.iter().map(|told| (&*told.name, told.state)).collect();
    assert_eq!(
        told,
        [("mine", CredentialState::Reused), ("a_x_a_key_2", CredentialState::Created)],
        "it widens no credential's hosts"
    );
    assert_eq!(imported.credentials.len(), 1);
}

#[test]
fn a_secret_of_a_name_or_a_note_is_hidden_too() {
    let imported = agents(json!([{
        "type": "Agents::PostAgent", "name": "Room s3cretvalue99", "options": {
            "post_url": "https://a.test/s3cretvalue99/", "headers": {"Authorization": "s3cretvalue99"}
        }
    }]));
    let all = format!("{} {}", imported.options, serde_json::to_string(&imported.report).unwrap());
    assert!(!all.contains("s3cretvalue99"), "{all}");
    assert_eq!(imported.credentials[0].name, "imported_secret");
    let many: Map<String, Value> = (0..60).map(|n| (format!("k{n}_token"), json!(format!("value-{n}")))).collect();
    let file = json!({"name": "x", "agents": [{"type": "Agents::PostAgent", "options": {"post_url": "https://a.test", "payload": many}}]});
    assert_eq!(import(&file.to_string(), &settings("UTC", &[])).unwrap_err().code, "invalid_scenario");
}

/// A value that is a secret wherever it stands.
const SECRET: &str = "s3cr3t";

/// Options in which marked values are secrets by their keys, headers or URLs.
fn options() -> impl Strategy<Value = Value> {
    let key = prop::sample::select(vec![
        "token",
        "auth_token",
        "password",
        "api_key",
        "X-Api-Key",
        "client_secret",
        "smtp_passwd",
        "accessToken",
        "Authorization",
        "Cookie",
        "X-Shop-Token",
        "aws_access_key",
        "basic_auth",
        "webhook_url",
        "private_key",
    ]);
    let secret = (key, "[a-z]{0,3}", 0..100_u32).prop_map(|(key, more, number)| {
        let value = format!("{SECRET}{number}{more}");
        let value = match key {
            "basic_auth" => format!("user:{value}"),
            "Authorization" => format!("Bearer {value}"),
            _ => value,
        };
        (key.to_owned(), json!(value))
    });
    let url = ("[a-z]{1,5}", 0..100_u32, prop::bool::ANY).prop_map(|(host, number, in_query)| {
        let url = match in_query {
            true => format!("https://{host}.test/?a=1&token={SECRET}{number}&b={{{{ b }}}}"),
            false => format!("https://user:{SECRET}{number}@{host}.test/x"),
        };
        ("post_url".to_owned(), json!(url))
    });
    let plain = ("[a-z_]{1,8}", "[a-z {}]{0,12}").prop_map(|(key, text)| (format!("p_{key}_p"), json!(text)));
    let field = prop_oneof![3 => secret, 1 => url, 2 => plain];
    let leaf = prop::collection::vec(field, 0..5).prop_map(|fields| Value::Object(fields.into_iter().collect()));
    leaf.prop_recursive(3, 20, 4, |inner| {
        prop::collection::vec(("[a-z]{1,6}", inner), 0..4).prop_map(|fields| {
            let mut object = Map::new();
            for (key, value) in fields {
                match value {
                    Value::Object(fields) if key.len() % 2 == 0 => object.extend(fields),
                    value => drop(object.insert(key, json!([value]))),
                }
            }
            Value::Object(object)
        })
    })
}

proptest! {
    #[test]
    fn no_secret_is_shown_whatever_the_options(
        options in prop::collection::vec(options(), 1..4),
        kind in prop::sample::select(vec!["PostAgent", "WebhookAgent", "EventFormattingAgent", "SlackAgent", "FancyAgent", "DataOutputAgent"]),
    ) {
        let list: Vec<Value> = options.iter().map(|options| json!({"type": format!("Agents::{kind}"), "options": options})).collect();
        let file = json!({"name": "x", "agents": list});
        match import(&file.to_string(), &settings("UTC", &[])) {
            Ok(imported) => {
                let shown = format!("{} {} {imported:?}", imported.options, serde_json::to_string(&imported.report).unwrap());
                prop_assert!(!shown.contains(SECRET), "{file}\n{shown}");
            }
            Err(error) => {
                let told = format!("{error:?}");
                prop_assert!(!told.contains(SECRET));
            }
        }
    }
}
