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
/// colons, and several agents an instance of this id. If the text can mean several sessions that are at work, none is ended: others may have
/// asked them.
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
    let meant = match query.get("instance") {
        Some(instance) => named(&session_id, &agents, instance)?,
        None => meant(&session_id, &agents),
    };
    if meant.len() > MEANT {
        let message = format!("`{session_id:.100}` can mean more than {MEANT} sessions.");
        return Err(FlueError::invalid(message, "Name the agent: `?agent=NAME`."));
    }
    let ats = meant.into_iter().map(|key| SessionAt { project: project.id.clone(), key });
    let working = futures::stream::iter(ats).map(async |at| {
        // Most are no sessions at all.
        let is_working = app.engine.store.session(&at).await?.is_some() && !app.agents.sessions.at_work(&at).await?.is_idle();
        Ok::<_, FlueError>(is_working.then_some(at))
    });
    let working: Vec<SessionAt> = working.buffer_unordered(AT_ONCE).try_filter_map(futures::future::ok).try_collect().await?;
    let aborted = match &working[..] {
        [] => false,
        [at] => app.agents.sessions.abort(at).await?,
        several => return Err(FlueError::ambiguous_session(&session_id, several.len())),
    };
    Ok(Json(Aborted { aborted, session_id }))
}

/// The sessions that a text means that begins with the id of an instance. 400 if the text does not.
fn named(text: &str, agents: &[String], instance: &str) -> Result<Vec<SessionKey>> {
    let session = text.strip_prefix(instance).and_then(|rest| rest.strip_prefix(':')).ok_or_else(|| {
        FlueError::bad_query("instance", instance, "The path names the session as `INSTANCE:SESSION`, with this instance.")
    })?;
    Ok(agents.iter().map(|agent| SessionKey::of(agent, instance, session)).collect())
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
        assert_eq!(named("x:y:z", &agents, "x:y").unwrap(), [key("a", "x:y", "z"), key("b", "x:y", "z")]);
        assert!(named("x:y:z", &agents, "y").is_err() && named("x", &agents, "x").is_err());
        assert_eq!(meant("日:本", &agents[..1]), [key("a", "日", "本"), key("a", DEFAULT, "日:本")]);
    }
}
