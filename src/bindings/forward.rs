//! Operations of mediators: `unpack_forward`, `wrap_in_forward` and `rewrap`; and `PackedForward`.

use pyo3::IntoPyObjectExt;
use pyo3::prelude::*;
use pyo3::types::{PyString, PyTuple};

use super::algorithms::AnonCryptAlg;
use super::argument::{DidIn, StringsIn};
use super::cached_str::WireText;
use super::context::ContextIn;
use super::json::ObjectIn;
use super::opened::Opened;
use super::operation::PyOperation;
use super::pack::party;
use super::pack_options::headers;
use super::result::IntoResult;
use super::text_in::TextIn;
use super::tuple::{OnceTuple, TupleOut};
use super::unpack::prepare_opening;
use super::unpack_options::PyUnpackOptions;
use super::value::{Reduced, Value, did_urls, hash_of, texts};
use super::wire_text::wire_text_methods;
use crate::did::DidUrl;
use crate::display::list_ids;
use crate::pack::{self, ForwardOptions, PackedForward};
use crate::unpack;

/// A message wrapped for mediators, ready for the wire.
#[pyclass(frozen, eq, weakref, name = "PackedForward", module = "pydidcomm")]
#[derive(PartialEq)]
pub(super) struct PyPackedForward {
    text: WireText,
    to_kids: Vec<DidUrl>,
    made: OnceTuple,
}

impl From<PackedForward> for PyPackedForward {
    fn from(packed: PackedForward) -> Self {
        Self { text: packed.text.into(), to_kids: packed.to_kids, made: OnceTuple::default() }
    }
}

impl IntoResult for PackedForward {
    fn into_result(self: Box<Self>, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        PyPackedForward::from(*self).into_bound_py_any(py)
    }
}

impl Value for PyPackedForward {
    fn parts<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        (self.text.to_python(py)?, texts(&self.to_kids)).into_pyobject(py)
    }

    fn of_parts(parts: &Bound<'_, PyTuple>) -> PyResult<Self> {
        let (text, to_kids): (Bound<'_, PyString>, Vec<String>) = parts.extract()?;
        Ok(Self { text: text.try_into()?, to_kids: did_urls(&to_kids)?, made: OnceTuple::default() })
    }
}

wire_text_methods!(
    PyPackedForward,
    text.to_python,
    crate::jose::jwe::MEDIA_TYPE,
    "The media type of the text, \"application/didcomm-encrypted+json\".",
    "The text for the wire.",
    {
        /// The keys that the outermost layer is encrypted to.
        #[getter]
        fn to_kids<'py>(&'py self, py: Python<'py>) -> PyResult<TupleOut<'py, &'py str>> {
            self.made.read(py, || texts(&self.to_kids))
        }

        fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<Reduced<'py>> {
            Reduced::of(slf)
        }

        fn __hash__(&self) -> u64 {
            hash_of((self.text.length(), texts(&self.to_kids)))
        }

        fn __repr__(&self) -> String {
            format!("PackedForward({} bytes to {})", self.text.length(), list_ids(texts(&self.to_kids)))
        }
    }
);

/// Prepare to unpack a forward, as the mediator that it is addressed to.
#[pyfunction]
pub(super) fn unpack_forward(
    packed_msg: TextIn,
    options: &Bound<'_, PyUnpackOptions>,
    known: ContextIn<'_>,
) -> PyOperation {
    prepare_opening(known, packed_msg, options, |caller, packed, options| async move {
        Opened::of(&packed, unpack::unpack_forward(&caller, &packed, &options).await)
    })
}

/// Prepare to wrap an encrypted message for each of the routing keys.
#[pyfunction]
pub(super) fn wrap_in_forward(
    packed_msg: TextIn,
    to: DidIn,
    routing_keys: StringsIn,
    enc_alg_anon: AnonCryptAlg,
    forward_headers: Option<ObjectIn>,
    known: ContextIn<'_>,
) -> PyResult<PyOperation> {
    let (DidIn(to), keys) = (to, parties(routing_keys)?);
    let options = forward_options(enc_alg_anon, forward_headers)?;
    Ok(PyOperation::prepare(known, packed_msg.0.len(), |caller| async move {
        pack::wrap_in_forward(&caller, &packed_msg.0, &to, &keys, &options).await
    }))
}

/// Prepare to rewrap the payload of a forward, for each of the routing keys or for the next hop itself.
#[pyfunction]
pub(super) fn rewrap(
    payload: TextIn,
    next_hop: DidIn,
    routing_keys: StringsIn,
    enc_alg_anon: AnonCryptAlg,
    forward_headers: Option<ObjectIn>,
    known: ContextIn<'_>,
) -> PyResult<PyOperation> {
    let (DidIn(next), keys) = (next_hop, parties(routing_keys)?);
    let options = forward_options(enc_alg_anon, forward_headers)?;
    Ok(PyOperation::prepare(known, payload.0.len(), |caller| async move {
        pack::rewrap(&caller, &payload.0, &next, &keys, &options).await
    }))
}

fn parties(texts: StringsIn) -> PyResult<Vec<DidUrl>> {
    texts.0.iter().map(|text| party(text)).collect()
}

fn forward_options(
    enc_alg_anon: AnonCryptAlg,
    forward_headers: Option<ObjectIn>,
) -> PyResult<ForwardOptions> {
    let headers = headers(forward_headers)?;
    Ok(ForwardOptions { anoncrypt: enc_alg_anon.0, headers, ..ForwardOptions::default() })
}
