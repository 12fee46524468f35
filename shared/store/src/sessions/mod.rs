//! Sessions of persistent agents. What was asked and what happened are two lists of texts, each written at its end only, by a condition
//! that nobody was there before: [`inbox`] and [`log`]. What the texts mean is not known here. The files that a session's tools write are in
//! [`files`], and their way into a fork of the session in [`copies`].

pub(crate) mod copies;
pub(crate) mod delete;
pub(crate) mod files;
pub(crate) mod inbox;
pub(crate) mod listed;
pub(crate) mod log;

use crate::expression::Expr;
use crate::item::Item;
use crate::keys::{self, Key, Prefix};
use crate::named_runs::entry_of_session;
use crate::sdk::Store;
use rookery_domain::{Result, SessionAt, SessionKey, Time, random_token};

/// The characters of a tag: no two writes have the same.
const TAG: usize = 16;

/// The names of a session. Its key is their hash.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SessionNames {
    /// The agent's name.
    pub agent: String,
    /// The id of the agent's instance.
    pub instance: String,
    /// The session's name.
    pub session: String,
}

impl SessionNames {
    /// The key of the session with these names.
    pub fn key(&self) -> SessionKey {
        SessionKey::of(&self.agent, &self.instance, &self.session)
    }

    /// The head of the session, and its entries in the list of the project's sessions and among those who had runs, with the first
    /// operation `n`.
    fn items(&self, at: &SessionAt, n: u64, now: Time) -> [Item; 3] {
        [keys::of_session(at, Prefix::SessionHead), keys::session_entry(at), entry_of_session(at, self)].map(|key| {
            let item = Item::new(&key).s("agent", &self.agent).s("inst", &self.instance).s("sess", &self.session);
            item.n("n", n).n("at", now.0)
        })
    }
}

/// The condition that nobody was there before.
fn nobody() -> Option<Expr> {
    Some(Expr::new("attribute_not_exists(pk)"))
}

impl Store {
    /// Puts an item where nobody was before: `false` if somebody was. A put whose answer got lost is made again, and then finds its own
    /// item, which it knows by the tag.
    async fn put_first(&self, key: &Key, item: Item) -> Result<bool> {
        let tag = random_token(TAG);
        Ok(self.put(item.s("tag", &tag), nobody()).await? || self.has_tag(key, &tag).await?)
    }

    /// Whether the item is of the write with this tag.
    async fn has_tag(&self, key: &Key, tag: &str) -> Result<bool> {
        Ok(self.get(key.clone()).await?.is_some_and(|item| item.opt_str("tag") == Some(tag)))
    }

    /// Has a message about a session sent at a time, unless that is arranged already.
    pub async fn look_at_session(&self, at: &SessionAt, when: Time, message: &str) -> Result<()> {
        let key = keys::of_session(at, Prefix::SessionHead);
        if self.get(key.clone()).await?.is_none_or(|head| head.opt_num::<i64>("da").is_some()) {
            return Ok(());
        }
        let update = Expr::new("SET dp = :shard, da = :when, msg = :message").s(":shard", keys::wait_shard(&key));
        let update = update.n(":when", when.0).s(":message", message);
        let free = Expr::new("attribute_exists(pk) AND attribute_not_exists(da)");
        self.update(&key, update, Some(free)).await.map(drop)
    }

    /// The names of a session, and when it was made; none when nothing was ever asked in it.
    pub async fn session(&self, at: &SessionAt) -> Result<Option<(SessionNames, Time)>> {
        let Some(item) = self.get(keys::of_session(at, Prefix::SessionHead)).await? else { return Ok(None) };
        Ok(Some((read_names(&item)?, item.time("at")?)))
    }
}

/// The names in the head of a session.
fn read_names(item: &Item) -> Result<SessionNames> {
    let text = |name| item.str(name).map(str::to_owned);
    Ok(SessionNames { agent: text("agent")?, instance: text("inst")?, session: text("sess")? })
}
