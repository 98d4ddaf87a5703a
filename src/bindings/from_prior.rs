//! `FromPrior`.

#[cfg(feature = "stubs")]
use pyo3::inspect::PyStaticExpr;
use pyo3::prelude::*;
#[cfg(feature = "stubs")]
use pyo3::type_hint_union;
use pyo3::types::{PyString, PyTuple};

use super::argument::{StrIn, StringsIn, WholeIn, type_error};
use super::errors::misuse;
use super::json::ObjectOut;
use super::same::Same;
use super::system;
use super::tuple::{OnceTuple, TupleOut};
use super::value::{Reduced, Value, hash_of};
use crate::display::quote;
use crate::message::{Audience, FromPrior, FromPriorHeader};

/// The claims of a DID rotation from `iss` to `sub`; without `sub` the relationship ends.
///
/// Packing a message with these claims as `from_prior` signs them with a key of `iss`; `unpack` verifies them,
/// and its result has the verified claims there. `iat` is the time of the rotation and defaults to now. Times are
/// in seconds since 1970-01-01T00:00:00Z. DIDComm v2.1, section "DID Rotation".
///
/// Raises:
///     ValueError: `iss` or `sub` is not a DID, or they are the same.
///
/// Example:
///     >>> from pydidcomm import FromPrior
///     >>> FromPrior(iss="did:example:old", sub="did:example:new", iat=1516269022)
///     FromPrior(iss='did:example:old', sub='did:example:new')
#[pyclass(frozen, eq, weakref, name = "FromPrior", module = "pydidcomm")]
#[derive(Clone, PartialEq)]
pub(super) struct PyFromPrior(pub(super) FromPrior, OnceTuple);

impl From<FromPrior> for PyFromPrior {
    fn from(claims: FromPrior) -> Self {
        Self(claims, OnceTuple::default())
    }
}

/// The value of `Message.from_prior`: claims, or an unverified token.
#[derive(IntoPyObject)]
pub(super) enum FromPriorOut {
    Claims(PyFromPrior),
    Jwt(String),
}

impl From<&FromPriorHeader> for FromPriorOut {
    fn from(header: &FromPriorHeader) -> Self {
        match header {
            FromPriorHeader::Claims(claims) | FromPriorHeader::Verified(claims, _) => {
                Self::Claims(claims.clone().into())
            }
            FromPriorHeader::Jwt(jwt) => Self::Jwt(jwt.clone()),
        }
    }
}

impl Value for PyFromPrior {
    fn parts<'py>(&self, py: Python<'py>) -> PyResult<Bound<'py, PyTuple>> {
        (self.json(),).into_pyobject(py)
    }

    fn of_parts(parts: &Bound<'_, PyTuple>) -> PyResult<Self> {
        let (claims,): (String,) = parts.extract()?;
        Ok(FromPrior::parse(&claims)?.into())
    }
}

impl PyFromPrior {
    fn json(&self) -> String {
        serde_json::to_string(&self.0).unwrap_or_default()
    }
}

/// `aud` as an argument.
enum AudienceIn {
    One(String),
    Several(StringsIn),
}

impl<'py> FromPyObject<'_, 'py> for AudienceIn {
    type Error = PyErr;
    #[cfg(feature = "stubs")]
    const INPUT_TYPE: PyStaticExpr = type_hint_union!(
        <StrIn as FromPyObject<'_, '_>>::INPUT_TYPE,
        <StringsIn as FromPyObject<'_, '_>>::INPUT_TYPE
    );

    fn extract(value: Borrowed<'_, 'py, PyAny>) -> PyResult<Self> {
        if value.cast::<PyString>().is_ok() {
            return value.extract().map(|StrIn(party)| Self::One(party));
        }
        value.extract().map(Self::Several).map_err(|_| type_error(&value, "a str or a list of str"))
    }
}

impl From<AudienceIn> for Audience {
    fn from(audience: AudienceIn) -> Self {
        match audience {
            AudienceIn::One(party) => Self::One(party),
            AudienceIn::Several(parties) => Self::Several(parties.0),
        }
    }
}

/// `aud` as an attribute.
#[derive(IntoPyObject)]
enum AudienceOut<'py> {
    One(String),
    Several(TupleOut<'py, String>),
}

#[pymethods]
impl PyFromPrior {
    #[new]
    #[pyo3(signature = (*, iss, sub=None, aud=None, exp=None, nbf=None, iat=None, jti=None))]
    #[expect(clippy::too_many_arguments, reason = "one argument for each claim")]
    fn new(
        py: Python<'_>,
        iss: StrIn,
        sub: Option<StrIn>,
        aud: Option<AudienceIn>,
        exp: Option<WholeIn>,
        nbf: Option<WholeIn>,
        iat: Option<WholeIn>,
        jti: Option<StrIn>,
    ) -> PyResult<Self> {
        let whole = |number: Option<WholeIn>| number.map(|WholeIn(number)| number);
        let (exp, nbf, iat) = (whole(exp), whole(nbf), whole(iat));
        let iat = Some(iat.map_or_else(|| system::now(py), Ok)?);
        let text = |text: Option<StrIn>| text.map(|StrIn(text)| text);
        let (StrIn(iss), sub, jti) = (iss, text(sub), text(jti));
        let claims = FromPrior { iss, sub, aud: aud.map(Into::into), exp, nbf, iat, jti };
        claims.check().map_err(misuse)?;
        Ok(claims.into())
    }

    /// The prior DID, the signer.
    #[getter]
    fn iss(&self) -> &str {
        &self.0.iss
    }

    /// The new DID; None ends the relationship.
    #[getter]
    fn sub(&self) -> Option<&str> {
        self.0.sub.as_deref()
    }

    /// The audience of the token.
    #[getter]
    fn aud<'py>(&self, py: Python<'py>) -> PyResult<Option<AudienceOut<'py>>> {
        let audience = self.0.aud.as_ref().map(|audience| match audience {
            Audience::One(party) => Ok(AudienceOut::One(party.clone())),
            Audience::Several(parties) => self.1.read(py, || parties.clone()).map(AudienceOut::Several),
        });
        audience.transpose()
    }

    /// The expiry time of the token, in seconds since the epoch.
    #[getter]
    fn exp(&self) -> Option<u64> {
        self.0.exp
    }

    /// The time from which the token is valid, in seconds since the epoch.
    #[getter]
    fn nbf(&self) -> Option<u64> {
        self.0.nbf
    }

    /// The time of the rotation, in seconds since the epoch.
    #[getter]
    fn iat(&self) -> Option<u64> {
        self.0.iat
    }

    /// The id of the token.
    #[getter]
    fn jti(&self) -> Option<&str> {
        self.0.jti.as_deref()
    }

    /// The claims as the JSON object of the JWT.
    fn as_dict(&self) -> ObjectOut {
        ObjectOut(self.json())
    }

    fn __reduce__<'py>(slf: &Bound<'py, Self>) -> PyResult<Reduced<'py>> {
        Reduced::of(slf)
    }

    fn __hash__(&self) -> u64 {
        hash_of(&self.0)
    }

    fn __copy__(slf: Bound<'_, Self>) -> Same<'_, Self> {
        Same(slf)
    }

    #[pyo3(signature = (_memo: "Any", /) -> "FromPrior")]
    fn __deepcopy__<'py>(slf: Bound<'py, Self>, _memo: &Bound<'py, PyAny>) -> Bound<'py, Self> {
        slf
    }

    fn __repr__(&self) -> String {
        let sub = self.0.sub.as_deref().map_or_else(|| "None".to_owned(), quote);
        format!("FromPrior(iss={}, sub={sub})", quote(&self.0.iss))
    }
}
