//! `Service` and `ServiceEndpoint`.

use pyo3::prelude::*;
use pyo3::types::PyTuple;

use super::tuple::{OnceTuple, TupleOut};
use super::value::{Reduced, Value, hash_of};
use crate::did::{Endpoint, Service};
use crate::display::quote;

/// A service of type `DIDCommMessaging`.
#[pyclass(frozen, eq, weakref, name = "Service", module = "pydidcomm")]
#[derive(Clone, PartialEq)]
pub(super) struct PyService(Service, OnceTuple);

/// One endpoint of a service, which receives messages.
#[pyclass(frozen, eq, weakref, name = "ServiceEndpoint", module = "pydidcomm")]
#[derive(Clone, PartialEq)]
pub(super) struct PyEndpoint(Endpoint, Tuples);

/// The collections of an endpoint as Python objects.
#[derive(Clone, Default, PartialEq)]
struct Tuples {
    accept: OnceTuple,
    routing_keys: OnceTuple,
}

impl From<Service> for PyService {
    fn from(service: Service) -> Self {
        Self(service, OnceTuple::default())
    }
}

impl From<Endpoint> for PyEndpoint {
    fn from(endpoint: Endpoint) -> Self {
        Self(endpoint, Tuples::default())
    }
}

impl PyService {
    pub(super) fn core(&self) -> &Service {
        &self.0
    }
}

impl Value for PyService {
    fn parts<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        (self.id(), self.endpoints(py)?).into_pyobject(py)
    }

    fn of_parts(parts: &Bound<'_, PyTuple>) -> PyResult<Self> {
        let (id, endpoints): (String, Vec<Bound<'_, PyEndpoint>>) = parts.extract()?;
        let endpoints = endpoints.iter().map(|endpoint| endpoint.get().0.clone()).collect();
        Ok(Service { id, endpoints }.into())
    }
}

impl Value for PyEndpoint {
    fn parts<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        (self.uri(), self.accept(py)?, self.routing_keys(py)?).into_pyobject(py)
    }

    fn of_parts(parts: &Bound<'_, PyTuple>) -> PyResult<Self> {
        let (uri, accept, routing_keys) = parts.extract()?;
        Ok(Endpoint { uri, accept, routing_keys }.into())
    }
}

#[pymethods]
impl PyService {
    /// The absolute id of the service.
    #[getter]
    fn id(&self) -> &str {
        &self.0.id
    }

    /// The endpoints, in the owner's order of preference.
    #[getter]
    fn endpoints<'py>(&self, py: Python<'py>) -> PyResult<TupleOut<'py, PyEndpoint>> {
        self.1.read(py, || self.0.endpoints.iter().cloned().map(PyEndpoint::from).collect())
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<Reduced<'py>> {
        Reduced::of(slf)
    }

    fn __hash__(&self) -> u64 {
        hash_of(&self.0)
    }

    fn __repr__(&self) -> String {
        format!("Service(id={})", quote(&self.0.id))
    }
}

#[pymethods]
impl PyEndpoint {
    /// A transport URI, or the DID of a mediator.
    #[getter]
    fn uri(&self) -> &str {
        &self.0.uri
    }

    /// The accepted profiles, the preferred first; None if the document lists none.
    #[getter]
    fn accept<'py>(&self, py: Python<'py>) -> PyResult<Option<TupleOut<'py, String>>> {
        self.0.accept.as_ref().map(|accept| self.1.accept.read(py, || accept.clone())).transpose()
    }

    /// The routing keys, the outermost layer first.
    #[getter]
    fn routing_keys<'py>(&self, py: Python<'py>) -> PyResult<TupleOut<'py, String>> {
        self.1.routing_keys.read(py, || self.0.routing_keys.clone())
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<Reduced<'py>> {
        Reduced::of(slf)
    }

    fn __hash__(&self) -> u64 {
        hash_of(&self.0)
    }

    fn __repr__(&self) -> String {
        format!("ServiceEndpoint(uri={})", quote(&self.0.uri))
    }
}
