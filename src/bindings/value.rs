//! Values: immutable objects that pickle re-creates from their parts.

use std::hash::{DefaultHasher, Hash, Hasher};

use pyo3::PyClass;
#[cfg(feature = "stubs")]
use pyo3::inspect::{PyStaticConstant, PyStaticExpr};
use pyo3::prelude::*;
use pyo3::pyclass::boolean_struct::True;
use pyo3::types::PyTuple;
#[cfg(feature = "stubs")]
use pyo3::{type_hint_identifier, type_hint_subscript};

use super::tuple::into_tuple;
use crate::did::DidUrl;
use crate::error::Result;

/// A class of immutable objects without secrets.
pub(super) trait Value: PyClass<Frozen = True> + Sync {
    /// The parts of the object, which can be pickled.
    fn parts<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>>;

    /// Creates the object from its parts.
    fn of_parts(parts: &Bound<'_, PyTuple>) -> PyResult<Self>;
}

/// The result of `__reduce__`.
pub(super) struct Reduced<'py>(Bound<'py, PyTuple>);

impl<'py> Reduced<'py> {
    pub(super) fn of<T: Value>(value: &Bound<'py, T>) -> PyResult<Self> {
        let py = value.py();
        let restore = py.import("pydidcomm._core")?.getattr("restore")?;
        let parts = value.get().parts(py)?;
        (restore, (py.get_type::<T>(), parts)).into_pyobject(py).map(Self)
    }
}

into_tuple!(impl['py] Reduced<'py>, type_hint_identifier!("typing", "Any"));

/// The hash of a value, which must be the same for equal objects.
pub(super) fn hash_of(value: impl Hash) -> u64 {
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}

/// The texts of DID URLs.
pub(super) fn texts(urls: &[DidUrl]) -> Vec<&str> {
    urls.iter().map(DidUrl::as_str).collect()
}

/// The DID URLs of these texts.
pub(super) fn did_urls(texts: &[String]) -> Result<Vec<DidUrl>> {
    texts.iter().map(|text| DidUrl::parse(text)).collect()
}

/// The DID URL of this text.
pub(super) fn did_url(text: Option<&String>) -> Result<Option<DidUrl>> {
    text.map(|text| DidUrl::parse(text)).transpose()
}
