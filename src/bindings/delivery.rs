//! `Delivery`: a URI together with the text that goes there.

use std::sync::{Arc, OnceLock};

use pyo3::prelude::*;
use pyo3::types::PyString;

use super::surroundings::random;
use super::wire_text::WireText;
use crate::did::DidUrl;
use crate::display::listed;
use crate::pack::{self, Wrapping};
use crate::routing::Route;

/// One way to hand an envelope over: a URI, and the text that is wrapped for that URI.
///
/// DIDComm v2.1, sections "Sender Process to Enable Forwarding" and "Failover".
#[pyclass(frozen, name = "Delivery", module = "pydidcomm")]
pub(super) struct PyDelivery(pub(super) Arc<Delivery>);

/// One way, and what goes there.
pub(super) struct Delivery {
    pub(super) route: Route,
    pub(super) text: Arc<DeliveryText>,
}

/// The text of one delivery, or of several over the same mediators.
pub(super) struct DeliveryText {
    bare: Arc<WireText>,
    wrapping: Option<Arc<Wrapping>>,
    wrapped: OnceLock<WireText>,
}

impl DeliveryText {
    /// The text that is wrapped for nobody.
    pub(super) fn bare(bare: &Arc<WireText>) -> Self {
        Self { bare: Arc::clone(bare), wrapping: None, wrapped: OnceLock::new() }
    }

    /// The text, which is wrapped when it is first requested.
    pub(super) fn for_python<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyString>> {
        let Some(wrapping) = &self.wrapping else { return self.bare.for_python(py) };
        if let Some(wrapped) = self.wrapped.get() {
            return wrapped.for_python(py);
        }
        let bare = self.bare.for_python(py)?;
        let bare = bare.to_str()?;
        let wrapped = py.detach(|| wrapping.wrap_later(bare, Box::new(random)))?;
        self.wrapped.get_or_init(|| wrapped.text.into()).for_python(py)
    }

    /// How long it is, in bytes; none before it is wrapped.
    pub(super) fn length(&self) -> Option<usize> {
        match &self.wrapping {
            None => Some(self.bare.length()),
            Some(_) => self.wrapped.get().map(WireText::length),
        }
    }
}

/// The ways to hand the envelope over; the text of the first is wrapped already.
pub(super) fn deliveries(
    bare: &Arc<WireText>,
    found: Vec<pack::Delivery>,
    first: Option<String>,
) -> Vec<Arc<Delivery>> {
    let mut made: Vec<Arc<Delivery>> = Vec::with_capacity(found.len());
    let mut first = first;
    for pack::Delivery { route, wrapping } in found {
        // several transports of one mediator take the very same text
        let alike = made.iter().find(|earlier| earlier.route.layers == route.layers);
        let text = alike.map_or_else(
            || {
                let wrapped =
                    first.take().map(|text| OnceLock::from(WireText::from(text))).unwrap_or_default();
                Arc::new(DeliveryText { bare: Arc::clone(bare), wrapping, wrapped })
            },
            |alike| Arc::clone(&alike.text),
        );
        made.push(Arc::new(Delivery { route, text }));
    }
    made
}

#[pymethods]
impl PyDelivery {
    /// The text for the wire, as `str(...)` of this object is too.
    #[getter]
    fn text<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyString>> {
        self.0.text.for_python(py)
    }

    fn __str__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyString>> {
        self.0.text.for_python(py)
    }

    /// The URI that takes the text.
    #[getter]
    pub(super) fn uri(&self) -> &str {
        &self.0.route.uri
    }

    /// The text for the wire, in one layer for each mediator on the way.
    ///
    /// That of the first delivery is there; that of another one is wrapped when it is first read.
    #[getter]
    fn message<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyString>> {
        self.0.text.for_python(py)
    }

    /// The media type of the text, "application/didcomm-encrypted+json".
    #[getter]
    fn media_type(&self) -> &'static str {
        crate::jose::jwe::MEDIA_TYPE
    }

    /// The absolute id of the recipient's service that names the way.
    #[getter]
    fn service_id(&self) -> &str {
        &self.0.route.service_id
    }

    /// Whom the text is wrapped for, the outermost layer first, mediators, or certain keys of theirs.
    #[getter]
    fn route(&self) -> Vec<&str> {
        self.0.route.layers.iter().map(DidUrl::as_str).collect()
    }

    /// The keys of the first mediator that the outermost layer is encrypted to; none where nobody stands between.
    #[getter]
    fn routed_to_kids(&self) -> Vec<String> {
        let kids = self.0.text.wrapping.as_ref().map(|wrapping| wrapping.to_kids());
        kids.into_iter().flatten().map(|kid| kid.to_string()).collect()
    }

    fn __repr__(&self) -> String {
        let layers = self.route();
        let over = if layers.is_empty() {
            String::new()
        } else {
            format!(" over {}", listed(layers.iter().map(AsRef::as_ref)))
        };
        let size = self.0.text.length().map_or_else(String::new, |length| format!("{length} octets "));
        format!("Delivery({size}to {}{over})", listed([self.uri()]))
    }
}
