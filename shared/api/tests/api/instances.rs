//! The instances of persistent agents, their sessions, and what those took.

use crate::sessions::session;
use crate::support::World;
use rookery_domain::{Cost, Message, Part, Role, SessionAt, Stop, Time, Usage};
use rookery_sessions::admit::Admit;
use rookery_sessions::ask::{Ask, Source};
use rookery_sessions::entry::{Answer, What};
use rookery_sessions::ports::Prompts;
use rookery_store::SessionNames;
use serde_json::{Value, json};

async fn ask(world: &World, like: &SessionAt, agent: &str, instance: &str, session: &str) {
    let names = SessionNames { agent: agent.into(), instance: instance.into(), session: session.into() };
    let at = SessionAt { project: like.project.clone(), key: names.key() };
    let until = Time::now().plus(60_000);
    let ask = Ask { message: "Hi".into(), payload: None, source: Source::Prompt, run_ms: 60_000, wait_until: until };
    let admit = Admit { at: &at, names: &names, ask: &ask, key: None, here: None, only_if_free: false };
    world.fake.sessions().admit(&admit).await.unwrap();
}

fn field(list: &Value, name: &str) -> Vec<String> {
    list["data"].as_array().unwrap().iter().map(|item| item[name].as_str().unwrap().to_owned()).collect()
}

#[tokio::test]
async fn instances_and_their_sessions_are_listed_to_the_byte() {
    let world = World::open().await;
    let (path, at) = session(&world).await;
    let instances = path.split("/a%2Fb").next().unwrap().to_owned();
    // One begins as the other does, with the character that separates names in keys.
    for (agent, instance, session) in
        [("helper", "7", "s"), ("helper", "7", "t"), ("helper", "7\u{1f}s", "u"), ("helper", "77", "s"), ("other", "7", "s")]
    {
        ask(&world, &at, agent, instance, session).await;
    }
    let all = world.get(&instances).await.ok(200);
    assert_eq!(field(&all, "instance"), ["7", "7\u{1f}s", "77", "a/b 🦀"]);
    assert_eq!(all["data"][0]["agent"], "helper");
    let first = world.get(&format!("{instances}?limit=3")).await.ok(200);
    let next = first["meta"]["next_cursor"].as_str().unwrap();
    let rest = world.get(&format!("{instances}?limit=3&cursor={next}")).await.ok(200);
    assert_eq!((field(&rest, "instance"), &rest["meta"]["next_cursor"]), (vec!["a/b 🦀".to_owned()], &Value::Null));

    let sessions = world.get(&format!("{instances}/7/sessions")).await.ok(200);
    let mut names = field(&sessions, "session");
    names.sort();
    assert_eq!((names, &sessions["data"][0]["instance"]), (vec!["s".to_owned(), "t".to_owned()], &json!("7")));
    let times = field(&sessions, "created_at");
    assert!(times[0] >= times[1], "newest first: {times:?}");
    let other = world.get(&format!("{instances}/a%2Fb%20%F0%9F%A6%80/sessions")).await.ok(200);
    assert_eq!(field(&other, "session"), [".."]);
    // What was never asked has no sessions; its agent is neither defined nor was it asked anything.
    for unknown in [format!("{instances}/nobody/sessions"), instances.replace("helper", "nobody")] {
        world.get(&unknown).await.error(404, "agent_not_found");
    }

    // An agent that is defined has none at first.
    let project = instances.split('/').nth(4).unwrap().to_owned();
    world.define(&project, "fresh", "model: demo/test").await;
    let fresh = instances.replace("helper", "fresh");
    assert_eq!(world.get(&fresh).await.ok(200)["data"], json!([]));
    assert_eq!(world.get(&format!("{fresh}/7/sessions")).await.ok(200)["data"], json!([]));
    world.stop().await;
}

#[tokio::test]
async fn a_session_says_what_its_answers_took_and_cost() {
    let world = World::open().await;
    let (path, at) = session(&world).await;
    let usage = world.get(&format!("{path}/usage")).await.ok(200);
    assert_eq!((&usage["data"]["total_tokens"], &usage["data"]["cost_known"]), (&json!(1), &json!(false)));
    let mut loaded = world.fake.sessions().load(&at).await.unwrap();
    let answer = Answer {
        n: 3,
        message: Message { role: Role::Assistant, parts: vec![Part::Text("answer 3".into())] },
        stop: Stop::End,
        usage: Usage { input: 2, output: 3, total_tokens: 5, ..Usage::default() },
        model: "demo/test".into(),
        request_id: None,
        last: true,
        cost: Some(Cost { total: 0.5, ..Cost::default() }),
    };
    world.fake.sessions().append(&mut loaded, What::Answer(Box::new(answer))).await.unwrap();
    let usage = world.get(&format!("{path}/usage")).await.ok(200)["data"].clone();
    assert_eq!(
        (&usage["input"], &usage["output"], &usage["total_tokens"], &usage["cost"]["total"], &usage["cost_known"]),
        (&json!(3), &json!(3), &json!(6), &json!(0.5), &json!(false))
    );
    let messages = world.get(&format!("{path}/messages")).await.ok(200);
    let costs: Vec<&Value> = messages["data"].as_array().unwrap().iter().filter_map(|said| said["cost"].get("total")).collect();
    assert_eq!(costs, [&json!(0.5)]);
    world.get(&path.replace("helper", "nobody")).await.error(404, "not_found");
    world.get(&format!("{}/usage", path.replace("helper", "nobody"))).await.error(404, "not_found");
    world.stop().await;
}
