//! When a tool runs, and what is stored before and after.
//!
//! | A call | Before it runs | After it ran | When whoever ran it dies in between |
//! |---|---|---|---|
//! | may be repeated | nothing | its result | it runs again, under the same key |
//! | is made once | that it began | its result | its result is that nobody knows |
//!
//! Whatever is wrong with a call is its result, so that the model can do better; the caller of the agent is not told.

use super::tool::{ToolContext, ToolFailure, shortened};
use crate::Operations;
use crate::context::AskedAgent;
use rookery_domain::{Result, ToolCall, ToolResult};
use rookery_sessions::entry::What;
use rookery_sessions::log::{Appended, Loaded};

impl Operations {
    /// Runs the tool call that is next in an open operation, and gives its result; none if it was given up, since somebody else wrote to the
    /// log or the deadline has passed.
    pub(crate) async fn run_tool(&self, loaded: &mut Loaded, of: &AskedAgent, call: ToolCall) -> Result<Option<What>> {
        let Some(open) = &loaded.progress.open else { return Ok(None) };
        let (n, (step, index)) = (open.begin.n, open.place_of_call());
        let done = |is_error, text| {
            let result = ToolResult { call: call.id.clone(), is_error, text: shortened(text) };
            Ok(Some(What::ToolDone { n, result }))
        };
        let tool = match of.tools.find(&of.definition.behaviour, &call.name) {
            Ok(tool) => tool,
            Err(why) => return done(true, why),
        };
        let args = match tool.read(&call.args) {
            Ok(args) => args,
            Err(why) => return done(true, why),
        };
        if !tool.repeats(&args) {
            let began = What::ToolBegan { n, call: call.id.clone() };
            if self.sessions.append(loaded, began).await? == Appended::Lost {
                return Ok(None);
            }
        }
        let Some(open) = &loaded.progress.open else { return Ok(None) };
        let place = [&step.to_be_bytes()[..], &index.to_be_bytes()];
        let key = loaded.at.operation(n).name_of(&[b"tool", place[0], place[1], call.id.as_bytes()]);
        let context = ToolContext {
            store: self.store.clone(),
            egress: self.models.egress().clone(),
            session: loaded.at.clone(),
            hosts: of.definition.hosts.clone(),
            headers: of.definition.headers.clone(),
            after: loaded.progress.last,
            key,
            asked_by: open.begin.cell.as_deref().cloned().zip(self.workflows.clone()),
        };
        match self.within(loaded, open, tool.run(args, context)).await? {
            None | Some(Err(ToolFailure::Overtaken)) => Ok(None),
            Some(Ok(text)) => done(false, text),
            Some(Err(ToolFailure::Told(text))) => done(true, text),
            Some(Err(ToolFailure::Left(error))) => Err(error),
        }
    }
}
