//! Read the JSON of an immutable object into `ReadOnlyDict` and `ReadOnlyList`, without building an intermediate value.

use std::cell::OnceCell;

use jiter::{Jiter, JiterResult, Peek, cached_py_string};
use pyo3::exceptions::PyValueError;
#[cfg(feature = "stubs")]
use pyo3::inspect::PyStaticExpr;
use pyo3::intern;
use pyo3::prelude::*;
#[cfg(feature = "stubs")]
use pyo3::type_hint_identifier;
use pyo3::types::{PyBool, PyDict, PyList, PyString};

use super::package::loaded_class;
use super::room::{check_objects, new_str};

/// The text of a JSON object that the core has checked, to convert to a read-only `dict`.
pub(super) struct ReadOnlyObject<'a>(pub(super) &'a str);

/// The text of any JSON value that the core has checked, to convert to read-only Python objects.
pub(super) struct ReadOnlyJson<'a>(pub(super) &'a str);

/// The read-only classes.
struct Classes<'py> {
    dict: Bound<'py, PyAny>,
    /// Most bodies have no list.
    list: OnceCell<Bound<'py, PyAny>>,
}

/// The reason why a text is not readable.
enum Fault {
    Json,
    Python(PyErr),
}

impl From<jiter::JiterError> for Fault {
    fn from(_: jiter::JiterError) -> Self {
        Self::Json
    }
}

impl From<PyErr> for Fault {
    fn from(error: PyErr) -> Self {
        Self::Python(error)
    }
}

impl From<Fault> for PyErr {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Json => {
                PyValueError::new_err("the JSON has numbers or nesting that Python cannot represent")
            }
            Fault::Python(error) => error,
        }
    }
}

impl<'py> Classes<'py> {
    fn import(py: Python<'py>) -> PyResult<Self> {
        Ok(Self { dict: read_only(intern!(py, "ReadOnlyDict"))?, list: OnceCell::new() })
    }

    /// An empty list, whatever its class refuses later.
    fn list(&self) -> PyResult<Bound<'py, PyList>> {
        let class = if let Some(class) = self.list.get() {
            class
        } else {
            let class = read_only(intern!(self.dict.py(), "ReadOnlyList"))?;
            self.list.get_or_init(|| class)
        };
        Ok(class.call0()?.cast_into()?)
    }

    /// An empty dict, whatever its class refuses later.
    fn dict(&self) -> PyResult<Bound<'py, PyDict>> {
        Ok(self.dict.call0()?.cast_into()?)
    }

    fn value(&self, reader: &mut Jiter<'_>, peek: Peek) -> Result<Bound<'py, PyAny>, Fault> {
        let py = self.dict.py();
        Ok(match peek {
            Peek::Null => {
                reader.known_null()?;
                py.None().into_bound(py)
            }
            Peek::True | Peek::False => PyBool::new(py, reader.known_bool(peek)?).to_owned().into_any(),
            Peek::String => new_str(py, reader.known_str()?)?.into_any(),
            Peek::Array => {
                let list = self.list()?;
                let mut entry = reader.known_array()?;
                while let Some(peek) = entry {
                    list.append(self.value(reader, peek)?)?;
                    entry = reader.array_step()?;
                }
                list.into_any()
            }
            Peek::Object => {
                let dict = self.dict()?;
                let mut key = key(py, reader.known_object())?;
                while let Some(name) = key {
                    let peek = reader.peek()?;
                    dict.set_item(name, self.value(reader, peek)?)?;
                    key = self::key(py, reader.next_key())?;
                }
                dict.into_any()
            }
            _ => reader.known_number(peek)?.into_pyobject(py)?,
        })
    }
}

fn read_only<'py>(name: &Bound<'py, PyString>) -> PyResult<Bound<'py, PyAny>> {
    loaded_class(intern!(name.py(), "pydidcomm._read_only"), name)
}

fn key<'py>(py: Python<'py>, key: JiterResult<Option<&str>>) -> Result<Option<Bound<'py, PyString>>, Fault> {
    Ok(key?.map(|name| cached_py_string(py, name)))
}

/// A read-only dict of members.
pub(super) struct ReadOnlyMembers<'py>(Bound<'py, PyDict>);

impl<'py> ReadOnlyMembers<'py> {
    /// A dict of members, each with its JSON text.
    pub(super) fn of<'a>(
        py: Python<'py>,
        members: impl Iterator<Item = (&'a str, &'a str)>,
    ) -> PyResult<Self> {
        let dict = Classes::import(py)?.dict()?;
        for (name, json) in members {
            dict.set_item(name, ReadOnlyJson(json))?;
        }
        Ok(Self(dict))
    }

    /// A dict of members that are strings.
    pub(super) fn of_texts(
        py: Python<'py>,
        members: impl IntoIterator<Item = (String, String)>,
    ) -> PyResult<Self> {
        let dict = Classes::import(py)?.dict()?;
        for (name, text) in members {
            dict.set_item(name, text)?;
        }
        Ok(Self(dict))
    }
}

impl<'py> IntoPyObject<'py> for ReadOnlyMembers<'py> {
    type Target = PyDict;
    type Output = Bound<'py, PyDict>;
    type Error = PyErr;
    #[cfg(feature = "stubs")]
    const OUTPUT_TYPE: PyStaticExpr = super::hints::MAPPING;

    fn into_pyobject(self, _py: Python<'py>) -> PyResult<Bound<'py, PyDict>> {
        Ok(self.0)
    }
}

fn read<'py>(py: Python<'py>, text: &str) -> PyResult<Bound<'py, PyAny>> {
    check_objects(text)?;
    let classes = Classes::import(py)?;
    let mut reader = Jiter::new(text.as_bytes());
    let peek = reader.peek().map_err(Fault::from)?;
    Ok(classes.value(&mut reader, peek)?)
}

impl<'py> IntoPyObject<'py> for ReadOnlyObject<'_> {
    type Target = PyAny;
    type Output = Bound<'py, PyAny>;
    type Error = PyErr;
    #[cfg(feature = "stubs")]
    const OUTPUT_TYPE: PyStaticExpr = super::hints::MAPPING;

    fn into_pyobject(self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        read(py, self.0)
    }
}

impl<'py> IntoPyObject<'py> for ReadOnlyJson<'_> {
    type Target = PyAny;
    type Output = Bound<'py, PyAny>;
    type Error = PyErr;
    #[cfg(feature = "stubs")]
    const OUTPUT_TYPE: PyStaticExpr = type_hint_identifier!("typing", "Any");

    fn into_pyobject(self, py: Python<'py>) -> PyResult<Bound<'py, PyAny>> {
        read(py, self.0)
    }
}
