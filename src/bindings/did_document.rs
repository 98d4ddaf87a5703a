//! `DIDDocument`, `Service` and `ServiceEndpoint`.

use std::borrow::Cow;
use std::sync::Arc;

use pyo3::exceptions::PyTypeError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyList, PyMapping, PyString, PyTuple};

use super::callback::call_python;
use super::errors::misuse;
use super::json::{ObjectIn, ObjectOut, is_object};
use crate::did::{Document, Endpoint, Node, Relationship, Service};

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
#[pyclass(frozen, name = "DIDDocument", module = "pydidcomm")]
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
    fn new(document: ObjectIn) -> PyResult<Self> {
        let ObjectIn(text) = document;
        Document::from_text(text).map(Arc::new).map(Self).map_err(misuse)
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

    fn __repr__(&self) -> String {
        format!("DIDDocument(id='{}')", self.id())
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
        format!("Service(id='{}')", self.0.id)
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
        format!("ServiceEndpoint(uri='{}')", self.0.uri)
    }
}

/// What a resolver answered: a document's JSON object, a parsed document, or None.
pub(super) fn answer(value: &Bound<'_, PyAny>) -> PyResult<Option<Arc<Document>>> {
    if value.is_none() {
        return Ok(None);
    }
    if let Ok(document) = value.cast::<PyDocument>() {
        return Ok(Some(Arc::clone(&document.get().0)));
    }
    if !is_object(value) {
        let kind = value.get_type().name()?;
        let reason = format!("a DID resolver answers with a dict, a DIDDocument or None, not with {kind}");
        return Err(PyTypeError::new_err(reason));
    }
    if let Ok(dict) = value.cast_exact::<PyDict>() {
        return Ok(Some(Arc::new(Document::read(&PyNode(dict.clone().into_any()))?)));
    }
    let ObjectIn(text) = value.extract()?;
    Ok(Some(Arc::new(Document::from_text(text)?)))
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
            "routingKeys"
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

    fn is_null(&self) -> bool {
        self.0.is_none()
    }
}
