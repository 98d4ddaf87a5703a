//! What hashes stand for, of the parties that proved themselves: kept apart from what unproved messages bring.

use std::fmt::{Debug, Formatter};
use std::sync::Arc;

use quick_cache::unsync::{Cache, DefaultLifecycle};
use quick_cache::{DefaultHashBuilder, OptionsBuilder, Weighter};

/// The most bytes of long forms: those of some 10,000 contacts. A store of the application keeps more.
const MOST_BYTES: usize = 16 << 20;

/// The least that a long form counts for, which bounds their number.
const LEAST_BYTES: usize = 512;

/// The share of contacts that came back: a flood of new ones, each proved, evicts none of these.
const RETURNING: f64 = 0.9;

/// The long forms of proved senders by their short forms, bounded.
pub(super) struct LongForms(Cache<Arc<str>, Arc<str>, Bytes, DefaultHashBuilder>);

impl LongForms {
    pub(super) fn get(&self, short: &str) -> Option<Arc<str>> {
        self.0.get(short).cloned()
    }

    pub(super) fn keep(&mut self, short: &str, long: &str) {
        self.0.insert(short.into(), long.into());
    }

    pub(super) fn forget(&mut self, short: &str) -> bool {
        self.0.remove(short).is_some()
    }

    pub(super) fn iter(&self) -> impl Iterator<Item = (String, Arc<str>)> {
        self.0.iter().map(|(short, long)| (short.to_string(), Arc::clone(long)))
    }
}

impl Default for LongForms {
    #[expect(clippy::expect_used, reason = "the options are constants")]
    fn default() -> Self {
        let room = OptionsBuilder::new()
            .estimated_items_capacity(MOST_BYTES / LEAST_BYTES)
            .weight_capacity(u64::try_from(MOST_BYTES).unwrap_or(u64::MAX))
            .hot_allocation(RETURNING)
            .build()
            .expect("both capacities are given");
        Self(Cache::with_options(room, Bytes, DefaultHashBuilder::default(), DefaultLifecycle::default()))
    }
}

impl Debug for LongForms {
    fn fmt(&self, f: &mut Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("LongForms").field("entries", &self.0.len()).finish()
    }
}

#[derive(Clone)]
struct Bytes;

impl Weighter<Arc<str>, Arc<str>> for Bytes {
    fn weight(&self, short: &Arc<str>, long: &Arc<str>) -> u64 {
        short.len().saturating_add(long.len()).max(LEAST_BYTES).try_into().unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_contact_that_came_back_is_kept_when_more_come_than_there_is_room_for() {
        let mut forms = LongForms::default();
        forms.keep("did:example:friend", "did:example:friend:long");
        assert!(forms.get("did:example:friend").is_some());
        let most = MOST_BYTES / LEAST_BYTES;
        for number in 0..most * 2 {
            forms.keep(&format!("did:example:{number}"), &format!("did:example:{number}:long"));
            assert!(forms.0.len() <= most);
        }
        assert_eq!(forms.get("did:example:friend").as_deref(), Some("did:example:friend:long"));
        assert!(forms.forget("did:example:friend") && forms.get("did:example:friend").is_none());
    }
}
