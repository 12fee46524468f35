//! Abort: what a session works on ends. The session is named by one text, as in the `start` frame of its stream.

use super::body::DEFAULT;
use super::error::{FlueError, Result};
use super::listing;
use crate::App;
use crate::ids::Ids;
use crate::list::Query;
use axum::extract::State;
use axum::{Extension, Json};
use futures::{StreamExt, TryStreamExt};
use rookery_domain::{SessionAt, SessionKey};
use rookery_store::Project;
use schemars::JsonSchema;
use serde::Serialize;

/// The most sessions that a text may mean.
const MEANT: usize = 2000;
/// How many of them are looked at, at once.
const AT_ONCE: usize = 16;

/// What became of it.
#[derive(Serialize, JsonSchema)]
#[schemars(rename = "FlueAborted")]
pub(super) struct Aborted {
    /// Whether something was ended.
    aborted: bool,
    /// The session, as it was named.
    session_id: String,
}

/// `POST /sessions/{session_id}/abort`. The text is `ID:SESSION`, or the name of a session of the default agent. Ids and names may have
/// colons, and several agents an instance of this id: whatever the text can mean is ended.
pub(super) async fn session(
    State(app): State<App>,
    Extension(project): Extension<Project>,
    Extension(query): Extension<Query>,
    ids: Ids,
) -> Result<Json<Aborted>> {
    let session_id = ids.text("session_id").to_owned();
    let agents = match query.get("agent") {
        Some(agent) => vec![agent.to_owned()],
        None => listing::names(&app, &project.id).await?,
    };
    let meant = meant(&session_id, &agents);
    if meant.len() > MEANT {
        let message = format!("`{session_id:.100}` can mean more than {MEANT} sessions.");
        return Err(FlueError::invalid(message, "Name the agent: `?agent=NAME`."));
    }
    let aborts = meant.into_iter().map(|key| {
        let at = SessionAt { project: project.id.clone(), key };
        let app = &app;
        async move {
            // Most are no sessions at all.
            match app.engine.store.session(&at).await? {
                Some(_) => app.agents.sessions.abort(&at).await,
                None => Ok(false),
            }
        }
    });
    let aborted = futures::stream::iter(aborts).buffer_unordered(AT_ONCE);
    let aborted = aborted.try_fold(false, async |any, aborted| Ok(any | aborted)).await?;
    Ok(Json(Aborted { aborted, session_id }))
}

/// The sessions that a text can mean.
fn meant(text: &str, agents: &[String]) -> Vec<SessionKey> {
    let pairs: Vec<_> = text.match_indices(':').map(|(colon, _)| (&text[..colon], &text[colon + 1..])).collect();
    let mut meant = Vec::new();
    for agent in agents {
        meant.extend(pairs.iter().map(|(instance, session)| SessionKey::of(agent, instance, session)));
        // A prompt that names no agent goes to one of these, in an instance of this name.
        meant.push(SessionKey::of(agent, DEFAULT, text));
    }
    meant
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_means_every_session_that_has_it() {
        let agents = ["a".to_owned(), "b".to_owned()];
        let key = SessionKey::of;
        assert_eq!(meant("s", &agents), [key("a", DEFAULT, "s"), key("b", DEFAULT, "s")]);
        assert_eq!(meant("x:y:z", &agents[..1]), [key("a", "x", "y:z"), key("a", "x:y", "z"), key("a", DEFAULT, "x:y:z")]);
        assert_eq!(meant("日:本", &agents[..1]), [key("a", "日", "本"), key("a", DEFAULT, "日:本")]);
    }
}
