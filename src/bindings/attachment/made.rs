//! Attachments from Python arguments, as JSON text for the core.

use std::path::PathBuf;

#[cfg(feature = "stubs")]
use pyo3::inspect::PyStaticExpr;
use pyo3::prelude::*;
use pyo3::types::{PyBytes, PyString};

use super::super::argument::{StrIn, WholeIn, type_error, value_error};
use super::super::callback::call_python;
use super::super::errors::misuse;
use super::super::system;
use super::super::time::TimeIn;
use crate::message::Attachment;
use crate::message::object::ObjectText;

/// The optional members of an attachment, which describe its content.
#[derive(Default)]
pub(super) struct Described {
    pub(super) id: Option<StrIn>,
    pub(super) description: Option<StrIn>,
    pub(super) filename: Option<StrIn>,
    pub(super) media_type: Option<StrIn>,
    pub(super) format: Option<StrIn>,
    pub(super) lastmod_time: Option<TimeIn>,
    pub(super) byte_count: Option<WholeIn>,
}

impl Described {
    /// The attachment with this `data`, the JSON text of an object.
    pub(super) fn with_data<T: From<Attachment>>(self, data: &str) -> PyResult<T> {
        let mut text = String::with_capacity(data.len().saturating_add(256));
        let mut members = ObjectText::begin(&mut text);
        // an attachment without an id cannot be referred to, and some peers drop it
        members.put_text("id", &self.id.map_or_else(system::random_id, |StrIn(id)| id));
        let texts = [
            ("description", self.description),
            ("filename", self.filename),
            ("media_type", self.media_type),
            ("format", self.format),
        ];
        for (name, value) in texts.into_iter().filter_map(|(name, value)| Some((name, value?))) {
            members.put_text(name, &value);
        }
        let numbers = [
            ("lastmod_time", self.lastmod_time.map(|TimeIn(time)| WholeIn(time))),
            ("byte_count", self.byte_count),
        ];
        for (name, WholeIn(number)) in numbers.into_iter().filter_map(|(name, value)| Some((name, value?))) {
            members.put_number(name, number);
        }
        members.put("data", data);
        members.end();
        let attachment = Attachment::keep_whole(text).map_err(misuse)?;
        attachment.check_exact().map_err(misuse)?;
        Ok(attachment.into())
    }
}

/// The content and the metadata of a file.
pub(super) struct File<'py> {
    pub(super) content: Bound<'py, PyBytes>,
    pub(super) name: String,
    pub(super) media_type: Option<String>,
    pub(super) modified: Option<u64>,
}

/// The path of a file: `str`, or an object with `__fspath__`.
pub(super) struct PathIn(PathBuf);

impl<'py> FromPyObject<'_, 'py> for PathIn {
    type Error = PyErr;
    #[cfg(feature = "stubs")]
    const INPUT_TYPE: PyStaticExpr = <PathBuf as FromPyObject<'_, '_>>::INPUT_TYPE;

    fn extract(value: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        let unfit = |error: PyErr| {
            if value.cast::<PyString>().is_ok() {
                return value_error("a path without lone surrogates");
            }
            let is_path = value.hasattr("__fspath__").unwrap_or(false);
            if is_path { error } else { type_error(&value, "a str or an os.PathLike") }
        };
        call_python(value.py(), || value.extract().map(Self).map_err(unfit))
    }
}

impl<'py> File<'py> {
    /// Reads a file by Python's own functions, for Python's usual errors.
    pub(super) fn read(py: Python<'py>, path: PathIn) -> PyResult<Self> {
        call_python(py, || Self::read_by_python(py, path.0))
    }

    fn read_by_python(py: Python<'py>, path: PathBuf) -> PyResult<Self> {
        let path = path.into_pyobject(py)?;
        let content = path.call_method0("read_bytes")?.cast_into::<PyBytes>()?;
        let modified: f64 = path.call_method0("stat")?.getattr("st_mtime")?.extract()?;
        let name: String = path.getattr("name")?.extract()?;
        let guessed = py.import("mimetypes")?.call_method1("guess_type", (&name,))?;
        let (media_type, encoding): (Option<String>, Option<String>) = guessed.extract()?;
        Ok(Self {
            content,
            name,
            // the guess is the type of the uncompressed file
            media_type: media_type.filter(|_| encoding.is_none()),
            modified: whole_seconds(modified),
        })
    }
}

/// Whole seconds since the epoch; `None` for a time before 1970, which has no form in an attachment.
fn whole_seconds(time: f64) -> Option<u64> {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a cast saturates")]
    (time >= 0.0).then_some(time as u64)
}
