//! `Envelope`: a message encrypted on one curve, and its deliveries.

use std::sync::Arc;

use pyo3::prelude::*;
use pyo3::types::{PyString, PyTuple};

use super::cached_str::WireText;
use super::delivery::{Delivery, DeliveryText, PyDelivery, deliveries};
use super::errors::EndpointNotFoundError;
use super::tuple::{OnceTuple, TupleOut};
use super::value::{Reduced, Value, did_url, did_urls, hash_of, texts};
use crate::did::DidUrl;
use crate::keys::Curve;
use crate::pack::Sealed;

/// One envelope of a message, for the recipient's keys on one curve.
#[pyclass(frozen, eq, weakref, name = "Envelope", module = "pydidcomm")]
#[derive(Clone, PartialEq)]
pub(super) struct PyEnvelope(Arc<Envelope>);

#[derive(PartialEq)]
struct Envelope {
    /// The text without a forward.
    bare: DeliveryText,
    curve: Curve,
    to_kids: Vec<DidUrl>,
    from_kid: Option<DidUrl>,
    deliveries: Vec<Arc<Delivery>>,
    made: Tuples,
}

/// The collections of an envelope as Python objects.
#[derive(Default, PartialEq)]
struct Tuples {
    to_kids: OnceTuple,
    deliveries: OnceTuple,
}

impl From<Sealed> for PyEnvelope {
    fn from(sealed: Sealed) -> Self {
        let Sealed { text, curve, to_kids, from_kid, deliveries: found, wrapped } = sealed;
        let bare = Arc::new(WireText::from(text));
        let deliveries = deliveries(&bare, found, wrapped);
        let (bare, made) = (DeliveryText::without_forward(&bare), Tuples::default());
        Self(Arc::new(Envelope { bare, curve, to_kids, from_kid, deliveries, made }))
    }
}

impl PyEnvelope {
    /// The preferred delivery; `None` if the recipient has no endpoint.
    pub(super) fn first(&self) -> Option<&Delivery> {
        self.0.deliveries.first().map(Arc::as_ref)
    }

    /// The keys that the envelope is encrypted to.
    pub(super) fn kids(&self) -> &[DidUrl] {
        &self.0.to_kids
    }

    /// The text of the preferred delivery; without any delivery, the text without a forward.
    pub(super) fn wire_text(&self) -> &DeliveryText {
        self.first().map_or(&self.0.bare, |delivery| delivery.text.as_ref())
    }

    /// The first delivery with one of these schemes that satisfies the predicate.
    pub(super) fn find(
        &self,
        schemes: &[String],
        will_do: impl Fn(&Delivery) -> bool,
    ) -> PyResult<PyDelivery> {
        let of_scheme = |uri: &str| {
            let scheme = uri.split(':').next().unwrap_or_default();
            schemes.is_empty() || schemes.iter().any(|wanted| wanted.eq_ignore_ascii_case(scheme))
        };
        let mut deliveries = self.0.deliveries.iter();
        if let Some(found) = deliveries.find(|delivery| of_scheme(&delivery.route.uri) && will_do(delivery)) {
            return Ok(PyDelivery(Arc::clone(found)));
        }
        let did = self.0.to_kids.first().map(|kid| kid.did().to_owned()).unwrap_or_default();
        Err(EndpointNotFoundError::new_err(did))
    }
}

impl Value for PyEnvelope {
    fn parts<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        let Envelope { bare, curve, to_kids, from_kid, .. } = self.0.as_ref();
        let from_kid = from_kid.as_ref().map(DidUrl::as_str);
        (bare.to_python(py)?, curve.name(), texts(to_kids), from_kid, self.deliveries(py)?).into_pyobject(py)
    }

    fn of_parts(parts: &Bound<'_, PyTuple>) -> PyResult<Self> {
        type Parts<'py> =
            (Bound<'py, PyString>, String, Vec<String>, Option<String>, Vec<Bound<'py, PyDelivery>>);
        let (bare, curve, to_kids, from_kid, deliveries): Parts<'_> = parts.extract()?;
        Ok(Self(Arc::new(Envelope {
            bare: DeliveryText::without_forward(&Arc::new(bare.try_into()?)),
            curve: Curve::from_name(&curve)?,
            to_kids: did_urls(&to_kids)?,
            from_kid: did_url(from_kid.as_ref())?,
            deliveries: deliveries.iter().map(|delivery| Arc::clone(&delivery.get().0)).collect(),
            made: Tuples::default(),
        })))
    }
}

#[pymethods]
impl PyEnvelope {
    /// The text for the wire; `str(...)` of this object is the same.
    #[getter]
    fn text<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyString>> {
        self.message(py)
    }

    fn __str__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyString>> {
        self.message(py)
    }

    /// The text for the wire, wrapped for the mediators of the first delivery.
    #[getter]
    pub(super) fn message<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyString>> {
        self.wire_text().to_python(py)
    }

    /// The media type of the text, "application/didcomm-encrypted+json".
    #[getter]
    fn media_type(&self) -> &'static str {
        crate::jose::jwe::MEDIA_TYPE
    }

    /// The curve of all keys of the envelope.
    #[getter]
    fn curve(&self) -> &'static str {
        self.0.curve.name()
    }

    /// The recipient's keys that the envelope is encrypted to.
    #[getter]
    pub(super) fn to_kids<'py>(&'py self, py: Python<'py>) -> PyResult<TupleOut<'py, &'py str>> {
        self.0.made.to_kids.read(py, || texts(&self.0.to_kids))
    }

    /// The key that authenticates the sender; None in anoncrypt.
    #[getter]
    pub(super) fn from_kid(&self) -> Option<&str> {
        self.0.from_kid.as_ref().map(DidUrl::as_str)
    }

    /// The deliveries, in the recipient's order of preference; if one fails, use the next.
    #[getter]
    pub(super) fn deliveries<'py>(&self, py: Python<'py>) -> PyResult<TupleOut<'py, PyDelivery>> {
        let made = || self.0.deliveries.iter().map(|delivery| PyDelivery(Arc::clone(delivery))).collect();
        self.0.made.deliveries.read(py, made)
    }

    /// The first delivery to a URI with one of these schemes, or with any scheme if none is given.
    ///
    /// Raises:
    ///     EndpointNotFoundError: No delivery has such a URI.
    #[pyo3(signature = (*schemes: "str"))]
    pub(super) fn delivery(&self, schemes: Vec<String>) -> PyResult<PyDelivery> {
        self.find(&schemes, |_| true)
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<Reduced<'py>> {
        Reduced::of(slf)
    }

    pub(super) fn __hash__(&self) -> u64 {
        hash_of((self.0.curve.name(), texts(&self.0.to_kids), self.0.bare.length()))
    }

    fn __repr__(&self) -> String {
        let size = self.wire_text().length().map_or_else(String::new, |length| format!("{length} bytes "));
        format!("Envelope({size}on {})", self.0.curve.name())
    }
}
