//! Tuples for Python, made once.

use std::marker::PhantomData;

#[cfg(feature = "stubs")]
use pyo3::inspect::{PyStaticConstant, PyStaticExpr};
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::PyTuple;
#[cfg(feature = "stubs")]
use pyo3::{type_hint_identifier, type_hint_subscript};

/// A tuple of any number of `T`.
pub(super) struct TupleOut<'py, T>(Bound<'py, PyTuple>, PhantomData<T>);

impl<'py, T: IntoPyObject<'py>> TupleOut<'py, T> {
    pub(super) fn of(py: Python<'py>, entries: Vec<T>) -> PyResult<Self> {
        PyTuple::new(py, entries).map(|tuple| Self(tuple, PhantomData))
    }
}

impl<'py, T: IntoPyObject<'py>> IntoPyObject<'py> for TupleOut<'py, T> {
    type Target = PyTuple;
    type Output = Bound<'py, PyTuple>;
    type Error = PyErr;
    #[cfg(feature = "stubs")]
    const OUTPUT_TYPE: PyStaticExpr = type_hint_subscript!(
        type_hint_identifier!("builtins", "tuple"),
        T::OUTPUT_TYPE,
        PyStaticExpr::Constant { value: PyStaticConstant::Ellipsis }
    );

    fn into_pyobject(self, _py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        Ok(self.0)
    }
}

/// A tuple that is made when it is first read, and is that same tuple from then on.
pub(super) struct OnceTuple(PyOnceLock<Py<PyTuple>>);

impl Default for OnceTuple {
    fn default() -> Self {
        Self(PyOnceLock::new())
    }
}

impl OnceTuple {
    pub(super) fn read<'py, T: IntoPyObject<'py>>(
        &self,
        py: Python<'py>,
        entries: impl FnOnce() -> Vec<T>,
    ) -> PyResult<TupleOut<'py, T>> {
        let tuple = self.0.get_or_try_init(py, || PyTuple::new(py, entries()).map(Bound::unbind))?;
        Ok(TupleOut(tuple.bind(py).clone(), PhantomData))
    }
}
