//! A folder of agents that people edit.

use super::*;
use rookery_standins::Standins;

struct World {
    folder: tempfile::TempDir,
    _standins: Standins,
    store: Store,
}

impl World {
    async fn start() -> World {
        let folder = tempfile::tempdir().unwrap();
        let standins = Standins::start(&folder.path().join("data")).unwrap();
        let store = Store::new(aws_sdk_dynamodb::Client::from_conf(standins.dynamodb_config().build()), "rookery");
        store.create_table().await.unwrap();
        std::fs::create_dir_all(folder.path().join("agents/profiles")).unwrap();
        World { folder, _standins: standins, store }
    }

    fn dir(&self) -> PathBuf {
        self.folder.path().join("agents")
    }

    fn write(&self, file: &str, text: impl AsRef<[u8]>) {
        std::fs::write(self.dir().join(file), text).unwrap();
    }

    async fn open(&self) -> AgentsDir {
        AgentsDir::start(&self.dir(), &self.store, Definitions::new(self.store.clone(), Environment::default())).await.unwrap()
    }
}

/// Two looks, after which a change is taken.
async fn look(agents: &mut AgentsDir) {
    for _ in 0..2 {
        agents.look(files(&agents.dir)).await;
    }
}

/// The version and the description of an agent, if it runs.
async fn running(agents: &AgentsDir, name: &str) -> Option<(u64, String)> {
    let definition = agents.definitions.running(&agents.project, &name.parse().unwrap()).await.ok()?;
    Some((definition.version, definition.behaviour.description.clone().unwrap_or_default()))
}

fn text(description: &str) -> String {
    format!("---\nmodel: demo/guide\ndescription: {description}\n---\nHelp.")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn agents_follow_their_files() {
    let world = World::start().await;
    world.write("guide.md", text("one"));
    world.write("notes.txt", "not an agent");
    std::fs::create_dir(world.dir().join("folder.md")).unwrap();
    let mut agents = world.open().await;
    assert_eq!(world.store.project(&agents.project).await.unwrap().name, "default");
    assert_eq!(running(&agents, "guide").await, Some((1, "one".into())));

    world.write("guide.md", text("two"));
    world.write("helper.md", text("helps"));
    agents.look(files(&agents.dir)).await;
    assert_eq!(running(&agents, "guide").await.unwrap().0, 1, "the file may be half written");
    agents.look(files(&agents.dir)).await;
    assert_eq!(running(&agents, "guide").await, Some((2, "two".into())));
    assert_eq!(running(&agents, "helper").await, Some((1, "helps".into())));
    look(&mut agents).await;
    assert_eq!(running(&agents, "guide").await.unwrap().0, 2, "nothing changed");

    std::fs::remove_file(world.dir().join("guide.md")).unwrap();
    agents.look(files(&agents.dir)).await;
    world.write("guide.md", text("two"));
    look(&mut agents).await;
    assert_eq!(running(&agents, "guide").await.unwrap().0, 2, "the file was replaced, not removed");
    std::fs::remove_file(world.dir().join("guide.md")).unwrap();
    look(&mut agents).await;
    assert_eq!(running(&agents, "guide").await, None);
    assert!(running(&agents, "helper").await.is_some());
    assert_eq!(agents.told, BTreeSet::new());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_start_takes_what_changed_while_the_program_was_off() {
    let world = World::start().await;
    for name in ["kept", "changed", "removed"] {
        world.write(&format!("{name}.md"), text("first"));
    }
    drop(world.open().await);
    world.write("changed.md", text("second"));
    std::fs::remove_file(world.dir().join("removed.md")).unwrap();
    let agents = world.open().await;
    assert_eq!(running(&agents, "kept").await.unwrap().0, 1);
    assert_eq!(running(&agents, "changed").await, Some((2, "second".into())));
    assert_eq!(running(&agents, "removed").await, None);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_bad_edit_is_told_once_and_the_last_good_definition_stays() {
    let world = World::start().await;
    world.write("guide.md", text("good"));
    world.write("bad.md", "---\nthinking_level: x\n---\n");
    world.write("no name.md", text("x"));
    world.write("bytes.md", b"\xff\xfe");
    world.write("long.md", "x".repeat(limits::DEFINITION_BYTES + 1));
    let mut agents = world.open().await;
    let told: Vec<&str> = agents.told.iter().map(String::as_str).collect();
    assert_eq!(
        told,
        [
            "bad.md:2: thinking_level: `x` is not known here: give `off`, `minimal`, `low`, `medium`, `high`, `xhigh`.",
            "bytes.md:1: The file is not UTF-8 text: save it as that.",
            "long.md:1: The file has over 65536 bytes: shorten it.",
            "no name.md:1: The file's name is no agent's. A name begins with a letter, and has at most 64 letters, digits, `_` and `-`.",
        ]
    );
    for bad in ["---\nmodel: demo/guide\npersist: soon\n---\n", "", "---\nmodel: [\n---\n"] {
        world.write("guide.md", bad);
        look(&mut agents).await;
        assert_eq!(running(&agents, "guide").await, Some((1, "good".into())), "{bad}");
        assert!(agents.told.iter().any(|line| line.starts_with("guide.md:")), "{:?}", agents.told);
    }
    world.write("guide.md", text("better"));
    look(&mut agents).await;
    assert_eq!(running(&agents, "guide").await, Some((2, "better".into())));
    assert!(!agents.told.iter().any(|line| line.starts_with("guide.md:")));

    std::fs::rename(world.dir(), world.folder.path().join("away")).unwrap();
    look(&mut agents).await;
    assert!(agents.told.iter().any(|line| line.starts_with("it cannot be read")), "{:?}", agents.told);
    assert!(running(&agents, "guide").await.is_some(), "a folder that cannot be read says nothing about its agents");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_change_of_a_profile_changes_the_agents_that_use_it() {
    let world = World::start().await;
    world.write("user.md", "---\nprofile: base\n---\n");
    world.write("other.md", text("other"));
    world.write("profiles/base.md", text("one"));
    let mut agents = world.open().await;
    assert_eq!(running(&agents, "user").await, Some((1, "one".into())));
    world.write("profiles/base.md", text("two"));
    look(&mut agents).await;
    assert_eq!(running(&agents, "user").await, Some((2, "two".into())));
    assert_eq!(running(&agents, "other").await.unwrap().0, 1, "it does not use the profile");
    world.write("profiles/base.md", "---\nmodel: 7\n---\n");
    look(&mut agents).await;
    assert_eq!(running(&agents, "user").await, Some((2, "two".into())));
    assert!(agents.told.iter().any(|line| line.starts_with("profiles/base.md:2: model:")), "{:?}", agents.told);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_default_project_is_adopted_kept_and_made_again() {
    let world = World::start().await;
    let named = world.store.create_project("default").await.unwrap().id;
    assert_eq!(world.store.default_project().await.unwrap().id, named, "one of that name is adopted");
    world.store.rename_project(&named, "renamed").await.unwrap();
    assert_eq!(world.store.default_project().await.unwrap().id, named, "it stays the default under another name");
    world.store.delete_project(&named).await.unwrap();
    let again = world.store.default_project().await.unwrap();
    assert!(again.id != named && again.name == "default");
    assert_eq!(world.store.default_project().await.unwrap().id, again.id);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn ten_that_ask_at_once_get_one_default_project() {
    let world = World::start().await;
    let asked = (0..10).map(|_| {
        let store = world.store.clone();
        tokio::spawn(async move { store.default_project().await.unwrap().id })
    });
    let mut found = BTreeSet::new();
    for id in asked.collect::<Vec<_>>() {
        found.insert(id.await.unwrap());
    }
    assert_eq!(found.len(), 1, "{found:?}");
}

#[test]
fn names_of_secrets_are_refused() {
    assert!(environment(&["PATH".into(), "NOT_SET_ANYWHERE".into()]).unwrap().has("NOT_SET_ANYWHERE"));
    for secret in ["OPENAI_API_KEY", "github_token", "MY_SECRET_NAME", "DB_PASSWORD"] {
        assert!(environment(&[secret.into()]).unwrap_err().to_string().contains("--agent-env"), "{secret}");
    }
}
