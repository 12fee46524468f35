//! Definitions over a real table: versions, conflicts, restores, deletions, and what is read of them.
#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

use rookery_domain::{AgentName, Error, ProjectId, limits};
use rookery_sessions::definition::{Definitions, Environment, Source};
use rookery_standins::Standins;
use rookery_store::{DefinitionSource, SavedDefinition, Store};

struct World {
    _folder: tempfile::TempDir,
    standins: Standins,
    store: Store,
    definitions: Definitions,
    project: ProjectId,
    name: AgentName,
}

impl World {
    async fn start() -> World {
        let folder = tempfile::tempdir().unwrap();
        let standins = Standins::start(folder.path()).unwrap();
        let store = Store::new(aws_sdk_dynamodb::Client::from_conf(standins.dynamodb_config().build()), "rookery");
        store.create_table().await.unwrap();
        let project = store.create_project("default").await.unwrap().id;
        let definitions = Definitions::new(store.clone(), Environment::default());
        World { _folder: folder, standins, store, definitions, project, name: "guide".parse().unwrap() }
    }

    /// The same table, for another of two processes.
    fn another(&self) -> Definitions {
        let client = aws_sdk_dynamodb::Client::from_conf(self.standins.dynamodb_config().build());
        Definitions::new(Store::new(client, "rookery").among(2), Environment::default())
    }

    async fn save(&self, text: &str, expected: Option<u64>) -> Result<u64, Error> {
        let saved = self.definitions.save(&self.project, &self.name, &source(text), DefinitionSource::Api, expected).await?;
        Ok(saved.1.version)
    }

    /// The instructions' source of the agent that runs, by its description.
    async fn running(&self) -> Result<(u64, String), &'static str> {
        let definition = self.definitions.running(&self.project, &self.name).await.map_err(|error| error.code)?;
        Ok((definition.version, definition.behaviour.description.clone().unwrap_or_default()))
    }
}

fn source(text: &str) -> Source {
    Source { text: text.to_owned(), ..Source::default() }
}

fn text(description: &str) -> String {
    format!("---\nmodel: demo/guide\ndescription: {description}\n---\nHelp.")
}

const BAD: &str = "---\nmodel: gpt\n---\n";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn versions_follow_each_other_and_a_conflict_is_told() {
    let world = World::start().await;
    assert_eq!(world.running().await, Err("agent_not_found"));
    assert_eq!(world.save(&text("one"), None).await.unwrap(), 1);
    assert_eq!(world.running().await.unwrap(), (1, "one".into()));
    assert_eq!(world.save(&text("two"), Some(1)).await.unwrap(), 2);
    for stale in [0, 1, 3, u64::MAX] {
        let error = world.save(&text("stale"), Some(stale)).await.unwrap_err();
        assert_eq!((error.code, error.meta.unwrap()["version"].as_u64()), ("version_conflict", Some(2)), "{stale}");
    }
    assert_eq!(world.running().await.unwrap(), (2, "two".into()));
    let pinned = world.definitions.version(&world.project, &world.name, 1).await.unwrap();
    assert_eq!(pinned.behaviour.description.as_deref(), Some("one"), "an operation keeps its version");
    let page = world.definitions.versions(&world.project, &world.name, 10, None).await.unwrap();
    assert_eq!(page.items.iter().map(|version| version.version).collect::<Vec<_>>(), [2, 1]);
    let one = world.definitions.versions(&world.project, &world.name, 1, None).await.unwrap();
    let next = world.definitions.versions(&world.project, &world.name, 1, one.next.as_ref()).await.unwrap();
    assert_eq!((one.items[0].version, next.items[0].version), (2, 1));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn twenty_saves_at_once_make_one_version() {
    let world = World::start().await;
    let saves = (0..20).map(|n| {
        let (definitions, project, name) = (world.definitions.clone(), world.project.clone(), world.name.clone());
        tokio::spawn(async move {
            definitions.save(&project, &name, &source(&text(&format!("by {n}"))), DefinitionSource::Api, Some(0)).await.is_ok()
        })
    });
    let mut won = 0;
    for save in saves.collect::<Vec<_>>() {
        won += u32::from(save.await.unwrap());
    }
    assert_eq!(won, 1);
    assert_eq!(world.running().await.unwrap().0, 1);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_version_with_errors_is_kept_and_the_last_good_one_goes_on() {
    let world = World::start().await;
    assert_eq!(world.save(BAD, None).await.unwrap(), 1);
    assert_eq!(world.running().await, Err("agent_not_found"));
    let head = world.definitions.head(&world.project, &world.name).await.unwrap();
    assert_eq!((head.version, head.runs, head.is_running()), (1, 0, false));
    world.save(&text("good").replace("description", "triggers: {webhook: false}\ndescription"), None).await.unwrap();
    let (head, judged) =
        world.definitions.save(&world.project, &world.name, &source(BAD), DefinitionSource::Api, None).await.unwrap();
    assert_eq!((head.version, head.runs, head.webhook, head.description.as_deref()), (3, 2, false, Some("good")));
    let told = judged.errors[0].to_string();
    assert!(told.starts_with("guide.md:2: model: The model's name is not of the form `provider/name`."), "{told}");
    assert_eq!(world.running().await.unwrap(), (2, "good".into()));
    let (version, source, judged) = world.definitions.source(&world.project, &world.name, 3).await.unwrap();
    assert_eq!((version.error_count, source.text.as_str(), judged.errors.len(), judged.version), (1, BAD, 1, 3));
    let error = world.definitions.version(&world.project, &world.name, 3).await.unwrap_err();
    assert_eq!(error.code, "definition_invalid");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_version_is_restored_as_a_copy_with_its_profiles() {
    let world = World::start().await;
    let profiles = [("base", text("from the profile")), ("unused", "x".repeat(limits::DEFINITION_BYTES))];
    let first = Source {
        text: "---\nprofile: base\n---\n".into(),
        profiles: profiles.into_iter().map(|(name, text)| (name.to_owned(), text)).collect(),
    };
    world.definitions.save(&world.project, &world.name, &first, DefinitionSource::Api, None).await.unwrap();
    world.save(&text("second"), None).await.unwrap();
    let (head, judged) = world.definitions.restore(&world.project, &world.name, 1).await.unwrap();
    assert_eq!((head.version, head.runs, judged.errors.len()), (3, 3, 0));
    assert_eq!(world.running().await.unwrap(), (3, "from the profile".into()));
    let (version, source, _) = world.definitions.source(&world.project, &world.name, 3).await.unwrap();
    assert_eq!((version.restored_from, source.profiles.len()), (Some(1), 1));
    assert_eq!(world.definitions.restore(&world.project, &world.name, 9).await.unwrap_err().code, "not_found");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_deleted_is_gone_with_its_versions_and_its_numbers_go_on() {
    let world = World::start().await;
    assert_eq!(world.definitions.delete(&world.project, &world.name).await.unwrap_err().code, "agent_not_found");
    for n in 0..60 {
        world.save(&text(&format!("number {n}")), None).await.unwrap();
    }
    world.definitions.delete(&world.project, &world.name).await.unwrap();
    assert_eq!(world.running().await, Err("agent_not_found"));
    assert!(world.definitions.delete(&world.project, &world.name).await.is_err());
    assert!(world.definitions.versions(&world.project, &world.name, 10, None).await.is_err());
    assert!(world.definitions.list(&world.project, 10, None).await.unwrap().items.is_empty());
    assert_eq!(world.save(&text("again"), None).await.unwrap(), 61);
    assert_eq!(world.running().await.unwrap(), (61, "again".into()));
    let left = world.definitions.versions(&world.project, &world.name, 100, None).await.unwrap();
    assert_eq!(left.items.len(), 1, "the versions of before are removed");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_a_file_says_is_changed_by_the_file_alone() {
    let world = World::start().await;
    let (definitions, project, name) = (&world.definitions, &world.project, &world.name);
    world.save(&text("by the API"), None).await.unwrap();
    let first = definitions.save_file(project, name, &source(&text("by a file"))).await.unwrap().unwrap();
    assert_eq!((first.version, first.source), (2, DefinitionSource::File));
    assert!(definitions.save_file(project, name, &source(&text("by a file"))).await.unwrap().is_none(), "it is not new");
    assert_eq!(world.save(&text("by the API"), None).await.unwrap_err().code, "managed_by_file");
    assert_eq!(definitions.restore(project, name, 1).await.unwrap_err().code, "managed_by_file");
    assert_eq!(definitions.delete(project, name).await.unwrap_err().code, "managed_by_file");
    definitions.stop(project, name).await.unwrap();
    assert_eq!(world.running().await, Err("agent_not_found"));
    assert!(definitions.list(project, 10, None).await.unwrap().items.is_empty());
    assert!(definitions.save_file(project, name, &source(&text("by a file"))).await.unwrap().is_some(), "the file is back");
    assert_eq!(world.running().await.unwrap(), (3, "by a file".into()));
    definitions.stop(project, name).await.unwrap();
    assert_eq!(world.save(&text("by the API"), None).await.unwrap(), 4);
}

/// Once a change is answered, no other process runs what was before; and what was just saved is found at once.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn other_processes_see_a_change_once_it_is_answered() {
    let world = World::start().await;
    let (changing, asked) = (world.another(), world.another());
    let (project, name) = (&world.project, &world.name);
    let described =
        async || asked.running(project, name).await.map(|of| of.behaviour.description.clone().unwrap_or_default()).ok();
    assert_eq!(described().await, None);
    for description in ["one", "two", "three"] {
        changing.save(project, name, &source(&text(description)), DefinitionSource::Api, None).await.unwrap();
        assert_eq!(described().await.as_deref(), Some(description));
    }
    changing.delete(project, name).await.unwrap();
    assert_eq!(described().await, None);
    changing.save(project, name, &source(&text("again")), DefinitionSource::Api, None).await.unwrap();
    assert_eq!(described().await.as_deref(), Some("again"));
    world.store.delete_project(project).await.unwrap();
    assert_eq!(world.running().await, Err("agent_not_found"), "it went with its project");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn projects_do_not_see_each_others_agents_nor_names_each_other() {
    let world = World::start().await;
    world.save(&text("mine"), None).await.unwrap();
    let other = world.store.create_project("other").await.unwrap().id;
    assert!(world.definitions.running(&other, &world.name).await.is_err());
    assert!(world.definitions.version(&other, &world.name, 1).await.is_err());
    for longer in ["guide2", "guide-", "Guide", "guid"] {
        let longer = longer.parse().unwrap();
        assert!(world.definitions.running(&world.project, &longer).await.is_err());
        world.definitions.save(&world.project, &longer, &source(&text("another")), DefinitionSource::Api, None).await.unwrap();
    }
    let versions = world.definitions.versions(&world.project, &world.name, 100, None).await.unwrap();
    assert_eq!(versions.items.len(), 1);
    world.definitions.delete(&world.project, &world.name).await.unwrap();
    let names: Vec<String> =
        world.definitions.list(&world.project, 10, None).await.unwrap().items.iter().map(|head| head.name.to_string()).collect();
    assert_eq!(names, ["Guide", "guid", "guide-", "guide2"]);
    assert!(world.definitions.running(&world.project, &"guide2".parse().unwrap()).await.is_ok());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn definitions_are_bounded_in_size_and_number() {
    let world = World::start().await;
    let long = format!("{}{}", text("long"), "x".repeat(limits::DEFINITION_BYTES));
    assert_eq!(world.save(&long, None).await.unwrap_err().code, "definition_too_large");
    // The store itself takes no item that DynamoDB would refuse.
    let noise: String = (0..50_000).map(|n| rookery_domain::hashed_uuid(&[&u32::to_be_bytes(n)]).simple().to_string()).collect();
    let saved = |text| SavedDefinition {
        text,
        source: DefinitionSource::Api,
        error_count: 0,
        description: None,
        webhook: true,
        restored_from: None,
    };
    let error = world.store.save_definition(&world.project, &world.name, 0, &saved(&noise)).await.unwrap_err();
    assert_eq!(error.code, "definition_too_large");
    assert!(world.store.find_definition(&world.project, &world.name).await.unwrap().is_none(), "nothing is stored");
    for n in 0..limits::DEFINITIONS {
        let name = format!("agent{n}").parse().unwrap();
        world.store.save_definition(&world.project, &name, 0, &saved("{}")).await.unwrap();
    }
    assert_eq!(world.save(&text("one more"), None).await.unwrap_err().code, "too_many_agents");
    world.definitions.delete(&world.project, &"agent7".parse().unwrap()).await.unwrap();
    assert_eq!(world.save(&text("one more"), None).await.unwrap(), 1);
}
