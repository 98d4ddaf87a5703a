//! `Resolved`, and the answers of resolvers.

use std::borrow::Cow;
use std::sync::Arc;

use pyo3::exceptions::PyTypeError;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyList, PyMapping, PyString, PyTuple};

use super::argument::{StrIn, flag};
use super::callback::call_python;
use super::did_document::PyDocument;
use super::json::{DocumentIn, is_object};
use super::time::{DatetimeOut, TimeIn};
use super::value::{Reduced, Value};
use crate::caller::{Answer, resolve};
use crate::did::{Document, MOST_ENTRIES};
use crate::display;
use crate::json::Node;

/// A resolver's answer with metadata of the document (DID Resolution, section "DID Document Metadata").
///
/// A deactivated DID is refused: nothing is encrypted to it, and its keys prove nothing. A resolver may also return a
/// DID resolution result, a dict with `didDocument` and `didDocumentMetadata`. The version and the time of the update
/// are for logs and audits, and decide nothing.
///
/// Args:
///     document: The document, as its JSON object or parsed; None if the DID has none.
///     deactivated: Whether the DID is deactivated.
///     version_id: The version of the document (`versionId`).
///     updated: The time of the version's last update (`updated`): a datetime with a time zone, or seconds since
///         1970; fractions are cut off, as in DID Resolution.
///
/// Example:
///     >>> from datetime import UTC, datetime
///     >>> from pydidcomm import Resolved
///     >>> Resolved({"id": "did:example:bob"}, deactivated=True).deactivated
///     True
///     >>> found = Resolved({"id": "did:example:bob"}, version_id="3-Qm", updated=datetime(2026, 1, 31, tzinfo=UTC))
///     >>> found.version_id, found.updated.isoformat()
///     ('3-Qm', '2026-01-31T00:00:00+00:00')
#[pyclass(frozen, weakref, name = "Resolved", module = "pydidcomm")]
pub(super) struct PyResolved {
    document: Option<Py<PyAny>>,
    deactivated: bool,
    version_id: Option<String>,
    updated: Option<u64>,
}

impl Value for PyResolved {
    fn parts<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        (self.document(py), self.deactivated, &self.version_id, self.updated).into_pyobject(py)
    }

    fn of_parts(parts: &Bound<'_, PyTuple>) -> PyResult<Self> {
        let (document, deactivated, version_id, updated) = parts.extract()?;
        Ok(Self { document, deactivated, version_id, updated })
    }
}

#[pymethods]
impl PyResolved {
    #[new]
    #[pyo3(signature = (
        document: "Mapping[str, Any] | DIDDocument | None",
        /,
        *,
        deactivated: "bool" = false,
        version_id = None,
        updated = None,
    ))]
    fn new(
        document: Option<Py<PyAny>>,
        #[pyo3(from_py_with = flag)] deactivated: bool,
        version_id: Option<StrIn>,
        updated: Option<TimeIn>,
    ) -> Self {
        let version_id = version_id.map(|StrIn(text)| text);
        Self { document, deactivated, version_id, updated: updated.map(|TimeIn(seconds)| seconds) }
    }

    /// The document, as its JSON object or parsed; None if the DID has none.
    #[getter]
    fn document(&self, py: Python<'_>) -> Option<Py<PyAny>> {
        self.document.as_ref().map(|document| document.clone_ref(py))
    }

    /// Whether the DID is deactivated.
    #[getter]
    fn deactivated(&self) -> bool {
        self.deactivated
    }

    /// The version of the document, as the DID method names it; None if the resolver does not report it.
    #[getter]
    fn version_id(&self) -> Option<&str> {
        self.version_id.as_deref()
    }

    /// The time of the last update, in UTC; None if the resolver does not report it.
    #[getter]
    fn updated<'py>(&self, py: Python<'py>) -> PyResult<Option<DatetimeOut<'py>>> {
        DatetimeOut::of(py, self.updated)
    }

    fn __eq__(&self, other: &Self, py: Python<'_>) -> PyResult<bool> {
        let same = || match (&self.document, &other.document) {
            (Some(one), Some(other)) => one.bind(py).eq(other.bind(py)),
            (one, other) => Ok(one.is_none() && other.is_none()),
        };
        let metadata = |one: &Self| (one.deactivated, one.version_id.clone(), one.updated);
        Ok(metadata(self) == metadata(other) && call_python(py, same)?)
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<Reduced<'py>> {
        Reduced::of(slf)
    }

    fn __repr__(&self, py: Python<'_>) -> PyResult<String> {
        let mut text = format!("Resolved(deactivated={}", if self.deactivated { "True" } else { "False" });
        if let Some(version) = &self.version_id {
            text.push_str(", version_id=");
            text.push_str(&display::quote(version));
        }
        if let Some(DatetimeOut(updated)) = DatetimeOut::of(py, self.updated)? {
            text.push_str(", updated=");
            text.push_str(&updated.repr()?.to_string_lossy());
        }
        text.push(')');
        Ok(text)
    }
}

/// Read a resolver's answer, and check that the document is that of the DID.
#[pyfunction]
#[pyo3(signature = (did, answer: "Any", most_entries = None))]
pub(super) fn document_of(
    did: &str,
    answer: &Bound<'_, PyAny>,
    most_entries: Option<usize>,
) -> PyResult<PyDocument> {
    let answer = read_with_text(answer, most_entries.unwrap_or(MOST_ENTRIES))?;
    Ok(resolve::document_of(did, answer).map(PyDocument::from)?)
}

/// Reads a resolver's answer: a document's JSON object, a parsed document or None; or one of these with its metadata,
/// as a `Resolved` or a DID resolution result.
pub(super) fn answer(value: &Bound<'_, PyAny>, most_entries: usize) -> PyResult<Answer> {
    read_answer(value, |document| read(document, most_entries))
}

/// The same, with the JSON stored in the document.
fn read_with_text(value: &Bound<'_, PyAny>, most_entries: usize) -> PyResult<Answer> {
    read_answer(value, |document| {
        let DocumentIn(text) = document.extract()?;
        Ok(Document::from_text(text, most_entries)?)
    })
}

fn read_answer<'py>(
    value: &Bound<'py, PyAny>,
    read: impl Fn(&Bound<'py, PyAny>) -> PyResult<Document>,
) -> PyResult<Answer> {
    // the usual answer: to see that an object is not a mapping takes longer than all else here
    if let Ok(document) = value.cast::<PyDocument>() {
        return Ok(Answer::Document(Some(Arc::clone(&document.get().0))));
    }
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

/// A Python value, read in place without a conversion, because most of a document is never needed.
struct PyNode<'py>(Bound<'py, PyAny>);

/// The member names of documents as interned `str`, whose hash is computed once.
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
