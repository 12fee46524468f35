//! Lists of events are whole and in order, however and by whom they were written, and however often their pages failed to be written.

use crate::waits::receive_from;
use crate::{World, handle};
use aws_sdk_dynamodb::types::AttributeValue;
use futures::future::join_all;
use rookery_boot::TABLE;
use rookery_domain::{CellId, Event, EventId, Payload, Time, Words};
use rookery_engine::{ChainBounds, Dispatcher, Engine, Incoming, Settings};
use rookery_queue::{Handler, Queue};
use rookery_store::keys::{self, Prefix};
use rookery_store::{Chain, Cursor, Entry, EventFilter, Workflow};
use std::collections::BTreeSet;
use std::sync::Arc;

const OPTIONS: &str = r#"{"cells":[
    {"id":"in","type":"agent","agent_type":"manual"},
    {"id":"end","type":"agent","agent_type":"data_output"},
    {"id":"alone","type":"agent","agent_type":"manual"},
    {"id":"l","type":"link","source":{"id":"in"},"target":{"id":"end"}}
]}"#;

/// All events of a list, page by page.
async fn listed(engine: &Engine, workflow: &Workflow, filter: &EventFilter, limit: usize) -> Vec<EventId> {
    let (mut all, mut cursor) = (Vec::new(), None);
    loop {
        let page = engine.store.list_events(workflow, filter, limit, cursor.as_ref()).await.unwrap();
        assert!(page.items.len() <= limit);
        all.extend(page.items.iter().map(|event| event.id));
        cursor = page.next.map(|cursor| Cursor::decode(&cursor.encode()).unwrap());
        if cursor.is_none() {
            return all;
        }
    }
}

/// An event of one of three agents, with one of two groups, at one of few times, so that some are of the same time.
pub(crate) fn event(random: &mut fastrand::Rng, now: Time) -> Event {
    let root = EventId::fresh();
    let id = if random.bool() { root } else { EventId { own: EventId::fresh().own, ..root } };
    Event {
        id,
        item: id,
        version: random.u64(1..4),
        cell: CellId(format!("cell {}", random.u8(0..3))),
        incarnation: 1,
        groups: vec![format!("group {}", random.u8(0..2))],
        payload: Payload::of(serde_json::json!({"word": format!("Word{}", random.u8(0..3))})).unwrap(),
        created_at: now.plus(-random.i64(0..400) * 50),
        hop: random.u16(0..2),
        cause: None,
        keep_until: now.plus(3_600_000),
        last: false,
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_list_is_whole_and_in_order_however_it_was_written() {
    let world = World::start(40).await;
    let client = aws_sdk_dynamodb::Client::from_conf(world.standins.dynamodb_config().build());
    let seed = fastrand::u64(..);
    let mut random = fastrand::Rng::with_seed(seed);
    for count in [0, 1, 7, 150] {
        let workflow = world.started(OPTIONS).await;
        let (store, now) = (&world.calm.store, Time::now());
        let mut events: Vec<Event> = (0..count).map(|_| event(&mut random, now)).collect();
        for event in &events {
            store.accept(&workflow.id, event, &Chain::default()).await.unwrap();
        }
        let mut left = events.clone();
        while !left.is_empty() {
            let some = left.split_off(left.len() - random.usize(1..20).min(left.len()));
            if random.u8(0..4) == 0 {
                // An earlier version gave each item a place in an index instead.
                for event in some {
                    let key = keys::event(&workflow.id, event.id);
                    let text = |text: String| AttributeValue::S(text);
                    let update = client.update_item().table_name(TABLE).key("pk", text(key.pk)).key("sk", text(key.sk));
                    let update = update.update_expression("SET rp = :rp, rs = :rs");
                    let update =
                        update.expression_attribute_values(":rp", text(keys::recent(&workflow.id, Prefix::RecentEvents)));
                    let place = keys::recent_sort(event.created_at, event.id);
                    update.expression_attribute_values(":rs", text(place)).send().await.unwrap();
                }
                continue;
            }
            for _ in 0..random.usize(1..3) {
                let mut entries: Vec<Entry> = some.iter().map(|event| Entry::of([event]).unwrap()).collect();
                // An attempt gathered an entry, and another stored the event at another time; or nobody stored it.
                let late = Event { created_at: some[0].created_at.plus(-70), ..some[0].clone() };
                entries.extend([Entry::of([&late]).unwrap(), Entry::of([&event(&mut random, now)]).unwrap()]);
                store.put_entries(&workflow.id, entries, random.bool()).await.unwrap();
            }
        }
        events.sort_by_key(|event| std::cmp::Reverse((event.created_at, event.id.to_string())));
        store.spread(&workflow.id).await.unwrap();
        let workflow = store.workflow(&workflow.id).await.unwrap();
        let filters = [
            EventFilter::default(),
            EventFilter { cell: Some(CellId("cell 1".into())), ..EventFilter::default() },
            EventFilter { group: Some("group 0".into()), ..EventFilter::default() },
            EventFilter { version: Some(2), ..EventFilter::default() },
            EventFilter { roots: true, ..EventFilter::default() },
            EventFilter { since: Some(now.plus(-10_000)), until: Some(now.plus(-4_000)), ..EventFilter::default() },
            EventFilter { words: Words::of("word1"), ..EventFilter::default() },
            EventFilter { words: Words::of("WORD2 word"), until: Some(now.plus(-5_000)), ..EventFilter::default() },
        ];
        for filter in filters {
            let is_shown = |event: &&Event| {
                filter.cell.as_ref().is_none_or(|cell| *cell == event.cell)
                    && filter.group.as_ref().is_none_or(|group| event.groups.contains(group))
                    && filter.version.is_none_or(|version| version == event.version)
                    && (!filter.roots || event.hop == 0 || event.id.is_root())
                    && filter.since.is_none_or(|since| event.created_at >= since)
                    && filter.until.is_none_or(|until| event.created_at <= until)
                    && filter.words.are_in(event.payload.as_str())
            };
            let expected: Vec<EventId> = events.iter().filter(is_shown).map(|event| event.id).collect();
            for limit in [1, 2, 3, 10, 100, 1000] {
                let found = listed(&world.calm, &workflow, &filter, limit).await;
                assert_eq!(found, expected, "seed {seed}, {count} events, {filter:?}, pages of {limit}");
            }
        }
    }
}

async fn accept(engine: &Arc<Engine>, workflow: &Workflow, cell: &str, n: usize) -> EventId {
    let payload = Payload::of(serde_json::json!({"n": n})).unwrap();
    engine.accept_at_trigger(workflow, &CellId(cell.into()), Incoming::new(payload, Vec::new(), None)).await.unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_event_that_leads_nowhere_is_listed_when_it_is_accepted() {
    let world = World::start(41).await;
    let workflow = world.started(OPTIONS).await;
    let accepted: Vec<EventId> = join_all((0..20).map(|n| accept(&world.calm, &workflow, "alone", n))).await;
    let found = listed(&world.calm, &workflow, &EventFilter::default(), 7).await;
    assert_eq!(found.iter().collect::<BTreeSet<_>>(), accepted.iter().collect());
    assert_eq!(found.len(), 20);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn messages_come_again_until_their_events_are_listed() {
    let world = World::start(42).await;
    let workflow = world.started(OPTIONS).await;
    for n in 0..12 {
        accept(&world.calm, &workflow, "in", n).await;
    }
    let dispatcher = Dispatcher(world.tested.clone());
    let mut failed = 0;
    let mut left = receive_from(&world.sqs, &world.urls.of(Queue::Deliver).queue).await;
    left.extend(receive_from(&world.sqs, &world.urls.of(Queue::Deliver).queue).await);
    assert_eq!(left.len(), 12);
    while !left.is_empty() {
        let mut again = Vec::new();
        for message in left {
            // What failed is gathered again by whoever handles the message next: perhaps another process.
            let by_other = Dispatcher(world.calm.clone());
            let handled = handle(if failed % 3 == 2 { &by_other } else { &dispatcher }, message.clone()).await;
            if handled.is_err() {
                failed += 1;
                again.push(message);
            }
        }
        left = again;
    }
    assert!(failed > 0, "no fault was tried");
    assert_eq!(listed(&world.calm, &workflow, &EventFilter::default(), 5).await.len(), 12);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_busy_list_is_spread_over_several_partitions() {
    let settings = Settings { processes: 1000, chains: ChainBounds::default(), ..Settings::default() };
    let world = World::on(tempfile::tempdir().unwrap(), 43, settings).await;
    let workflow = world.started(OPTIONS).await;
    assert!(!workflow.is_spread);
    for n in 0..40 {
        // Each is a page of its own. With a thousand processes, three of them in ten seconds are many.
        let head = world.calm.store.workflow(&workflow.id).await.unwrap();
        accept(&world.calm, &head, "alone", n).await;
    }
    let workflow = world.calm.store.workflow(&workflow.id).await.unwrap();
    assert!(workflow.is_spread);
    assert_eq!(listed(&world.calm, &workflow, &EventFilter::default(), 9).await.len(), 40);
    let client = aws_sdk_dynamodb::Client::from_conf(world.standins.dynamodb_config().build());
    let all = client.scan().table_name(TABLE).send().await.unwrap().items.unwrap();
    let pages = all.iter().map(|item| item["pk"].as_s().unwrap()).filter(|pk| pk.contains("#e#")).collect::<BTreeSet<_>>();
    assert!(pages.len() > 8, "{pages:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_run_that_no_list_has_goes_with_its_workflow() {
    let world = World::start(44).await;
    let workflow = world.started(OPTIONS).await;
    let id = accept(&world.calm, &workflow, "in", 1).await;
    world.calm.delete_workflow(&workflow.id).await.unwrap();
    world.calm.tick(Time::now()).await.unwrap();
    assert!(world.calm.store.find_event(&workflow.id, id).await.unwrap().is_some(), "the purge cannot know of it");
    let dispatcher = Dispatcher(world.calm.clone());
    for message in receive_from(&world.sqs, &world.urls.of(Queue::Deliver).queue).await {
        handle(&dispatcher, message).await.unwrap();
    }
    assert!(world.calm.store.find_event(&workflow.id, id).await.unwrap().is_none());
    assert!(dispatcher.write_gathered().await.is_empty());
}

/// What a process gathered is gone with it. Its messages come again, to another process, whatever became of their deliveries.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_process_gathered_before_it_ended_is_gathered_again() {
    const WAITS: &str = r#"{"cells":[
        {"id":"in","type":"agent","agent_type":"manual"},
        {"id":"end","type":"agent","agent_type":"delay","config":{"hours":2}},
        {"id":"l","type":"link","source":{"id":"in"},"target":{"id":"end"}}
    ]}"#;
    const NOTHING_COMES: &str = r#"{"cells":[
        {"id":"in","type":"agent","agent_type":"manual"},
        {"id":"end","type":"agent","agent_type":"change_detector","config":{"property":"n"}},
        {"id":"l","type":"link","source":{"id":"in"},"target":{"id":"end"}}
    ]}"#;
    let world = World::start(45).await;
    for options in [OPTIONS, WAITS, NOTHING_COMES] {
        let workflow = world.started(options).await;
        let id = accept(&world.calm, &workflow, "in", 1).await;
        let ended = Dispatcher(world.counted().0);
        for message in receive_from(&world.sqs, &world.urls.of(Queue::Deliver).queue).await {
            ended.handle(message.clone()).await.unwrap();
            assert!(!listed(&world.calm, &workflow, &EventFilter::default(), 5).await.contains(&id));
            handle(&Dispatcher(world.calm.clone()), message).await.unwrap();
        }
        assert!(listed(&world.calm, &workflow, &EventFilter::default(), 5).await.contains(&id), "{options}");
    }
}
