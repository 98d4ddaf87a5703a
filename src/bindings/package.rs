//! The Python classes of the package.
//!
//! They are looked up in `sys.modules` on each use. The compiled module is loaded once per process, while the package
//! may be imported again: a class of its first import is not the class that the program then catches or compares with.

use pyo3::PyErrArguments;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::sync::PyOnceLock;
use pyo3::types::{PyDict, PyString, PyType};

use super::callback::call_python;

/// The class of the module with that name.
pub(super) fn class<'py>(py: Python<'py>, module: &str, name: &str) -> PyResult<Bound<'py, PyAny>> {
    call_python(py, || py.import(module)?.getattr(name))
}

/// The same for each message: an import of what is loaded takes a microsecond.
pub(super) fn loaded_class<'py>(
    module: &Bound<'py, PyString>,
    name: &Bound<'py, PyString>,
) -> PyResult<Bound<'py, PyAny>> {
    let py = module.py();
    call_python(py, || {
        let loaded = modules(py)?.get_item(module)?;
        // a module may be there before it has run
        match loaded.map(|module| module.getattr_opt(name)).transpose()?.flatten() {
            Some(class) => Ok(class),
            None => py.import(module)?.getattr(name),
        }
    })
}

/// `sys.modules`; it is the same dict until the process ends.
fn modules(py: Python<'_>) -> PyResult<&Bound<'_, PyDict>> {
    static MODULES: PyOnceLock<Py<PyDict>> = PyOnceLock::new();
    let modules = || Ok::<_, PyErr>(py.import("sys")?.getattr(intern!(py, "modules"))?.cast_into()?.unbind());
    Ok(MODULES.get_or_try_init(py, modules)?.bind(py))
}

/// An exception of the class, or the error of the import.
pub(super) fn exception(module: &str, name: &str, arguments: impl PyErrArguments + 'static) -> PyErr {
    Python::attach(|py| match class(py, module, name).and_then(|class| Ok(class.cast_into::<PyType>()?)) {
        Ok(class) => PyErr::from_type(class, arguments),
        Err(error) => error,
    })
}

/// Declares exceptions of a module of the package, each with the constructor of pyo3's own exceptions.
macro_rules! exceptions {
    ($module:literal: $($name:ident),+ $(,)?) => {
        $(pub(super) struct $name;

        impl $name {
            pub(super) fn new_err(arguments: impl pyo3::PyErrArguments + 'static) -> pyo3::PyErr {
                $crate::bindings::package::exception($module, stringify!($name), arguments)
            }
        })+
    };
}

pub(super) use exceptions;
