//! What packing yields: `Packed`, `PackedSigned`, `PackedPlaintext`.

use pyo3::prelude::*;

use super::did_document::PyService;
use super::errors::{EndpointNotFoundError, UnsupportedError};
use crate::did::{DidUrl, Endpoint};
use crate::pack::{Packed, PackedSigned, Sealed};

/// An encrypted message, ready for the wire.
#[pyclass(frozen, name = "Packed", module = "pydidcomm")]
pub(super) struct PyPacked(pub(super) Packed);

/// One envelope of a message, for the recipient's keys on one curve.
#[pyclass(frozen, name = "Envelope", module = "pydidcomm")]
pub(super) struct PyEnvelope(Sealed);

/// A signed message: anybody can read it, and verify who signed.
#[pyclass(frozen, name = "PackedSigned", module = "pydidcomm")]
pub(super) struct PyPackedSigned(pub(super) PackedSigned);

/// A plaintext message: anybody can read it and change it.
#[pyclass(frozen, name = "PackedPlaintext", module = "pydidcomm")]
pub(super) struct PyPackedPlaintext(pub(super) String);

/// Where a message goes.
#[pyclass(frozen, eq, get_all, name = "ServiceMetadata", module = "pydidcomm")]
#[derive(Clone, PartialEq)]
pub(super) struct PyServiceMetadata {
    /// The absolute id of the service.
    id: String,
    /// The URI that takes the message.
    service_endpoint: String,
}

impl PyPacked {
    fn endpoints(&self) -> impl Iterator<Item = (&str, &Endpoint)> {
        self.0
            .services
            .iter()
            .flat_map(|service| service.endpoints.iter().map(|endpoint| (service.id.as_str(), endpoint)))
    }
}

#[pymethods]
impl PyPacked {
    /// The text for the wire, as the tutorial calls it.
    #[getter]
    fn packed_msg(&self) -> &str {
        &self.0.envelope.text
    }

    /// The text for the wire.
    #[getter]
    fn message(&self) -> &str {
        &self.0.envelope.text
    }

    /// The media type of the text: "application/didcomm-encrypted+json".
    #[getter]
    fn media_type(&self) -> &'static str {
        crate::jose::jwe::MEDIA_TYPE
    }

    /// The keys that it was encrypted to.
    #[getter]
    fn to_kids(&self) -> Vec<&str> {
        self.0.envelope.to_kids.iter().map(DidUrl::as_str).collect()
    }

    /// The key that authenticates the sender; None in anoncrypt.
    #[getter]
    fn from_kid(&self) -> Option<&str> {
        self.0.envelope.from_kid.as_ref().map(DidUrl::as_str)
    }

    /// The key that signed the message inside.
    #[getter]
    fn sign_from_kid(&self) -> Option<&str> {
        self.0.sign_from_kid.as_ref().map(DidUrl::as_str)
    }

    /// The key of the prior DID that signed `from_prior`.
    #[getter]
    fn from_prior_issuer_kid(&self) -> Option<&str> {
        self.0.from_prior_issuer_kid.as_ref().map(DidUrl::as_str)
    }

    /// The same message in one envelope for each curve of the recipient's keys, the preferred first.
    ///
    /// One, unless `PackEncryptedConfig.every_curve` asks for all; `message`, `to_kids` and `from_kid` are
    /// those of the first. The recipient needs any one of them.
    #[getter]
    fn envelopes(&self) -> Vec<PyEnvelope> {
        std::iter::once(&self.0.envelope).chain(&self.0.others).cloned().map(PyEnvelope).collect()
    }

    /// The DIDComm services of the recipient, in its order of preference.
    #[getter]
    fn services(&self) -> Vec<PyService> {
        self.0.services.iter().cloned().map(PyService).collect()
    }

    /// The first place that takes the message as it is; None where there is none without a mediator.
    #[getter]
    fn service_metadata(&self) -> Option<PyServiceMetadata> {
        let (id, endpoint) = self.endpoints().find(|(_, endpoint)| endpoint.is_direct())?;
        Some(PyServiceMetadata { id: id.to_owned(), service_endpoint: endpoint.uri.clone() })
    }

    /// The first URI with one of these schemes that takes the message as it is; any scheme where none is given.
    ///
    /// Raises UnsupportedError where the recipient takes messages through mediators only, for which this
    /// message is not wrapped, and EndpointNotFoundError where it takes none at all.
    #[pyo3(signature = (*schemes: "str"))]
    fn endpoint(&self, schemes: Vec<String>) -> PyResult<&str> {
        let wanted = |endpoint: &Endpoint| {
            let scheme = endpoint.uri.split(':').next().unwrap_or_default();
            schemes.is_empty() || schemes.iter().any(|wanted| wanted == scheme)
        };
        if let Some((_, endpoint)) =
            self.endpoints().find(|(_, endpoint)| endpoint.is_direct() && wanted(endpoint))
        {
            return Ok(&endpoint.uri);
        }
        if self.endpoints().any(|(_, endpoint)| !endpoint.is_direct()) {
            return Err(UnsupportedError::new_err(("delivery", "through a mediator")));
        }
        let did = self.0.envelope.to_kids.first().map(|kid| kid.did().to_owned()).unwrap_or_default();
        Err(EndpointNotFoundError::new_err(did))
    }

    fn __repr__(&self) -> String {
        format!("Packed({} octets to {})", self.0.envelope.text.len(), self.to_kids().join(", "))
    }
}

#[pymethods]
impl PyEnvelope {
    /// The text for the wire.
    #[getter]
    fn message(&self) -> &str {
        &self.0.text
    }

    /// The curve of all its keys.
    #[getter]
    fn curve(&self) -> &'static str {
        self.0.curve.name()
    }

    /// The keys that it was encrypted to.
    #[getter]
    fn to_kids(&self) -> Vec<&str> {
        self.0.to_kids.iter().map(DidUrl::as_str).collect()
    }

    /// The key that authenticates the sender; None in anoncrypt.
    #[getter]
    fn from_kid(&self) -> Option<&str> {
        self.0.from_kid.as_ref().map(DidUrl::as_str)
    }

    fn __repr__(&self) -> String {
        format!("Envelope({} octets on {})", self.0.text.len(), self.0.curve.name())
    }
}

#[pymethods]
impl PyPackedSigned {
    /// The text for the wire.
    #[getter]
    fn packed_msg(&self) -> &str {
        &self.0.text
    }

    /// The media type of the text: "application/didcomm-signed+json".
    #[getter]
    fn media_type(&self) -> &'static str {
        crate::jose::jws::MEDIA_TYPE
    }

    /// The key that signed.
    #[getter]
    fn sign_from_kid(&self) -> &str {
        self.0.sign_from_kid.as_str()
    }

    fn __repr__(&self) -> String {
        format!("PackedSigned({} octets by {})", self.0.text.len(), self.0.sign_from_kid)
    }
}

#[pymethods]
impl PyPackedPlaintext {
    /// The text for the wire.
    #[getter]
    fn packed_msg(&self) -> &str {
        &self.0
    }

    /// The media type of the text: "application/didcomm-plain+json".
    #[getter]
    fn media_type(&self) -> &'static str {
        crate::message::MEDIA_TYPE
    }

    fn __repr__(&self) -> String {
        format!("PackedPlaintext({} octets)", self.0.len())
    }
}
