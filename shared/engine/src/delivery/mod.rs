//! A delivery, from its message to its one commit: dispatch, park, fail, replay. Outside calls are made in `external`, not here.
//!
//! Begin with `dispatch.rs`; all steps share an [`attempt::Attempt`]. An arm of a delivery (an event at an agent, a check, a
//! timer) has one item, on its commit key. This item tells the arm's state:
//!
//! | From | By | To | In |
//! |---|---|---|---|
//! | no item: new | its agent's effects | committed, `done` or the agent's own word | `commit` |
//! | new, parked | a failure that may pass, or a wait that the agent asked for | parked for the next attempt | `plan`, `park` |
//! | parked | its message, at its time; or a reply, at once | its agent runs | `dispatch` |
//! | parked | a message that is early, or of another attempt | parked: what ends the wait is sent again | `park` |
//! | new, parked | a failure for good | committed, `failed`, with one `on_error` event | `commit` |
//! | new, parked | the run is over its limits | committed, `limit`; the first one with one `on_error` event | `run_limits` |
//! | new, parked | ten crashes of its handler | committed, `failed` | `dead_letters` |
//! | new | a check that was missed, while a later one is due | committed, `skipped` | `checks` |
//! | new | a check whose schedule has changed | no item: it is dropped | `checks` |
//! | parked | a check whose schedule has changed | committed, `cancelled` | `commit` |
//! | new, parked | its workflow is deleted | it is dropped, and the purge removes what it has | `dispatch` |
//! | committed | its message again | committed: what follows is sent again | `following` |
//! | committed, `failed` | a replay | as it is; the next arm is new | `replay` |

pub(crate) mod attempt;
pub(crate) mod backoff;
pub(crate) mod chain;
pub(crate) mod checks;
pub(crate) mod children;
pub(crate) mod commit;
pub(crate) mod dead_letters;
pub(crate) mod dispatch;
pub(crate) mod dry_run;
pub(crate) mod following;
pub(crate) mod park;
pub(crate) mod plan;
pub(crate) mod replay;
pub(crate) mod run_limits;
pub(crate) mod seen;
pub(crate) mod slow_lane;
pub(crate) mod timers;
pub(crate) mod unfinished;
pub(crate) mod unhandled;
pub(crate) mod work;
