//! `Message`.

mod argument;
mod headers;
mod parts;

use std::sync::Arc;

pub(super) use argument::MessageIn;
use headers::{HEADERS, put_custom, warn_of_type};
use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::{PyDict, PyString};

use super::argument::{Of, StrIn, StringsIn};
use super::attachment::PyAttachment;
use super::attachment::argument::AttachmentsIn;
use super::callback::draw_picture;
use super::errors::misuse;
use super::from_prior::{FromPriorOut, PyFromPrior};
use super::json::{ObjectIn, ObjectOut, PeerObjectIn};
use super::read_only::{ReadOnlyMembers, ReadOnlyObject};
use super::room::new_str;
use super::same::Same;
use super::system;
use super::text_in::TextIn;
use super::time::{DatetimeOut, TimeIn};
use super::tuple::{OnceTuple, TupleOut};
use super::value::{Reduced, hash_of};
use crate::did::DidUrl;
use crate::display::quote;
use crate::error::Result;
use crate::message::object::ObjectText;
use crate::message::{Attachment, FromPriorHeader, Message};

/// A plaintext message, before packing and after unpacking.
///
/// Every header has the form that the specification requires. A message is immutable: `replace` returns a changed
/// copy. `frm` is the header `from`. `id` defaults to a fresh UUID. Headers without an argument of their own, such
/// as `return_route`, go into the dict `custom_headers`. Times are an int, a float or an aware datetime, and are
/// stored as whole seconds since 1970-01-01T00:00:00Z. A `type` that is not a Message Type URI is accepted with a
/// `MessageTypeWarning`. DIDComm v2.1, section "Message Headers".
///
/// Raises:
///     TypeError: An argument has the wrong type, or has no JSON form.
///     ValueError: A header has a form that the specification forbids.
///
/// Example:
///     >>> from pydidcomm import Message
///     >>> ping = Message(type="https://didcomm.org/trust-ping/2.0/ping", id="one", to=["did:example:bob"])
///     >>> ping.as_dict()["body"]
///     {}
///     >>> ping.replace(body={"response_requested": True}).body
///     {'response_requested': True}
#[pyclass(frozen, weakref, name = "Message", module = "pydidcomm")]
pub(super) struct PyMessage(pub(super) Arc<Message>, Tuples);

/// The collections of a message as Python objects.
#[derive(Default)]
struct Tuples {
    to: OnceTuple,
    please_ack: OnceTuple,
    ack: OnceTuple,
    accept_lang: OnceTuple,
    attachments: OnceTuple,
}

impl From<Arc<Message>> for PyMessage {
    fn from(message: Arc<Message>) -> Self {
        Self(message, Tuples::default())
    }
}

impl From<Message> for PyMessage {
    fn from(message: Message) -> Self {
        Arc::new(message).into()
    }
}

#[pymethods]
impl PyMessage {
    #[new]
    #[pyo3(signature = (
        *, r#type, body=None, id=None, frm=None, to=None, thid=None, pthid=None, created_time=None,
        expires_time=None, from_prior=None, please_ack=None, ack=None, lang=None, accept_lang=None,
        attachments=None, custom_headers=None
    ))]
    #[expect(
        clippy::too_many_arguments,
        reason = "one argument for each header that the specification defines"
    )]
    fn new(
        py: Python<'_>,
        r#type: StrIn,
        body: Option<ObjectIn>,
        id: Option<StrIn>,
        frm: Option<StrIn>,
        to: Option<StringsIn>,
        thid: Option<StrIn>,
        pthid: Option<StrIn>,
        created_time: Option<TimeIn>,
        expires_time: Option<TimeIn>,
        from_prior: Option<Of<'_, PyFromPrior>>,
        please_ack: Option<StringsIn>,
        ack: Option<StringsIn>,
        lang: Option<StrIn>,
        accept_lang: Option<StringsIn>,
        attachments: Option<AttachmentsIn>,
        custom_headers: Option<ObjectIn>,
    ) -> PyResult<Self> {
        let mut text = String::with_capacity(512);
        let mut headers = ObjectText::begin(&mut text);
        headers.put_text("id", &id.map_or_else(system::random_id, |StrIn(id)| id));
        headers.put_text("type", &r#type);
        let texts = [("from", frm), ("thid", thid), ("pthid", pthid), ("lang", lang)];
        for (name, value) in texts.into_iter().filter_map(|(name, value)| Some((name, value?))) {
            headers.put_text(name, &value);
        }
        let times = [("created_time", created_time), ("expires_time", expires_time)];
        for (name, TimeIn(time)) in times.into_iter().filter_map(|(name, time)| Some((name, time?))) {
            headers.put_number(name, time);
        }
        let lists = [("to", to), ("please_ack", please_ack), ("ack", ack), ("accept-lang", accept_lang)];
        for (name, StringsIn(list)) in lists.into_iter().filter_map(|(name, list)| Some((name, list?))) {
            headers.put_texts(name, list.iter().map(String::as_str));
        }
        if let Some(ObjectIn(custom)) = custom_headers {
            put_custom(&mut headers, &custom)?;
        }
        headers.end();
        let (body, attachments) = (body.map(|object| object.0), attachments.map(|attachments| attachments.0));
        let mut message = Message::assemble(text, body, attachments).map_err(misuse)?;
        if let Some(from_prior) = from_prior {
            message = message.with_from_prior(from_prior.0.get().0.clone());
        }
        if message.type_uri().is_none() {
            warn_of_type(py)?;
        }
        Ok(message.into())
    }

    /// Read a message from its JSON object.
    ///
    /// Raises:
    ///     MalformedMessageError: The object is not a valid message.
    #[staticmethod]
    fn from_dict(message: PeerObjectIn) -> Result<Self> {
        Message::of_text(message.0).map(Into::into)
    }

    /// Read a message from its JSON text.
    ///
    /// Raises:
    ///     MalformedMessageError: The text is not a valid message.
    #[staticmethod]
    fn from_json(message: TextIn) -> Result<Self> {
        Message::parse(&message.0).map(Into::into)
    }

    /// The message type URI.
    #[getter]
    fn r#type(&self) -> &str {
        self.0.message_type()
    }

    /// The id, unique among the sender's messages.
    #[getter]
    fn id(&self) -> &str {
        self.0.id()
    }

    /// The body as a read-only `dict`, empty if the message has none.
    ///
    /// Changing it raises TypeError, because the message would not change. `replace(body=...)` returns a message
    /// with another body, and `copy.deepcopy` of the body a plain `dict`.
    ///
    /// Example:
    ///     >>> from pydidcomm import Message
    ///     >>> offer = Message(type="https://example.org/sale/1.0/offer", body={"price": 7})
    ///     >>> offer.replace(body={**offer.body, "price": 6}).body
    ///     {'price': 6}
    #[getter]
    fn body(&self) -> ReadOnlyObject<'_> {
        ReadOnlyObject(self.0.body())
    }

    /// The claimed sender (`from`); `sender` of the result of `unpack` is proved.
    #[getter]
    fn frm(&self) -> Option<&str> {
        self.0.from().map(DidUrl::as_str)
    }

    /// The DIDs of the claimed recipients.
    #[getter]
    fn to<'py>(&'py self, py: Python<'py>) -> PyResult<Option<TupleOut<'py, &'py str>>> {
        self.0.to().map(|to| self.1.to.read(py, || to.iter().map(DidUrl::as_str).collect())).transpose()
    }

    /// The thread id as it was written; see `thread` for messages without one.
    #[getter]
    fn thid(&self) -> Option<&str> {
        self.0.thid()
    }

    /// The id of the thread of the message, `thid`, or else its own `id`, as it begins the thread.
    #[getter]
    fn thread(&self) -> &str {
        self.0.thid().unwrap_or_else(|| self.0.id())
    }

    /// The id of the parent thread.
    #[getter]
    fn pthid(&self) -> Option<&str> {
        self.0.pthid()
    }

    /// The creation time of the message, in seconds since the epoch.
    #[getter]
    fn created_time(&self) -> Option<u64> {
        self.0.created_time()
    }

    /// The expiry time of the message, in seconds since the epoch; None if it never expires.
    #[getter]
    fn expires_time(&self) -> Option<u64> {
        self.0.expires_time()
    }

    /// `created_time` as an aware datetime in UTC; None if it is absent or after the year 9999.
    ///
    /// Example:
    ///     >>> from datetime import datetime, timezone
    ///     >>> from pydidcomm import Message
    ///     >>> noon = datetime(2026, 11, 28, 12, tzinfo=timezone.utc)
    ///     >>> hello = Message(type="https://example.org/greeting/1.0/hello", created_time=noon)
    ///     >>> hello.created_time, hello.created_at == noon
    ///     (1795867200, True)
    #[getter]
    fn created_at<'py>(&self, py: Python<'py>) -> PyResult<Option<DatetimeOut<'py>>> {
        DatetimeOut::of(py, self.0.created_time())
    }

    /// `expires_time` as an aware datetime in UTC; None if it is absent or after the year 9999.
    #[getter]
    fn expires_at<'py>(&self, py: Python<'py>) -> PyResult<Option<DatetimeOut<'py>>> {
        DatetimeOut::of(py, self.0.expires_time())
    }

    /// Whether the message has expired at the time `now`, which defaults to the current time.
    ///
    /// A message without `expires_time` never expires. DIDComm v2.1, section "Message Headers".
    #[pyo3(signature = (now = None))]
    fn is_expired(&self, py: Python<'_>, now: Option<TimeIn>) -> PyResult<bool> {
        let now = now.map_or_else(|| system::now(py), |TimeIn(seconds)| Ok(seconds))?;
        Ok(self.0.is_expired(now))
    }

    /// The DID rotation that the message announces; a str is an unverified token.
    #[getter]
    fn from_prior(&self) -> Option<FromPriorOut> {
        self.0.from_prior().map(Into::into)
    }

    /// The ids of messages to acknowledge; an empty id means this message.
    #[getter]
    fn please_ack<'py>(&self, py: Python<'py>) -> PyResult<Option<TupleOut<'py, String>>> {
        self.0.please_ack().map(|listed| self.1.please_ack.read(py, || listed.to_vec())).transpose()
    }

    /// The ids of acknowledged messages, oldest first.
    #[getter]
    fn ack<'py>(&self, py: Python<'py>) -> PyResult<Option<TupleOut<'py, String>>> {
        self.0.ack().map(|listed| self.1.ack.read(py, || listed.to_vec())).transpose()
    }

    /// The language of the message, an IANA subtag.
    #[getter]
    fn lang(&self) -> Option<&str> {
        self.0.lang()
    }

    /// The languages that the sender prefers, most preferred first.
    #[getter]
    fn accept_lang<'py>(&self, py: Python<'py>) -> PyResult<Option<TupleOut<'py, String>>> {
        self.0.accept_lang().map(|listed| self.1.accept_lang.read(py, || listed.to_vec())).transpose()
    }

    /// The attachments, the same objects on each access.
    #[getter]
    fn attachments<'py>(&self, py: Python<'py>) -> PyResult<TupleOut<'py, PyAttachment>> {
        let taken_out =
            || self.0.attachments().iter().map(Attachment::to_detached).map(PyAttachment::from).collect();
        self.1.attachments.read(py, taken_out)
    }

    /// The attachment with this id, or None; the id may have a leading `#`, as references in a body have.
    ///
    /// Example:
    ///     >>> from pydidcomm import Attachment, Message
    ///     >>> offer = Attachment.from_json_value({"price": 7}, id="offer")
    ///     >>> message = Message(
    ///     ...     type="https://example.org/sale/1.0/offer", body={"see": "#offer"}, attachments=[offer]
    ///     ... )
    ///     >>> message.attachment(message.body["see"]).json()
    ///     {'price': 7}
    fn attachment(&self, id: StrIn) -> Option<PyAttachment> {
        self.0.attachment(&id).map(Attachment::to_detached).map(PyAttachment::from)
    }

    /// The headers that the specification does not define, as a read-only `dict` like `body`.
    #[getter]
    fn custom_headers<'py>(&self, py: Python<'py>) -> PyResult<ReadOnlyMembers<'py>> {
        ReadOnlyMembers::of(py, self.0.custom_headers())
    }

    /// The message as the JSON object of its plaintext.
    ///
    /// Raises:
    ///     ValueError: `from_prior` is not signed yet; packing the message signs it.
    fn as_dict(&self) -> PyResult<ObjectOut> {
        self.write().map(ObjectOut)
    }

    /// The message as the JSON text of its plaintext.
    ///
    /// Raises:
    ///     ValueError: `from_prior` is not signed yet; packing the message signs it.
    fn as_json<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyString>> {
        new_str(py, &self.write()?)
    }

    /// Copy the message with other values for these arguments of the constructor.
    ///
    /// Every other part remains as it was written. A verified `from_prior` is signed again by packing.
    ///
    /// Raises:
    ///     TypeError: An argument is unknown, has the wrong type, or has no JSON form.
    ///     ValueError: A header has an invalid form, or `from_prior` is an unverified token that is not replaced.
    #[pyo3(signature = (**changes: "Any") -> "Message")]
    fn replace<'py>(slf: &Bound<'py, Self>, changes: Option<&Bound<'py, PyDict>>) -> PyResult<Self> {
        let message = &slf.get().0;
        let replaced = |name: &str| changes.map_or(Ok(false), |changes| changes.contains(name));
        let mut copy = match message.from_prior() {
            Some(FromPriorHeader::Verified(claims, _)) => {
                Message::clone(message).with_from_prior(claims.clone())
            }
            Some(FromPriorHeader::Jwt(_)) if !replaced("from_prior")? => {
                return Err(PyValueError::new_err(
                    "`from_prior` is an unverified token: replace it too, or unpack the message",
                ));
            }
            _ => Message::clone(message),
        };
        let arguments = PyDict::new(slf.py());
        arguments.set_item("type", message.message_type())?;
        if let Some(changes) = changes {
            arguments.update(changes.as_mapping())?;
        }
        let made = slf.get_type().call((), Some(&arguments))?.cast_into::<Self>()?;
        for (argument, header) in HEADERS {
            if replaced(argument)? {
                copy = copy.with_header_of(header, &made.get().0);
            }
        }
        Ok(copy.into())
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<Reduced<'py>> {
        Reduced::of(slf)
    }

    fn __copy__(slf: Bound<'_, Self>) -> Same<'_, Self> {
        Same(slf)
    }

    #[pyo3(signature = (_memo: "Any", /) -> "Message")]
    fn __deepcopy__<'py>(slf: Bound<'py, Self>, _memo: &Bound<'py, PyAny>) -> Bound<'py, Self> {
        slf
    }

    fn __eq__(&self, other: &Self) -> bool {
        self.0 == other.0
    }

    fn __hash__(&self) -> u64 {
        hash_of(self.0.id())
    }

    /// The headers as a table for notebooks, without the body.
    fn _repr_html_(slf: &Bound<'_, Self>) -> PyResult<String> {
        draw_picture(slf.as_any(), "pydidcomm.inspection._html", "message_table")
    }

    fn __repr__(&self) -> String {
        // the body is left out: a repr ends up in logs
        let frm = self.0.from().map_or_else(|| "None".to_owned(), |from| quote(from.as_str()));
        let (kind, id) = (quote(self.0.message_type()), quote(self.0.id()));
        format!("Message(type={kind}, id={id}, frm={frm})")
    }
}
