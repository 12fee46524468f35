//! What agents do to others of their workflow. A check that is asked for is a message whose id follows from the delivery and the target: so whoever
//! asks again, asks for the same check. Whoever changes an agent again, finds it changed.

use crate::external::host::{EngineHost, Purpose, Stopped};
use rookery_agents::{Action, AgentError, Command};
use rookery_domain::{Kind, Time};
use rookery_queue::Outgoing;

impl EngineHost<'_> {
    pub(crate) async fn command(&self, commands: &[Command<'_>]) -> Result<Vec<String>, Stopped> {
        if self.purpose != Purpose::Commit {
            return Ok(commands
                .iter()
                .map(|command| format!("would {} `{}`", verb(&command.action), command.target.name))
                .collect());
        }
        let (runs, changes): (Vec<_>, Vec<_>) = commands.iter().partition(|command| command.action == Action::Run);
        let now = Time::now();
        let check =
            |command: &&Command<'_>| Outgoing::from(self.work.asked_check(&self.agent.workflow.agent(command.target), now));
        self.engine.producer.send(runs.iter().map(check).collect()).await.map_err(Stopped::Store)?;
        let changed = match changes.is_empty() {
            true => Vec::new(),
            false => self.engine.change_agents(&self.agent.workflow, &changes).await.map_err(told)?,
        };
        let mut changed = changed.into_iter();
        let line = |command: &Command<'_>| {
            let name = &command.target.name;
            let is_new = command.action == Action::Run || changed.next().unwrap_or_default();
            match (&command.action, is_new) {
                (Action::Run, _) => format!("`{name}` is checked"),
                (Action::Enable, true) => format!("`{name}` is enabled"),
                (Action::Disable, true) => format!("`{name}` is disabled"),
                (Action::Configure(_), true) => format!("`{name}` is configured"),
                (action, false) => format!("did not {} `{name}`: it is so already", verb(action)),
            }
        };
        Ok(commands.iter().map(line).collect())
    }
}

fn verb(action: &Action) -> &'static str {
    match action {
        Action::Run => "check",
        Action::Enable => "enable",
        Action::Disable => "disable",
        Action::Configure(_) => "configure",
    }
}

/// What an agent is told whose change was refused. A version that is not built yet may soon be.
fn told(error: rookery_domain::Error) -> Stopped {
    match error.kind {
        Kind::Unavailable | Kind::Internal | Kind::StorageFull => Stopped::Store(error),
        _ => {
            let (meta, code) = (error.meta.clone(), error.code);
            let told = AgentError::from(error);
            let told = if code == "newer_version" { AgentError::retry(code, told.message) } else { told };
            Stopped::Agent(match meta {
                Some(meta) => told.with_details(meta),
                None => told,
            })
        }
    }
}
