//! Read JSON text into new Python objects, without building an intermediate value.

use jiter::{FloatMode, PythonParse, StringCacheMode};
use pyo3::exceptions::PyValueError;
#[cfg(feature = "stubs")]
use pyo3::inspect::PyStaticExpr;
use pyo3::prelude::*;
#[cfg(feature = "stubs")]
use pyo3::{type_hint_identifier, type_hint_subscript};

#[cfg(feature = "stubs")]
use super::hints::{ANY, STR};
use super::room::check_objects;

/// JSON text, to convert to Python objects.
pub(super) struct JsonOut(pub(super) String);

/// The text of a JSON object, to convert to a `dict`.
pub(super) struct ObjectOut(pub(super) String);

impl<'py> IntoPyObject<'py> for JsonOut {
    type Target = PyAny;
    type Output = Bound<'py, PyAny>;
    type Error = PyErr;
    #[cfg(feature = "stubs")]
    const OUTPUT_TYPE: PyStaticExpr = ANY;

    fn into_pyobject(self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        read(py, &self.0)
    }
}

impl<'py> IntoPyObject<'py> for ObjectOut {
    type Target = PyAny;
    type Output = Bound<'py, PyAny>;
    type Error = PyErr;
    #[cfg(feature = "stubs")]
    const OUTPUT_TYPE: PyStaticExpr =
        type_hint_subscript!(type_hint_identifier!("builtins", "dict"), STR, ANY);

    fn into_pyobject(self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        read(py, &self.0)
    }
}

/// Converts JSON text that the core has checked.
fn read<'py>(py: Python<'py>, text: &str) -> PyResult<Bound<'py, PyAny>> {
    check_objects(text)?;
    let parse = PythonParse {
        cache_mode: StringCacheMode::Keys,
        float_mode: FloatMode::Float,
        ..PythonParse::default()
    };
    parse
        .python_parse(py, text.as_bytes())
        .map_err(|_| PyValueError::new_err("the JSON has numbers or nesting that Python cannot represent"))
}
