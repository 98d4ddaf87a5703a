//! `Delivery`: a URI together with the text that goes there.

use std::sync::Arc;

use pyo3::prelude::*;

use crate::did::DidUrl;
use crate::pack::{Delivery, Sealed};

/// One way to hand an envelope over: a URI, and the text that is wrapped for that URI.
///
/// DIDComm v2.1, sections "Sender Process to Enable Forwarding" and "Failover".
#[pyclass(frozen, name = "Delivery", module = "pydidcomm")]
pub(super) struct PyDelivery {
    envelope: Arc<Sealed>,
    delivery: Delivery,
}

impl PyDelivery {
    pub(super) fn new(envelope: &Arc<Sealed>, delivery: &Delivery) -> Self {
        Self { envelope: Arc::clone(envelope), delivery: delivery.clone() }
    }
}

#[pymethods]
impl PyDelivery {
    /// The URI that takes the text.
    #[getter]
    pub(super) fn uri(&self) -> &str {
        &self.delivery.route.uri
    }

    /// The text for the wire, in one layer for each mediator on the way.
    #[getter]
    fn message(&self) -> &str {
        self.envelope.message_for(&self.delivery)
    }

    /// The media type of the text: "application/didcomm-encrypted+json".
    #[getter]
    fn media_type(&self) -> &'static str {
        crate::jose::jwe::MEDIA_TYPE
    }

    /// The absolute id of the recipient's service that names the way.
    #[getter]
    fn service_id(&self) -> &str {
        &self.delivery.route.service_id
    }

    /// Whom the text is wrapped for, the outermost layer first: mediators, or certain keys of theirs.
    #[getter]
    fn route(&self) -> Vec<&str> {
        self.delivery.route.layers.iter().map(DidUrl::as_str).collect()
    }

    /// The keys of the first mediator that the outermost layer is encrypted to; none where nobody stands between.
    #[getter]
    fn routed_to_kids(&self) -> Vec<&str> {
        let kids = self.delivery.wrapped.as_ref().map(|wrapped| wrapped.to_kids.as_slice());
        kids.unwrap_or_default().iter().map(DidUrl::as_str).collect()
    }

    fn __repr__(&self) -> String {
        let layers = self.route();
        let over = if layers.is_empty() { String::new() } else { format!(" over {}", layers.join(", ")) };
        format!("Delivery({} octets to {}{over})", self.message().len(), self.uri())
    }
}
