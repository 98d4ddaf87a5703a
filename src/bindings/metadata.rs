//! `Metadata`: the proved facts about a message.

use std::sync::Arc;

use pyo3::prelude::*;
use pyo3::types::{PyString, PyTuple};

use super::algorithms::{AnonCryptAlg, AuthCryptAlg, SignAlg};
use super::callback::draw_picture;
use super::form_fault::PyFormFault;
use super::from_prior::PyFromPrior;
use super::message::PyMessage;
use super::room::new_str;
use super::system;
use super::tuple::{OnceTuple, TupleOut};
use super::value::{Reduced, Value, did_url, did_urls, hash_of, texts};
use super::warnings::{WarningsOut, tuple_of};
use crate::did::DidUrl;
use crate::unpack::{Report, Rotation, Warning};
use crate::{ContentEncryption, SignatureAlgorithm};

/// The facts about a message that its unpacking proved.
///
/// DIDComm v2.1, sections "Message Layer Addressing Consistency" and "IANA Media Types".
#[pyclass(frozen, weakref, name = "Metadata", module = "pydidcomm")]
pub(super) struct PyMetadata(Arc<Report>, Tuples);

/// The collections of the metadata as Python objects.
#[derive(Default)]
struct Tuples {
    encrypted_to: OnceTuple,
    warnings: OnceTuple,
    form_faults: OnceTuple,
}

impl From<Arc<Report>> for PyMetadata {
    fn from(report: Arc<Report>) -> Self {
        Self(report, Tuples::default())
    }
}

impl PyMetadata {
    pub(super) fn report(&self) -> &Arc<Report> {
        &self.0
    }
}

/// The facts in the order of a pickle: DIDs, keys, the rotation, algorithms, and warnings.
type Parts<'py> = (
    Bound<'py, PyMessage>,
    [Option<String>; 3],
    [Option<String>; 3],
    Option<Vec<String>>,
    Option<(Bound<'py, PyFromPrior>, String, String)>,
    [Option<String>; 3],
    Option<String>,
    (bool, bool, bool, Vec<String>),
    String,
);

impl Value for PyMetadata {
    fn parts<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        let report = self.0.as_ref();
        let url = |url: &Option<DidUrl>| url.as_ref().map(ToString::to_string);
        let encrypted_to =
            report.encrypted_to.as_deref().map(|kids| kids.iter().map(ToString::to_string).collect());
        let rotation = report.rotation.as_ref().map(|rotation| {
            let claims = Bound::new(py, PyFromPrior::from(rotation.claims.clone()))?;
            Ok::<_, PyErr>((claims, rotation.issuer_kid.to_string(), rotation.jwt.clone()))
        });
        let warnings = report.warnings.iter().map(|warning| warning.code().to_owned()).collect();
        let parts: Parts<'_> = (
            Bound::new(py, PyMessage::from(Arc::clone(&report.message)))?,
            [report.sender.clone(), report.sender_long_form.clone(), report.recipient.clone()],
            [url(&report.encrypted_from), url(&report.recipient_kid), url(&report.sign_from)],
            encrypted_to,
            rotation.transpose()?,
            [
                report.anoncrypt.map(|encryption| encryption.name().to_owned()),
                report.authcrypt.map(|encryption| encryption.name().to_owned()),
                report.signature_algorithm.map(|algorithm| algorithm.name().to_owned()),
            ],
            report.signed_message().map(ToOwned::to_owned),
            (report.in_forward, report.is_expired, report.is_by_veramo, warnings),
            report.replay_key().delivery(system::random_id).to_owned(),
        );
        parts.into_pyobject(py)
    }

    fn of_parts(parts: &Bound<'_, PyTuple>) -> PyResult<Self> {
        let (message, dids, keys, encrypted_to, rotation, algorithms, jws, noticed, delivery): Parts<'_> =
            parts.extract()?;
        let ([sender, sender_long_form, recipient], [encrypted_from, recipient_kid, sign_from]) =
            (dids, keys);
        let [anoncrypt, authcrypt, signature] = algorithms;
        let (in_forward, is_expired, is_by_veramo, warnings) = noticed;
        let encryption =
            |name: Option<String>| name.map(|name| ContentEncryption::from_name(&name)).transpose();
        let rotation = rotation.map(|(claims, kid, jwt)| {
            let claims = claims.get().0.clone();
            DidUrl::parse(&kid).map(|issuer_kid| Rotation { claims, issuer_kid, jwt })
        });
        let mut report = Report::new(Arc::clone(&message.get().0)).with_signed_message(jws);
        (report.sender, report.sender_long_form, report.recipient) = (sender, sender_long_form, recipient);
        report.encrypted_from = did_url(encrypted_from.as_ref())?;
        report.encrypted_to = encrypted_to.map(|kids| did_urls(&kids)).transpose()?;
        report.recipient_kid = did_url(recipient_kid.as_ref())?;
        report.sign_from = did_url(sign_from.as_ref())?;
        report.rotation = rotation.transpose()?;
        (report.anoncrypt, report.authcrypt) = (encryption(anoncrypt)?, encryption(authcrypt)?);
        report.signature_algorithm =
            signature.map(|name| SignatureAlgorithm::from_name(&name)).transpose()?;
        (report.in_forward, report.is_expired) = (in_forward, is_expired);
        report.is_by_veramo = is_by_veramo;
        report.warnings = warnings.iter().filter_map(|code| Warning::of_code(code)).collect();
        // the delivery must remain the one that a replay window has recorded
        report.replay_key().delivery(|| delivery);
        Ok(Arc::new(report).into())
    }
}

#[pymethods]
impl PyMetadata {
    /// Whether the message arrived encrypted.
    #[getter]
    fn encrypted(&self) -> bool {
        self.0.encrypted_to.is_some()
    }

    /// Whether `frm` of the message is proved, by authcrypt or by a signature.
    #[getter]
    fn authenticated(&self) -> bool {
        self.0.encrypted_from.is_some() || self.0.sign_from.is_some()
    }

    /// The DID of the sender that authcrypt or a signature proves; None if no sender is proved.
    ///
    /// One party always has one form, whichever form is in the message: the short form of a did:peer:4, and the
    /// did:peer:2 of a did:peer:3 if the resolver has it. See `same_party` for other comparisons.
    #[getter]
    fn sender(&self) -> Option<&str> {
        self.0.sender.as_deref()
    }

    /// The long form of `sender`, if that is a did:peer:4 and the message or the resolver has it.
    ///
    /// The peer writes only its short form after the first message, which resolves only if the long form is stored:
    /// store it with the contact, or see `long_forms` of `LocalResolver`.
    #[getter]
    fn sender_long_form(&self) -> Option<&str> {
        self.0.sender_long_form.as_deref()
    }

    /// Our DID that the message was encrypted to, in the same form as `sender`; None without encryption.
    #[getter]
    fn recipient(&self) -> Option<&str> {
        self.0.recipient.as_deref()
    }

    /// Whether a signature proves `frm` of the message to third parties too.
    #[getter]
    fn non_repudiation(&self) -> bool {
        self.0.sign_from.is_some()
    }

    /// Whether the envelope hides the sender from all but the recipient.
    #[getter]
    fn anonymous_sender(&self) -> bool {
        self.0.anoncrypt.is_some()
    }

    /// The sender's key in authcrypt; its DID is `frm` of the message.
    #[getter]
    fn encrypted_from(&self) -> Option<&str> {
        self.0.encrypted_from.as_ref().map(DidUrl::as_str)
    }

    /// The keys that the message was encrypted to.
    #[getter]
    fn encrypted_to<'py>(&'py self, py: Python<'py>) -> PyResult<Option<TupleOut<'py, &'py str>>> {
        let kids = self.0.encrypted_to.as_deref();
        kids.map(|kids| self.1.encrypted_to.read(py, || texts(kids))).transpose()
    }

    /// Our key that opened the message.
    #[getter]
    fn recipient_kid(&self) -> Option<&str> {
        self.0.recipient_kid.as_ref().map(DidUrl::as_str)
    }

    /// The signing key; its DID is `frm` of the message.
    #[getter]
    fn sign_from(&self) -> Option<&str> {
        self.0.sign_from.as_ref().map(DidUrl::as_str)
    }

    /// The key of the prior DID that signed `from_prior`.
    #[getter]
    fn from_prior_issuer_kid(&self) -> Option<&str> {
        self.0.rotation.as_ref().map(|rotation| rotation.issuer_kid.as_str())
    }

    /// The verified `from_prior` token as it arrived.
    #[getter]
    fn from_prior_jwt(&self) -> Option<&str> {
        self.0.rotation.as_ref().map(|rotation| rotation.jwt.as_str())
    }

    /// The content encryption of the authcrypt layer.
    #[getter]
    fn enc_alg_auth(&self) -> Option<AuthCryptAlg> {
        self.0.authcrypt.map(AuthCryptAlg)
    }

    /// The content encryption of the anoncrypt layer.
    #[getter]
    fn enc_alg_anon(&self) -> Option<AnonCryptAlg> {
        self.0.anoncrypt.map(AnonCryptAlg)
    }

    /// The algorithm of the signature.
    #[getter]
    fn sign_alg(&self) -> Option<SignAlg> {
        self.0.signature_algorithm.map(SignAlg)
    }

    /// The signed layer as it arrived, JSON text that a third party can verify.
    #[getter]
    fn signed_message<'py>(&self, py: Python<'py>) -> PyResult<Option<Bound<'py, PyString>>> {
        self.0.signed_message().map(|text| new_str(py, text)).transpose()
    }

    /// Whether the message arrived in a forward to us, rewrapped by a mediator, which was unwrapped too.
    #[getter]
    fn re_wrapped_in_forward(&self) -> bool {
        self.0.in_forward
    }

    /// The profile in `UnpackConfig.accept_profiles` with the deviations of the message; None if it has none.
    ///
    /// With "veramo", `warnings` lists what is not proved: with `WarningCode.AUTHCRYPT_DRAFT_3`, another recipient
    /// may have written the message; with `UNBOUND_RECIPIENTS`, the list of recipients may have been changed.
    #[getter]
    fn profile(&self) -> Option<&'static str> {
        self.0.is_by_veramo.then_some("veramo")
    }

    /// Anomalies of the message that are not a reason to refuse it, as texts with a `code`.
    ///
    /// The code `WarningCode.UNPROVED_FROM` means that `frm` of the message is not proved.
    #[getter]
    fn warnings<'py>(&self, py: Python<'py>) -> PyResult<WarningsOut<'py>> {
        self.1.warnings.get_or_make(py, || tuple_of(py, &self.0.warnings)).map(WarningsOut)
    }

    /// The parts of the message that were read as absent because of their invalid form.
    ///
    /// Empty unless `UnpackConfig.tolerate_form_faults` is on.
    #[getter]
    fn form_faults<'py>(&self, py: Python<'py>) -> PyResult<TupleOut<'py, PyFormFault>> {
        let faults = || self.0.message.form_faults().iter().cloned().map(PyFormFault).collect();
        self.1.form_faults.read(py, faults)
    }

    /// Whether the message had expired when it was unpacked.
    #[getter]
    fn expired(&self) -> bool {
        self.0.is_expired
    }

    /// The proved facts as a table for notebooks.
    fn _repr_html_(slf: &Bound<'_, Self>) -> PyResult<String> {
        draw_picture(slf.as_any(), "pydidcomm.inspection._html", "metadata_table")
    }

    fn __eq__(&self, other: &Self) -> bool {
        self.0.has_same_facts(&other.0)
    }

    fn __hash__(&self) -> u64 {
        hash_of((&self.0.sender, self.recipient_kid()))
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<Reduced<'py>> {
        Reduced::of(slf)
    }

    fn __repr__(&self) -> String {
        let (encrypted, authenticated) = (self.encrypted(), self.authenticated());
        let python = |value: bool| if value { "True" } else { "False" };
        format!("Metadata(encrypted={}, authenticated={})", python(encrypted), python(authenticated))
    }
}
