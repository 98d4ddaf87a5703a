//! Values: objects that pickle and copy make again from what they are made of.

use std::hash::{DefaultHasher, Hash, Hasher};

use pyo3::exceptions::{PyTypeError, PyValueError};
#[cfg(feature = "stubs")]
use pyo3::inspect::{PyStaticConstant, PyStaticExpr};
use pyo3::prelude::*;
use pyo3::pyclass::boolean_struct::True;
use pyo3::types::{PyTuple, PyType};
use pyo3::{IntoPyObjectExt, PyClass};
#[cfg(feature = "stubs")]
use pyo3::{type_hint_identifier, type_hint_subscript};

use super::attachment::PyAttachment;
use super::delivery::PyDelivery;
use super::did_document::PyDocument;
use super::envelope::PyEnvelope;
use super::form_fault::PyFormFault;
use super::forward::{PyForwarded, PyPackedForward};
use super::from_prior::PyFromPrior;
use super::message::PyMessage;
use super::metadata::PyMetadata;
use super::packed::{PyPacked, PyPackedPlaintext, PyPackedSigned, PyServiceMetadata};
use super::public_key::PyPublicKey;
use super::relationship::{PyPeerEnded, PyPeerRotated};
use super::resolved::PyResolved;
use super::service::{PyEndpoint, PyService};
use super::unpack::PyUnpackResult;
use super::v1::{PyV1Forwarded, PyV1Message, PyV1Packed};
use crate::did::DidUrl;
use crate::error::Result;

/// A class whose objects hold no secret and never change.
pub(super) trait Value: PyClass<Frozen = True> + Sync {
    /// What an object is made of, as objects that can be pickled themselves.
    fn parts<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>>;

    /// The object that is made of these parts.
    fn of_parts(parts: &Bound<'_, PyTuple>) -> PyResult<Self>;
}

/// What `__reduce__` returns.
pub(super) struct Reduced<'py>(Bound<'py, PyTuple>);

impl<'py> Reduced<'py> {
    pub(super) fn of<T: Value>(value: &Bound<'py, T>) -> PyResult<Self> {
        let py = value.py();
        let restore = py.import("pydidcomm._core")?.getattr("restore")?;
        let parts = value.get().parts(py)?;
        (restore, (py.get_type::<T>(), parts)).into_pyobject(py).map(Self)
    }
}

impl<'py> IntoPyObject<'py> for Reduced<'py> {
    type Target = PyTuple;
    type Output = Bound<'py, PyTuple>;
    type Error = PyErr;
    #[cfg(feature = "stubs")]
    const OUTPUT_TYPE: PyStaticExpr = type_hint_subscript!(
        type_hint_identifier!("builtins", "tuple"),
        type_hint_identifier!("typing", "Any"),
        PyStaticExpr::Constant { value: PyStaticConstant::Ellipsis }
    );

    fn into_pyobject(self, _py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        Ok(self.0)
    }
}

/// The object of that class, if it is one of these.
macro_rules! made {
    ($class:ident, $parts:ident, $($value:ty),+ $(,)?) => {{
        let py = $class.py();
        $(
            if $class.is(&py.get_type::<$value>()) {
                return <$value as Value>::of_parts($parts).and_then(|value| value.into_bound_py_any(py));
            }
        )+
        Err(PyTypeError::new_err("not a class of values"))
    }};
}

fn make<'py>(class: &Bound<'py, PyType>, parts: &Bound<'py, PyTuple>) -> PyResult<Bound<'py, PyAny>> {
    made!(
        class,
        parts,
        PyAttachment,
        PyDelivery,
        PyDocument,
        PyEndpoint,
        PyEnvelope,
        PyFormFault,
        PyForwarded,
        PyFromPrior,
        PyMessage,
        PyMetadata,
        PyPacked,
        PyPackedForward,
        PyPackedPlaintext,
        PyPackedSigned,
        PyPeerEnded,
        PyPeerRotated,
        PyPublicKey,
        PyResolved,
        PyService,
        PyServiceMetadata,
        PyUnpackResult,
        PyV1Forwarded,
        PyV1Message,
        PyV1Packed,
    )
}

/// Makes the object that was pickled or copied.
///
/// A pickle is trusted input: it can state that anything was proved.
#[pyfunction]
#[pyo3(signature = (kind: "type", parts: "tuple[Any, ...]"))]
pub(super) fn restore<'py>(
    kind: &Bound<'py, PyType>,
    parts: &Bound<'py, PyTuple>,
) -> PyResult<Bound<'py, PyAny>> {
    make(kind, parts).map_err(|_| {
        let name = kind.name().map(|name| name.to_string()).unwrap_or_default();
        PyValueError::new_err(format!(
            "the pickle of this {name} is damaged, or was written by another version of pydidcomm"
        ))
    })
}

/// The hash of what two equal objects have in common.
pub(super) fn hash_of(value: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

/// The texts of DID URLs.
pub(super) fn texts(urls: &[DidUrl]) -> Vec<&str> {
    urls.iter().map(DidUrl::as_str).collect()
}

/// The DID URLs of these texts.
pub(super) fn did_urls(texts: &[String]) -> Result<Vec<DidUrl>> {
    texts.iter().map(|text| DidUrl::parse(text)).collect()
}

/// The DID URL of this text.
pub(super) fn did_url(text: Option<&String>) -> Result<Option<DidUrl>> {
    text.map(|text| DidUrl::parse(text)).transpose()
}
