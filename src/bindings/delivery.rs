//! `Delivery`: a URI together with the text that goes there.

use std::sync::Arc;

use pyo3::prelude::*;
use pyo3::types::PyString;

use super::wire_text::WireText;
use crate::did::DidUrl;
use crate::display::listed;
use crate::pack;
use crate::routing::Route;

/// One way to hand an envelope over: a URI, and the text that is wrapped for that URI.
///
/// DIDComm v2.1, sections "Sender Process to Enable Forwarding" and "Failover".
#[pyclass(frozen, name = "Delivery", module = "pydidcomm")]
pub(super) struct PyDelivery(pub(super) Arc<Delivery>);

/// One way, and what goes there.
pub(super) struct Delivery {
    pub(super) route: Route,
    pub(super) text: Arc<WireText>,
    routed_to: Vec<DidUrl>,
}

/// The ways to hand an envelope over; those on which nobody stands between take its own text.
pub(super) fn deliveries(bare: &Arc<WireText>, found: Vec<pack::Delivery>) -> Vec<Arc<Delivery>> {
    let mut made: Vec<Arc<Delivery>> = Vec::with_capacity(found.len());
    for pack::Delivery { route, wrapped } in found {
        let (text, routed_to) =
            match (wrapped, made.iter().find(|earlier| earlier.route.layers == route.layers)) {
                (None, _) => (Arc::clone(bare), Vec::new()),
                // several transports of one mediator take the very same text
                (Some(_), Some(earlier)) => (Arc::clone(&earlier.text), earlier.routed_to.clone()),
                (Some(wrapped), None) => {
                    let wrapped = Arc::unwrap_or_clone(wrapped);
                    (Arc::new(wrapped.text.into()), wrapped.to_kids)
                }
            };
        made.push(Arc::new(Delivery { route, text, routed_to }));
    }
    made
}

#[pymethods]
impl PyDelivery {
    /// The text for the wire, as `str(...)` of this object is too.
    #[getter]
    fn text<'py>(&self, py: Python<'py>) -> Bound<'py, PyString> {
        self.0.text.for_python(py)
    }

    fn __str__<'py>(&self, py: Python<'py>) -> Bound<'py, PyString> {
        self.0.text.for_python(py)
    }

    /// The URI that takes the text.
    #[getter]
    pub(super) fn uri(&self) -> &str {
        &self.0.route.uri
    }

    /// The text for the wire, in one layer for each mediator on the way.
    #[getter]
    fn message<'py>(&self, py: Python<'py>) -> Bound<'py, PyString> {
        self.0.text.for_python(py)
    }

    /// The media type of the text: "application/didcomm-encrypted+json".
    #[getter]
    fn media_type(&self) -> &'static str {
        crate::jose::jwe::MEDIA_TYPE
    }

    /// The absolute id of the recipient's service that names the way.
    #[getter]
    fn service_id(&self) -> &str {
        &self.0.route.service_id
    }

    /// Whom the text is wrapped for, the outermost layer first: mediators, or certain keys of theirs.
    #[getter]
    fn route(&self) -> Vec<&str> {
        self.0.route.layers.iter().map(DidUrl::as_str).collect()
    }

    /// The keys of the first mediator that the outermost layer is encrypted to; none where nobody stands between.
    #[getter]
    fn routed_to_kids(&self) -> Vec<&str> {
        self.0.routed_to.iter().map(DidUrl::as_str).collect()
    }

    fn __repr__(&self) -> String {
        let layers = self.route();
        let over = if layers.is_empty() {
            String::new()
        } else {
            format!(" over {}", listed(layers.iter().map(AsRef::as_ref)))
        };
        format!("Delivery({} octets to {}{over})", self.0.text.length(), listed([self.uri()]))
    }
}
