//! What is at work in sessions and what waits there: listed in pages, and ended by whoever names the session beyond doubt.

use crate::sessions::session;
use crate::support::World;
use rookery_domain::{SessionAt, Time};
use rookery_sessions::admit::Admit;
use rookery_sessions::ask::{Ask, Source};
use rookery_sessions::ports::Prompts;
use rookery_store::SessionNames;
use serde_json::json;

#[tokio::test]
async fn what_waits_is_listed_in_pages_of_bounded_size() {
    let world = World::open().await;
    let (path, at) = session(&world).await;
    let names = SessionNames { agent: "helper".into(), instance: "a/b 🦀".into(), session: "..".into() };
    let sessions = world.fake.sessions();
    for n in 5..=14 {
        let ask = Ask {
            message: n.to_string().repeat(100_000),
            payload: None,
            source: Source::Dispatch,
            run_ms: 60_000,
            wait_until: Time::now().plus(60_000),
        };
        let admit = Admit { at: &at, names: &names, ask: &ask, key: None, here: None, only_if_free: false };
        sessions.admit(&admit).await.unwrap();
    }
    let waiting = world.get(&path).await.ok(200)["data"]["waiting"].clone();
    assert_eq!(waiting, 11);
    for (limit, pages) in [(100, 2..=3), (5, 3..=4)] {
        let (mut seen, mut cursor, mut count) = (Vec::new(), String::new(), 0);
        loop {
            let page = world.get(&format!("{path}/operations?limit={limit}{cursor}")).await;
            assert!(page.bytes.len() < 1_500_000, "{}", page.bytes.len());
            let page = page.ok(200);
            seen.extend(page["data"].as_array().unwrap().iter().map(|one| one["run_id"].as_str().unwrap().to_owned()));
            count += 1;
            let Some(next) = page["meta"]["next_cursor"].as_str() else { break };
            cursor = format!("&cursor={next}");
        }
        assert_eq!(seen, (3..=14).map(|n| at.operation(n).run_id()).collect::<Vec<_>>());
        assert!(pages.contains(&count), "{count}");
    }
    world.stop().await;
}

#[tokio::test]
async fn an_abort_that_may_mean_a_strangers_session_ends_none() {
    let world = World::open().await;
    let project = world.project().await.rsplit('/').next().unwrap().to_owned();
    let root = format!("/p/{project}");
    world.define(&project, "helper", "model: demo/test").await;
    world.define(&project, "other", "model: demo/test").await;
    let sessions = world.fake.sessions();
    let ask = Ask {
        message: "question".into(),
        payload: None,
        source: Source::Dispatch,
        run_ms: 60_000,
        wait_until: Time::now().plus(60_000),
    };
    let mut at = Vec::new();
    for (agent, instance, session) in [("helper", "a:b", "c"), ("helper", "a", "b:c"), ("other", "a", "b:c")] {
        let names = SessionNames { agent: agent.into(), instance: instance.into(), session: session.into() };
        let session = SessionAt { project: project.parse().unwrap(), key: names.key() };
        let admit = Admit { at: &session, names: &names, ask: &ask, key: None, here: None, only_if_free: false };
        sessions.admit(&admit).await.unwrap();
        at.push(session);
    }
    let abort = async |query: &str| world.post(&format!("{root}/sessions/a%3Ab%3Ac/abort{query}"), json!({})).await;
    let working = async || {
        let each = futures::future::join_all(at.iter().map(|at| sessions.unfinished(at, 0, 100))).await;
        each.into_iter().map(|unfinished| unfinished.unwrap().0.len()).collect::<Vec<_>>()
    };
    abort("").await.error(409, "ambiguous_session");
    abort("?agent=helper").await.error(409, "ambiguous_session");
    abort("?agent=helper&instance=b").await.error(400, "invalid_query_param");
    assert_eq!(working().await, [1, 1, 1]);
    assert_eq!(abort("?agent=helper&instance=a%3Ab").await.ok(200)["aborted"], true);
    assert_eq!(working().await, [0, 1, 1]);
    assert_eq!(abort("?agent=helper").await.ok(200)["aborted"], true, "only one of them is at work");
    assert_eq!(abort("").await.ok(200)["aborted"], true);
    assert_eq!(working().await, [0, 0, 0]);
    assert_eq!(abort("").await.ok(200)["aborted"], false);
    world.stop().await;
}
