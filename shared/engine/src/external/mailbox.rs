//! Mails that agents read: looks into the folders of a server. What was read is known by the agent's memory, which is committed with the events: so
//! a look that comes again, since a process ended before that, finds the same mails, and nothing was changed on the server meanwhile. What is marked or
//! deleted there is what an earlier look emitted.

use crate::external::host::{EngineHost, Purpose, Stopped};
use crate::external::outside_call::OutsideCall;
use rookery_agents::{AgentError, FoundMail, LookForMail, LookInto, Looked, LookedInto, ReadTo};
use rookery_domain::limits;
use rookery_egress::{ImapError, ImapSession};

/// The most bytes that are read of a mail.
const MAIL_BYTES: usize = 1024 * 1024;
/// The most bytes of all mails of a look.
const LOOK_BYTES: usize = 8 * 1024 * 1024;

impl EngineHost<'_> {
    pub(crate) async fn look(&self, mut look: LookForMail<'_>) -> Result<Vec<LookedInto>, Stopped> {
        let is_tried = self.purpose != Purpose::Commit;
        if is_tried {
            let made = self.purpose == Purpose::DryRun { calls: true };
            look.folders.iter().for_each(|folder| self.note_look(OutsideCall { made, ..OutsideCall::of_look(&look, folder) }));
            if !made {
                let message = "A dry run makes no outside calls unless `outside_calls` is true.";
                return Err(AgentError::fail("outside_call", message).into());
            }
        }
        let names: Vec<String> = look.credentials.iter().map(|used| used.name.clone()).collect();
        look.server.secrets.extend(self.secrets(&names, look.scope).await?);
        let mut session = self.engine.egress.imap(&look.server).await.map_err(AgentError::from)?;
        let mut room = Room { mails: limits::CHILDREN, bytes: LOOK_BYTES };
        let mut looked = Vec::with_capacity(look.folders.len());
        let mut broken: Option<ImapError> = None;
        for folder in &look.folders {
            let found = match &broken {
                Some(error) => Err(error.clone()),
                None => into(&mut session, &look, folder, is_tried, &mut room).await,
            };
            broken = broken.or(found.as_ref().err().filter(|error| error.ends_session()).cloned());
            looked.push(found.map_err(AgentError::from));
        }
        if broken.is_none() {
            session.end().await;
        }
        Ok(looked)
    }
}

/// How much a look may still find.
struct Room {
    mails: usize,
    bytes: usize,
}

async fn into(
    session: &mut ImapSession,
    look: &LookForMail<'_>,
    folder: &LookInto,
    is_tried: bool,
    room: &mut Room,
) -> Result<Looked, ImapError> {
    let changes = !is_tried && !folder.done.is_empty();
    let state = session.open(&folder.name, changes).await?;
    let Some(known) = folder.read_to.filter(|known| known.validity == state.validity) else {
        let read_to = ReadTo { validity: state.validity, uid: state.last };
        return Ok(Looked { read_to, mails: Vec::new(), has_more: false, not_changed: None });
    };
    let mut looked = Looked { read_to: known, mails: Vec::new(), has_more: false, not_changed: None };
    if changes {
        match session.change(&folder.done, look.marks, look.deletes).await {
            Err(error) if error.ends_session() => return Err(error),
            // A folder in which nothing can be changed is read all the same.
            changed => looked.not_changed = changed.err().map(AgentError::from),
        }
    }
    if state.last <= known.uid {
        return Ok(looked);
    }
    let listed = session.behind(known.uid, limits::CHILDREN).await?;
    looked.has_more = listed.len() == limits::CHILDREN;
    for (uid, is_read) in listed {
        if look.is_unread.is_none_or(|is_unread| is_unread != is_read) {
            if room.mails == 0 || room.bytes == 0 {
                looked.has_more = true;
                break;
            }
            match session.fetch(uid, MAIL_BYTES).await {
                Ok(None) => {}
                Ok(Some(text)) => {
                    (room.mails, room.bytes) = (room.mails - 1, room.bytes.saturating_sub(text.len()));
                    looked.mails.push(FoundMail { uid, is_cut: text.len() == MAIL_BYTES, text: text.into() });
                }
                // What was found by then is emitted, so that a slow server is read in the end.
                Err(error) if looked.mails.is_empty() => return Err(error),
                Err(_) => {
                    room.mails = 0;
                    looked.has_more = true;
                    break;
                }
            }
        }
        looked.read_to.uid = uid;
    }
    Ok(looked)
}
