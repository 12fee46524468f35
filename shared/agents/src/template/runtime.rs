//! How variables are found: an unknown variable is empty, the payload's keys can be used at the top level, and every lookup is a step.

use super::bounds::{self, State};
use super::node::Record;
use liquid_core::model::{KString, KStringCow, KStringRef, ScalarCow, Value, ValueCow, ValueView};
use liquid_core::runtime::{PartialStore, Registers, RuntimeBuilder};
use liquid_core::{Error, Result, Runtime};
use std::collections::BTreeSet;

/// The variable whose keys can also be used at the top level; other variables come first.
const PAYLOAD: &str = "payload";

/// A runtime that is lenient and counts lookups.
pub(super) struct Lax<R> {
    inner: R,
    is_root: bool,
}

impl Lax<()> {
    pub(super) fn root(variables: &Record) -> Lax<impl Runtime + '_> {
        Lax { inner: RuntimeBuilder::new().set_globals(variables).build(), is_root: true }
    }
}

impl<R: Runtime> Lax<R> {
    /// Makes a runtime for the turns of a loop.
    pub(super) fn frame(inner: R) -> Self {
        Lax { inner, is_root: false }
    }

    fn look_up(&self, path: &[ScalarCow<'_>]) -> Option<ValueCow<'_>> {
        if !self.is_root {
            return self.inner.try_get(path);
        }
        if self.registers().get_mut::<State>().spend(1).is_some() {
            return None;
        }
        self.inner.try_get(path).or_else(|| {
            if self.inner.try_get(path.get(..1)?).is_some() {
                return None;
            }
            let below: Vec<_> = std::iter::once(ScalarCow::new(PAYLOAD)).chain(path.iter().cloned()).collect();
            self.inner.try_get(&below)
        })
    }
}

impl<R: Runtime> Runtime for Lax<R> {
    fn partials(&self) -> &dyn PartialStore {
        self.inner.partials()
    }

    fn name(&self) -> Option<KStringRef<'_>> {
        self.inner.name()
    }

    fn roots(&self) -> BTreeSet<KStringCow<'_>> {
        self.inner.roots()
    }

    /// Sizes of texts are handled here, because the library counts them in bytes.
    fn try_get(&self, path: &[ScalarCow<'_>]) -> Option<ValueCow<'_>> {
        let found = self.look_up(path)?;
        match path.split_last() {
            Some((last, parent)) if !parent.is_empty() && last.to_kstr() == "size" => {
                let text = self.look_up(parent).filter(|parent| parent.is_scalar());
                let size = text.map(|text| text.to_kstr().chars().count());
                Some(size.and_then(|size| i64::try_from(size).ok()).map_or(found, |size| ValueCow::Owned(Value::scalar(size))))
            }
            _ => Some(found),
        }
    }

    fn get(&self, path: &[ScalarCow<'_>]) -> Result<ValueCow<'_>> {
        let value = self.try_get(path);
        match self.registers().get_mut::<State>().exceeded {
            Some(limit) => Err(Error::with_msg(limit.to_string())),
            None => Ok(value.unwrap_or(ValueCow::Owned(Value::Nil))),
        }
    }

    /// This cannot fail: at a limit, the value is dropped, and the next step fails.
    fn set_global(&self, name: KString, value: Value) -> Option<Value> {
        if !self.is_root {
            return self.inner.set_global(name, value);
        }
        let fits = self.registers().get_mut::<State>().keep(name.clone(), bounds::weight(&value));
        self.inner.set_global(name, if fits { value } else { Value::Nil })
    }

    fn set_index(&self, name: KString, value: Value) -> Option<Value> {
        self.inner.set_index(name, value)
    }

    fn get_index<'a>(&'a self, name: &str) -> Option<ValueCow<'a>> {
        self.inner.get_index(name)
    }

    fn registers(&self) -> &Registers {
        self.inner.registers()
    }
}
