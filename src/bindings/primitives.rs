//! Single steps of packing and unpacking, for callers that process messages layer by layer.

use std::sync::Arc;

use askar_crypto::buffer::SecretBytes;
use pyo3::IntoPyObjectExt;
use pyo3::prelude::*;

use super::algorithms::AnonCryptAlg;
use super::answer_reader::AnswerReader;
use super::argument::StringsIn;
use super::bytes_in::AnswerBytes;
use super::context::{self, ContextIn};
use super::errors::misuse;
use super::external_key::read_secret;
use super::json::ObjectOut;
use super::message::MessageIn;
use super::operation::PyOperation;
use super::pack::party;
use super::pack_options::agreement_curve;
use super::public_key::PyPublicKey;
use super::result::IntoResult;
use super::room::new_bytes;
use super::text_in::TextIn;
use super::unpack_options::PyUnpackOptions;
use crate::caller::Caller;
use crate::did::DidUrl;
use crate::error::Result;
use crate::json;
use crate::pack::{self, LayerKeys};
use crate::routing::Route;
use crate::unpack;

/// The recipients' keys by id, and the id of the sender's key.
impl IntoResult for LayerKeys {
    fn into_result(self: Box<Self>, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        let recipients = self.recipients.into_iter().map(|(kid, key)| (kid.to_string(), PyPublicKey(key)));
        let sender = self.sender.map(|kid| kid.to_string());
        (recipients.collect::<Vec<_>>(), sender).into_bound_py_any(py)
    }
}

/// The text of a layer.
impl IntoResult for String {
    fn into_result(self: Box<Self>, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        (*self).into_bound_py_any(py)
    }
}

/// The plaintext of a layer.
impl IntoResult for SecretBytes {
    fn into_result(self: Box<Self>, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        new_bytes(py, self.as_ref().as_ref())?.into_bound_py_any(py)
    }
}

/// A successful check.
impl IntoResult for () {
    fn into_result(self: Box<Self>, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        py.None().into_bound_py_any(py)
    }
}

/// The routes to a recipient: the service, the URI, and the mediators to wrap for, the outermost first.
impl IntoResult for Vec<Route> {
    fn into_result(self: Box<Self>, py: Python<'_>) -> PyResult<Bound<'_, PyAny>> {
        let routes = self.into_iter().map(|route| {
            let layers: Vec<_> = route.layers.iter().map(ToString::to_string).collect();
            (route.service_id, route.uri, layers)
        });
        routes.collect::<Vec<_>>().into_bound_py_any(py)
    }
}

fn kid(text: &str) -> PyResult<DidUrl> {
    DidUrl::parse_kid(text, "kid").map_err(misuse)
}

/// Prepares a step that requests no document and no secret.
fn prepare_step<T: IntoResult, W>(bytes: usize, begin: impl FnOnce(Arc<Caller>) -> W) -> PyOperation
where
    W: Future<Output = Result<T>> + Send + 'static,
{
    PyOperation::prepare(context::of_layer(), bytes, begin)
}

/// Prepare to choose the keys of one layer for `to`, a DID or a kid.
#[pyfunction]
pub(super) fn choose_layer_keys(
    to: &str,
    frm: Option<&str>,
    curves: StringsIn,
    known: ContextIn<'_>,
) -> PyResult<PyOperation> {
    let to = party(to)?;
    let sender = frm.map(party).transpose()?;
    let curves = curves.0.iter().map(|name| agreement_curve(name)).collect::<PyResult<Vec<_>>>()?;
    Ok(PyOperation::prepare(known, 0, |caller| async move {
        pack::layer_keys(&caller, &to, sender.as_ref(), &curves).await
    }))
}

/// Prepare to encrypt any bytes in one layer: authcrypt with a sender, anoncrypt without one.
#[pyfunction]
pub(super) fn encrypt_layer(
    plaintext: AnswerBytes,
    recipients: Vec<(String, PyPublicKey)>,
    sender: Option<(String, Bound<'_, PyAny>)>,
    enc_alg_anon: AnonCryptAlg,
) -> PyResult<PyOperation> {
    let recipients =
        recipients.into_iter().map(|(id, key)| Ok((kid(&id)?, key.0))).collect::<PyResult<Vec<_>>>()?;
    let sender =
        sender.map(|(id, secret)| read_secret(&secret, &id, &AnswerReader::default())).transpose()?;
    Ok(prepare_step(plaintext.0.len(), |caller| async move {
        pack::encrypt_layer(&caller, plaintext.0, recipients, sender.as_ref(), enc_alg_anon.0).await
    }))
}

/// Prepare to open one layer with a secret, and in authcrypt with the sender's key.
#[pyfunction]
pub(super) fn decrypt_layer(
    packed_msg: TextIn,
    recipient: (String, Bound<'_, PyAny>),
    sender: Option<(String, PyPublicKey)>,
    options: &Bound<'_, PyUnpackOptions>,
) -> PyResult<PyOperation> {
    let (id, secret) = recipient;
    let secret = read_secret(&secret, &id, &AnswerReader::default())?;
    let sender = sender.map(|(id, key)| Ok::<_, PyErr>((kid(&id)?, key.0))).transpose()?;
    let options = Arc::clone(&options.get().0);
    Ok(prepare_step(packed_msg.0.len(), |caller| async move {
        let sender = sender.as_ref().map(|(kid, key)| (kid, key));
        unpack::open_layer(&caller, &packed_msg.0, &secret, sender, &options).await
    }))
}

/// Prepare to check a message's claims about its sender against the key that authenticated its encryption.
#[pyfunction]
pub(super) fn check_claims(
    message: MessageIn,
    sender: Option<&str>,
    known: ContextIn<'_>,
) -> PyResult<PyOperation> {
    let sender = sender.map(kid).transpose()?;
    Ok(PyOperation::prepare(known, 0, |caller| async move {
        unpack::check_claims(&caller, message.0, sender.as_ref()).await
    }))
}

/// Read a JSON object, and refuse one that implementations could read differently.
#[pyfunction]
pub(super) fn read_object(json_text: TextIn) -> PyResult<ObjectOut> {
    json::members(&json_text.0, "message")?;
    Ok(ObjectOut(json_text.0.to_string()))
}

/// Prepare to find the routes to a DID, the preferred first.
#[pyfunction]
pub(super) fn find_routes(to: &str, known: ContextIn<'_>) -> PyResult<PyOperation> {
    let to = party(to)?;
    Ok(PyOperation::prepare(known, 0, |caller| async move { pack::routes_to(&caller, &to).await }))
}
