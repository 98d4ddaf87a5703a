//! What an operation is given: the time, randomness, and what is answered without asking Python.

use std::sync::Arc;

use pyo3::prelude::*;

use super::argument::{StringsIn, WholeIn};
use super::local_resolver::PyLocalResolver;
use super::secrets::PyInMemorySecrets;
use super::system::random;
use crate::caller::{Context, OwnDids};
use crate::did::MOST_ENTRIES;

/// What an operation started from Python is given: what can be answered without asking Python, which are the
/// secrets, and the resolver with the prefixes of the DIDs that it is for and the longer ones that it is not for; the
/// time; whether keys remember peers; the most entries of a document; and which resolvers take options, by prefix.
#[derive(FromPyObject)]
pub(super) struct KnownIn<'py>(
    Option<Bound<'py, PyInMemorySecrets>>,
    Option<Bound<'py, PyLocalResolver>>,
    StringsIn,
    StringsIn,
    WholeIn,
    bool,
    Option<usize>,
    Vec<(String, bool)>,
);

impl From<&KnownIn<'_>> for Context {
    fn from(
        KnownIn(secrets, local, prefixes, exceptions, time, remember_peers, most_entries, resolvers): &KnownIn<'_>,
    ) -> Self {
        Self {
            dids: local.as_ref().map(|local| OwnDids {
                resolver: Arc::clone(local.get().core()),
                prefixes: prefixes.0.clone(),
                exceptions: exceptions.0.clone(),
            }),
            secrets: secrets.as_ref().map(|secrets| Arc::clone(&secrets.get().0)),
            remember_peers: *remember_peers,
            resolvers: resolvers.clone(),
            most_document_entries: most_entries.unwrap_or(MOST_ENTRIES),
            ..Self::new(time.0, Box::new(random))
        }
    }
}

impl From<KnownIn<'_>> for Context {
    fn from(known: KnownIn<'_>) -> Self {
        Self::from(&known)
    }
}

/// The context of an operation that asks Python for everything, over a layer: a layer has no time.
pub(super) fn alone() -> Context {
    Context { remember_peers: false, ..Context::new(0, Box::new(random)) }
}
