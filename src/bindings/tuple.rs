//! Tuples for Python, created once.

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

/// Converts a newtype of a tuple to Python; for type checkers, it has any number of items of the given hint.
macro_rules! into_tuple {
    (impl[$($generics:tt)*] $type:ty, $item:expr) => {
        impl<$($generics)*> IntoPyObject<'py> for $type {
            type Target = PyTuple;
            type Output = Bound<'py, PyTuple>;
            type Error = PyErr;
            #[cfg(feature = "stubs")]
            const OUTPUT_TYPE: PyStaticExpr = type_hint_subscript!(
                type_hint_identifier!("builtins", "tuple"),
                $item,
                PyStaticExpr::Constant { value: PyStaticConstant::Ellipsis }
            );

            fn into_pyobject(self, _py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
                Ok(self.0)
            }
        }
    };
}
pub(super) use into_tuple;

into_tuple!(impl['py, T: IntoPyObject<'py>] TupleOut<'py, T>, T::OUTPUT_TYPE);

/// A tuple that is created on first access, and is that same tuple from then on.
pub(super) struct OnceTuple(PyOnceLock<Py<PyTuple>>);

impl Default for OnceTuple {
    fn default() -> Self {
        Self(PyOnceLock::new())
    }
}

/// The tuple follows from the other fields, which are compared.
impl PartialEq for OnceTuple {
    fn eq(&self, _other: &Self) -> bool {
        true
    }
}

/// A copy creates its own tuple.
impl Clone for OnceTuple {
    fn clone(&self) -> Self {
        Self::default()
    }
}

impl OnceTuple {
    /// The tuple; `make` creates it on first access.
    pub(super) fn get_or_make<'py>(
        &self,
        py: Python<'py>,
        make: impl FnOnce() -> PyResult<Bound<'py, PyTuple>>,
    ) -> PyResult<Bound<'py, PyTuple>> {
        self.0.get_or_try_init(py, || make().map(Bound::unbind)).map(|tuple| tuple.bind(py).clone())
    }

    pub(super) fn read<'py, T: IntoPyObject<'py>>(
        &self,
        py: Python<'py>,
        entries: impl FnOnce() -> Vec<T>,
    ) -> PyResult<TupleOut<'py, T>> {
        self.get_or_make(py, || PyTuple::new(py, entries())).map(|tuple| TupleOut(tuple, PhantomData))
    }
}
