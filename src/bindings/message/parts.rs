//! The text of a `Message`; and its parts for pickle, with the state that the text does not contain.

use std::sync::Arc;

use pyo3::exceptions::PyValueError;
use pyo3::prelude::*;
use pyo3::types::PyTuple;

use super::super::form_fault::PyFormFault;
use super::super::from_prior::PyFromPrior;
use super::super::value::Value;
use super::PyMessage;
use crate::message::{FromPriorHeader, Message};

impl PyMessage {
    pub(super) fn write(&self) -> PyResult<String> {
        match self.0.from_prior() {
            Some(FromPriorHeader::Claims(_)) => Err(PyValueError::new_err(
                "`from_prior` is not signed yet, so the message has no plaintext form: pack it with \
                 `pack_encrypted`",
            )),
            _ => Ok(self.0.try_to_json()?),
        }
    }
}

impl Value for PyMessage {
    fn parts<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        let (claims, jwt) = match self.0.from_prior() {
            None => (None, None),
            Some(FromPriorHeader::Claims(claims)) => (Some(claims), None),
            Some(FromPriorHeader::Verified(claims, jwt)) => (Some(claims), Some(jwt)),
            Some(FromPriorHeader::Jwt(jwt)) => (None, Some(jwt)),
        };
        let claims = claims.cloned().map(PyFromPrior::from);
        let faults: Vec<_> = self.0.form_faults().iter().cloned().map(PyFormFault).collect();
        (self.0.to_json(), claims, jwt, faults).into_pyobject(py)
    }

    fn of_parts(parts: &Bound<'_, PyTuple>) -> PyResult<Self> {
        type Parts<'py> =
            (String, Option<Bound<'py, PyFromPrior>>, Option<String>, Vec<Bound<'py, PyFormFault>>);
        let (text, claims, jwt, faults): Parts<'_> = parts.extract()?;
        let header = match (claims.map(|claims| claims.get().0.clone()), jwt) {
            (None, None) => None,
            (Some(claims), None) => Some(FromPriorHeader::Claims(claims)),
            (Some(claims), Some(jwt)) => Some(FromPriorHeader::Verified(claims, jwt)),
            (None, Some(jwt)) => Some(FromPriorHeader::Jwt(jwt)),
        };
        let faults = faults.iter().map(|fault| fault.get().0.clone()).collect();
        Ok(Arc::new(Message::restore(text, header, faults)?).into())
    }
}
