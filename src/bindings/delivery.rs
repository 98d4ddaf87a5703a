//! `Delivery`: an endpoint URI, and the text for it.

use std::sync::{Arc, OnceLock};

use pyo3::prelude::*;
use pyo3::types::{PyString, PyTuple};

use super::cached_str::WireText;
use super::system::random;
use super::tuple::{OnceTuple, TupleOut};
use super::value::{Reduced, Value, did_urls, hash_of, texts};
use crate::display::list_ids;
use crate::pack::{self, Wrapping};
use crate::routing::Route;

/// One way to deliver an envelope: an endpoint URI, and the text for that endpoint.
///
/// DIDComm v2.1, sections "Sender Process to Enable Forwarding" and "Failover".
#[pyclass(frozen, eq, weakref, name = "Delivery", module = "pydidcomm")]
#[derive(PartialEq)]
pub(super) struct PyDelivery(pub(super) Arc<Delivery>);

/// The route and the text of a delivery.
#[derive(PartialEq)]
pub(super) struct Delivery {
    pub(super) route: Route,
    pub(super) text: Arc<DeliveryText>,
    made: Tuples,
}

/// The collections of a delivery as Python objects.
#[derive(Default, PartialEq)]
struct Tuples {
    route: OnceTuple,
    routed_to_kids: OnceTuple,
}

/// The text of one delivery, or of several over the same mediators.
pub(super) struct DeliveryText {
    bare: Arc<WireText>,
    wrapping: Option<Arc<Wrapping>>,
    wrapped: OnceLock<WireText>,
    /// The keys of the outermost layer of a text that was restored in its wrapped form.
    routed_to: Vec<String>,
}

/// Texts are compared in their final form, so both are wrapped.
impl PartialEq for DeliveryText {
    fn eq(&self, other: &Self) -> bool {
        let same = |py: Python<'_>| match (self.to_python(py), other.to_python(py)) {
            (Ok(one), Ok(other)) => PyAnyMethods::eq(one.as_any(), other).unwrap_or(false),
            _ => false,
        };
        std::ptr::eq(self, other) || (self.routed_to_kids() == other.routed_to_kids() && Python::attach(same))
    }
}

impl DeliveryText {
    /// The text without a forward.
    pub(super) fn without_forward(bare: &Arc<WireText>) -> Self {
        Self::with_text(Arc::clone(bare), Vec::new())
    }

    /// A text in its final form: in a forward for these keys, or without one.
    fn with_text(bare: Arc<WireText>, routed_to: Vec<String>) -> Self {
        Self { bare, wrapping: None, wrapped: OnceLock::new(), routed_to }
    }

    /// The keys that the outermost layer is encrypted to; none without a mediator.
    fn routed_to_kids(&self) -> Vec<String> {
        match &self.wrapping {
            Some(wrapping) => wrapping.to_kids().into_iter().map(|kid| kid.to_string()).collect(),
            None => self.routed_to.clone(),
        }
    }

    /// The text, which is wrapped on first access.
    pub(super) fn to_python<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyString>> {
        let Some(wrapping) = &self.wrapping else { return self.bare.to_python(py) };
        if let Some(wrapped) = self.wrapped.get() {
            return wrapped.to_python(py);
        }
        let bare = self.bare.to_python(py)?;
        let bare = bare.to_str()?;
        let wrapped = py.detach(|| wrapping.wrap_later(bare, Box::new(random)))?;
        self.wrapped.get_or_init(|| wrapped.text.into()).to_python(py)
    }

    /// The length in bytes; `None` before the text is wrapped.
    pub(super) fn length(&self) -> Option<usize> {
        match &self.wrapping {
            None => Some(self.bare.length()),
            Some(_) => self.wrapped.get().map(WireText::length),
        }
    }
}

/// The deliveries of an envelope; the text of the first is wrapped already.
pub(super) fn deliveries(
    bare: &Arc<WireText>,
    found: Vec<pack::Delivery>,
    first: Option<String>,
) -> Vec<Arc<Delivery>> {
    let mut made: Vec<Arc<Delivery>> = Vec::with_capacity(found.len());
    let mut first = first;
    for pack::Delivery { route, wrapping } in found {
        // several transports of one mediator take the same text
        let alike = made.iter().find(|earlier| earlier.route.layers == route.layers);
        let text = alike.map_or_else(
            || {
                let wrapped =
                    first.take().map(|text| OnceLock::from(WireText::from(text))).unwrap_or_default();
                let (bare, routed_to) = (Arc::clone(bare), Vec::new());
                Arc::new(DeliveryText { bare, wrapping, wrapped, routed_to })
            },
            |alike| Arc::clone(&alike.text),
        );
        made.push(Arc::new(Delivery { route, text, made: Tuples::default() }));
    }
    made
}

impl Value for PyDelivery {
    fn parts<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        let Delivery { route, text, .. } = self.0.as_ref();
        let Route { service_id, uri, layers } = route;
        (service_id, uri, texts(layers), text.to_python(py)?, text.routed_to_kids()).into_pyobject(py)
    }

    fn of_parts(parts: &Bound<'_, PyTuple>) -> PyResult<Self> {
        type Parts<'py> = (String, String, Vec<String>, Bound<'py, PyString>, Vec<String>);
        let (service_id, uri, layers, text, routed_to): Parts<'_> = parts.extract()?;
        let route = Route { service_id, uri, layers: did_urls(&layers)? };
        let text = Arc::new(DeliveryText::with_text(Arc::new(text.try_into()?), routed_to));
        Ok(Self(Arc::new(Delivery { route, text, made: Tuples::default() })))
    }
}

#[pymethods]
impl PyDelivery {
    /// The text for the wire; `str(...)` of this object is the same.
    #[getter]
    fn text<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyString>> {
        self.0.text.to_python(py)
    }

    fn __str__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyString>> {
        self.0.text.to_python(py)
    }

    /// The endpoint URI.
    #[getter]
    pub(super) fn uri(&self) -> &str {
        &self.0.route.uri
    }

    /// The text for the wire, with one layer for each mediator on the route.
    ///
    /// Packing wraps the text of the first delivery; the text of any other is wrapped on first access.
    #[getter]
    fn message<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyString>> {
        self.0.text.to_python(py)
    }

    /// The media type of the text, "application/didcomm-encrypted+json".
    #[getter]
    fn media_type(&self) -> &'static str {
        crate::jose::jwe::MEDIA_TYPE
    }

    /// The absolute id of the recipient's service with this endpoint.
    #[getter]
    fn service_id(&self) -> &str {
        &self.0.route.service_id
    }

    /// The mediators that the text is wrapped for, or their routing keys; the outermost layer first.
    #[getter]
    fn route<'py>(&'py self, py: Python<'py>) -> PyResult<TupleOut<'py, &'py str>> {
        self.0.made.route.read(py, || texts(&self.0.route.layers))
    }

    /// The first mediator's keys that the outermost layer is encrypted to; empty without a mediator.
    #[getter]
    fn routed_to_kids<'py>(&self, py: Python<'py>) -> PyResult<TupleOut<'py, String>> {
        self.0.made.routed_to_kids.read(py, || self.0.text.routed_to_kids())
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<Reduced<'py>> {
        Reduced::of(slf)
    }

    fn __hash__(&self) -> u64 {
        let Route { service_id, uri, layers } = &self.0.route;
        hash_of((service_id, uri, texts(layers)))
    }

    fn __repr__(&self) -> String {
        let layers = texts(&self.0.route.layers);
        let over = if layers.is_empty() { String::new() } else { format!(" over {}", list_ids(layers)) };
        let size = self.0.text.length().map_or_else(String::new, |length| format!("{length} bytes "));
        format!("Delivery({size}to {}{over})", list_ids([self.uri()]))
    }
}
