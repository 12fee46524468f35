//! The queues: what is fixed about each, and their URLs. On one machine, `create.rs` creates them. On AWS the template does, and
//! `infra/deploy/gates.py` compares it with the table below.

use rookery_domain::Result;
use std::time::Duration;

/// How often a message may be received before it goes to the dead-letter queue: receives beyond the first are crashes.
pub const MAX_RECEIVES: u32 = 10;
/// How much longer a function may run than the budget of one message, in seconds: time to write what was summed, and to answer.
const MARGIN_SECONDS: u64 = 2;

macro_rules! queues {
    ($($(#[$doc:meta])* $queue:ident { name: $name:literal, budget_seconds: $budget:literal })*) => {
        /// A queue.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Queue {
            $($(#[$doc])* $queue,)*
        }

        impl Queue {
            /// All queues.
            pub const ALL: [Queue; [$(Queue::$queue),*].len()] = [$(Queue::$queue),*];

            /// The queue's name.
            pub fn name(self) -> &'static str {
                match self {
                    $(Queue::$queue => $name,)*
                }
            }

            /// How long the handling of one message may take: at most 898 s, since a function may run for 15 minutes.
            pub fn budget(self) -> Duration {
                match self {
                    $(Queue::$queue => Duration::from_secs($budget),)*
                }
            }
        }
    };
}

// A new queue is one entry here, its function in `infra/local/src/mapping.rs` and `runner.rs`, its resources and variables in
// `infra/template.yaml`, and its variables in `bench/src/bin/functions.rs`.
queues! {
    /// Events to route.
    Route { name: "route", budget_seconds: 38 }
    /// Deliveries, checks and timers to handle.
    Deliver { name: "deliver", budget_seconds: 38 }
    /// Operations of persistent agents: a model may take minutes.
    Agents { name: "agents", budget_seconds: 898 }
}

impl Queue {
    /// The timeout of the function behind the queue. It is longer than the budget of a message, so a slow message is given up
    /// before the function is stopped.
    pub fn timeout(self) -> Duration {
        self.budget() + Duration::from_secs(MARGIN_SECONDS)
    }

    /// How long a received message is hidden: six times the function's timeout, as AWS recommends.
    pub fn visibility(self) -> Duration {
        self.timeout() * 6
    }

    /// The environment variable that holds the queue's URL.
    pub fn variable(self) -> String {
        format!("ROOKERY_{}_URL", self.name().to_uppercase())
    }

    /// The environment variable that holds the URL of the queue's dead-letter queue.
    pub fn dead_variable(self) -> String {
        format!("ROOKERY_{}_DEAD_URL", self.name().to_uppercase())
    }
}

/// The URLs of a queue and of its dead-letter queue.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Urls {
    /// The queue's URL.
    pub queue: String,
    /// The URL of its dead-letter queue.
    pub dead: String,
}

/// The URLs of all queues.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct QueueUrls(
    /// The URLs, in the order of [`Queue::ALL`].
    pub(crate) Vec<Urls>,
);

impl QueueUrls {
    /// Reads the URLs: `variable` gives the values of the two variables of each queue.
    pub fn read(variable: impl Fn(&str) -> Result<String>) -> Result<Self> {
        let urls = |queue: Queue| Ok(Urls { queue: variable(&queue.variable())?, dead: variable(&queue.dead_variable())? });
        Queue::ALL.into_iter().map(urls).collect::<Result<_>>().map(QueueUrls)
    }

    /// The variables from which [`QueueUrls::read`] reads the same URLs.
    pub fn variables(&self) -> impl Iterator<Item = (String, &str)> {
        let each = Queue::ALL.into_iter().zip(&self.0);
        each.flat_map(|(queue, urls)| [(queue.variable(), urls.queue.as_str()), (queue.dead_variable(), urls.dead.as_str())])
    }

    /// The URLs of one queue.
    pub fn of(&self, queue: Queue) -> &Urls {
        &self.0[queue as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rookery_domain::Error;
    use std::collections::HashMap;

    #[test]
    fn urls_are_read_from_two_variables_for_each_queue() {
        let named = |name: &str| Ok(name.to_owned());
        let urls = QueueUrls::read(named).unwrap();
        for queue in Queue::ALL {
            assert_eq!(urls.of(queue), &Urls { queue: queue.variable(), dead: queue.dead_variable() });
        }
        assert_eq!(urls.of(Queue::Deliver).dead, "ROOKERY_DELIVER_DEAD_URL");
        let given: HashMap<String, &str> = urls.variables().collect();
        let missing = |name: &str| given.get(name).map(|url| url.to_string()).ok_or_else(|| Error::internal(name.to_owned()));
        assert_eq!(QueueUrls::read(missing).unwrap(), urls);
        assert!(QueueUrls::read(|name| if name == "ROOKERY_ROUTE_DEAD_URL" { missing("") } else { missing(name) }).is_err());
    }

    #[test]
    fn every_budget_fits_a_lambda_function() {
        for queue in Queue::ALL {
            assert!(queue.timeout() <= Duration::from_secs(900), "{}", queue.name());
        }
    }
}
