//! `Envelope`: a message on one curve, and the ways to hand it over.

use std::sync::Arc;

use pyo3::prelude::*;
use pyo3::types::PyString;

use super::delivery::{Delivery, DeliveryText, PyDelivery, deliveries};
use super::errors::EndpointNotFoundError;
use super::wire_text::WireText;
use crate::did::DidUrl;
use crate::keys::Curve;
use crate::pack::Sealed;

/// One envelope of a message, for the recipient's keys on one curve.
#[pyclass(frozen, name = "Envelope", module = "pydidcomm")]
#[derive(Clone)]
pub(super) struct PyEnvelope(Arc<Envelope>);

struct Envelope {
    /// The text that is wrapped for nobody.
    bare: DeliveryText,
    curve: Curve,
    to_kids: Vec<DidUrl>,
    from_kid: Option<DidUrl>,
    deliveries: Vec<Arc<Delivery>>,
}

impl From<Sealed> for PyEnvelope {
    fn from(sealed: Sealed) -> Self {
        let Sealed { text, curve, to_kids, from_kid, deliveries: found, wrapped } = sealed;
        let bare = Arc::new(WireText::from(text));
        let deliveries = deliveries(&bare, found, wrapped);
        Self(Arc::new(Envelope { bare: DeliveryText::bare(&bare), curve, to_kids, from_kid, deliveries }))
    }
}

impl PyEnvelope {
    /// The delivery that is preferred; none where the recipient names no place.
    pub(super) fn first(&self) -> Option<&Delivery> {
        self.0.deliveries.first().map(Arc::as_ref)
    }

    /// The text as it goes by the preferred way; as it is where there is none.
    pub(super) fn wire_text(&self) -> &DeliveryText {
        self.first().map_or(&self.0.bare, |delivery| delivery.text.as_ref())
    }

    /// The first delivery by one of these schemes that will do.
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

#[pymethods]
impl PyEnvelope {
    /// The text for the wire, as `str(...)` of this object is too.
    #[getter]
    fn text<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyString>> {
        self.message(py)
    }

    fn __str__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyString>> {
        self.message(py)
    }

    /// The text for the wire, wrapped for the mediators before the first of the deliveries.
    #[getter]
    pub(super) fn message<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyString>> {
        self.wire_text().for_python(py)
    }

    /// The media type of the text, "application/didcomm-encrypted+json".
    #[getter]
    fn media_type(&self) -> &'static str {
        crate::jose::jwe::MEDIA_TYPE
    }

    /// The curve of all its keys.
    #[getter]
    fn curve(&self) -> &'static str {
        self.0.curve.name()
    }

    /// The keys of the recipient that it was encrypted to.
    #[getter]
    pub(super) fn to_kids(&self) -> Vec<&str> {
        self.0.to_kids.iter().map(DidUrl::as_str).collect()
    }

    /// The key that authenticates the sender; None in anoncrypt.
    #[getter]
    pub(super) fn from_kid(&self) -> Option<&str> {
        self.0.from_kid.as_ref().map(DidUrl::as_str)
    }

    /// The ways to hand it over, in the recipient's order of preference; when one fails take the next.
    #[getter]
    pub(super) fn deliveries(&self) -> Vec<PyDelivery> {
        self.0.deliveries.iter().map(|delivery| PyDelivery(Arc::clone(delivery))).collect()
    }

    /// The first delivery to a URI with one of these schemes; to any where none is given.
    ///
    /// Raises EndpointNotFoundError where there is none.
    #[pyo3(signature = (*schemes: "str"))]
    pub(super) fn delivery(&self, schemes: Vec<String>) -> PyResult<PyDelivery> {
        self.find(&schemes, |_| true)
    }

    fn __repr__(&self) -> String {
        let size = self.wire_text().length().map_or_else(String::new, |length| format!("{length} octets "));
        format!("Envelope({size}on {})", self.0.curve.name())
    }
}
