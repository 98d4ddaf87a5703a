//! `Attachment`.

use pyo3::prelude::*;

use super::errors::misuse;
use super::json::{JsonOut, ObjectIn, ObjectOut, TextIn, WholeIn};
use super::surroundings;
use crate::error::Result;
use crate::message::Attachment;

/// Content beside the body of a message.
///
/// `data` is the object that the specification defines: `{"json": value}`, `{"base64": text}`, or
/// `{"links": [url, ...], "hash": multihash}`, with an optional `jws`. `id` is a fresh UUID unless given.
/// DIDComm v2.1, section "Attachments".
///
/// Raises:
///     TypeError: An argument has another type, or JSON has no form for it.
///     ValueError: `data` leads to no content, links have no hash, or `id` has characters other than
///         letters, digits and `-._~`.
///
/// Example:
///     >>> from pydidcomm import Attachment
///     >>> Attachment(id="offer", media_type="application/json", data={"json": {"price": 7}}).data
///     {'json': {'price': 7}}
#[pyclass(frozen, name = "Attachment", module = "pydidcomm")]
#[derive(Clone)]
pub(super) struct PyAttachment(pub(super) Attachment);

impl PyAttachment {
    fn text(&self, name: &str) -> Option<String> {
        serde_json::from_str(self.0.member(name)?).ok()
    }
}

#[pymethods]
impl PyAttachment {
    #[new]
    #[pyo3(signature = (*, data, id=None, description=None, filename=None, media_type=None, format=None, lastmod_time=None, byte_count=None))]
    #[expect(
        clippy::too_many_arguments,
        reason = "one argument for each member that the specification defines"
    )]
    fn new(
        data: ObjectIn,
        id: Option<String>,
        description: Option<String>,
        filename: Option<String>,
        media_type: Option<String>,
        format: Option<String>,
        lastmod_time: Option<WholeIn>,
        byte_count: Option<WholeIn>,
    ) -> PyResult<Self> {
        let mut members = serde_json::Map::new();
        // an attachment without an id cannot be referred to, and some peers drop it
        let id = Some(id.unwrap_or_else(surroundings::random_id));
        let texts = [
            ("id", id),
            ("description", description),
            ("filename", filename),
            ("media_type", media_type),
            ("format", format),
        ];
        for (name, value) in texts {
            if let Some(value) = value {
                members.insert(name.to_owned(), value.into());
            }
        }
        for (name, value) in [("lastmod_time", lastmod_time), ("byte_count", byte_count)] {
            if let Some(value) = value {
                members.insert(name.to_owned(), value.0.into());
            }
        }
        let mut text = serde_json::Value::from(members).to_string();
        text.pop();
        let comma = if text.len() > 1 { "," } else { "" };
        let ObjectIn(data) = data;
        Attachment::parse(&format!("{text}{comma}\"data\":{data}}}")).map(Self).map_err(misuse)
    }

    /// Reads an attachment from its JSON object.
    #[staticmethod]
    fn from_dict(attachment: ObjectIn) -> Result<Self> {
        Attachment::parse(&attachment.0).map(Self)
    }

    /// Reads an attachment from its JSON text.
    #[staticmethod]
    fn from_json(attachment: TextIn) -> Result<Self> {
        Attachment::parse(&attachment.0).map(Self)
    }

    /// The id, unique within its message.
    #[getter]
    fn id(&self) -> Option<&str> {
        self.0.id()
    }

    /// What the content is, for people.
    #[getter]
    fn description(&self) -> Option<String> {
        self.text("description")
    }

    /// A name for the file that the content may be kept in.
    #[getter]
    fn filename(&self) -> Option<String> {
        self.text("filename")
    }

    /// The media type of the content.
    #[getter]
    fn media_type(&self) -> Option<String> {
        self.text("media_type")
    }

    /// The format of the content, more exactly than its media type tells.
    #[getter]
    fn format(&self) -> Option<String> {
        self.text("format")
    }

    /// When the content was last modified, as the sender wrote it.
    #[getter]
    fn lastmod_time(&self) -> Option<JsonOut> {
        self.0.member("lastmod_time").map(|raw| JsonOut(raw.to_owned()))
    }

    /// The size of the content in octets.
    #[getter]
    fn byte_count(&self) -> Option<u64> {
        serde_json::from_str(self.0.member("byte_count")?).ok()
    }

    /// Where the content is: a fresh copy of the object with `json`, `base64` or `links`.
    #[getter]
    fn data(&self) -> ObjectOut {
        ObjectOut(self.0.member("data").unwrap_or("{}").to_owned())
    }

    /// The attachment as its JSON object, unknown members included.
    fn as_dict(&self) -> ObjectOut {
        ObjectOut(self.0.to_json())
    }

    fn __copy__(slf: Bound<'_, Self>) -> Bound<'_, Self> {
        slf
    }

    #[pyo3(signature = (_memo: "Any", /) -> "Attachment")]
    fn __deepcopy__<'py>(slf: Bound<'py, Self>, _memo: &Bound<'py, PyAny>) -> Bound<'py, Self> {
        slf
    }

    fn __eq__(&self, other: &Self) -> bool {
        let value = |attachment: &Attachment| serde_json::to_value(attachment).ok();
        value(&self.0) == value(&other.0)
    }

    fn __repr__(&self) -> String {
        let id = self.0.id().map_or_else(|| "None".to_owned(), |id| format!("'{id}'"));
        format!("Attachment(id={id})")
    }
}
