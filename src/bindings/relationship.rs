//! Changes of the relationship with the sender of a message: `PeerRotated`, `PeerEnded`.

#[cfg(feature = "stubs")]
use pyo3::inspect::{PyStaticConstant, PyStaticExpr};
use pyo3::prelude::*;
use pyo3::types::PyTuple;
#[cfg(feature = "stubs")]
use pyo3::{type_hint_identifier, type_hint_subscript};

use super::argument::WholeIn;
use super::value::{Reduced, Value};
use crate::did::canonical;
use crate::display::quote;
use crate::unpack::Rotation;

/// The peer has rotated to a new DID, as a signature of its old DID proves.
///
/// If `old` is the current DID of a contact, send to `new` from now on, and ignore later messages from `old`. Every
/// message repeats the rotation until the peer has received a message at `new`. `at` is the time of the rotation, in
/// seconds since the epoch, and `kid` the key of the old DID that signed. Only `unpack` creates one.
///
/// The old DID alone proves the rotation. In anoncrypt, nothing proves that the new DID sent the message, so `sender`
/// of the result is None: every recipient of the announcement can send a copy of it. The rotation is valid even so,
/// but the body has no proved sender. DIDComm v2.1, section "DID Rotation".
#[pyclass(frozen, eq, hash, get_all, weakref, name = "PeerRotated", module = "pydidcomm")]
#[derive(Clone, Hash, PartialEq)]
pub(super) struct PyPeerRotated {
    /// The prior DID of the peer, a did:peer:4 in its short form.
    old: String,
    /// The new DID of the peer, a did:peer:4 in its short form.
    new: String,
    /// The time of the rotation, in seconds since the epoch; None if the peer did not state it.
    at: Option<u64>,
    /// The key of the old DID that signed.
    kid: String,
}

/// The peer has ended the relationship, as a signature of its DID proves.
///
/// Send nothing more to it. The message can be replayed at any time, so act on it only if `did` is the current DID of
/// the contact, and if `is_later_than` the time of its last change is true. `at` is the time of the end, in seconds
/// since the epoch, and `kid` the key that signed. Only `unpack` creates one.
/// DIDComm v2.1, section "Ending a Relationship".
#[pyclass(frozen, eq, hash, get_all, weakref, name = "PeerEnded", module = "pydidcomm")]
#[derive(Clone, Hash, PartialEq)]
pub(super) struct PyPeerEnded {
    /// The DID of the peer, a did:peer:4 in its short form.
    did: String,
    /// The time of the end, in seconds since the epoch; None if the peer did not state it.
    at: Option<u64>,
    /// The key that signed.
    kid: String,
}

/// The value of `UnpackResult.relationship_change`.
#[derive(IntoPyObject)]
pub(super) enum ChangeOut {
    Rotated(PyPeerRotated),
    Ended(PyPeerEnded),
}

impl From<&Rotation> for ChangeOut {
    fn from(rotation: &Rotation) -> Self {
        let claims = &rotation.claims;
        let did = canonical(&claims.iss, None).into_owned();
        let (at, kid) = (claims.iat, rotation.issuer_kid.to_string());
        match claims.sub.as_deref().map(|new| canonical(new, None).into_owned()) {
            Some(new) => Self::Rotated(PyPeerRotated { old: did, new, at, kid }),
            None => Self::Ended(PyPeerEnded { did, at, kid }),
        }
    }
}

/// The attributes in a positional pattern of a `match` statement, as the literal names that type checkers need.
macro_rules! places {
    ($places:ident, $($name:literal),+) => {
        struct $places;

        impl<'py> IntoPyObject<'py> for $places {
            type Target = PyTuple;
            type Output = Bound<'py, PyTuple>;
            type Error = PyErr;
            #[cfg(feature = "stubs")]
            const OUTPUT_TYPE: PyStaticExpr = type_hint_subscript!(
                type_hint_identifier!("builtins", "tuple"),
                $(type_hint_subscript!(
                    type_hint_identifier!("typing", "Literal"),
                    PyStaticExpr::Constant { value: PyStaticConstant::Str($name) }
                )),+
            );

            fn into_pyobject(self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
                PyTuple::new(py, [$($name),+])
            }
        }
    };
}

places!(RotatedPlaces, "old", "new");
places!(EndedPlaces, "did");

/// Whether a change is later than the last known one; a change without a time is later only than none.
fn is_later(at: Option<u64>, known: Option<WholeIn>) -> bool {
    known.is_none_or(|WholeIn(known)| at.is_some_and(|at| at > known))
}

impl Value for PyPeerRotated {
    fn parts<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        (&self.old, &self.new, self.at, &self.kid).into_pyobject(py)
    }

    fn of_parts(parts: &Bound<'_, PyTuple>) -> PyResult<Self> {
        let (old, new, at, kid) = parts.extract()?;
        Ok(Self { old, new, at, kid })
    }
}

impl Value for PyPeerEnded {
    fn parts<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        (&self.did, self.at, &self.kid).into_pyobject(py)
    }

    fn of_parts(parts: &Bound<'_, PyTuple>) -> PyResult<Self> {
        let (did, at, kid) = parts.extract()?;
        Ok(Self { did, at, kid })
    }
}

#[pymethods]
impl PyPeerRotated {
    #[classattr]
    #[pyo3(name = "__match_args__")]
    const MATCH_ARGS: RotatedPlaces = RotatedPlaces;

    /// Whether this change is later than the peer's last change.
    ///
    /// Args:
    ///     known: `at` of the last change, in seconds since the epoch; None if there was none.
    ///
    /// Returns:
    ///     True if `known` is None, or if `at` is later. A change without `at` is never later than a known one.
    fn is_later_than(&self, known: Option<WholeIn>) -> bool {
        is_later(self.at, known)
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<Reduced<'py>> {
        Reduced::of(slf)
    }

    fn __repr__(&self) -> String {
        format!("PeerRotated(old={}, new={})", quote(&self.old), quote(&self.new))
    }
}

#[pymethods]
impl PyPeerEnded {
    #[classattr]
    #[pyo3(name = "__match_args__")]
    const MATCH_ARGS: EndedPlaces = EndedPlaces;

    /// Whether this change is later than the peer's last change.
    ///
    /// Args:
    ///     known: `at` of the last change, in seconds since the epoch; None if there was none.
    ///
    /// Returns:
    ///     True if `known` is None, or if `at` is later. A change without `at` is never later than a known one.
    fn is_later_than(&self, known: Option<WholeIn>) -> bool {
        is_later(self.at, known)
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<Reduced<'py>> {
        Reduced::of(slf)
    }

    fn __repr__(&self) -> String {
        format!("PeerEnded(did={})", quote(&self.did))
    }
}
