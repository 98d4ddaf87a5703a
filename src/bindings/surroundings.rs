//! The time and the randomness of the operating system: the only place that reads either.

use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use pyo3::prelude::*;

use super::json::{StringsIn, WholeIn};
use super::local_resolver::PyLocalResolver;
use super::secrets::PyInMemorySecrets;
use crate::caller::Surroundings;
use crate::did::MOST_ENTRIES;
use crate::message;

/// Seconds since the epoch.
#[expect(clippy::disallowed_methods, reason = "the bindings are the caller that passes the time in")]
pub(super) fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |elapsed| elapsed.as_secs())
}

/// Fills the buffer from the operating system's source.
///
/// Where there is no randomness there is no cryptography: better no process than predictable keys.
pub(super) fn random(buffer: &mut [u8]) {
    assert!(getrandom::fill(buffer).is_ok(), "the operating system has no randomness");
}

/// A new random id for a message.
pub(super) fn random_id() -> String {
    message::random_id(random)
}

/// What an operation started from Python is given: what can be answered without asking Python, which are the
/// secrets, and the resolver with the prefixes of the DIDs that it is for; the time, if not the system's; whether keys remember peers; and the most entries of a document.
#[derive(FromPyObject)]
pub(super) struct KnownIn<'py>(
    Option<Bound<'py, PyInMemorySecrets>>,
    Option<Bound<'py, PyLocalResolver>>,
    StringsIn,
    Option<WholeIn>,
    bool,
    Option<usize>,
);

impl From<&KnownIn<'_>> for Surroundings {
    fn from(KnownIn(secrets, resolver, prefixes, time, remember_peers, most_entries): &KnownIn<'_>) -> Self {
        let now = time.as_ref().map_or_else(now, |WholeIn(seconds)| *seconds);
        Self {
            dids: resolver.as_ref().map(|resolver| (Arc::clone(resolver.get().core()), prefixes.0.clone())),
            secrets: secrets.as_ref().map(|secrets| Arc::clone(&secrets.get().0)),
            remember_peers: *remember_peers,
            most_document_entries: most_entries.unwrap_or(MOST_ENTRIES),
            ..Self::new(now, Box::new(random))
        }
    }
}

impl From<KnownIn<'_>> for Surroundings {
    fn from(known: KnownIn<'_>) -> Self {
        Self::from(&known)
    }
}

/// The surroundings of an operation that asks Python for everything.
pub(super) fn alone() -> Surroundings {
    Surroundings { remember_peers: false, ..Surroundings::new(now(), Box::new(random)) }
}
