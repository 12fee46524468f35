//! A delivery, from its message to its one commit: dispatch, park, fail, replay. Nothing here calls outside by itself: that is `external`.

pub(crate) mod attempt;
pub(crate) mod backoff;
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
pub(crate) mod timers;
pub(crate) mod unfinished;
pub(crate) mod work;
