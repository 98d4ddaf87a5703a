//! Times in Python, as seconds on the wire.

#[cfg(feature = "stubs")]
use pyo3::inspect::PyStaticExpr;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyBool, PyFloat, PyInt};
#[cfg(feature = "stubs")]
use pyo3::{type_hint_identifier, type_hint_union};

use super::argument::{ArgumentValueError, WholeIn, type_error};
use super::callback::call_python;

/// Whole seconds since the epoch, from an int, a float or an aware datetime; fractions are dropped.
pub(super) struct TimeIn(pub(super) u64);

/// An aware datetime in UTC.
pub(super) struct DatetimeOut<'py>(pub(super) Bound<'py, PyAny>);

impl<'py> FromPyObject<'_, 'py> for TimeIn {
    type Error = PyErr;
    #[cfg(feature = "stubs")]
    const INPUT_TYPE: PyStaticExpr = type_hint_union!(
        type_hint_identifier!("builtins", "float"),
        type_hint_identifier!("datetime", "datetime")
    );

    fn extract(value: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        let value = &*value;
        if value.is_instance_of::<PyInt>() && !value.is_instance_of::<PyBool>() {
            return value.extract().map(|WholeIn(seconds)| Self(seconds));
        }
        if let Ok(seconds) = value.cast::<PyFloat>() {
            return truncate_seconds(seconds.value()).map(Self);
        }
        if value.is_instance(datetime(value.py())?)? {
            // a time zone may be a Python class
            return call_python(value.py(), || timestamp(value)).and_then(truncate_seconds).map(Self);
        }
        Err(type_error(value, "seconds since 1970 (int or float) or a datetime with a time zone"))
    }
}

fn timestamp(datetime: &Bound<'_, PyAny>) -> PyResult<f64> {
    if datetime.call_method0("utcoffset")?.is_none() {
        return Err(ArgumentValueError::new_err(
            "must have a time zone, got a naive datetime: use datetime.now(timezone.utc)",
        ));
    }
    datetime.call_method0("timestamp")?.extract()
}

fn truncate_seconds(seconds: f64) -> PyResult<u64> {
    /// Far beyond any date, and exact as a float.
    const LATEST: f64 = 9_007_199_254_740_992.0;
    if (0.0..LATEST).contains(&seconds) {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the guard bounds it")]
        return Ok(seconds as u64);
    }
    Err(ArgumentValueError::new_err(format!("must be a time from 1970 on, got {seconds}")))
}

impl<'py> DatetimeOut<'py> {
    /// The time as a datetime; `None` after the last date of Python.
    pub(super) fn of(py: Python<'py>, seconds: Option<u64>) -> PyResult<Option<Self>> {
        /// The last second of the year 9999, the latest datetime.
        const LAST: u64 = 253_402_300_799;
        let Some(seconds) = seconds.filter(|seconds| *seconds <= LAST) else { return Ok(None) };
        let utc = py.import("datetime")?.getattr("timezone")?.getattr("utc")?;
        datetime(py)?.call_method1("fromtimestamp", (seconds, utc)).map(|made| Some(Self(made)))
    }
}

impl<'py> IntoPyObject<'py> for DatetimeOut<'py> {
    type Target = PyAny;
    type Output = Bound<'py, PyAny>;
    type Error = PyErr;
    #[cfg(feature = "stubs")]
    const OUTPUT_TYPE: PyStaticExpr = type_hint_identifier!("datetime", "datetime");

    fn into_pyobject(self, _py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        Ok(self.0)
    }
}

fn datetime(py: Python<'_>) -> PyResult<&Bound<'_, PyAny>> {
    static CLASS: PyOnceLock<Py<PyAny>> = PyOnceLock::new();
    let import = || Ok::<_, PyErr>(py.import("datetime")?.getattr("datetime")?.unbind());
    Ok(CLASS.get_or_try_init(py, import)?.bind(py))
}
