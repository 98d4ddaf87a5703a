//! Packed messages: `Packed`, `PackedSigned`, `PackedPlaintext`.

use pyo3::IntoPyObjectExt;
use pyo3::prelude::*;
use pyo3::types::{PyString, PyTuple};

use super::cached_str::WireText;
use super::callback::draw_picture;
use super::delivery::{Delivery, PyDelivery};
use super::envelope::PyEnvelope;
use super::result::IntoResult;
use super::service::PyService;
use super::tuple::{OnceTuple, TupleOut};
use super::value::{Reduced, Value, did_url, hash_of, texts};
use super::wire_text::wire_text_methods;
use crate::did::{DidUrl, Service};
use crate::display::{list_ids, quote};
use crate::error::Result;
use crate::pack::{Packed, PackedSigned};

/// An encrypted message, ready for the wire.
#[pyclass(frozen, eq, weakref, name = "Packed", module = "pydidcomm")]
#[derive(PartialEq)]
pub(super) struct PyPacked {
    envelope: PyEnvelope,
    others: Vec<PyEnvelope>,
    sign_from_kid: Option<DidUrl>,
    from_prior_issuer_kid: Option<DidUrl>,
    services: Vec<Service>,
    made: Tuples,
}

/// The collections of a packed message as Python objects.
#[derive(Default, PartialEq)]
struct Tuples {
    envelopes: OnceTuple,
    services: OnceTuple,
}

/// A signed message, which any third party can read and verify.
#[pyclass(frozen, eq, weakref, name = "PackedSigned", module = "pydidcomm")]
#[derive(PartialEq)]
pub(super) struct PyPackedSigned {
    text: WireText,
    sign_from_kid: DidUrl,
}

/// A plaintext message, without protection: it can be read and changed on the way.
#[pyclass(frozen, eq, weakref, name = "PackedPlaintext", module = "pydidcomm")]
#[derive(PartialEq)]
pub(super) struct PyPackedPlaintext(pub(super) WireText);

/// The service and the endpoint of a message.
#[pyclass(frozen, eq, hash, get_all, weakref, name = "ServiceMetadata", module = "pydidcomm")]
#[derive(Clone, Hash, PartialEq)]
pub(super) struct PyServiceMetadata {
    /// The absolute id of the service.
    id: String,
    /// The endpoint URI.
    service_endpoint: String,
}

impl From<PackedSigned> for PyPackedSigned {
    fn from(packed: PackedSigned) -> Self {
        Self { text: packed.text.into(), sign_from_kid: packed.sign_from_kid }
    }
}

impl From<Packed> for PyPacked {
    fn from(packed: Packed) -> Self {
        let Packed { envelope, others, sign_from_kid, from_prior_issuer_kid, services } = packed;
        Self {
            envelope: envelope.into(),
            others: others.into_iter().map(Into::into).collect(),
            sign_from_kid,
            from_prior_issuer_kid,
            services,
            made: Tuples::default(),
        }
    }
}

impl IntoResult for Packed {
    fn into_result(self: Box<Self>, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        PyPacked::from(*self).into_bound_py_any(py)
    }
}

/// A list with each packed message, or the exception in its place.
impl IntoResult for Vec<Result<Packed>> {
    fn into_result(self: Box<Self>, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        let entries = self.into_iter().map(|packed| match packed {
            Ok(packed) => PyPacked::from(packed).into_bound_py_any(py),
            Err(error) => PyErr::from(error).into_bound_py_any(py),
        });
        entries.collect::<PyResult<Vec<_>>>()?.into_bound_py_any(py)
    }
}

impl IntoResult for PackedSigned {
    fn into_result(self: Box<Self>, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        PyPackedSigned::from(*self).into_bound_py_any(py)
    }
}

impl Value for PyPacked {
    fn parts<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        let url = |url: &Option<DidUrl>| url.as_ref().map(ToString::to_string);
        let (signer, issuer) = (url(&self.sign_from_kid), url(&self.from_prior_issuer_kid));
        (self.envelope.clone(), self.others.clone(), signer, issuer, self.services(py)?).into_pyobject(py)
    }

    fn of_parts(parts: &Bound<'_, PyTuple>) -> PyResult<Self> {
        type Parts<'py> = (
            Bound<'py, PyEnvelope>,
            Vec<Bound<'py, PyEnvelope>>,
            Option<String>,
            Option<String>,
            Vec<Bound<'py, PyService>>,
        );
        let (envelope, others, signer, issuer, services): Parts<'_> = parts.extract()?;
        Ok(Self {
            envelope: envelope.get().clone(),
            others: others.iter().map(|envelope| envelope.get().clone()).collect(),
            sign_from_kid: did_url(signer.as_ref())?,
            from_prior_issuer_kid: did_url(issuer.as_ref())?,
            services: services.iter().map(|service| service.get().core().clone()).collect(),
            made: Tuples::default(),
        })
    }
}

impl Value for PyPackedSigned {
    fn parts<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        (self.text.to_python(py)?, self.sign_from_kid.as_str()).into_pyobject(py)
    }

    fn of_parts(parts: &Bound<'_, PyTuple>) -> PyResult<Self> {
        let (text, signer): (Bound<'_, PyString>, String) = parts.extract()?;
        Ok(Self { text: text.try_into()?, sign_from_kid: DidUrl::parse(&signer)? })
    }
}

impl Value for PyPackedPlaintext {
    fn parts<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        (self.0.to_python(py)?,).into_pyobject(py)
    }

    fn of_parts(parts: &Bound<'_, PyTuple>) -> PyResult<Self> {
        let (text,): (Bound<'_, PyString>,) = parts.extract()?;
        text.try_into().map(Self)
    }
}

impl Value for PyServiceMetadata {
    fn parts<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        (&self.id, &self.service_endpoint).into_pyobject(py)
    }

    fn of_parts(parts: &Bound<'_, PyTuple>) -> PyResult<Self> {
        let (id, service_endpoint) = parts.extract()?;
        Ok(Self { id, service_endpoint })
    }
}

wire_text_methods!(
    PyPacked,
    envelope.message,
    crate::jose::jwe::MEDIA_TYPE,
    "The media type of the text, \"application/didcomm-encrypted+json\".",
    "The text for the wire, wrapped for the mediators of the first delivery.",
    {
        /// The recipient's keys that the message is encrypted to.
        #[getter]
        fn to_kids<'py>(&'py self, py: Python<'py>) -> PyResult<TupleOut<'py, &'py str>> {
            self.envelope.to_kids(py)
        }

        /// The key that authenticates the sender; None in anoncrypt.
        #[getter]
        fn from_kid(&self) -> Option<&str> {
            self.envelope.from_kid()
        }

        /// The signing key of the message; None without a signature.
        #[getter]
        fn sign_from_kid(&self) -> Option<&str> {
            self.sign_from_kid.as_ref().map(DidUrl::as_str)
        }

        /// The key of the prior DID that signed `from_prior`.
        #[getter]
        fn from_prior_issuer_kid(&self) -> Option<&str> {
            self.from_prior_issuer_kid.as_ref().map(DidUrl::as_str)
        }

        /// The envelopes of the message, each on one curve of the recipient's keys, the preferred first.
        ///
        /// There is one, unless `PackEncryptedConfig.every_curve` is on. `message`, `to_kids`, `from_kid` and
        /// `deliveries` are those of the first. The recipient needs only one of them.
        #[getter]
        fn envelopes<'py>(&self, py: Python<'py>) -> PyResult<TupleOut<'py, PyEnvelope>> {
            let all = || std::iter::once(&self.envelope).chain(&self.others).cloned().collect();
            self.made.envelopes.read(py, all)
        }

        /// The DIDComm services of the recipient, in its order of preference.
        #[getter]
        fn services<'py>(&self, py: Python<'py>) -> PyResult<TupleOut<'py, PyService>> {
            self.made.services.read(py, || self.services.iter().cloned().map(Into::into).collect())
        }

        /// The deliveries of the first envelope, in the recipient's order of preference; if one fails, use the next.
        #[getter]
        fn deliveries<'py>(&self, py: Python<'py>) -> PyResult<TupleOut<'py, PyDelivery>> {
            self.envelope.deliveries(py)
        }

        /// The first delivery to a URI with one of these schemes, or with any scheme if none is given.
        ///
        /// Raises:
        ///     EndpointNotFoundError: No delivery has such a URI.
        #[pyo3(signature = (*schemes: "str"))]
        fn delivery(&self, schemes: Vec<String>) -> PyResult<PyDelivery> {
            self.envelope.delivery(schemes)
        }

        /// The service and the endpoint of the first delivery; None if the recipient has no endpoint.
        #[getter]
        fn service_metadata(&self) -> Option<PyServiceMetadata> {
            let route = &self.envelope.first()?.route;
            Some(PyServiceMetadata { id: route.service_id.clone(), service_endpoint: route.uri.clone() })
        }

        /// The first endpoint URI for `message` with one of these schemes, or with any scheme if none is given.
        ///
        /// Endpoints behind other mediators need another text: see `delivery`.
        ///
        /// Raises:
        ///     EndpointNotFoundError: `message` has no such endpoint.
        #[pyo3(signature = (*schemes: "str"))]
        fn endpoint(&self, schemes: Vec<String>) -> PyResult<String> {
            // other mediators cannot open this text
            let layers = self.envelope.first().map(|first| &first.route.layers);
            let same_text = |delivery: &Delivery| Some(&delivery.route.layers) == layers;
            self.envelope.find(&schemes, same_text).map(|delivery| delivery.uri().to_owned())
        }

        /// The envelope as a picture for notebooks, from its open headers.
        fn _repr_svg_(slf: &Bound<'_, Self>) -> PyResult<String> {
            draw_picture(slf.as_any(), "pydidcomm.inspection._svg", "packed_picture")
        }

        fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<Reduced<'py>> {
            Reduced::of(slf)
        }

        fn __hash__(&self) -> u64 {
            self.envelope.__hash__()
        }

        fn __repr__(&self) -> String {
            // the first delivery of the first envelope is wrapped
            let length = self.envelope.wire_text().length().unwrap_or_default();
            let kids = list_ids(texts(self.envelope.kids()));
            format!("Packed({length} bytes to {kids})")
        }
    }
);

#[pymethods]
impl PyPackedSigned {
    /// The text for the wire; `str(...)` of this object is the same.
    #[getter]
    fn text<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyString>> {
        self.text.to_python(py)
    }

    fn __str__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyString>> {
        self.text.to_python(py)
    }

    /// The text for the wire.
    #[getter]
    fn packed_msg<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyString>> {
        self.text.to_python(py)
    }

    /// The media type of the text, "application/didcomm-signed+json".
    #[getter]
    fn media_type(&self) -> &'static str {
        crate::jose::jws::MEDIA_TYPE
    }

    /// The signing key.
    #[getter]
    fn sign_from_kid(&self) -> &str {
        self.sign_from_kid.as_str()
    }

    /// The envelope as a picture for notebooks, from its open headers.
    fn _repr_svg_(slf: &Bound<'_, Self>) -> PyResult<String> {
        draw_picture(slf.as_any(), "pydidcomm.inspection._svg", "packed_picture")
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<Reduced<'py>> {
        Reduced::of(slf)
    }

    fn __hash__(&self) -> u64 {
        hash_of((self.text.length(), self.sign_from_kid.as_str()))
    }

    fn __repr__(&self) -> String {
        format!("PackedSigned({} bytes by {})", self.text.length(), list_ids([self.sign_from_kid.as_str()]))
    }
}

#[pymethods]
impl PyPackedPlaintext {
    /// The text for the wire; `str(...)` of this object is the same.
    #[getter]
    fn text<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyString>> {
        self.0.to_python(py)
    }

    fn __str__<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyString>> {
        self.0.to_python(py)
    }

    /// The text for the wire.
    #[getter]
    fn packed_msg<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyString>> {
        self.0.to_python(py)
    }

    /// The media type of the text, "application/didcomm-plain+json".
    #[getter]
    fn media_type(&self) -> &'static str {
        crate::message::MEDIA_TYPE
    }

    /// The envelope as a picture for notebooks, from its open headers.
    fn _repr_svg_(slf: &Bound<'_, Self>) -> PyResult<String> {
        draw_picture(slf.as_any(), "pydidcomm.inspection._svg", "packed_picture")
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<Reduced<'py>> {
        Reduced::of(slf)
    }

    fn __hash__(&self) -> u64 {
        hash_of(self.0.length())
    }

    fn __repr__(&self) -> String {
        format!("PackedPlaintext({} bytes)", self.0.length())
    }
}

#[pymethods]
impl PyServiceMetadata {
    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<Reduced<'py>> {
        Reduced::of(slf)
    }

    fn __repr__(&self) -> String {
        format!("ServiceMetadata(id={}, service_endpoint={})", quote(&self.id), quote(&self.service_endpoint))
    }
}
