//! `UnpackConfig`, converted to options of the core.

use std::sync::Arc;

use pyo3::exceptions::{PyTypeError, PyValueError};
use pyo3::prelude::*;
use pyo3::types::PyString;

use super::argument::{ArgumentTypeError, WholeIn, describe_text, type_name};
use super::errors::misuse;
use crate::did::DidSet;
use crate::error::Error;
use crate::limits::Limits;
use crate::unpack::{Policy, Profile, ToMismatch, UnpackOptions};

/// An `UnpackConfig`, converted once for all messages that are unpacked with it.
#[pyclass(frozen, name = "UnpackOptions", module = "pydidcomm._core")]
pub(super) struct PyUnpackOptions(pub(super) Arc<UnpackOptions>);

#[pymethods]
impl PyUnpackOptions {
    #[new]
    fn new(config: &Bound<'_, PyAny>) -> PyResult<Self> {
        let policy = policy(config)?;
        let options = UnpackOptions {
            decrypt_by_all_keys: flag(config, "expect_decrypt_by_all_keys")?,
            // a required profile excludes leniency
            accept_missing_apv: flag(config, "accept_missing_apv")? && policy.profile.is_none(),
            accept_veramo: accepts_veramo(config)? && policy.profile.is_none(),
            tolerate_form_faults: flag(config, "tolerate_form_faults")? && policy.profile.is_none(),
            forward_unencrypted: flag(config, "forward_unencrypted")?,
            keep_forward: !flag(config, "unwrap_re_wrapping_forward")?,
            to_mismatch: to_mismatch(config)?,
            own_dids: parties(&config.getattr("own_dids")?)?,
            policy,
            limits: limits(config)?,
        };
        Ok(Self(Arc::new(options)))
    }
}

fn flag(config: &Bound<'_, PyAny>, name: &str) -> PyResult<bool> {
    let value = config.getattr(name)?;
    value.extract().map_err(|_| option_error(name, "a bool", &value))
}

fn option_error(name: &str, expected: &str, value: &Bound<'_, PyAny>) -> PyErr {
    ArgumentTypeError::new_err(format!("`{name}` must be {expected}, got {}", type_name(value)))
}

fn to_mismatch(config: &Bound<'_, PyAny>) -> PyResult<ToMismatch> {
    let value = config.getattr("to_mismatch")?;
    match value.extract::<String>().as_deref() {
        Ok("error") => Ok(ToMismatch::Refuse),
        Ok("warning") => Ok(ToMismatch::Warn),
        other => {
            let got =
                other.map_or_else(|_| type_name(&value), |text| describe_text(text, &["error", "warning"]));
            let reason = format!("`to_mismatch` must be \"error\" or \"warning\", got {got}");
            Err(PyValueError::new_err(reason))
        }
    }
}

/// Reads any collection of DIDs, but not a single string.
fn parties(dids: &Bound<'_, PyAny>) -> PyResult<DidSet> {
    if dids.is_instance_of::<PyString>() {
        return Err(PyTypeError::new_err("must be a collection of DIDs, got str"));
    }
    dids.try_iter()?.map(|did| did?.extract::<String>()).collect()
}

/// Whether the profile of Veramo is accepted in addition.
fn accepts_veramo(config: &Bound<'_, PyAny>) -> PyResult<bool> {
    let names: Vec<String> = config.getattr("accept_profiles")?.extract()?;
    match names.iter().find(|name| *name != "veramo") {
        None => Ok(!names.is_empty()),
        Some(other) => Err(misuse(Error::unsupported("profile", other))),
    }
}

fn policy(config: &Bound<'_, PyAny>) -> PyResult<Policy> {
    let profile = config.getattr("require_profile")?;
    let profile: Option<String> =
        profile.extract().map_err(|_| option_error("require_profile", "a str", &profile))?;
    let senders = config.getattr("allowed_senders")?;
    // Python calls a predicate, after the sender is proved
    let listed = !senders.is_none() && !senders.is_callable();
    Ok(Policy {
        encrypted: flag(config, "require_encrypted")?,
        authenticated: flag(config, "require_authenticated")?,
        signed: flag(config, "require_signed")?,
        unexpired: flag(config, "require_unexpired")?,
        profile: profile.as_deref().map(Profile::from_name).transpose().map_err(misuse)?,
        senders: listed.then(|| parties(&senders)).transpose()?,
    })
}

fn limits(config: &Bound<'_, PyAny>) -> PyResult<Limits> {
    let usual = Limits::default();
    let limit = |name: &str, usual: usize| -> PyResult<usize> {
        let value: Option<WholeIn> = config.getattr(name)?.extract()?;
        Ok(value.map_or(usual, |WholeIn(most)| usize::try_from(most).unwrap_or(usize::MAX)))
    };
    let ending_age: Option<WholeIn> = config.getattr("max_ending_age")?.extract()?;
    Ok(Limits {
        bytes: limit("max_bytes", usual.bytes)?,
        nesting: limit("max_nesting", usual.nesting)?,
        layers: limit("max_layers", usual.layers)?,
        recipients: limit("max_recipients", usual.recipients)?,
        to: limit("max_to", usual.to)?,
        attachments: limit("max_attachments", usual.attachments)?,
        signatures: limit("max_signatures", usual.signatures)?,
        forward_depth: limit("max_forward_depth", usual.forward_depth)?,
        ending_age: ending_age.map_or(usual.ending_age, |WholeIn(seconds)| seconds),
    })
}
