//! `Attachment`.

pub(super) mod argument;
mod made;
mod parts;
mod signature;

use std::borrow::Cow;

use made::{Described, File, PathIn};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyBytes;
pub(super) use signature::{sign_attachment, verify_attachment};

use super::argument::{StrIn, StringsIn, WholeIn, flag};
use super::bytes_in::BytesIn;
use super::json::{JsonIn, JsonOut, ObjectIn, ObjectOut, PeerObjectIn};
use super::read_only::{ReadOnlyJson, ReadOnlyObject};
use super::room::new_bytes;
use super::same::Same;
use super::text_in::TextIn;
use super::time::TimeIn;
use super::tuple::{OnceTuple, TupleOut};
use super::value::{Reduced, hash_of};
use crate::display::quote;
use crate::error::Result;
use crate::message::{Attachment, attachment};

/// Content in addition to the body of a message.
///
/// `from_bytes`, `from_file`, `from_json_value` and `from_links` make one; `data` given to the constructor is
/// the object that the specification defines: `{"json": value}`, `{"base64": text}` (base64url), or
/// `{"links": [url, ...], "hash": multihash}`, with an optional `jws`. `id` is a fresh UUID unless given.
/// Where a peer wrote several of `base64`, `json` and `links`, the content is that of `base64`, else of `json`.
/// `DIDCommMessaging.sign_attachment` signs an attachment. DIDComm v2.1, section "Attachments".
///
/// Raises:
///     TypeError: An argument has another type, or JSON has no form for it.
///     ValueError: `data` has no content, links have no hash, `hash` is not a multihash, `base64` is not
///         base64url, or `id` has characters other than letters, digits and `-._~`.
///
/// Example:
///     >>> from pydidcomm import Attachment
///     >>> Attachment(id="offer", media_type="application/json", data={"json": {"price": 7}}).data
///     {'json': {'price': 7}}
#[pyclass(frozen, eq, weakref, name = "Attachment", module = "pydidcomm")]
#[derive(Clone, PartialEq)]
pub(super) struct PyAttachment(pub(super) Attachment, OnceTuple);

impl From<Attachment> for PyAttachment {
    fn from(attachment: Attachment) -> Self {
        Self(attachment, OnceTuple::default())
    }
}

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
        id: Option<StrIn>,
        description: Option<StrIn>,
        filename: Option<StrIn>,
        media_type: Option<StrIn>,
        format: Option<StrIn>,
        lastmod_time: Option<TimeIn>,
        byte_count: Option<WholeIn>,
    ) -> PyResult<Self> {
        let described = Described { id, description, filename, media_type, format, lastmod_time, byte_count };
        described.with_data(&data.0)
    }

    /// The attachment that inlines these bytes, as base64url.
    ///
    /// `hash` adds their multihash, which an encrypted or signed message does not need.
    ///
    /// Raises:
    ///     ValueError: `id` has characters other than letters, digits and `-._~`.
    ///
    /// Example:
    ///     >>> from pydidcomm import Attachment
    ///     >>> Attachment.from_bytes(b"\xff\xef\xbe", media_type="application/octet-stream").data
    ///     {'base64': '_---'}
    #[staticmethod]
    #[pyo3(signature = (content, *, id=None, description=None, filename=None, media_type=None, format=None, lastmod_time=None, hash: "bool" = false))]
    #[expect(clippy::too_many_arguments, reason = "the members that say what the bytes are")]
    fn from_bytes(
        py: Python<'_>,
        content: BytesIn,
        id: Option<StrIn>,
        description: Option<StrIn>,
        filename: Option<StrIn>,
        media_type: Option<StrIn>,
        format: Option<StrIn>,
        lastmod_time: Option<TimeIn>,
        #[pyo3(from_py_with = flag)] hash: bool,
    ) -> PyResult<Self> {
        let described =
            Described { id, description, filename, media_type, format, lastmod_time, byte_count: None };
        described.with_data(&py.detach(|| attachment::inline_data(&content, hash)))
    }

    /// The attachment that inlines a file, under its name, with its size and time of change.
    ///
    /// The media type is guessed from the extension by `mimetypes` unless given. Reads the file before it
    /// returns: in an event loop, read it there and use `from_bytes`.
    ///
    /// Raises:
    ///     OSError: The file cannot be read.
    ///     ValueError: `id` has characters other than letters, digits and `-._~`.
    ///
    /// Example:
    ///     >>> import pathlib, tempfile
    ///     >>> from pydidcomm import Attachment
    ///     >>> with tempfile.TemporaryDirectory() as folder:
    ///     ...     path = pathlib.Path(folder, "offer.json")
    ///     ...     _ = path.write_text("[7]")
    ///     ...     offer = Attachment.from_file(path)
    ///     >>> offer.filename, offer.media_type, offer.byte_count, offer.json()
    ///     ('offer.json', 'application/json', 3, [7])
    #[staticmethod]
    #[pyo3(signature = (path, *, id=None, description=None, filename=None, media_type=None, format=None, hash: "bool" = false))]
    #[expect(clippy::too_many_arguments, reason = "the members that say more than the file does")]
    fn from_file(
        py: Python<'_>,
        path: PathIn,
        id: Option<StrIn>,
        description: Option<StrIn>,
        filename: Option<StrIn>,
        media_type: Option<StrIn>,
        format: Option<StrIn>,
        #[pyo3(from_py_with = flag)] hash: bool,
    ) -> PyResult<Self> {
        let file = File::read(py, path)?;
        let content = file.content.as_bytes();
        let described = Described {
            id,
            description,
            filename: Some(filename.unwrap_or(StrIn(file.name))),
            media_type: media_type.or(file.media_type.map(StrIn)),
            format,
            lastmod_time: file.modified.map(TimeIn),
            byte_count: u64::try_from(content.len()).ok().map(WholeIn),
        };
        described.with_data(&py.detach(|| attachment::inline_data(content, hash)))
    }

    /// The attachment that inlines a JSON value as it is, of media type `application/json` unless given.
    ///
    /// It cannot be signed, as two writers may write one value as different bytes; `from_bytes` can.
    ///
    /// Raises:
    ///     TypeError: JSON has no form for the value.
    ///     ValueError: A number is not finite, or `id` has characters other than letters, digits and `-._~`.
    ///
    /// Example:
    ///     >>> from pydidcomm import Attachment
    ///     >>> Attachment.from_json_value({"price": 7}, id="offer").as_dict()
    ///     {'id': 'offer', 'media_type': 'application/json', 'data': {'json': {'price': 7}}}
    #[staticmethod]
    #[pyo3(signature = (value, *, id=None, description=None, filename=None, media_type=None, format=None, lastmod_time=None))]
    fn from_json_value(
        value: JsonIn,
        id: Option<StrIn>,
        description: Option<StrIn>,
        filename: Option<StrIn>,
        media_type: Option<StrIn>,
        format: Option<StrIn>,
        lastmod_time: Option<TimeIn>,
    ) -> PyResult<Self> {
        let media_type = media_type.or_else(|| Some(StrIn("application/json".to_owned())));
        let described =
            Described { id, description, filename, media_type, format, lastmod_time, byte_count: None };
        described.with_data(&format!("{{\"json\":{}}}", value.0))
    }

    /// The attachment whose content is to be fetched from any of these links.
    ///
    /// A link needs the multihash of its content: give `hash`, or `content` to have it computed; `content`
    /// itself is not sent.
    ///
    /// Raises:
    ///     ValueError: A link is missing, `hash` is not a multihash, not one of `hash` and `content` is given, or
    ///         `id` has characters other than letters, digits and `-._~`.
    ///
    /// Example:
    ///     >>> from pydidcomm import Attachment
    ///     >>> film = Attachment.from_links(["https://example.com/film"], content=b"...")
    ///     >>> film.links, film.hash, film.byte_count
    ///     (('https://example.com/film',), 'zQmZsbXTMpTENLEjaeKPyPbtJbKTL4FEJVHnrzSkVsGGVUq', 3)
    #[staticmethod]
    #[pyo3(signature = (links, *, hash=None, content=None, id=None, description=None, filename=None, media_type=None, format=None, lastmod_time=None, byte_count=None))]
    #[expect(
        clippy::too_many_arguments,
        reason = "one argument for each member that the specification defines"
    )]
    fn from_links(
        py: Python<'_>,
        links: StringsIn,
        hash: Option<StrIn>,
        content: Option<BytesIn>,
        id: Option<StrIn>,
        description: Option<StrIn>,
        filename: Option<StrIn>,
        media_type: Option<StrIn>,
        format: Option<StrIn>,
        lastmod_time: Option<TimeIn>,
        byte_count: Option<WholeIn>,
    ) -> PyResult<Self> {
        let size = content.as_ref().and_then(|content| u64::try_from(content.len()).ok());
        let hash = match (hash, content) {
            (Some(StrIn(hash)), None) => hash,
            (None, Some(content)) => py.detach(|| attachment::sha2_256(&content)),
            _ => return Err(PyValueError::new_err("links need either hash or content")),
        };
        let byte_count = byte_count.or(size.map(WholeIn));
        let described = Described { id, description, filename, media_type, format, lastmod_time, byte_count };
        described.with_data(&attachment::link_data(&links.0, &hash))
    }

    /// Reads an attachment from its JSON object.
    #[staticmethod]
    fn from_dict(attachment: PeerObjectIn) -> Result<Self> {
        Attachment::keep_whole(attachment.0).map(Into::into)
    }

    /// Reads an attachment from its JSON text.
    #[staticmethod]
    fn from_json(attachment: TextIn) -> Result<Self> {
        Attachment::parse(&attachment.0).map(Into::into)
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

    /// A name for a file with the content, one component, without letters that a file system refuses.
    ///
    /// None where the sender gives no name, or one of which nothing is left. A file of that name may exist:
    /// open with mode "x". `raw_filename` is the name as the sender wrote it.
    ///
    /// Example:
    ///     >>> from pydidcomm import Attachment
    ///     >>> report = Attachment.from_bytes(b"...", filename="../../etc/report.pdf")
    ///     >>> report.filename, report.raw_filename
    ///     ('report.pdf', '../../etc/report.pdf')
    #[getter]
    fn filename(&self) -> Option<String> {
        self.0.filename()
    }

    /// The file name as the sender wrote it, not safe to create a file with.
    #[getter]
    fn raw_filename(&self) -> Option<String> {
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
    fn lastmod_time(&self) -> Option<ReadOnlyJson<'_>> {
        self.0.member("lastmod_time").map(ReadOnlyJson)
    }

    /// The size of the content in bytes, as the sender states it; None where it is not a whole number.
    ///
    /// It is informative: `as_dict()` has it as it was written.
    #[getter]
    fn byte_count(&self) -> Option<u64> {
        self.0.byte_count()
    }

    /// Where the content is, the object with `json`, `base64` or `links`, a `dict` that is read-only.
    #[getter]
    fn data(&self) -> ReadOnlyObject<'_> {
        ReadOnlyObject(self.0.data())
    }

    /// The bytes that are inlined: those of `base64`, or the JSON text of `json` as it was written.
    ///
    /// `base64` is read in either alphabet, with and without padding and line breaks.
    ///
    /// Raises:
    ///     ContentNotFoundError: There are only links; fetch one, and `verify_hash` what came.
    ///     MalformedMessageError: `base64` is none.
    ///
    /// Example:
    ///     >>> from pydidcomm import Attachment
    ///     >>> Attachment(data={"base64": "WW91ciBob3ZlcmNyYWZ0IGlzIGZ1bGwgb2YgZWVscw=="}).content()
    ///     b'Your hovercraft is full of eels'
    fn content<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        new_bytes(py, &py.detach(|| self.0.content())?)
    }

    /// The content that is inlined as a JSON value: that of `json`, or what the bytes of `base64` say.
    ///
    /// Raises:
    ///     ContentNotFoundError: There are only links.
    ///     MalformedMessageError: The bytes are not JSON.
    fn json(&self) -> Result<JsonOut> {
        self.0.json().map(Cow::into_owned).map(JsonOut)
    }

    /// Where the content can be had, in the order in which the sender wrote it; empty where it is inlined.
    #[getter]
    fn links<'py>(&self, py: Python<'py>) -> PyResult<TupleOut<'py, String>> {
        self.1.read(py, || self.0.links())
    }

    /// The multihash of the content, as it was written; `verify_hash` compares it.
    #[getter]
    fn hash(&self) -> Option<String> {
        self.0.hash()
    }

    /// Returns if `hash` is that of the content, and raises otherwise.
    ///
    /// The content is what is inlined, or `content` fetched from a link. The hash is over the bytes of the
    /// content (for `json` over its text as it stands). SHA-256 and SHA-512 multihashes are compared, written
    /// in multibase, bare base58btc or hex; ours are SHA-256 in base58btc multibase, `zQm...`.
    ///
    /// Raises:
    ///     UntrustedMessageError: The content is another one.
    ///     UnsupportedError: The hash was made by another function.
    ///     MalformedMessageError: The hash is missing or not a multihash (a bare digest is not one), or `content`
    ///         is not what is inlined next to the links.
    ///     ContentNotFoundError: There are only links, and no `content` was given.
    ///
    /// Example:
    ///     >>> from pydidcomm import Attachment, UntrustedMessageError
    ///     >>> film = Attachment.from_links(["https://example.com/film"], content=b"...")
    ///     >>> film.verify_hash(b"...")
    ///     >>> try:
    ///     ...     film.verify_hash(b"..,")
    ///     ... except UntrustedMessageError as error:
    ///     ...     print(error)
    ///     untrusted message: attachment.data.hash=content is not proved
    #[pyo3(signature = (content=None))]
    fn verify_hash(&self, py: Python<'_>, content: Option<BytesIn>) -> Result<()> {
        py.detach(|| self.0.verify_hash(content.as_deref()))
    }

    /// The attachment as its JSON object, unknown members included.
    fn as_dict(&self) -> ObjectOut {
        ObjectOut(self.0.to_json())
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<Reduced<'py>> {
        Reduced::of(slf)
    }

    fn __hash__(&self) -> u64 {
        hash_of(self.0.id())
    }

    fn __copy__(slf: Bound<'_, Self>) -> Same<'_, Self> {
        Same(slf)
    }

    #[pyo3(signature = (_memo: "Any", /) -> "Attachment")]
    fn __deepcopy__<'py>(slf: Bound<'py, Self>, _memo: &Bound<'py, PyAny>) -> Bound<'py, Self> {
        slf
    }

    fn __repr__(&self) -> String {
        let id = self.0.id().map_or_else(|| "None".to_owned(), quote);
        format!("Attachment(id={id})")
    }
}
