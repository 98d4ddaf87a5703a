//! `restore`: re-create pickled values by their class.

use pyo3::IntoPyObjectExt;
use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::{PyTuple, PyType};

use super::attachment::PyAttachment;
use super::delivery::PyDelivery;
use super::did_document::PyDocument;
use super::envelope::PyEnvelope;
use super::form_fault::PyFormFault;
use super::forward::PyPackedForward;
use super::from_prior::PyFromPrior;
use super::message::PyMessage;
use super::metadata::PyMetadata;
use super::packed::{PyPacked, PyPackedPlaintext, PyPackedSigned, PyServiceMetadata};
use super::public_key::PyPublicKey;
use super::relationship::{PyPeerEnded, PyPeerRotated};
use super::resolved::PyResolved;
use super::service::{PyEndpoint, PyService};
use super::unpack_result::{PyForwarded, PyUnpackResult};
use super::v1::{PyV1Forwarded, PyV1Message, PyV1Packed};
use super::value::Value;

/// Creates the object of the class, if it is one of these.
macro_rules! made {
    ($class:ident, $parts:ident, $($value:ty),+ $(,)?) => {{
        let py = $class.py();
        $(
            if $class.is(&py.get_type::<$value>()) {
                return <$value as Value>::of_parts($parts).and_then(|value| value.into_bound_py_any(py));
            }
        )+
        Err(PyTypeError::new_err("not a class that can be pickled"))
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

/// Create the object of a pickle.
///
/// A pickle is trusted input: it can claim that anything was proved.
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
