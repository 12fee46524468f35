//! What a stage and a provider of another deployment have agreed on: the schemas that the provider lists. The stage checks its tasks by them
//! before they are sent, and replies as they come; the provider does so, too. The schemas are kept with the connection. What does not fit them
//! is checked again by those that the provider lists then, since it may have other ones by now.

use super::ReplyIn;
use super::take::fits;
use crate::Engine;
use rookery_agents::TaskError;
use rookery_domain::{Error, Kind, Payload, Result};
use rookery_store::{Provider, Schemas, UsedEntryPoint};
use serde_json::{Value, json};
use std::sync::Arc;

/// Which of the schemas a payload has to fit.
#[derive(Clone, Copy)]
enum Of {
    Task,
    Reply,
}

impl Of {
    fn schema(self, schemas: &Schemas) -> Option<&Value> {
        match self {
            Of::Task => schemas.input.as_ref(),
            Of::Reply => schemas.output.as_ref(),
        }
    }
}

impl Engine {
    /// Checks a task of a stage before it is sent; or gives the field and what is wrong with it.
    pub(super) async fn judge_task(&self, used: &UsedEntryPoint, payload: &Payload) -> Result<Result<(), (String, String)>> {
        self.agrees(used, Of::Task, payload).await
    }

    /// Takes a reply of a provider of another deployment. `is_plain` if the provider does not say what it answers. What does not fit ends the
    /// wait of the stage as a failure, and is refused.
    pub async fn take_reply_from(self: &Arc<Self>, used: &UsedEntryPoint, mut reply: ReplyIn, is_plain: bool) -> Result<()> {
        let wrong = match reply.error {
            None => self.agrees(used, Of::Reply, &reply.payload).await?.err(),
            Some(_) => None,
        };
        let told =
            wrong.map(|(field, message)| (format!("`{field}` {message}, by the `output_schema` of the entry point."), field));
        if let Some((message, _)) = &told {
            reply.error = Some(TaskError { code: "invalid_reply".to_owned(), message: message.clone() });
        }
        match is_plain {
            true => self.take_plain_reply(&used.agent, used.connection, reply).await?,
            false => self.take_reply(&used.agent, used.connection, reply).await?,
        }
        told.map_or(Ok(()), |(message, field)| {
            let remedy = "`GET agent/entrypoints` of the provider shows the schema.";
            Err(Error::new(Kind::Unprocessable, "invalid_reply", message, remedy).with_meta(json!({"field": field})))
        })
    }

    async fn agrees(&self, used: &UsedEntryPoint, of: Of, payload: &Payload) -> Result<Result<(), (String, String)>> {
        let Provider::Elsewhere(there) = &used.provider else { return Ok(Ok(())) };
        let judge = |schemas: &Schemas| of.schema(schemas).map_or(Ok(()), |schema| fits(Some(schema), payload));
        if judge(&there.schemas).is_ok() {
            return Ok(Ok(()));
        }
        // A provider that lists nothing now, or takes an older version for a while, judges alone.
        let Some(listed) = self.listed(&there.tasks_url, &there.entry_point).await else { return Ok(Ok(())) };
        if listed.schemas != there.schemas {
            let mut now = used.clone();
            if let Provider::Elsewhere(there) = &mut now.provider {
                there.schemas = listed.schemas.clone();
            }
            self.store.renew_used_entry_point(used, &now).await?;
        }
        Ok(if listed.has_older { Ok(()) } else { judge(&listed.schemas) })
    }
}
