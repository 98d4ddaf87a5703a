//! Verifying `from_prior`: whether the prior DID vouches for the sender (DIDComm v2.1, "DID Rotation").

use super::report::Rotation;
use crate::caller::{Caller, ResolveOptions};
use crate::crypto::signature;
use crate::did::{DidUrl, Document, Relationship, same_party};
use crate::error::{Claim, Error, Result};
use crate::jose::jwt::Jwt;
use crate::json;
use crate::message::{FromPrior, FromPriorHeader, Message};

/// How far a peer's clock may run ahead of ours, in seconds: what common JWT libraries allow.
const CLOCK_SKEW: u64 = 300;

/// What a token is judged by, beside its signature.
#[derive(Clone, Copy)]
pub(super) struct Receiver<'a> {
    /// Our DID, to which the message was encrypted; none where the caller opened the layers.
    pub(super) did: Option<&'a str>,
    /// How old the end of a relationship may be, in seconds.
    pub(super) ending_age: u64,
}

/// A rotation that was proved: signed by a key that `iss` authorises, for the DID that sent the message.
#[derive(Clone, Debug)]
pub struct RotationProved {
    claims: FromPrior,
    issuer_kid: DidUrl,
    jwt: String,
    _proof: signature::SignatureValid,
}

impl RotationProved {
    /// What was announced.
    pub fn claims(&self) -> &FromPrior {
        &self.claims
    }

    /// The key of the prior DID that signed.
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

/// Verifies `from_prior` of a message that was decrypted, and puts the proved claims in its place.
pub(super) async fn verify(
    caller: &Caller,
    message: Message,
    encrypted: bool,
    receiver: Receiver<'_>,
) -> Result<(Message, Option<RotationProved>)> {
    let token = match message.from_prior() {
        None => return Ok((message, None)),
        Some(FromPriorHeader::Jwt(token)) => token.clone(),
        Some(_) => return Err(Error::malformed("message.from_prior", "no JWT")),
    };
    if !encrypted {
        return Err(untrusted(Claim::RotationEncrypted, None, None));
    }
    let jwt = Jwt::parse(&token)?;
    let claims = FromPrior::parse(json::utf8(&jwt.claims, "from_prior.claims")?)?;
    claims.check()?;
    if !same_party(jwt.kid.did(), &claims.iss) {
        return Err(untrusted(Claim::RotationIssuer, Some(&jwt.kid), Some(claims.iss)));
    }
    // no sub ends the relationship, and then nobody is left to be the sender
    let is_sender = match (claims.sub.as_deref(), message.from()) {
        (Some(sub), Some(from)) => same_party(sub, from.did()),
        (sub, from) => sub.is_none() && from.is_none(),
    };
    if !is_sender {
        return Err(untrusted(Claim::RotationSubject, Some(&jwt.kid), claims.sub));
    }
    if let Some(audience) = &claims.aud {
        let to = message.to().unwrap_or_default().iter().map(DidUrl::did);
        let is_for_us = match receiver.did {
            Some(did) => audience.names([did]),
            None => audience.names(to),
        };
        if !is_for_us {
            return Err(untrusted(
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

/// Proves that the prior DID signed.
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
        // a DID that was given up is often deactivated before its peers have read of the new one
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

/// When the token was signed, by its own word; none where that is so long ago that the word does not count.
///
/// Whoever got hold of a key of a deactivated DID can write any time into a token.
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
        return Err(untrusted(Claim::RotationTime, Some(kid), Some(claims.iss.clone())));
    }
    Ok(())
}

fn untrusted(claim: Claim, kid: Option<&DidUrl>, did: Option<String>) -> Error {
    Error::Untrusted { claim, kid: kid.map(ToString::to_string), did }
}
