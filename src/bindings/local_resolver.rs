//! `LocalResolver`.

use std::sync::{Arc, OnceLock};

use pyo3::exceptions::{PyRuntimeError, PyTypeError};
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyTuple};
use pyo3::{PyTraverseError, PyVisit, intern};

use super::argument::{MappingIn, StrIn, value_error};
use super::callback::call_python;
use super::did_document::PyDocument;
use super::errors::misuse;
use super::read_only::ReadOnlyMembers;
use super::text_in::TextIn;
use super::unpack_result::PyUnpackResult;
use crate::did::DidUrl;
use crate::did::local::LocalResolver;
use crate::did::peer::KeyNaming;
use crate::did_url::short_form;

/// Resolves did:key, did:jwk and did:peer, whose DIDs contain their documents, without a network.
///
/// `key_naming` selects the names of the keys of a did:peer:0, 2 or 3: "numbered" (`#key-1`), the current form,
/// or "multibase" (`#6LS...`), which libraries of 2021 and 2022 expect. Documents are cached in bounded memory.
///
/// Some DIDs are only a hash: the short form of a did:peer:4, a did:peer:3, a did:peer:1. They resolve after
/// `remember` or `remember_genesis` has stored the preimage, and the first two also while the document of the long
/// form is cached. Unpacking a message stores the long form of its sender, a did:peer:4, if the sender is proved;
/// messages without a proved sender evict no stored long form.
///
/// `long_forms` is the mapping for the stored long forms and genesis documents, by the DID that is their hash: a
/// `dict`, or a `MutableMapping` over a database. Without it they are in this object: those of `remember` and
/// `remember_genesis` until `forget`, and those of proved senders within 16 MiB, enough for some 10,000 contacts.
///
/// A subclass may override `resolve`, which is then called for every DID.
///
/// Example:
///     >>> from pydidcomm import LocalResolver
///     >>> did = "did:key:z6MkpTHR8VNsBxYAAWHut2Geadd9jSwuBV8xRoAnwWsdvktH"
///     >>> LocalResolver().resolve(did).key_agreement
///     ('did:key:z6MkpTHR8VNsBxYAAWHut2Geadd9jSwuBV8xRoAnwWsdvktH#z6LSbysY2xFMRpGMhb7tFTLMpeuPRaqaWM1yECx2AtzE3KCc',)
///     >>> LocalResolver().resolve("did:web:example.com") is None
///     True
#[pyclass(frozen, subclass, weakref, name = "LocalResolver", module = "pydidcomm")]
pub(super) struct PyLocalResolver(OnceLock<Made>);

/// The state after construction.
struct Made {
    core: Arc<LocalResolver>,
    /// The caller's mapping of long forms, in place of the core's memory.
    store: Option<Py<PyAny>>,
}

impl PyLocalResolver {
    /// The state; the default one in a subclass whose `__init__` did not call this one.
    fn state(&self) -> &Made {
        self.0.get_or_init(|| Made { core: Arc::new(LocalResolver::new(KeyNaming::Numbered)), store: None })
    }

    pub(super) fn core(&self) -> &Arc<LocalResolver> {
        &self.state().core
    }

    fn store(&self) -> Option<&Py<PyAny>> {
        self.state().store.as_ref()
    }

    /// The store's long form or genesis document of the DID.
    fn read_store(&self, py: Python<'_>, did: &str) -> PyResult<Option<String>> {
        let Some(store) = self.store() else { return Ok(None) };
        call_python(py, || {
            let found = store.bind(py).call_method1(intern!(py, "get"), (did,))?;
            let not_text = |_| {
                let kind = found.get_type();
                PyTypeError::new_err(format!("`long_forms` must contain str, got {kind} for {did}"))
            };
            if found.is_none() { Ok(None) } else { found.extract().map(Some).map_err(not_text) }
        })
    }

    /// Puts the preimage of the DID into the store, if there is one.
    fn put(&self, py: Python<'_>, did: &str, known: &str) -> PyResult<()> {
        match self.store() {
            Some(store) => call_python(py, || store.bind(py).set_item(did, known)),
            None => Ok(()),
        }
    }
}

const MULTIBASE: &str = "multibase";

/// Reads `key_naming`.
fn parse_naming(value: &Bound<'_, PyAny>) -> PyResult<&'static str> {
    match &*value.extract::<StrIn>()? {
        "numbered" => Ok("numbered"),
        MULTIBASE => Ok(MULTIBASE),
        _ => Err(value_error("'numbered' or 'multibase'")),
    }
}

/// Store the long form of the proved sender of an accepted message.
#[pyfunction]
pub(super) fn keep_long_form(
    py: Python<'_>,
    resolver: &Bound<'_, PyLocalResolver>,
    received: &Bound<'_, PyUnpackResult>,
) -> PyResult<()> {
    let (resolver, report) = (resolver.get(), &received.get().0);
    if let (Some(short), Some(long)) = (&report.sender, &report.sender_long_form)
        && !resolver.core().has_stored(short)
    {
        resolver.put(py, short, long)?;
        resolver.core().keep(short, long);
    }
    Ok(())
}

#[pymethods]
impl PyLocalResolver {
    // the arguments of a subclass are for its __init__
    #[new]
    #[pyo3(signature = (*_arguments: "Any", **_named: "Any") -> "Self")]
    #[pyo3(text_signature = "(*, key_naming='numbered', long_forms=None)")]
    fn new(_arguments: &Bound<'_, PyTuple>, _named: Option<&Bound<'_, PyDict>>) -> Self {
        Self(OnceLock::new())
    }

    #[pyo3(signature = (*, key_naming: "str" = "numbered", long_forms = None))]
    fn __init__(
        &self,
        #[pyo3(from_py_with = parse_naming)] key_naming: &'static str,
        long_forms: Option<MappingIn<'_>>,
    ) -> PyResult<()> {
        let naming = if key_naming == MULTIBASE { KeyNaming::Multibase } else { KeyNaming::Numbered };
        let core =
            if long_forms.is_some() { LocalResolver::with_store(naming) } else { LocalResolver::new(naming) };
        let store = long_forms.map(|MappingIn(store)| store.into_any().unbind());
        let twice = |_| {
            PyRuntimeError::new_err(
                "LocalResolver.__init__ was called twice, or after the resolver was used: call it first",
            )
        };
        self.0.set(Made { core: Arc::new(core), store }).map_err(twice)
    }

    fn __traverse__(&self, visit: PyVisit<'_>) -> Result<(), PyTraverseError> {
        self.0.get().and_then(|made| made.store.as_ref()).map_or(Ok(()), |store| visit.call(store))
    }

    fn __reduce__(&self) -> PyResult<String> {
        Err(PyTypeError::new_err(
            "a LocalResolver is not pickled or copied, because the copies would store different DIDs: create one with \
             `LocalResolver(long_forms=...)` in the other process",
        ))
    }

    /// Resolve a DID to its document.
    ///
    /// Args:
    ///     did: The DID.
    ///
    /// Returns:
    ///     The document; None for a DID of another method, and for a hash without its stored or cached preimage.
    ///
    /// Raises:
    ///     MalformedMessageError: `did` is not a DID.
    ///     MalformedDocumentError: The document in the DID is invalid.
    ///     UnsupportedError: The numalgo, or the type of the only key, is not supported.
    fn resolve(&self, py: Python<'_>, did: StrIn) -> PyResult<Option<PyDocument>> {
        if let Some(document) = self.core().cached_document(&did) {
            return Ok(Some(document.into()));
        }
        if !LocalResolver::supports(&did) {
            return Ok(None);
        }
        let url = DidUrl::parse(&did)?;
        if let Some(document) = self.core().resolve(&url)? {
            return Ok(Some(document.into()));
        }
        match self.read_store(py, &did)? {
            Some(known) => Ok(Some(self.core().resolve_stored(&url, &known)?.into())),
            None => Ok(None),
        }
    }

    /// Store a did:peer:2 or the long form of a did:peer:4, so that its short form resolves.
    ///
    /// Args:
    ///     did: The did:peer:2, or the long form.
    ///
    /// Returns:
    ///     The short form: a did:peer:3, or the short form of the did:peer:4.
    ///
    /// Raises:
    ///     ValueError: The DID has no short form.
    ///     MalformedDocumentError: The document in the DID is invalid.
    ///
    /// Example:
    ///     >>> from pydidcomm import LocalResolver
    ///     >>> resolver = LocalResolver()
    ///     >>> short = "did:peer:4zQmb7xLdVY9TXx8oov5XgpGUmGELgqiAV2699s43i6Qdm3M"
    ///     >>> resolver.resolve(short) is None
    ///     True
    ///     >>> resolver.remember(f"{short}:zQSJgiFTYiCHjQ9MktwNThRXM7a") == short
    ///     True
    ///     >>> resolver.resolve(short)
    ///     DIDDocument(id='did:peer:4zQmb7xLdVY9TXx8oov5XgpGUmGELgqiAV2699s43i6Qdm3M')
    fn remember(&self, py: Python<'_>, did: StrIn) -> PyResult<String> {
        let url = DidUrl::parse(&did).map_err(misuse)?;
        let short = self.core().remember(&url).map_err(misuse)?;
        self.put(py, &short, url.did())?;
        Ok(short)
    }

    /// Remove a DID in all its forms, also from `long_forms`.
    ///
    /// Args:
    ///     did: The DID, in any of its forms.
    ///
    /// Returns:
    ///     Whether anything was stored or cached for it.
    ///
    /// Example:
    ///     >>> from pydidcomm import LocalResolver
    ///     >>> resolver = LocalResolver()
    ///     >>> short = resolver.remember(
    ///     ...     "did:peer:4zQmb7xLdVY9TXx8oov5XgpGUmGELgqiAV2699s43i6Qdm3M:zQSJgiFTYiCHjQ9MktwNThRXM7a"
    ///     ... )
    ///     >>> resolver.forget(short), resolver.resolve(short), resolver.forget(short)
    ///     (True, None, False)
    fn forget(&self, py: Python<'_>, did: StrIn) -> PyResult<bool> {
        let short = short_form(&did).unwrap_or_else(|| did.to_string());
        let stored = self.read_store(py, &short)?.is_some();
        if stored && let Some(store) = self.store() {
            call_python(py, || store.bind(py).del_item(&short))?;
        }
        Ok(self.core().forget(&did) || stored)
    }

    /// The stored long forms and genesis documents, by the DID that is their hash.
    ///
    /// The mapping that was passed to the constructor, or else a read-only copy: save it, and pass it to the next
    /// `LocalResolver`.
    ///
    /// Example:
    ///     >>> from pydidcomm import LocalResolver
    ///     >>> before = LocalResolver()
    ///     >>> short = before.remember(
    ///     ...     "did:peer:4zQmb7xLdVY9TXx8oov5XgpGUmGELgqiAV2699s43i6Qdm3M:zQSJgiFTYiCHjQ9MktwNThRXM7a"
    ///     ... )
    ///     >>> after = LocalResolver(long_forms=before.long_forms)
    ///     >>> after.resolve(short) == before.resolve(short)
    ///     True
    #[getter]
    fn long_forms<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        if let Some(store) = self.store() {
            return Ok(store.bind(py).clone());
        }
        let known = self.core().long_forms().into_iter();
        let copied =
            ReadOnlyMembers::of_texts(py, known.map(|(did, known)| (did, known.as_ref().to_owned())))?;
        Ok(copied.into_pyobject(py)?.into_any())
    }

    /// Store the genesis document of a did:peer:1, so that the DID resolves.
    ///
    /// Args:
    ///     document: The document: text, because the DID is the hash of its bytes. A dict is written as JSON without
    ///         white space.
    ///
    /// Returns:
    ///     The did:peer:1.
    ///
    /// Raises:
    ///     ValueError: The document is not a JSON object, has an `id`, or has ids that are not relative.
    ///
    /// Example:
    ///     >>> from pydidcomm import LocalResolver
    ///     >>> LocalResolver().remember_genesis('{"keyAgreement":[]}')
    ///     'did:peer:1zQmbVpJt2AcbVyVBV9JZVnEp3SVm4XK3uk5Gr1ezPgS3HJz'
    fn remember_genesis(&self, py: Python<'_>, document: TextIn) -> PyResult<String> {
        let did = self.core().remember_genesis(&document.0).map_err(misuse)?;
        self.put(py, &did, &document.0)?;
        Ok(did)
    }

    /// The long form or the genesis document that the DID is the hash of; None if it is neither stored nor cached.
    fn known(&self, py: Python<'_>, did: StrIn) -> PyResult<Option<String>> {
        match self.core().find_known(&did) {
            Some(known) => Ok(Some(known.as_ref().to_owned())),
            None => self.read_store(py, &did),
        }
    }

    fn __repr__(&self) -> &'static str {
        "LocalResolver()"
    }
}
