//! Whose key opens a provider.

use super::start;
use reqwest::Method;
use serde_json::json;

#[tokio::test]
async fn a_credential_of_the_project_goes_before_the_operators_key_and_is_seen_nowhere() {
    let agents = start(&[("helper", "")]).await;
    let (api, own) = (&agents.rookery.api, "sk-own-of-the-project");
    let credential = format!("/projects/{}/credentials/openai", agents.project);
    let host = agents.provider.url().split('/').nth(2).unwrap().to_owned();
    let put = async |host: &str| {
        let body = json!({"value": own, "hosts": [host]});
        api.call(Method::PUT, &credential).json(&body).send().await.expect(200);
    };
    agents.ask("/agents/helper/i", "Hi").await;
    put(&host).await;
    agents.ask("/agents/helper/i", "Hi").await;
    // A key that is not for this host goes nowhere, and the operator's does not go in its place.
    put("api.example.com").await;
    let refused = api.post("/agents/helper/i", &json!({"message": "Hi"})).await;
    refused.error(502, "model_error");
    assert!(!refused.text.contains(own), "{}", refused.text);
    api.call(Method::DELETE, &credential).send().await.expect(200);
    agents.ask("/agents/helper/i", "Hi").await;
    let operators = "Bearer sk-test-of-the-journeys";
    assert_eq!(agents.provider.keys(), [operators, &format!("Bearer {own}"), operators]);
    let events = api.get(&format!("{}/events", agents.session("helper", "i", "default"))).await;
    assert!(!events.text.contains(own), "{}", events.text);
}
