//! `DIDDocument`.

use std::sync::Arc;

use pyo3::prelude::*;
use pyo3::types::PyTuple;

use super::callback::draw_picture;
use super::errors::misuse;
use super::json::{DocumentIn, ObjectOut};
use super::same::Same;
use super::service::PyService;
use super::tuple::{OnceTuple, TupleOut};
use super::value::{Reduced, Value, hash_of};
use crate::did::{DidUrl, Document, MOST_ENTRIES, Relationship};
use crate::display::quote;

/// A parsed DID document, which a resolver can cache and return any number of times.
///
/// The constructor takes the document's JSON object. Its ids may be absolute or relative, its keys embedded or
/// referenced. Keys and services that are unusable here are skipped, and a relationship that is not a list is
/// reported by the operation that needs it. DIDComm v2.1, section "DID Document Keys".
///
/// Raises:
///     MalformedDocumentError: `id` is missing or not a DID, or the document has more than 4096 entries.
///
/// Example:
///     >>> from pydidcomm import DIDDocument
///     >>> document = DIDDocument({"id": "did:example:bob", "keyAgreement": [{"id": "#key-1", "type": "Multikey",
///     ...     "publicKeyMultibase": "z6LSbysY2xFMRpGMhb7tFTLMpeuPRaqaWM1yECx2AtzE3KCc"}]})
///     >>> document.key_agreement
///     ('did:example:bob#key-1',)
#[pyclass(frozen, weakref, name = "DIDDocument", module = "pydidcomm")]
pub(super) struct PyDocument(pub(super) Arc<Document>, Tuples);

/// The collections of a document as Python objects.
#[derive(Default)]
struct Tuples {
    key_agreement: OnceTuple,
    authentication: OnceTuple,
    services: OnceTuple,
}

impl From<Arc<Document>> for PyDocument {
    fn from(document: Arc<Document>) -> Self {
        Self(document, Tuples::default())
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

impl Value for PyDocument {
    fn parts<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        (self.json(), self.id()).into_pyobject(py)
    }

    fn of_parts(parts: &Bound<'_, PyTuple>) -> PyResult<Self> {
        let (json, did): (String, String) = parts.extract()?;
        // the limit was checked before the document was pickled
        let document = Document::from_text(json, usize::MAX)?;
        let did = DidUrl::parse(&did)?;
        let is_named_so = *document.did() == did;
        Ok(Arc::new(if is_named_so { document } else { document.with_did(&did) }).into())
    }
}

#[pymethods]
impl PyDocument {
    #[new]
    fn new(document: DocumentIn) -> PyResult<Self> {
        let DocumentIn(text) = document;
        Document::from_text(text, MOST_ENTRIES).map(|document| Arc::new(document).into()).map_err(misuse)
    }

    /// The DID that the document describes.
    #[getter]
    fn id(&self) -> &str {
        self.0.did().as_str()
    }

    /// The absolute ids of the keys to encrypt messages to, in the document's order.
    #[getter]
    fn key_agreement<'py>(&'py self, py: Python<'py>) -> PyResult<TupleOut<'py, &'py str>> {
        self.1.key_agreement.read(py, || self.kids(Relationship::KeyAgreement))
    }

    /// The absolute ids of the keys that sign for the DID, in the document's order.
    #[getter]
    fn authentication<'py>(&'py self, py: Python<'py>) -> PyResult<TupleOut<'py, &'py str>> {
        self.1.authentication.read(py, || self.kids(Relationship::Authentication))
    }

    /// The DIDComm services, in the document's order.
    #[getter]
    fn services<'py>(&self, py: Python<'py>) -> PyResult<TupleOut<'py, PyService>> {
        self.1.services.read(py, || self.0.services().iter().cloned().map(Into::into).collect())
    }

    /// The document as a JSON object, a new copy at each call.
    fn as_dict(&self) -> ObjectOut {
        ObjectOut(self.json().to_owned())
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<Reduced<'py>> {
        Reduced::of(slf)
    }

    fn __copy__(slf: Bound<'_, Self>) -> Same<'_, Self> {
        Same(slf)
    }

    #[pyo3(signature = (_memo: "Any", /) -> "DIDDocument")]
    fn __deepcopy__<'py>(slf: Bound<'py, Self>, _memo: &Bound<'py, PyAny>) -> Bound<'py, Self> {
        slf
    }

    fn __eq__(&self, other: &Self) -> bool {
        let value = |document: &Self| serde_json::from_str::<serde_json::Value>(document.json()).ok();
        // both forms of a DID have the same JSON object
        Arc::ptr_eq(&self.0, &other.0) || (self.id() == other.id() && value(self) == value(other))
    }

    fn __hash__(&self) -> u64 {
        hash_of(self.id())
    }

    /// The keys and services as a table for notebooks.
    fn _repr_html_(slf: &Bound<'_, Self>) -> PyResult<String> {
        draw_picture(slf.as_any(), "pydidcomm.inspection._html", "document_table")
    }

    fn __repr__(&self) -> String {
        format!("DIDDocument(id={})", quote(self.id()))
    }
}
