//! Schedules: when their times are found, and what is answered when they are saved.

use crate::World;
use rookery_domain::{CellId, Time};
use rookery_store::Workflow;

const MINUTE: i64 = 60_000;

fn options(schedule: &str) -> String {
    format!(r#"{{"cells":[{{"id":"beat","type":"agent","agent_type":"schedule","config":{{"schedule":"{schedule}"}}}}]}}"#)
}

async fn next_due(world: &World, workflow: &Workflow) -> Time {
    let item = world.calm.store.schedule(&workflow.id, &CellId("beat".into())).await.unwrap();
    item.unwrap().next_due
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_clock_that_was_wrong_and_is_set_back_does_not_rest_a_schedule() {
    let world = World::start(11).await;
    let workflow = world.started(&options("every_1s")).await;
    let now = Time::now();
    let wrong = now.plus(30 * 24 * 60 * MINUTE);
    world.calm.tick(wrong).await.unwrap();
    assert!(next_due(&world, &workflow).await > wrong);
    // The clock is right again: the schedule goes on from now, not only in a month.
    world.calm.tick(now).await.unwrap();
    let next = next_due(&world, &workflow).await;
    assert!(next > now && next <= now.plus(MINUTE + 1000), "{next}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_step_longer_than_its_field_is_told_when_it_is_saved() {
    let world = World::start(12).await;
    let project = world.calm.store.create_project("steps").await.unwrap();
    for (schedule, problems) in [("*/90 * * * *", 1), ("*/60 * * * *", 0), ("every_90m", 0)] {
        let (_, result) = world.calm.create_workflow(&project.id, "steps", &options(schedule)).await.unwrap();
        assert_eq!(result.error_count, problems, "{schedule}: {:?}", result.errors);
        let remedy =
            |problem: &rookery_domain::Problem| problem.message.contains("`every_90m`") && problem.field == "config.schedule";
        assert!(result.errors.iter().all(remedy), "{:?}", result.errors);
    }
}
