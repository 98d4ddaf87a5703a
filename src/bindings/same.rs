//! The object itself as a result, with the type `Self` in the stub.

use std::convert::Infallible;

#[cfg(feature = "stubs")]
use pyo3::inspect::PyStaticExpr;
use pyo3::prelude::*;
#[cfg(feature = "stubs")]
use pyo3::type_hint_identifier;

/// The result of `__copy__` of an immutable object.
pub(super) struct Same<'py, T>(pub(super) Bound<'py, T>);

impl<'py, T> IntoPyObject<'py> for Same<'py, T> {
    type Target = T;
    type Output = Bound<'py, T>;
    type Error = Infallible;
    #[cfg(feature = "stubs")]
    const OUTPUT_TYPE: PyStaticExpr = type_hint_identifier!("typing", "Self");

    fn into_pyobject(self, _py: Python<'py>) -> Result<Bound<'py, T>, Infallible> {
        Ok(self.0)
    }
}
