//! Mails that a delivery sends: an item of its run says what they tell of, as the delivery's first attempt fixed it, and who has them. It is written
//! outside of the delivery's commit, since a mail that is sent stays sent, whatever becomes of the commit.

use crate::expression::{Expr, absent};
use crate::item::Item;
use crate::keys;
use crate::sdk::Store;
use rookery_domain::{DeliveryId, Error, EventId, Result, RunId, Time, WorkflowRef, hashed_uuid, limits};

/// The mails of a delivery.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mailing {
    /// What they tell of, as JSON.
    pub about: String,
    /// When the first attempt began.
    pub at: Time,
    /// The addresses that have theirs.
    pub sent: Vec<String>,
}

impl Store {
    /// Begins the mails of a delivery, or gives what was begun before: then `about` and `at` are those of the first time.
    pub async fn begin_mailing(&self, workflow: &WorkflowRef, run: RunId, delivery: DeliveryId, about: &str) -> Result<Mailing> {
        let (key, now) = (keys::event(workflow, place(run, delivery)), Time::now());
        let item = Item::new(&key)
            .packed("mail", about)
            .n("at", now.0)
            .list("mailed", &[])
            .n("expires_at", now.plus(limits::COMMIT_MS).ttl_seconds());
        if self.put(item, Some(absent(now))).await? {
            return Ok(Mailing { about: about.to_owned(), at: now, sent: Vec::new() });
        }
        // It was there a moment ago, and is kept for days.
        let item = self.get(key).await?.ok_or_else(|| Error::unavailable("what was begun is not there"))?;
        Ok(Mailing { about: item.unpacked("mail")?, at: item.time("at")?, sent: item.strings("mailed") })
    }

    /// Notes that an address has its mail.
    pub async fn note_mailed(&self, workflow: &WorkflowRef, run: RunId, delivery: DeliveryId, address: &str) -> Result<()> {
        let update = Expr::new("SET mailed = list_append(mailed, :to)").list(":to", &[address.to_owned()]);
        let begun = Expr::new("attribute_exists(mailed)");
        self.update(&keys::event(workflow, place(run, delivery)), update, Some(begun)).await.map(drop)
    }
}

/// The place of this item among those of the run. A replay of the delivery finds it, too.
fn place(run: RunId, delivery: DeliveryId) -> EventId {
    EventId { run, own: hashed_uuid(&[b"mailing", delivery.0.as_bytes()]) }
}
