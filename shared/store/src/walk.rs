//! A walk over everything that is stored, for what no list has. It reads the whole table, so it is no part of daily work.

use crate::error::unavailable;
use crate::events::{RunItem, read_item};
use crate::expression::Expr;
use crate::item::{Item, key_attributes, malformed};
use crate::keys::{self, Key};
use crate::sdk::Store;
use futures::future::BoxFuture;
use rookery_domain::{EventId, Result, Time, WorkflowRef};

/// Items with events, as a part of a walk gives them.
pub struct Walked {
    /// The items, each with its workflow.
    pub items: Vec<(WorkflowRef, RunItem)>,
    /// Where the next part begins; none at the end.
    pub next: Option<Key>,
}

impl Store {
    /// A part of a walk over all items of runs that have an event; with `since`, over the events that came from outside since then.
    pub fn walk_events(&self, since: Option<Time>, from: Option<Key>) -> BoxFuture<'_, Result<Walked>> {
        Box::pin(async move {
            // Tasks have payloads, too; only events are kept for lists.
            let filter = match since {
                None => Expr::new("attribute_exists(payload) AND attribute_exists(keep)"),
                // What began its run came of nothing; a check may begin its run with several events.
                Some(since) => {
                    Expr::new("attribute_exists(payload) AND attribute_exists(keep) AND (#hop = :zero OR attribute_not_exists(#from)) AND #at >= :since")
                        .name("#hop", "hop")
                        .name("#from", "from")
                        .name("#at", "at")
                        .n(":zero", 0)
                        .n(":since", since.0)
                }
            };
            let scan = self
                .client
                .scan()
                .table_name(&*self.table)
                .consistent_read(true)
                .set_expression_attribute_names(filter.names())
                .set_expression_attribute_values(filter.values())
                .filter_expression(filter.text)
                .set_exclusive_start_key(from.as_ref().map(key_attributes));
            let output = scan.send().await.map_err(unavailable)?;
            let items = output.items.unwrap_or_default().into_iter().map(|item| read(&Item(item)));
            let next = output.last_evaluated_key.map(Item);
            let next = next.map(|key| Ok(Key { pk: key.str("pk")?.to_owned(), sk: key.str("sk")?.to_owned() })).transpose()?;
            Ok(Walked { items: items.collect::<Result<_>>()?, next })
        })
    }
}

fn read(item: &Item) -> Result<(WorkflowRef, RunItem)> {
    let (workflow, run) = keys::of_run(item.str("pk")?).ok_or_else(|| malformed("pk"))?;
    let id = EventId { run, own: item.parse("sk")? };
    Ok((workflow, read_item(id, item)?))
}
