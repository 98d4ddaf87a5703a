//! The packing functions: plaintext at once, the others as operations.

use pyo3::exceptions::PyValueError;
#[cfg(feature = "stubs")]
use pyo3::inspect::PyStaticExpr;
use pyo3::prelude::*;
#[cfg(feature = "stubs")]
use pyo3::type_hint_union;
use pyo3::types::PyString;

use super::algorithms::AnonCryptAlg;
use super::argument::{DidIn, StrIn, flag};
use super::errors::misuse;
use super::json::{ObjectIn, StringsIn};
use super::message_in::MessageIn;
use super::operation::{EACH, Outcome, PyOperation};
use super::packed::PyPackedPlaintext;
use super::surroundings::KnownIn;
use crate::did::DidUrl;
use crate::keys::Curve;
use crate::message::Message;
use crate::pack::{self, EncryptOptions, KidIn};
use crate::routing::{Choice, ForwardHeaders};

pub(super) fn party(text: &str) -> PyResult<DidUrl> {
    DidUrl::parse(text).map_err(misuse)
}

/// The header of a signature that holds `kid`, by its name.
fn header_of_kid(kid_in: &Bound<'_, PyAny>) -> PyResult<KidIn> {
    match kid_in.extract::<String>().as_deref() {
        Ok("header") => Ok(KidIn::Header),
        Ok("protected") => Ok(KidIn::Protected),
        _ => Err(PyValueError::new_err(format!(
            "`kid_in` must be \"header\" or \"protected\", got {}",
            kid_in.repr()?
        ))),
    }
}

/// One recipient, or each of several.
pub(super) enum ToIn {
    One(DidUrl),
    Each(Vec<DidUrl>),
}

impl<'py> FromPyObject<'_, 'py> for ToIn {
    type Error = PyErr;
    #[cfg(feature = "stubs")]
    const INPUT_TYPE: PyStaticExpr = type_hint_union!(
        <DidIn as FromPyObject<'_, '_>>::INPUT_TYPE,
        <StringsIn as FromPyObject<'_, '_>>::INPUT_TYPE
    );

    fn extract(value: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        if value.cast::<PyString>().is_ok() {
            return value.extract().map(|DidIn(did)| Self::One(did));
        }
        let StringsIn(_) = value.extract()?;
        let dids = value.try_iter()?.map(|entry| entry?.extract().map(|DidIn(did)| did));
        dids.collect::<PyResult<_>>().map(Self::Each)
    }
}

pub(super) fn agreement_curve(name: &str) -> PyResult<Curve> {
    let curve = Curve::from_name(name).map_err(misuse)?;
    let unfit = || PyValueError::new_err(format!("keys on {name} do not agree on a secret"));
    if curve.can_agree() { Ok(curve) } else { Err(unfit()) }
}

/// Headers of forwards; those that every forward has are not the caller's.
pub(super) fn headers(given: Option<ObjectIn>) -> PyResult<ForwardHeaders> {
    given.map_or_else(|| Ok(ForwardHeaders::default()), |ObjectIn(text)| Ok(ForwardHeaders::parse(&text)?))
}

/// How long the parts of a message are that can be long.
fn octets(message: &Message) -> usize {
    let attached = message.attachments().iter().filter_map(|attachment| attachment.member("data"));
    let custom = message.custom_headers().map(|(_, json)| json);
    attached.chain(custom).fold(message.body().len(), |sum, json| sum.saturating_add(json.len()))
}

/// Packs a plaintext message.
#[pyfunction]
pub(super) fn pack_plaintext(message: MessageIn) -> PyResult<PyPackedPlaintext> {
    Ok(PyPackedPlaintext(pack::plaintext(&message.0)?.into()))
}

/// Prepares the packing of a signed message.
#[pyfunction]
pub(super) fn pack_signed(
    message: MessageIn,
    sign_frm: DidIn,
    kid_in: &Bound<'_, PyAny>,
    known: KnownIn<'_>,
) -> PyResult<PyOperation> {
    let MessageIn(message) = message;
    let (DidIn(signer), kid_in) = (sign_frm, header_of_kid(kid_in)?);
    Ok(PyOperation::prepare(known, octets(&message), |caller| async move {
        pack::signed(&caller, message, &signer, kid_in).await.map(Outcome::PackedSigned)
    }))
}

/// Prepares the packing of an encrypted message.
#[pyfunction]
#[pyo3(signature = (
    message, to, frm, sign_frm, from_prior_issuer_kid, enc_alg_anon, protect_sender_id: "bool",
    authcrypt_signed: "bool", anoncrypt_authcrypt_signed: "bool", kid_in, curves, every_curve: "bool",
    forward: "bool", forward_service_id, forward_schemes, forward_headers, max_keys, known
))]
#[expect(
    clippy::too_many_arguments,
    clippy::fn_params_excessive_bools,
    reason = "the options of the Python dataclasses, spread out once"
)]
pub(super) fn pack_encrypted(
    message: MessageIn,
    to: ToIn,
    frm: Option<DidIn>,
    sign_frm: Option<DidIn>,
    from_prior_issuer_kid: Option<DidIn>,
    enc_alg_anon: AnonCryptAlg,
    #[pyo3(from_py_with = flag)] protect_sender_id: bool,
    #[pyo3(from_py_with = flag)] authcrypt_signed: bool,
    #[pyo3(from_py_with = flag)] anoncrypt_authcrypt_signed: bool,
    kid_in: &Bound<'_, PyAny>,
    curves: StringsIn,
    #[pyo3(from_py_with = flag)] every_curve: bool,
    #[pyo3(from_py_with = flag)] forward: bool,
    forward_service_id: Option<StrIn>,
    forward_schemes: StringsIn,
    forward_headers: Option<ObjectIn>,
    max_keys: usize,
    known: KnownIn<'_>,
) -> PyResult<PyOperation> {
    let MessageIn(message) = message;
    let octets = octets(&message);
    let options = EncryptOptions {
        from: frm.map(|DidIn(did)| did),
        signer: sign_frm.map(|DidIn(did)| did),
        from_prior_issuer_kid: from_prior_issuer_kid.map(|DidIn(did)| did),
        anoncrypt: enc_alg_anon.0,
        protect_sender: protect_sender_id,
        authcrypt_signed,
        anoncrypt_authcrypt_signed,
        kid_in: header_of_kid(kid_in)?,
        curves: curves.0.iter().map(|name| agreement_curve(name)).collect::<PyResult<_>>()?,
        every_curve,
        bare: !forward,
        choice: Choice { service_id: forward_service_id.map(|StrIn(id)| id), schemes: forward_schemes.0 },
        forward_headers: headers(forward_headers)?,
        most_keys: max_keys,
    };
    Ok(match to {
        ToIn::One(to) => PyOperation::prepare(known, octets, |caller| async move {
            let packed = pack::encrypted(&caller, message, &to, &options).await?;
            Ok(Outcome::Packed(Box::new(packed)))
        }),
        ToIn::Each(to) => {
            let every = octets.saturating_add(EACH).saturating_mul(to.len());
            PyOperation::prepare(known, every, |caller| async move {
                pack::encrypted_to_each(&caller, message, &to, &options).await.map(Outcome::PackedToEach)
            })
        }
    })
}
