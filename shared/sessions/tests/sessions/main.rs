//! Sessions on a real table: whoever works on them, and whoever dies, each operation is done once and in its place.
#![allow(clippy::unwrap_used, clippy::expect_used)]

mod copies;
mod log;
mod order;

use rookery_boot::{Clients, Options, TABLE};
use rookery_domain::{Message, Part, ProjectId, Role, SessionAt, Stop, Time, Usage};
use rookery_queue::QueueUrls;
use rookery_sessions::Sessions;
use rookery_sessions::admit::{Admit, Admitted};
use rookery_sessions::ask::{Ask, Source};
use rookery_sessions::entry::{Answer, Begin, What};
use rookery_sessions::log::{Appended, Loaded};
use rookery_sessions::progress::Action;
use rookery_standins::Standins;
use rookery_store::{SessionNames, Store};

struct World {
    standins: Standins,
    queues: QueueUrls,
    _folder: tempfile::TempDir,
}

impl World {
    async fn start() -> World {
        let folder = tempfile::tempdir().unwrap();
        let standins = Standins::start(folder.path()).unwrap();
        let queues = rookery_boot::create(&clients(&standins)).await.unwrap();
        World { standins, queues, _folder: folder }
    }

    fn clients(&self) -> Clients {
        clients(&self.standins)
    }

    /// Another process on the same table.
    fn process(&self) -> Sessions {
        self.process_of(self.clients())
    }

    /// Another process, with these clients.
    fn process_of(&self, clients: Clients) -> Sessions {
        rookery_boot::assemble(clients, TABLE, self.queues.clone(), Options::default()).engine.sessions.clone()
    }
}

fn clients(standins: &Standins) -> Clients {
    Clients::new(standins.dynamodb_config().build(), standins.sqs_config().build())
}

fn session() -> (SessionNames, SessionAt) {
    let names = SessionNames { agent: "support".into(), instance: "7".into(), session: "default".into() };
    let at = SessionAt { project: ProjectId::random(), key: names.key() };
    (names, at)
}

fn ask(message: &str) -> Ask {
    Ask {
        message: message.to_owned(),
        payload: None,
        source: Source::Dispatch,
        run_ms: 60_000,
        wait_until: Time::now().plus(60_000),
    }
}

async fn admit(
    sessions: &Sessions,
    names: &SessionNames,
    at: &SessionAt,
    message: &str,
    only_if_free: bool,
) -> rookery_domain::Result<Admitted> {
    sessions.admit(&Admit { only_if_free, ..admit_of(names, at, &ask(message)) }).await
}

fn admit_of<'a>(names: &'a SessionNames, at: &'a SessionAt, ask: &'a Ask) -> Admit<'a> {
    Admit { at, names, ask, key: None, here: None, only_if_free: false }
}

/// Does one step of what is to be done. Gives false when nothing is.
async fn step(sessions: &Sessions, loaded: &mut Loaded, store: &Store, by: &str) -> bool {
    let what = match &loaded.progress.open {
        None => {
            let n = loaded.progress.over.first_open();
            let Some(operation) = store.operation(&loaded.at.operation(n)).await.unwrap() else { return false };
            let ask: Ask = serde_json::from_str(&operation.asked).unwrap();
            let (by, now) = (by.to_owned(), Time::now());
            let begin = Begin {
                n,
                by,
                lease_until: now,
                deadline: now.plus(ask.run_ms),
                version: 1,
                message: ask.message,
                payload: None,
                cell: None,
            };
            What::Begin(begin)
        }
        Some(open) => {
            assert_eq!(open.next(Time::now()), Action::CallModel);
            let parts = vec![Part::Text(format!("{} by {by}", open.begin.message))];
            let message = Message { role: Role::Assistant, parts };
            let (n, stop, usage) = (open.begin.n, Stop::End, Usage::default());
            What::Answer(Box::new(Answer {
                n,
                message,
                stop,
                usage,
                model: "m".into(),
                request_id: None,
                last: true,
                cost: None,
            }))
        }
    };
    if sessions.append(loaded, what).await.unwrap() == Appended::Lost {
        tokio::task::yield_now().await;
    }
    true
}
