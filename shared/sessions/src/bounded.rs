//! Caches that are bounded by the bytes of what is in them.

use quick_cache::sync::{Cache, DefaultLifecycle};
use quick_cache::{DefaultHashBuilder, OptionsBuilder, Weighter};
use std::hash::Hash;

/// Makes an empty cache of so many bytes, whose smallest value has so many. It has one shard: with several, the share of each would be small
/// for the largest values.
pub fn bounded<K: Eq + Hash, V: Clone, W: Weighter<K, V> + Clone>(bytes: u64, least: u64, weighter: W) -> Cache<K, V, W> {
    let items = (bytes / least) as usize;
    let options = OptionsBuilder::new().shards(1).estimated_items_capacity(items).weight_capacity(bytes).build();
    match options {
        Ok(options) => Cache::with_options(options, weighter, DefaultHashBuilder::default(), DefaultLifecycle::default()),
        // `build` fails only without the two numbers; both are given.
        Err(_) => Cache::with_weighter(items, bytes, weighter),
    }
}
