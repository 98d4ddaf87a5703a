//! The context of operations: the time, randomness, and the stores that need no question to Python.

use std::sync::Arc;

use pyo3::prelude::*;

use super::argument::{Of, StringsIn, WholeIn, flag};
use super::local_resolver::PyLocalResolver;
use super::secrets::PyInMemorySecrets;
use super::system::random;
use crate::caller::{Context, OwnDids};
use crate::did::MOST_ENTRIES;
use crate::keys::{ParsedSecrets, SecretStore};

/// The stores and options of a party's operations, prepared once.
#[pyclass(frozen, name = "Context", module = "pydidcomm._core")]
pub(super) struct PyContext {
    secrets: Option<Arc<SecretStore>>,
    dids: Option<OwnDids>,
    resolvers: Vec<(String, bool)>,
    remember_peers: bool,
    most_document_entries: usize,
    parsed_secrets: Option<Arc<ParsedSecrets>>,
}

#[pymethods]
impl PyContext {
    /// Takes secrets; a resolver, the prefixes of its DIDs and longer prefixes of DIDs that are not; by prefix,
    /// whether a resolver takes options; whether keys cache secrets with peers; and the most entries of a document.
    #[new]
    #[pyo3(signature = (
        *, secrets = None, resolver = None, prefixes = StringsIn(Vec::new()), exceptions = StringsIn(Vec::new()),
        taking_options = Vec::new(), remember_peers: "bool" = true, max_document_entries = None
    ))]
    fn new(
        secrets: Option<Of<'_, PyInMemorySecrets>>,
        resolver: Option<Of<'_, PyLocalResolver>>,
        prefixes: StringsIn,
        exceptions: StringsIn,
        taking_options: Vec<(String, bool)>,
        #[pyo3(from_py_with = flag)] remember_peers: bool,
        max_document_entries: Option<WholeIn>,
    ) -> Self {
        let most = max_document_entries.map(|WholeIn(most)| usize::try_from(most).unwrap_or(usize::MAX));
        Self {
            secrets: secrets.map(|secrets| Arc::clone(&secrets.0.get().0)),
            dids: resolver.map(|resolver| OwnDids {
                resolver: Arc::clone(resolver.0.get().core()),
                prefixes: prefixes.0,
                exceptions: exceptions.0,
            }),
            resolvers: taking_options,
            remember_peers,
            most_document_entries: most.unwrap_or(MOST_ENTRIES),
            // what is kept is as secret as what a key shares with its peers
            parsed_secrets: remember_peers.then(Arc::default),
        }
    }
}

/// The context of an operation that Python starts, and the time in whole seconds since the epoch.
#[derive(FromPyObject)]
pub(super) struct ContextIn<'py>(Bound<'py, PyContext>, WholeIn);

impl From<&ContextIn<'_>> for Context {
    fn from(ContextIn(context, time): &ContextIn<'_>) -> Self {
        let context = context.get();
        Self {
            dids: context.dids.clone(),
            secrets: context.secrets.clone(),
            remember_peers: context.remember_peers,
            resolvers: context.resolvers.clone(),
            most_document_entries: context.most_document_entries,
            parsed_secrets: context.parsed_secrets.clone(),
            ..Self::new(time.0, Box::new(random))
        }
    }
}

impl From<ContextIn<'_>> for Context {
    fn from(context: ContextIn<'_>) -> Self {
        Self::from(&context)
    }
}

/// The context of an operation on one layer: it requests everything from Python, and needs no time.
pub(super) fn of_layer() -> Context {
    Context { remember_peers: false, ..Context::new(0, Box::new(random)) }
}
