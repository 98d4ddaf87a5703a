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
/// Create one with `from_bytes`, `from_file`, `from_json_value` or `from_links`. The constructor takes `data` as
/// in the specification: `{"json": value}`, `{"base64": text}` (base64url), or
/// `{"links": [url, ...], "hash": multihash}`, with an optional `jws`. `id` defaults to a fresh UUID.
/// If `data` of a peer has several of `base64`, `json` and `links`, the content is `base64`, or else `json`.
/// `DIDCommMessaging.sign_attachment` signs an attachment. DIDComm v2.1, section "Attachments".
///
/// Raises:
///     TypeError: An argument has the wrong type, or has no JSON form.
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

    /// Create an attachment that inlines these bytes as base64url.
    ///
    /// `hash=True` adds their multihash, which an encrypted or signed message does not need.
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

    /// Create an attachment that inlines a file, with its name, size and modification time.
    ///
    /// `media_type` defaults to the guess of `mimetypes` from the extension. The call blocks while it reads the
    /// file: in an event loop, read the file asynchronously and use `from_bytes`.
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

    /// Create an attachment that inlines a JSON value; `media_type` defaults to `application/json`.
    ///
    /// It cannot be signed, because JSON has no canonical bytes: use `from_bytes` for content to sign.
    ///
    /// Raises:
    ///     TypeError: The value has no JSON form.
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

    /// Create an attachment whose content is fetched from any of these links.
    ///
    /// Links require the multihash of the content: pass `hash`, or pass `content` to compute it; `content` itself
    /// is not sent.
    ///
    /// Raises:
    ///     ValueError: `links` is empty, both or neither of `hash` and `content` are given, `hash` is not a
    ///         multihash, or `id` has characters other than letters, digits and `-._~`.
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
            _ => return Err(PyValueError::new_err("either `hash` or `content` is required, and not both")),
        };
        let byte_count = byte_count.or(size.map(WholeIn));
        let described = Described { id, description, filename, media_type, format, lastmod_time, byte_count };
        described.with_data(&attachment::link_data(&links.0, &hash))
    }

    /// Read an attachment from its JSON object.
    ///
    /// Raises:
    ///     MalformedMessageError: It is not a valid attachment.
    #[staticmethod]
    fn from_dict(attachment: PeerObjectIn) -> Result<Self> {
        Attachment::keep_whole(attachment.0).map(Into::into)
    }

    /// Read an attachment from its JSON text.
    ///
    /// Raises:
    ///     MalformedMessageError: The text is not a valid attachment.
    #[staticmethod]
    fn from_json(attachment: TextIn) -> Result<Self> {
        Attachment::parse(&attachment.0).map(Into::into)
    }

    /// The id, unique within its message.
    #[getter]
    fn id(&self) -> Option<&str> {
        self.0.id()
    }

    /// A description of the content, for human readers.
    #[getter]
    fn description(&self) -> Option<String> {
        self.text("description")
    }

    /// A safe file name for the content, one path component without characters that file systems refuse.
    ///
    /// None if the sender gives no name, or no usable one. A file with this name may already exist: open it with
    /// mode "x". `raw_filename` is the name as the sender wrote it.
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

    /// The file name as the sender wrote it; not safe as a path.
    #[getter]
    fn raw_filename(&self) -> Option<String> {
        self.text("filename")
    }

    /// The media type of the content.
    #[getter]
    fn media_type(&self) -> Option<String> {
        self.text("media_type")
    }

    /// The format of the content, more specific than its media type.
    #[getter]
    fn format(&self) -> Option<String> {
        self.text("format")
    }

    /// When the content was last modified, as the sender wrote it.
    #[getter]
    fn lastmod_time(&self) -> Option<ReadOnlyJson<'_>> {
        self.0.member("lastmod_time").map(ReadOnlyJson)
    }

    /// The size of the content in bytes, as the sender states it; None if it is not a whole number.
    ///
    /// It is not compared with the content. `as_dict()` has the value as it was written.
    #[getter]
    fn byte_count(&self) -> Option<u64> {
        self.0.byte_count()
    }

    /// The object with `json`, `base64` or `links`, as a read-only `dict`.
    #[getter]
    fn data(&self) -> ReadOnlyObject<'_> {
        ReadOnlyObject(self.0.data())
    }

    /// The inlined bytes: the decoded `base64`, or else the JSON text of `json` as it was written.
    ///
    /// `base64` may have either alphabet, padding and line breaks.
    ///
    /// Raises:
    ///     ContentNotFoundError: The attachment has only links: fetch one, and check the bytes with `verify_hash`.
    ///     MalformedMessageError: `base64` is not base64.
    ///
    /// Example:
    ///     >>> from pydidcomm import Attachment
    ///     >>> Attachment(data={"base64": "WW91ciBob3ZlcmNyYWZ0IGlzIGZ1bGwgb2YgZWVscw=="}).content()
    ///     b'Your hovercraft is full of eels'
    fn content<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyBytes>> {
        new_bytes(py, &py.detach(|| self.0.content())?)
    }

    /// The inlined content as a JSON value: `json`, or the decoded JSON text in `base64`.
    ///
    /// Raises:
    ///     ContentNotFoundError: The attachment has only links.
    ///     MalformedMessageError: The content is not JSON.
    fn json(&self) -> Result<JsonOut> {
        self.0.json().map(Cow::into_owned).map(JsonOut)
    }

    /// The URIs to fetch the content from, in the sender's order; empty if `data` has no `links`.
    #[getter]
    fn links<'py>(&self, py: Python<'py>) -> PyResult<TupleOut<'py, String>> {
        self.1.read(py, || self.0.links())
    }

    /// The multihash of the content, as it was written; `verify_hash` checks it.
    #[getter]
    fn hash(&self) -> Option<String> {
        self.0.hash()
    }

    /// Check that `hash` is the hash of the content.
    ///
    /// `content` is what was fetched from a link; without it, the inlined content is checked. The hash is computed
    /// over the bytes of the content, for `json` over its text as it was written. SHA-256 and SHA-512 multihashes
    /// are supported, in multibase, bare base58btc or hex; new attachments have SHA-256 in multibase, `zQm...`.
    ///
    /// Raises:
    ///     UntrustedMessageError: The content has another hash.
    ///     UnsupportedError: The hash function is not supported.
    ///     MalformedMessageError: `hash` is missing or not a multihash (a bare digest is not one), or `content`
    ///         differs from the inlined content.
    ///     ContentNotFoundError: The attachment has only links, and `content` is missing.
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

    /// The attachment as a JSON object, including unknown members.
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
