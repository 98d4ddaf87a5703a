//! Verify `from_prior`, the prior DID's signed statement about the new one (DIDComm v2.1, "DID Rotation").

use super::report::Rotation;
use crate::caller::{Caller, ResolveOptions};
use crate::crypto::signature;
use crate::did::{DidUrl, Document, Relationship, same_party};
use crate::error::{Claim, Error, Result};
use crate::jose::jwt::Jwt;
use crate::json;
use crate::message::{FromPrior, FromPriorHeader, Message};

/// Tolerated clock skew, in seconds: what common JWT libraries allow.
const CLOCK_SKEW: u64 = 300;

/// The receiver's side of the checks on a token.
#[derive(Clone, Copy)]
pub(super) struct Receiver<'a> {
    /// Our DID that the message was encrypted to; `None` if the caller opened the layers.
    pub(super) did: Option<&'a str>,
    /// The maximum age of the end of a relationship, in seconds.
    pub(super) ending_age: u64,
}

/// Proof of a rotation: signed by a key that `iss` authorises, for the sender of the message.
#[derive(Clone, Debug)]
pub struct RotationProved {
    claims: FromPrior,
    issuer_kid: DidUrl,
    jwt: String,
    _proof: signature::SignatureValid,
}

impl RotationProved {
    /// The claims of the rotation.
    pub fn claims(&self) -> &FromPrior {
        &self.claims
    }

    /// The signing key of the prior DID.
    pub fn issuer_kid(&self) -> &DidUrl {
        &self.issuer_kid
    }

    /// The token as it arrived.
    pub fn jwt(&self) -> &str {
        &self.jwt
    }

    /// The rotation without its proof.
    pub(super) fn into_rotation(self) -> Rotation {
        let Self { claims, issuer_kid, jwt, .. } = self;
        Rotation { claims, issuer_kid, jwt }
    }
}

/// Verifies `from_prior`, and replaces the token in the message by the proved claims.
pub(super) async fn verify(
    caller: &Caller,
    message: Message,
    encrypted: bool,
    receiver: Receiver<'_>,
) -> Result<(Message, Option<RotationProved>)> {
    let token = match message.from_prior() {
        None => return Ok((message, None)),
        Some(FromPriorHeader::Jwt(token)) => token.clone(),
        Some(_) => return Err(Error::malformed("message.from_prior", "must be a JWT")),
    };
    if !encrypted {
        return Err(untrusted_error(Claim::RotationEncrypted, None, None));
    }
    let jwt = Jwt::parse(&token)?;
    let claims = FromPrior::parse(json::utf8(&jwt.claims, "from_prior.claims")?)?;
    claims.check()?;
    if !same_party(jwt.kid.did(), &claims.iss) {
        return Err(untrusted_error(Claim::RotationIssuer, Some(&jwt.kid), Some(claims.iss)));
    }
    // without sub the relationship ends, so the message has no sender
    let is_sender = match (claims.sub.as_deref(), message.from()) {
        (Some(sub), Some(from)) => same_party(sub, from.did()),
        (sub, from) => sub.is_none() && from.is_none(),
    };
    if !is_sender {
        return Err(untrusted_error(Claim::RotationSubject, Some(&jwt.kid), claims.sub));
    }
    if let Some(audience) = &claims.aud {
        let to = message.to().unwrap_or_default().iter().map(DidUrl::did);
        let is_for_us = match receiver.did {
            Some(did) => audience.includes([did]),
            None => audience.includes(to),
        };
        if !is_for_us {
            return Err(untrusted_error(
                Claim::RotationAudience,
                Some(&jwt.kid),
                receiver.did.map(ToOwned::to_owned),
            ));
        }
    }
    check_times(&claims, caller.now(), receiver.ending_age, &jwt.kid)?;
    let proof = prove(caller, &jwt, &claims, receiver).await?;
    let rotation = RotationProved {
        claims: claims.clone(),
        issuer_kid: jwt.kid.clone(),
        jwt: token.clone(),
        _proof: proof,
    };
    Ok((message.with_from_prior_header(FromPriorHeader::Verified(claims, token)), Some(rotation)))
}

/// Verifies the signature of the prior DID.
async fn prove(
    caller: &Caller,
    jwt: &Jwt<'_>,
    claims: &FromPrior,
    receiver: Receiver<'_>,
) -> Result<signature::SignatureValid> {
    let verify = |document: &Document| {
        let method = document.key(Relationship::Authentication, &jwt.kid)?;
        let key =
            method.key().map_err(|unusable| Error::unsupported("signing key", unusable.reason.clone()))?;
        signature::verify(key, jwt.algorithm, jwt.signing_input.as_bytes(), &jwt.signature)
    };
    match caller.read_document(jwt.kid.did(), ResolveOptions::UNPROVED, verify).await {
        // an abandoned DID is often deactivated before its peers have received the rotation
        Err(error @ Error::DidDeactivated { .. }) => match version_time(claims, caller.now(), receiver) {
            Some(time) => match caller.resolve_at(jwt.kid.did(), time).await? {
                Some(document) => verify(&document),
                None => Err(error),
            },
            None => Err(error),
        },
        result => result,
    }
}

/// The token's own time of signing; `None` if it is too long ago to be accepted.
///
/// An attacker with a key of a deactivated DID can write any time into a token.
fn version_time(claims: &FromPrior, now: u64, receiver: Receiver<'_>) -> Option<u64> {
    claims.iat.filter(|iat| iat.saturating_add(receiver.ending_age) >= now)
}

fn check_times(claims: &FromPrior, now: u64, ending_age: u64, kid: &DidUrl) -> Result<()> {
    let iat = claims.iat.ok_or_else(|| Error::malformed("from_prior.iat", "missing"))?;
    let latest = now.saturating_add(CLOCK_SKEW);
    let expired = claims.exp.is_some_and(|exp| exp.saturating_add(CLOCK_SKEW) <= now);
    let early = claims.nbf.is_some_and(|nbf| nbf > latest) || iat > latest;
    let old = claims.sub.is_none() && iat.saturating_add(ending_age).saturating_add(CLOCK_SKEW) < now;
    if expired || early || old {
        return Err(untrusted_error(Claim::RotationTime, Some(kid), Some(claims.iss.clone())));
    }
    Ok(())
}

fn untrusted_error(claim: Claim, kid: Option<&DidUrl>, did: Option<String>) -> Error {
    Error::Untrusted { claim, kid: kid.map(ToString::to_string), did }
}
