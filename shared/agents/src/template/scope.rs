//! The variables that a template sees. There is no I/O here, and no credential's value.

use super::bounds::Left;
use super::node::Record;
use rookery_domain::Time;
use rookery_egress::forms_of_marker;
use serde::Deserialize;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};
use std::collections::HashSet;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, OnceLock, PoisonError};
use uuid::Uuid;

/// What people are shown in place of a credential's value.
const HIDDEN: &str = "***";

/// The variables of one event, converted once, for any number of templates.
#[derive(Debug)]
pub struct Scope {
    variables: Map<String, Value>,
    nonce: Arc<str>,
    view: OnceLock<(Record, Arc<HashSet<String>>)>,
    left: Arc<Mutex<Left>>,
    uuids: Uuids,
}

/// Identifiers for `{% uuidv4 %}`: those of a delivery are the same in each of its attempts.
#[derive(Clone, Debug, Default)]
pub(super) struct Uuids {
    seed: Arc<str>,
    made: Arc<AtomicU64>,
}

impl Uuids {
    pub(super) fn next(&self) -> Uuid {
        let hash = Sha256::digest(format!("{}:{}", self.seed, self.made.fetch_add(1, Ordering::Relaxed)));
        let mut bytes = [0; 16];
        bytes.copy_from_slice(&hash[..16]);
        uuid::Builder::from_random_bytes(bytes).into_uuid()
    }
}

impl Scope {
    /// Variables by name. If the variable `payload` is an object, its keys are also found at the top level (other variables come
    /// first), so they need not be copied there.
    pub fn new(variables: Map<String, Value>) -> Self {
        let nonce: Arc<str> = Uuid::new_v4().simple().to_string().into();
        let uuids = Uuids { seed: nonce.clone(), made: Arc::default() };
        Scope { variables, nonce, view: OnceLock::new(), left: Arc::default(), uuids }
    }

    /// The same scope, for one who comes again and must then get the same from `{% uuidv4 %}`.
    pub fn seeded(self, seed: &str) -> Self {
        Scope { uuids: Uuids { seed: seed.into(), made: Arc::default() }, ..self }
    }

    /// Other variables for templates of the same delivery: all together have the steps and the time of one.
    pub fn with(&self, variables: Map<String, Value>) -> Self {
        Scope { left: self.left.clone(), uuids: self.uuids.clone(), ..Scope::new(variables) }
    }

    /// What the templates so far have left of the scope's steps and time.
    pub(super) fn left(&self) -> MutexGuard<'_, Left> {
        self.left.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What `{% credential name %}` renders in this scope. Nobody can guess it without rendering in the same scope.
    pub fn marker(&self, name: &str) -> String {
        marker(&self.nonce, name)
    }

    /// A text of this scope for people: `***` stands where the values of these credentials would stand.
    pub fn without_marks(&self, text: &str, credentials: &[String]) -> String {
        let marks = credentials.iter().flat_map(|name| forms_of_marker(&self.marker(name)));
        marks.fold(text.to_owned(), |text, mark| text.replace(&mark, HIDDEN))
    }

    /// The variables, as they were given.
    pub fn variables(&self) -> &Map<String, Value> {
        &self.variables
    }

    /// The variable `now`, which is the same for all templates of an attempt; without it, the clock's time.
    pub(super) fn now(&self) -> Time {
        self.variables.get("now").and_then(|now| Time::deserialize(now).ok()).unwrap_or_else(Time::now)
    }

    pub(super) fn nonce(&self) -> Arc<str> {
        self.nonce.clone()
    }

    pub(super) fn uuids(&self) -> Uuids {
        self.uuids.clone()
    }

    pub(super) fn view(&self) -> &Record {
        &self.converted().0
    }

    pub(super) fn exact(&self) -> Arc<HashSet<String>> {
        self.converted().1.clone()
    }

    fn converted(&self) -> &(Record, Arc<HashSet<String>>) {
        self.view.get_or_init(|| {
            let record = Record::new(&self.variables);
            let exact = Arc::new(record.exact());
            (record, exact)
        })
    }
}

pub(super) fn marker(nonce: &str, name: &str) -> String {
    format!("⟦credential:{nonce}:{name}⟧")
}
