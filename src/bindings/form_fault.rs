//! `FormFault`.

use pyo3::prelude::*;

use super::json::JsonOut;
use crate::display::quoted;
use crate::message::FormFault;

/// A part of a received message that was read as absent, because its form is not the specification's.
///
/// `Metadata.form_faults` has them where `UnpackConfig.tolerate_form_faults` is on; without it the message is
/// refused with MalformedMessageError.
///
/// Example:
///     >>> from pydidcomm import UnpackConfig, sync
///     >>> plain = '{"id":"one","type":"https://example.org/a/1.0/b","created_time":"2026-11-28T21:00:00Z"}'
///     >>> result = sync.DIDCommMessaging().unpack(plain, config=UnpackConfig(tolerate_form_faults=True))
///     >>> fault, = result.metadata.form_faults
///     >>> fault.part, fault.value, result.message.created_time
///     ('created_time', '2026-11-28T21:00:00Z', None)
#[pyclass(frozen, name = "FormFault", module = "pydidcomm")]
pub(super) struct PyFormFault(pub(super) FormFault);

#[pymethods]
impl PyFormFault {
    /// The part, as its path in the message, `created_time`, `attachments[0].id`.
    #[getter]
    fn part(&self) -> &str {
        self.0.part()
    }

    /// What is wrong with its form.
    #[getter]
    fn reason(&self) -> &str {
        self.0.reason()
    }

    /// The value as the sender wrote it; None where it is missing.
    #[getter]
    fn value(&self) -> JsonOut {
        JsonOut(self.0.value().to_owned())
    }

    fn __repr__(&self) -> String {
        format!("FormFault(part={}, reason={})", quoted(self.0.part()), quoted(self.0.reason()))
    }
}
