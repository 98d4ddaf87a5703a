//! DID rotation: the `from_prior` header, signed and verified (DIDComm v2.1, "DID Rotation").

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Number;

use crate::caller::Caller;
use crate::crypto::signature;
use crate::did::{DidUrl, Relationship};
use crate::error::{Claim, Error, Result};
use crate::jose::jwt::{self, Jwt};
use crate::message::{FromPriorHeader, Message};
use crate::pack::keys::signing_key;

/// How far a peer's clock may run ahead of ours, in seconds: what common JWT libraries allow.
const CLOCK_SKEW: u64 = 300;

/// The claims of a rotation: a relationship moves from `iss` to `sub`, or ends where there is no `sub`.
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
pub struct FromPrior {
    /// The prior DID, which signs.
    pub iss: String,
    /// The new DID; none ends the relationship.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sub: Option<String>,
    /// Whom the token is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub aud: Option<Audience>,
    /// When the token ceases to be valid, in seconds since the epoch.
    #[serde(default, deserialize_with = "numeric_date", skip_serializing_if = "Option::is_none")]
    pub exp: Option<u64>,
    /// When the token becomes valid, in seconds since the epoch.
    #[serde(default, deserialize_with = "numeric_date", skip_serializing_if = "Option::is_none")]
    pub nbf: Option<u64>,
    /// When the DID was rotated, in seconds since the epoch.
    #[serde(default, deserialize_with = "numeric_date", skip_serializing_if = "Option::is_none")]
    pub iat: Option<u64>,
    /// The id of the token.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jti: Option<String>,
}

/// Whom a token is for: one party or several (RFC 7519 4.1.3).
#[derive(Clone, Debug, Deserialize, Eq, PartialEq, Serialize)]
#[serde(untagged)]
pub enum Audience {
    /// One.
    One(String),
    /// Several.
    Several(Vec<String>),
}

/// A `NumericDate` may have a fraction (RFC 7519 2), which says nothing here.
fn numeric_date<'de, D: Deserializer<'de>>(deserializer: D) -> std::result::Result<Option<u64>, D::Error> {
    /// Far beyond any date, and exact as a float.
    const LATEST: f64 = 9_007_199_254_740_992.0;
    let Some(number) = Option::<Number>::deserialize(deserializer)? else { return Ok(None) };
    if let Some(seconds) = number.as_u64() {
        return Ok(Some(seconds));
    }
    match number.as_f64() {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the guard bounds it")]
        Some(seconds) if (0.0..LATEST).contains(&seconds) => Ok(Some(seconds as u64)),
        _ => Err(serde::de::Error::custom("no date")),
    }
}

impl FromPrior {
    /// Refuses claims that no rotation can have.
    pub fn check(&self) -> Result<()> {
        let did = |text: &str, part| {
            let url = DidUrl::parse(text).map_err(|_| Error::malformed(part, "no DID"))?;
            if url.did() == text { Ok(()) } else { Err(Error::malformed(part, "a DID URL, not a DID")) }
        };
        did(&self.iss, "from_prior.iss")?;
        self.sub.as_deref().map(|sub| did(sub, "from_prior.sub")).transpose()?;
        if self.sub.as_ref() == Some(&self.iss) {
            return Err(Error::malformed("from_prior.sub", "the DID that is rotated away from"));
        }
        Ok(())
    }
}

/// A rotation that was proved: signed by a key that `iss` authorises, for the DID that sent the message.
#[derive(Clone, Debug)]
pub struct RotationProved {
    issuer_kid: DidUrl,
    jwt: String,
    _proof: signature::SignatureValid,
}

impl RotationProved {
    /// The key of the prior DID that signed.
    pub fn issuer_kid(&self) -> &DidUrl {
        &self.issuer_kid
    }

    /// The token as it arrived.
    pub fn jwt(&self) -> &str {
        &self.jwt
    }
}

/// Signs the claims in a message that is about to be packed; says with which key.
pub(crate) async fn sign(
    caller: &Caller,
    message: Message,
    issuer_kid: Option<&DidUrl>,
) -> Result<(Message, Option<DidUrl>)> {
    let claims = match message.from_prior() {
        None => return Ok((message, None)),
        Some(FromPriorHeader::Jwt(_)) => {
            return Err(Error::misuse("from_prior is a JWT already; give its claims instead"));
        }
        Some(FromPriorHeader::Claims(claims) | FromPriorHeader::Verified(claims, _)) => {
            FromPrior { iat: claims.iat.or_else(|| Some(caller.now())), ..claims.clone() }
        }
    };
    claims.check().map_err(|error| Error::misuse(error.to_string()))?;
    if claims.sub.as_deref() != message.from().map(DidUrl::did) {
        return Err(Error::misuse("sub of from_prior is not the from of the message"));
    }
    let issuer = match issuer_kid {
        None => DidUrl::parse(&claims.iss)?,
        Some(kid) if kid.did() == claims.iss => kid.clone(),
        Some(_) => return Err(Error::misuse("from_prior_issuer_kid is no key of iss")),
    };
    let key = signing_key(caller, &issuer).await?;
    let text = serde_json::to_string(&claims).unwrap_or_default();
    let algorithm = key.algorithm()?;
    let signing_input = jwt::signing_input(key.kid(), algorithm, &text);
    let signature = key.sign(signing_input.as_bytes())?;
    let kid = key.kid().clone();
    let jwt = jwt::write(&signing_input, &signature);
    Ok((message.with_from_prior_header(FromPriorHeader::Jwt(jwt)), Some(kid)))
}

/// Verifies `from_prior` of a message that was decrypted, and puts the proved claims in its place.
pub(crate) async fn verify(
    caller: &Caller,
    message: Message,
    encrypted: bool,
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
    let claims: FromPrior = serde_json::from_slice(&jwt.claims)
        .map_err(|_| Error::malformed("message.from_prior", "claims of the wrong form"))?;
    claims.check()?;
    if jwt.kid.did() != claims.iss {
        return Err(untrusted(Claim::RotationIssuer, Some(&jwt.kid), Some(claims.iss)));
    }
    // no sub ends the relationship, and then nobody is left to be the sender
    if claims.sub.as_deref() != message.from().map(DidUrl::did) {
        return Err(untrusted(Claim::RotationSubject, Some(&jwt.kid), claims.sub));
    }
    check_times(&claims, caller.now(), &jwt.kid)?;
    let document = caller.resolve(jwt.kid.did()).await?;
    let method = document.key(Relationship::Authentication, &jwt.kid)?;
    let key = method.key().map_err(|unusable| Error::unsupported("signing key", unusable.reason.clone()))?;
    let proof = signature::verify(key, jwt.algorithm, jwt.signing_input.as_bytes(), &jwt.signature)?;
    let rotation = RotationProved { issuer_kid: jwt.kid.clone(), jwt: token.clone(), _proof: proof };
    Ok((message.with_from_prior_header(FromPriorHeader::Verified(claims, token)), Some(rotation)))
}

fn check_times(claims: &FromPrior, now: u64, kid: &DidUrl) -> Result<()> {
    let latest = now.saturating_add(CLOCK_SKEW);
    let expired = claims.exp.is_some_and(|exp| exp.saturating_add(CLOCK_SKEW) <= now);
    let early = claims.nbf.is_some_and(|nbf| nbf > latest) || claims.iat.is_some_and(|iat| iat > latest);
    if expired || early {
        return Err(untrusted(Claim::RotationTime, Some(kid), Some(claims.iss.clone())));
    }
    Ok(())
}

fn untrusted(claim: Claim, kid: Option<&DidUrl>, did: Option<String>) -> Error {
    Error::Untrusted { claim, kid: kid.map(ToString::to_string), did }
}
