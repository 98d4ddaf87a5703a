//! What a message changes in the relationship with its sender: `PeerRotated`, `PeerEnded`.

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

/// The peer goes by another DID now: it was proved that the old one said so.
///
/// Write to the new DID from now on, and ignore what still comes from the old one, once that is what you know
/// the peer by; every message repeats this until the peer has heard from you. `at` is when the peer rotated,
/// in seconds since the epoch, and `kid` the key of the old DID that signed. Only `unpack` makes one.
///
/// It is proved by the old DID alone. In an anoncrypted message nothing proves that the new DID sent it, so
/// `sender` of the result is None: a copy of the announcement can be sent by everyone who received it. The
/// change is as true, and the body has no proved sender.
/// DIDComm v2.1, section "DID Rotation".
#[pyclass(frozen, eq, hash, get_all, weakref, name = "PeerRotated", module = "pydidcomm")]
#[derive(Clone, Hash, PartialEq)]
pub(super) struct PyPeerRotated {
    /// The DID that the peer had, in the form of `Metadata.sender`.
    old: String,
    /// The DID that the peer has, in the form of `Metadata.sender`.
    new: String,
    /// When it rotated, in seconds since the epoch; None where it did not say.
    at: Option<u64>,
    /// The key of the old DID that signed.
    kid: String,
}

/// The peer has ended the relationship: it was proved that its DID said so.
///
/// Do not write to it again. A copy can be sent again at any time, so act on it only if `did`
/// is the DID by which you know the peer now, and `is_later_than` your last change with it. `at` is when it
/// ended the relationship, in seconds since the epoch, and `kid` the key that signed. Only `unpack` makes one.
/// DIDComm v2.1, section "Ending a Relationship".
#[pyclass(frozen, eq, hash, get_all, weakref, name = "PeerEnded", module = "pydidcomm")]
#[derive(Clone, Hash, PartialEq)]
pub(super) struct PyPeerEnded {
    /// The DID that the peer had.
    did: String,
    /// When it ended the relationship, in seconds since the epoch; None where it did not say.
    at: Option<u64>,
    /// The key that signed.
    kid: String,
}

/// What `UnpackResult.relationship_change` yields.
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

/// What a positional pattern of a `match` statement reads. Type checkers follow it by literal names alone.
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

/// Whether a change is news for those who know of a change at a certain time; one without a time never is.
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

    /// Whether this happened after `known`, the `at` of the last change of this peer; True where there was none.
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

    /// Whether this happened after `known`, the `at` of the last change of this peer; True where there was none.
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
