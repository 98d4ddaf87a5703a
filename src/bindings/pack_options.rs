//! `PackEncryptedConfig` and `PackEncryptedParameters`, converted to options of the core.

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;

use super::algorithms::AnonCryptAlg;
use super::argument::{DidIn, StrIn, StringsIn, WholeIn, describe_text, flag, type_name};
use super::errors::misuse;
use super::json::ObjectIn;
use crate::did::DidUrl;
use crate::keys::Curve;
use crate::pack::{EncryptOptions, KidIn};
use crate::routing::{Choice, ForwardHeaders};

/// A `PackEncryptedConfig`, converted once for all messages that are packed with it.
#[pyclass(frozen, name = "PackOptions", module = "pydidcomm._core")]
pub(super) struct PyPackOptions(EncryptOptions);

#[pymethods]
impl PyPackOptions {
    #[new]
    #[pyo3(signature = (
        *, enc_alg_anon, protect_sender_id: "bool", authcrypt_signed: "bool", anoncrypt_authcrypt_signed: "bool",
        kid_in, profile, curves, every_curve: "bool", forward: "bool", max_keys
    ))]
    #[expect(
        clippy::too_many_arguments,
        clippy::fn_params_excessive_bools,
        reason = "the options of the Python dataclass, by their names"
    )]
    fn new(
        enc_alg_anon: AnonCryptAlg,
        #[pyo3(from_py_with = flag)] protect_sender_id: bool,
        #[pyo3(from_py_with = flag)] authcrypt_signed: bool,
        #[pyo3(from_py_with = flag)] anoncrypt_authcrypt_signed: bool,
        kid_in: &Bound<'_, PyAny>,
        profile: &Bound<'_, PyAny>,
        curves: StringsIn,
        #[pyo3(from_py_with = flag)] every_curve: bool,
        #[pyo3(from_py_with = flag)] forward: bool,
        max_keys: WholeIn,
    ) -> PyResult<Self> {
        Ok(Self(EncryptOptions {
            anoncrypt: enc_alg_anon.0,
            protect_sender: protect_sender_id,
            authcrypt_signed,
            anoncrypt_authcrypt_signed,
            kid_in: header_of_kid(kid_in)?,
            for_veramo: is_for_veramo(profile)?,
            curves: curves.0.iter().map(|name| agreement_curve(name)).collect::<PyResult<_>>()?,
            every_curve,
            bare: !forward,
            most_keys: usize::try_from(max_keys.0).unwrap_or(usize::MAX),
            ..EncryptOptions::default()
        }))
    }
}

/// A `PackEncryptedParameters`, converted once.
#[pyclass(frozen, name = "PackParameters", module = "pydidcomm._core")]
pub(super) struct PyPackParameters {
    from_prior_issuer_kid: Option<DidUrl>,
    choice: Choice,
    forward_headers: ForwardHeaders,
}

#[pymethods]
impl PyPackParameters {
    #[new]
    #[pyo3(signature = (*, from_prior_issuer_kid, forward_service_id, forward_schemes, forward_headers))]
    fn new(
        from_prior_issuer_kid: Option<DidIn>,
        forward_service_id: Option<StrIn>,
        forward_schemes: StringsIn,
        forward_headers: Option<ObjectIn>,
    ) -> PyResult<Self> {
        Ok(Self {
            from_prior_issuer_kid: from_prior_issuer_kid.map(|DidIn(did)| did),
            choice: Choice { service_id: forward_service_id.map(|StrIn(id)| id), schemes: forward_schemes.0 },
            forward_headers: headers(forward_headers)?,
        })
    }
}

impl PyPackOptions {
    /// The options of one message.
    pub(super) fn of_message(
        &self,
        parameters: &PyPackParameters,
        from: Option<DidUrl>,
        signer: Option<DidUrl>,
    ) -> EncryptOptions {
        EncryptOptions {
            from,
            signer,
            from_prior_issuer_kid: parameters.from_prior_issuer_kid.clone(),
            choice: parameters.choice.clone(),
            forward_headers: parameters.forward_headers.clone(),
            ..self.0.clone()
        }
    }
}

/// Reads the name of the header of a signature that contains `kid`.
pub(super) fn header_of_kid(kid_in: &Bound<'_, PyAny>) -> PyResult<KidIn> {
    let text = kid_in.extract::<String>();
    match text.as_deref() {
        Ok("header") => Ok(KidIn::Header),
        Ok("protected") => Ok(KidIn::Protected),
        other => {
            let got = other
                .map_or_else(|_| type_name(kid_in), |text| describe_text(text, &["header", "protected"]));
            let reason = format!("`kid_in` must be \"header\" or \"protected\", got {got}");
            Err(PyValueError::new_err(reason))
        }
    }
}

/// Whether this is the name of the profile of Veramo.
fn is_for_veramo(profile: &Bound<'_, PyAny>) -> PyResult<bool> {
    let text = profile.extract::<String>();
    match text.as_deref() {
        Ok("didcomm/v2") => Ok(false),
        Ok("veramo") => Ok(true),
        other => {
            let got = other
                .map_or_else(|_| type_name(profile), |text| describe_text(text, &["didcomm/v2", "veramo"]));
            let reason = format!("`profile` must be \"didcomm/v2\" or \"veramo\", got {got}");
            Err(PyValueError::new_err(reason))
        }
    }
}

pub(super) fn agreement_curve(name: &str) -> PyResult<Curve> {
    let curve = Curve::from_name(name).map_err(misuse)?;
    let unfit = || PyValueError::new_err(format!("keys on {name} cannot be used for key agreement"));
    if curve.can_agree() { Ok(curve) } else { Err(unfit()) }
}

/// Additional headers of forwards, without those that every forward has.
pub(super) fn headers(value: Option<ObjectIn>) -> PyResult<ForwardHeaders> {
    value.map_or_else(|| Ok(ForwardHeaders::default()), |ObjectIn(text)| Ok(ForwardHeaders::parse(&text)?))
}
