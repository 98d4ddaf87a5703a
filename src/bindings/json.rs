//! JSON from Python objects to text, with no tree between.

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

/// Deeper than any message; `serde_json` reads no deeper, and a list that holds itself ends here.
const MAX_DEPTH: usize = 100;

/// The room for the text of an ordinary message.
const ROOM: usize = 2048;

/// The room for the text of a number and what stands around a value.
const SHORT_VALUE: usize = 32;

/// Any JSON value given as Python objects, as text.
pub(super) struct JsonIn(pub(super) String);

/// A JSON object given as a mapping, as text.
pub(super) struct ObjectIn(pub(super) String);

impl<'py> FromPyObject<'_, 'py> for JsonIn {
    type Error = PyErr;
    #[cfg(feature = "stubs")]
    const INPUT_TYPE: PyStaticExpr = ANY;

    fn extract(value: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        text_of(&value).map(Self).map_err(Fault::misuse)
    }
}

/// A JSON object that a peer may have written, given as a mapping, as text.
pub(super) struct PeerObjectIn(pub(super) String);

impl<'py> FromPyObject<'_, 'py> for PeerObjectIn {
    type Error = PyErr;
    #[cfg(feature = "stubs")]
    const INPUT_TYPE: PyStaticExpr = MAPPING;

    fn extract(value: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        object_text(&value, |fault| fault.into_message_error("message")).map(Self)
    }
}

/// A DID document given as a mapping, as text.
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

/// Why Python objects have no JSON text.
pub(super) enum Fault {
    /// The value has no JSON form, as a text that a peer sends can be ambiguous too.
    Ambiguous(&'static str),
    /// What Python raised, or a value of a type that no JSON parser makes.
    Python(PyErr),
}

impl Fault {
    /// The error where the program made the value.
    pub(super) fn misuse(self) -> PyErr {
        match self {
            Self::Ambiguous(reason) => {
                ArgumentValueError::new_err(format!("cannot be written as JSON: {reason}"))
            }
            Self::Python(error) => error,
        }
    }

    /// The error where a peer may have written the value: the same as for its text.
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

/// The JSON text of a dict and the places of its members in it; of another object the text alone.
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

/// Whether the value is what JSON calls an object.
pub(super) fn is_object(value: &Bound<'_, PyAny>) -> bool {
    value.cast::<PyDict>().is_ok() || call_python(value.py(), || value.cast::<PyMapping>().is_ok())
}

/// Writes Python objects as JSON.
struct Writer {
    text: String,
    /// The number of levels of objects and arrays.
    levels: usize,
    /// Whether no object can have a name twice: the names of a dict are unique if all of them are plain `str`.
    is_unambiguous: bool,
}

impl Writer {
    fn new() -> Self {
        Self { text: String::with_capacity(ROOM), levels: 0, is_unambiguous: true }
    }

    /// Writes what JSON can say; a number that is not finite and a key that is not a string are refused.
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
                .ok_or_else(|| Fault::Ambiguous("JSON has no number that is not finite"))?;
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
            // a subclass may call equal texts different
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
            // an enum member or another subclass is written as the number it is
            let plain = integer.py().get_type::<PyInt>().call_method1("__repr__", (integer,));
            // Python writes no more than some thousand digits, and a float ends at 309
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
