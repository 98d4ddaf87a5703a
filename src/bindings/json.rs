//! Write Python objects as JSON text, without building an intermediate value.

use pyo3::exceptions::PyMemoryError;
#[cfg(feature = "stubs")]
use pyo3::inspect::PyStaticExpr;
use pyo3::prelude::*;
use pyo3::types::{PyBool, PyDict, PyFloat, PyInt, PyList, PyMapping, PyString, PyTuple};

use super::argument::{ArgumentTypeError, ArgumentValueError, type_error, type_name};
use super::callback::call_python;
#[cfg(feature = "stubs")]
use super::hints::{ANY, MAPPING};
pub(super) use super::json_out::{JsonOut, ObjectOut};
use super::room::room_of_text;
use crate::error::Error;
use crate::json::{MemberPlace, Places, TOO_LONG_INTEGER};
use crate::message::object::push_text;

/// Maximum nesting, deeper than in any message: it bounds the recursion, also for a list that contains itself.
const MAX_DEPTH: usize = 100;

/// Capacity for the text of an ordinary message.
const ROOM: usize = 2048;

/// Capacity for a number, or for the syntax around a value.
const SHORT_VALUE: usize = 32;

/// The JSON text of any Python value with a JSON form.
pub(super) struct JsonIn(pub(super) String);

/// The JSON text of a mapping.
pub(super) struct ObjectIn(pub(super) String);

impl<'py> FromPyObject<'_, 'py> for JsonIn {
    type Error = PyErr;
    #[cfg(feature = "stubs")]
    const INPUT_TYPE: PyStaticExpr = ANY;

    fn extract(value: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        text_of(&value).map(Self).map_err(Fault::misuse)
    }
}

/// The JSON text of a mapping that may come from a peer.
pub(super) struct PeerObjectIn(pub(super) String);

impl<'py> FromPyObject<'_, 'py> for PeerObjectIn {
    type Error = PyErr;
    #[cfg(feature = "stubs")]
    const INPUT_TYPE: PyStaticExpr = MAPPING;

    fn extract(value: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        object_text(&value, |fault| fault.into_message_error("message")).map(Self)
    }
}

/// The JSON text of a mapping that is a DID document.
pub(super) struct DocumentIn(pub(super) String);

impl<'py> FromPyObject<'_, 'py> for DocumentIn {
    type Error = PyErr;
    #[cfg(feature = "stubs")]
    const INPUT_TYPE: PyStaticExpr = MAPPING;

    fn extract(value: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        let did = || value.get_item("id").and_then(|id| id.extract::<String>()).unwrap_or_default();
        object_text(&value, |fault| fault.into_document_error(&did())).map(Self)
    }
}

/// The JSON text of a mapping; another object is a type error.
fn object_text(value: &Bound<'_, PyAny>, error: impl FnOnce(Fault) -> PyErr) -> PyResult<String> {
    let text = if is_object(value) { Some(text_of(value).map_err(error)?) } else { None };
    text.filter(|text| text.starts_with('{')).ok_or_else(|| type_error(value, "a dict"))
}

/// The reason why a Python value has no JSON text.
pub(super) enum Fault {
    /// The value has no unambiguous JSON form; the text of a peer can have the same fault.
    Ambiguous(&'static str),
    /// An exception of Python, or the error of a value whose type has no JSON form.
    Python(PyErr),
}

impl Fault {
    /// The error for a value of the program.
    pub(super) fn misuse(self) -> PyErr {
        match self {
            Self::Ambiguous(reason) => {
                ArgumentValueError::new_err(format!("cannot be written as JSON: {reason}"))
            }
            Self::Python(error) => error,
        }
    }

    /// The error for a value that may come from a peer: the same as for its text.
    pub(super) fn into_message_error(self, part: &'static str) -> PyErr {
        match self {
            Self::Ambiguous(reason) => Error::malformed(part, reason).into(),
            Self::Python(error) => error,
        }
    }

    /// The error for a DID document.
    pub(super) fn into_document_error(self, did: &str) -> PyErr {
        match self {
            Self::Ambiguous(reason) => {
                Error::MalformedDocument { did: did.to_owned(), reason: reason.to_owned() }.into()
            }
            Self::Python(error) => error,
        }
    }
}

impl<E: Into<PyErr>> From<E> for Fault {
    fn from(error: E) -> Self {
        Self::Python(error.into())
    }
}

type Written<T = ()> = Result<T, Fault>;

/// The JSON text of Python objects.
pub(super) fn text_of(value: &Bound<'_, PyAny>) -> Written<String> {
    let mut writer = Writer::new();
    writer.write(value, 0)?;
    Ok(writer.text)
}

/// The JSON text of a value; for a dict also the places of its members in the text.
pub(super) fn members_of(value: &Bound<'_, PyAny>) -> Written<(String, Option<Places>)> {
    let Ok(dict) = value.cast::<PyDict>() else { return text_of(value).map(|text| (text, None)) };
    let mut writer = Writer::new();
    let mut members = Vec::with_capacity(dict.len());
    writer.write_members(dict.iter().map(Ok), 1, Some(&mut members))?;
    let places = Places { members, levels: writer.levels };
    Ok((writer.text, writer.is_unambiguous.then_some(places)))
}

impl<'py> FromPyObject<'_, 'py> for ObjectIn {
    type Error = PyErr;
    #[cfg(feature = "stubs")]
    const INPUT_TYPE: PyStaticExpr = MAPPING;

    fn extract(value: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        if !is_object(&value) {
            return Err(type_error(&value, "a dict"));
        }
        let JsonIn(text) = JsonIn::extract(value)?;
        if text.starts_with('{') { Ok(Self(text)) } else { Err(type_error(&value, "a dict")) }
    }
}

/// Whether the value becomes a JSON object.
pub(super) fn is_object(value: &Bound<'_, PyAny>) -> bool {
    value.cast::<PyDict>().is_ok() || call_python(value.py(), || value.cast::<PyMapping>().is_ok())
}

/// Writes Python objects as JSON.
struct Writer {
    text: String,
    /// The number of levels of objects and arrays.
    levels: usize,
    /// Whether the names of each object are unique, as those of a dict are if all are plain `str`.
    is_unambiguous: bool,
}

impl Writer {
    fn new() -> Self {
        Self { text: String::with_capacity(ROOM), levels: 0, is_unambiguous: true }
    }

    /// Writes a value; refuses what JSON cannot represent, such as NaN and keys other than strings.
    fn write(&mut self, value: &Bound<'_, PyAny>, depth: usize) -> Written {
        if depth > MAX_DEPTH {
            return Err(Fault::Ambiguous("nested too deeply for JSON"));
        }
        self.text.try_reserve(SHORT_VALUE).map_err(|_| Error::Memory)?;
        let deeper = depth.saturating_add(1);
        if let Ok(string) = value.cast::<PyString>() {
            self.write_string(string)
        } else if value.is_none() {
            self.text.push_str("null");
            Ok(())
        } else if let Ok(boolean) = value.cast::<PyBool>() {
            self.text.push_str(if boolean.is_true() { "true" } else { "false" });
            Ok(())
        } else if let Ok(integer) = value.cast::<PyInt>() {
            self.write_integer(integer)
        } else if let Ok(float) = value.cast::<PyFloat>() {
            let number = serde_json::Number::from_f64(float.value())
                .ok_or_else(|| Fault::Ambiguous("a number that is not finite"))?;
            self.text.push_str(&number.to_string());
            Ok(())
        } else if let Ok(dict) = value.cast::<PyDict>() {
            self.write_members(dict.iter().map(Ok), deeper, None)
        } else if let Ok(list) = value.cast::<PyList>() {
            self.write_entries(list.iter(), deeper)
        } else if let Ok(tuple) = value.cast::<PyTuple>() {
            self.write_entries(tuple.iter(), deeper)
        } else if let Some(items) =
            call_python(value.py(), || value.cast::<PyMapping>().ok().map(PyMappingMethods::items))
        {
            self.is_unambiguous = false;
            self.write_members(items?.iter().map(|item| item.extract()), deeper, None)
        } else {
            let kind = type_name(value);
            Err(ArgumentTypeError::new_err(format!(
                "must be JSON (dict, list, str, int, float, bool or None), got {kind}"
            ))
            .into())
        }
    }

    fn write_members<'py>(
        &mut self,
        members: impl Iterator<Item = PyResult<(Bound<'py, PyAny>, Bound<'py, PyAny>)>>,
        depth: usize,
        mut places: Option<&mut Vec<MemberPlace>>,
    ) -> Written {
        self.levels = self.levels.max(depth);
        self.text.push('{');
        for (place, member) in members.enumerate() {
            let (key, value) = member?;
            if place > 0 {
                self.text.push(',');
            }
            let key = key
                .cast::<PyString>()
                .map_err(|_| ArgumentTypeError::new_err("must have str as keys of a dict"))?;
            // a subclass may define another equality
            self.is_unambiguous &= key.is_exact_instance_of::<PyString>();
            let name = self.text.len();
            self.write_string(key)?;
            let name = name..self.text.len();
            self.text.push(':');
            let start = self.text.len();
            self.write(&value, depth)?;
            if let Some(places) = &mut places {
                places.push(MemberPlace { name, value: start..self.text.len() });
            }
        }
        self.text.push('}');
        Ok(())
    }

    fn write_entries<'py>(
        &mut self,
        entries: impl Iterator<Item = Bound<'py, PyAny>>,
        depth: usize,
    ) -> Written {
        self.levels = self.levels.max(depth);
        self.text.push('[');
        for (place, entry) in entries.enumerate() {
            if place > 0 {
                self.text.push(',');
            }
            self.write(&entry, depth)?;
        }
        self.text.push(']');
        Ok(())
    }

    fn write_string(&mut self, string: &Bound<'_, PyString>) -> Written {
        let string = string.to_str().map_err(|error| {
            if error.is_instance_of::<PyMemoryError>(string.py()) {
                return Fault::Python(error);
            }
            Fault::Ambiguous("a string that is not Unicode")
        })?;
        let room = room_of_text(string).saturating_add(SHORT_VALUE);
        self.text.try_reserve(room).map_err(|_| Error::Memory)?;
        push_text(&mut self.text, string);
        Ok(())
    }

    fn write_integer(&mut self, integer: &Bound<'_, PyInt>) -> Written {
        if let Ok(small) = integer.extract::<i64>() {
            self.text.push_str(&small.to_string());
        } else {
            // a subclass, such as an enum, is written as its number
            let plain = integer.py().get_type::<PyInt>().call_method1("__repr__", (integer,));
            // Python limits this conversion to a few thousand digits, and the largest float has 309
            let too_large = || Fault::Ambiguous(TOO_LONG_INTEGER);
            let plain = plain.map_err(|_| too_large())?;
            let digits = plain.cast::<PyString>()?.to_str()?;
            if !digits.parse().is_ok_and(f64::is_finite) {
                return Err(too_large());
            }
            self.text.push_str(digits);
        }
        Ok(())
    }
}
