//! The version rule of message types.

use pyo3::prelude::*;

use super::argument::StrIn;
use crate::message;

/// Whether two message type URIs denote the same message of the same protocol, in any minor version.
///
/// Names are compared without case and punctuation; major versions must be equal. Use it to find the
/// handler for a received message. DIDComm v2.1, sections "Message Type URI" and "Semver Rules".
///
/// Args:
///     one: A message type URI.
///     other: The URI to compare it with.
///
/// Returns:
///     True if both are the same type. A text that is not a message type URI equals only itself.
///
/// Example:
///     >>> from pydidcomm import same_message_type
///     >>> ping = "https://didcomm.org/trust-ping/2.0/ping"
///     >>> same_message_type(ping, "https://didcomm.org/TrustPing/2.1/ping")
///     True
///     >>> same_message_type(ping, "https://didcomm.org/trust-ping/1.0/ping")
///     False
#[pyfunction]
pub(super) fn same_message_type(one: StrIn, other: StrIn) -> bool {
    message::same_message_type(&one, &other)
}
