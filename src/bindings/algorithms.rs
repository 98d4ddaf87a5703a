//! The algorithms as members of the enums in `pydidcomm.algorithms`.

#[cfg(feature = "stubs")]
use pyo3::inspect::PyStaticExpr;
use pyo3::intern;
use pyo3::prelude::*;
use pyo3::types::PyString;
#[cfg(feature = "stubs")]
use pyo3::{type_hint_identifier, type_hint_union};

use super::argument::type_error;
use super::callback::call_python;
use super::errors::misuse;
use super::package::loaded_class;
use crate::{ContentEncryption, SignatureAlgorithm};

/// `AnonCryptAlg`: the content encryption of anoncrypt.
pub(super) struct AnonCryptAlg(pub(super) ContentEncryption);

/// `AuthCryptAlg`: the content encryption of authcrypt.
pub(super) struct AuthCryptAlg(pub(super) ContentEncryption);

/// `SignAlg`: the algorithm of a signature.
pub(super) struct SignAlg(pub(super) SignatureAlgorithm);

fn member<'py>(name: &Bound<'py, PyString>, value: &str) -> PyResult<Bound<'py, PyAny>> {
    let py = name.py();
    let class = loaded_class(intern!(py, "pydidcomm.algorithms"), name)?;
    call_python(py, || class.call1((value,)))
}

macro_rules! python_enum {
    ($name:ident) => {
        impl<'py> IntoPyObject<'py> for $name {
            type Target = PyAny;
            type Output = Bound<'py, PyAny>;
            type Error = PyErr;
            #[cfg(feature = "stubs")]
            const OUTPUT_TYPE: PyStaticExpr =
                type_hint_identifier!("pydidcomm.algorithms", stringify!($name));

            fn into_pyobject(self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
                member(intern!(py, stringify!($name)), self.0.name())
            }
        }
    };
}

python_enum!(AnonCryptAlg);
python_enum!(AuthCryptAlg);
python_enum!(SignAlg);

/// Reads a member of `AnonCryptAlg`, or a `str` with its name in `enc`.
impl<'py> FromPyObject<'_, 'py> for AnonCryptAlg {
    type Error = PyErr;
    #[cfg(feature = "stubs")]
    const INPUT_TYPE: PyStaticExpr = type_hint_union!(
        type_hint_identifier!("pydidcomm.algorithms", "AnonCryptAlg"),
        type_hint_identifier!("builtins", "str")
    );

    fn extract(value: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        let name = value
            .cast::<PyString>()
            .map_err(|_| type_error(&value, "an AnonCryptAlg or its name on the wire"))?;
        ContentEncryption::from_name(&name.to_string_lossy()).map(Self).map_err(misuse)
    }
}
