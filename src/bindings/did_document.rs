//! `DIDDocument`, `Service` and `ServiceEndpoint`.

use std::borrow::Cow;
use std::sync::Arc;

use pyo3::exceptions::PyTypeError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyList, PyMapping, PyString, PyTuple};

use super::argument::flag;
use super::callback::{call_python, drawn};
use super::errors::misuse;
use super::json::{DocumentIn, ObjectOut, is_object};
use crate::caller::{Answer, resolve};
use crate::did::{Document, Endpoint, MOST_ENTRIES, Node, Relationship, Service};
use crate::display::quoted;

/// A DID document, parsed once; what a resolver may hand out again and again.
///
/// Made from the document's JSON object. Ids in it may be absolute or relative, keys embedded or
/// referenced; a key or a service that cannot be used is passed over. DIDComm v2.1, section "DID Document Keys".
///
/// Raises:
///     MalformedDocumentError: It has no `id` that is a DID, or a relationship that is no list.
///
/// Example:
///     >>> from pydidcomm import DIDDocument
///     >>> document = DIDDocument({"id": "did:example:bob", "keyAgreement": [{"id": "#key-1", "type": "Multikey",
///     ...     "publicKeyMultibase": "z6LSbysY2xFMRpGMhb7tFTLMpeuPRaqaWM1yECx2AtzE3KCc"}]})
///     >>> document.key_agreement
///     ['did:example:bob#key-1']
#[pyclass(frozen, weakref, name = "DIDDocument", module = "pydidcomm")]
pub(super) struct PyDocument(Arc<Document>);

/// A service of type `DIDCommMessaging`.
#[pyclass(frozen, eq, name = "Service", module = "pydidcomm")]
#[derive(Clone, PartialEq)]
pub(super) struct PyService(pub(super) Service);

/// One place that takes messages.
#[pyclass(frozen, eq, name = "ServiceEndpoint", module = "pydidcomm")]
#[derive(Clone, PartialEq)]
pub(super) struct PyEndpoint(Endpoint);

impl From<Arc<Document>> for PyDocument {
    fn from(document: Arc<Document>) -> Self {
        Self(document)
    }
}

impl PyDocument {
    fn json(&self) -> &str {
        self.0.json().unwrap_or("{}")
    }

    fn kids(&self, relationship: Relationship) -> Vec<&str> {
        self.0.keys(relationship).iter().map(|method| method.kid().as_str()).collect()
    }
}

#[pymethods]
impl PyDocument {
    #[new]
    fn new(document: DocumentIn) -> PyResult<Self> {
        let DocumentIn(text) = document;
        Document::from_text(text, MOST_ENTRIES).map(Arc::new).map(Self).map_err(misuse)
    }

    /// The DID that the document describes.
    #[getter]
    fn id(&self) -> &str {
        self.0.did().as_str()
    }

    /// The absolute ids of the keys that messages are encrypted to, in the document's order.
    #[getter]
    fn key_agreement(&self) -> Vec<&str> {
        self.kids(Relationship::KeyAgreement)
    }

    /// The absolute ids of the keys that sign in the name of the DID, in the document's order.
    #[getter]
    fn authentication(&self) -> Vec<&str> {
        self.kids(Relationship::Authentication)
    }

    /// The DIDComm services, in the document's order.
    #[getter]
    fn services(&self) -> Vec<PyService> {
        self.0.services().iter().cloned().map(PyService).collect()
    }

    /// The document as its JSON object: a fresh copy.
    fn as_dict(&self) -> ObjectOut {
        ObjectOut(self.json().to_owned())
    }

    fn __getnewargs__(&self) -> (ObjectOut,) {
        (ObjectOut(self.json().to_owned()),)
    }

    fn __copy__(slf: Bound<'_, Self>) -> Bound<'_, Self> {
        slf
    }

    #[pyo3(signature = (_memo: "Any", /) -> "DIDDocument")]
    fn __deepcopy__<'py>(slf: Bound<'py, Self>, _memo: &Bound<'py, PyAny>) -> Bound<'py, Self> {
        slf
    }

    fn __eq__(&self, other: &Self) -> bool {
        let value = |document: &Self| serde_json::from_str::<serde_json::Value>(document.json()).ok();
        Arc::ptr_eq(&self.0, &other.0) || value(self) == value(other)
    }

    fn __hash__(&self) -> u64 {
        use std::hash::{DefaultHasher, Hash, Hasher};
        let mut hasher = DefaultHasher::new();
        self.id().hash(&mut hasher);
        hasher.finish()
    }

    /// The keys and services as a table for notebooks.
    fn _repr_html_(slf: &Bound<'_, Self>) -> PyResult<String> {
        drawn(slf.as_any(), "pydidcomm._html", "document_table")
    }

    fn __repr__(&self) -> String {
        format!("DIDDocument(id={})", quoted(self.id()))
    }
}

#[pymethods]
impl PyService {
    /// The absolute id of the service.
    #[getter]
    fn id(&self) -> &str {
        &self.0.id
    }

    /// Where it takes messages, in the owner's order of preference.
    #[getter]
    fn endpoints(&self) -> Vec<PyEndpoint> {
        self.0.endpoints.iter().cloned().map(PyEndpoint).collect()
    }

    fn __repr__(&self) -> String {
        format!("Service(id={})", quoted(&self.0.id))
    }
}

#[pymethods]
impl PyEndpoint {
    /// A URI of some transport, or the DID of a mediator.
    #[getter]
    fn uri(&self) -> &str {
        &self.0.uri
    }

    /// The profiles taken, most preferred first; None where the document does not say.
    #[getter]
    fn accept(&self) -> Option<Vec<String>> {
        self.0.accept.clone()
    }

    /// The keys of mediators to wrap for, the outermost first.
    #[getter]
    fn routing_keys(&self) -> Vec<String> {
        self.0.routing_keys.clone()
    }

    fn __repr__(&self) -> String {
        format!("ServiceEndpoint(uri={})", quoted(&self.0.uri))
    }
}

/// What a resolver answers where it also says whether the DID is deactivated.
///
/// A deactivated DID is refused: nothing is encrypted to it, and nothing is proved by its keys. The answer of DID
/// Resolution says the same: a dict with `didDocument` and `didDocumentMetadata`.
///
/// Example:
///     >>> from pydidcomm import Resolved
///     >>> Resolved({"id": "did:example:bob"}, deactivated=True).deactivated
///     True
#[pyclass(frozen, name = "Resolved", module = "pydidcomm")]
pub(super) struct PyResolved {
    document: Option<Py<PyAny>>,
    deactivated: bool,
}

#[pymethods]
impl PyResolved {
    #[new]
    #[pyo3(signature = (document: "Mapping[str, Any] | DIDDocument | None", /, *, deactivated: "bool" = false))]
    fn new(document: Option<Py<PyAny>>, #[pyo3(from_py_with = flag)] deactivated: bool) -> Self {
        Self { document, deactivated }
    }

    /// The document, its JSON object, or parsed once; None where there is none.
    #[getter]
    fn document(&self, py: Python<'_>) -> Option<Py<PyAny>> {
        self.document.as_ref().map(|document| document.clone_ref(py))
    }

    /// Whether the DID is deactivated.
    #[getter]
    fn deactivated(&self) -> bool {
        self.deactivated
    }

    fn __repr__(&self) -> String {
        let deactivated = if self.deactivated { "True" } else { "False" };
        format!("Resolved(deactivated={deactivated})")
    }
}

/// The document that a resolver answered with for the DID, once it is known to be the one of that DID.
#[pyfunction]
#[pyo3(signature = (did, answer: "Any", most_entries = None))]
pub(super) fn document_of(
    did: &str,
    answer: &Bound<'_, PyAny>,
    most_entries: Option<usize>,
) -> PyResult<PyDocument> {
    let answer = kept(answer, most_entries.unwrap_or(MOST_ENTRIES))?;
    Ok(resolve::document_of(did, answer).map(PyDocument)?)
}

/// What a resolver answered: a document's JSON object, a parsed document, or None; or the same with what DID
/// Resolution says beside it.
pub(super) fn answer(value: &Bound<'_, PyAny>, most_entries: usize) -> PyResult<Answer> {
    answer_read(value, |document| read(document, most_entries))
}

/// The same, and the document keeps its JSON.
fn kept(value: &Bound<'_, PyAny>, most_entries: usize) -> PyResult<Answer> {
    answer_read(value, |document| {
        let DocumentIn(text) = document.extract()?;
        Ok(Document::from_text(text, most_entries)?)
    })
}

fn answer_read<'py>(
    value: &Bound<'py, PyAny>,
    read: impl Fn(&Bound<'py, PyAny>) -> PyResult<Document>,
) -> PyResult<Answer> {
    let py = value.py();
    let (document, deactivated) = if let Ok(resolved) = value.cast::<PyResolved>() {
        let resolved = resolved.get();
        (resolved.document.as_ref().map(|document| document.bind(py).clone()), resolved.deactivated)
    } else if let Some(document) = PyNode(value.clone()).member("didDocument") {
        let metadata = PyNode(value.clone()).member("didDocumentMetadata");
        let deactivated = metadata.and_then(|metadata| metadata.member("deactivated"));
        (Some(document.0), deactivated.is_some_and(|deactivated| deactivated.is_true()))
    } else {
        (Some(value.clone()), false)
    };
    if deactivated {
        return Ok(Answer::Deactivated);
    }
    let Some(document) = document.filter(|document| !document.is_none()) else {
        return Ok(Answer::Document(None));
    };
    if let Ok(document) = document.cast::<PyDocument>() {
        return Ok(Answer::Document(Some(Arc::clone(&document.get().0))));
    }
    if !is_object(&document) {
        let kind = document.get_type().name()?;
        let reason =
            format!("a DID resolver must answer with a dict, a DIDDocument, a Resolved or None, got {kind}");
        return Err(PyTypeError::new_err(reason));
    }
    Ok(Answer::Document(Some(Arc::new(read(&document)?))))
}

fn read(document: &Bound<'_, PyAny>, most_entries: usize) -> PyResult<Document> {
    if let Ok(dict) = document.cast_exact::<PyDict>() {
        return Ok(Document::read(&PyNode(dict.clone().into_any()), most_entries)?);
    }
    let DocumentIn(text) = document.extract()?;
    Ok(Document::from_text(text, most_entries)?)
}

/// A Python value, looked into where it is: most of a document is never needed.
struct PyNode<'py>(Bound<'py, PyAny>);

/// The names that documents are asked for, each made once: a dict finds them by their hash.
macro_rules! interned {
    ($py:expr, $name:expr, $($known:literal),*) => {
        match $name {
            $($known => intern!($py, $known).clone(),)*
            other => PyString::new($py, other),
        }
    };
}

impl Node for PyNode<'_> {
    fn member(&self, name: &str) -> Option<Self> {
        let name = interned!(
            self.0.py(),
            name,
            "id",
            "type",
            "verificationMethod",
            "authentication",
            "keyAgreement",
            "service",
            "publicKeyMultibase",
            "publicKeyJwk",
            "publicKeyBase58",
            "publicKeyHex",
            "kty",
            "crv",
            "x",
            "d",
            "serviceEndpoint",
            "uri",
            "accept",
            "routingKeys",
            "routing_keys",
            "didDocument",
            "assertionMethod",
            "capabilityInvocation",
            "capabilityDelegation",
            "deactivated",
            "revoked",
            "y",
            "p",
            "q",
            "dp",
            "dq",
            "qi",
            "oth",
            "k",
            "use",
            "key_ops",
            "alg"
        );
        match self.0.cast::<PyDict>() {
            Ok(dict) => dict.get_item(name).ok()?.map(Self),
            Err(_) => {
                call_python(self.0.py(), || self.0.cast::<PyMapping>().ok()?.get_item(name).ok()).map(Self)
            }
        }
    }

    fn text(&self) -> Option<Cow<'_, str>> {
        self.0.cast::<PyString>().ok()?.to_str().ok().map(Cow::Borrowed)
    }

    fn entries(&self) -> Option<Vec<Self>> {
        if let Ok(list) = self.0.cast::<PyList>() {
            return Some(list.iter().map(Self).collect());
        }
        self.0.cast::<PyTuple>().ok().map(|tuple| tuple.iter().map(Self).collect())
    }

    fn names(&self) -> Vec<String> {
        let text = |name: Bound<'_, PyAny>| name.extract().ok();
        match self.0.cast::<PyDict>() {
            Ok(dict) => dict.keys().iter().filter_map(text).collect(),
            Err(_) => match self.0.cast::<PyMapping>().map(PyMappingMethods::keys) {
                Ok(Ok(names)) => names.iter().filter_map(text).collect(),
                _ => Vec::new(),
            },
        }
    }

    fn is_null(&self) -> bool {
        self.0.is_none()
    }

    fn is_true(&self) -> bool {
        self.0.cast::<PyBool>().is_ok_and(PyBoolMethods::is_true)
    }
}
