//! Sign `from_prior`, the prior DID's statement about the new one (DIDComm v2.1, "DID Rotation").

use super::keys::signing_key;
use crate::caller::Caller;
use crate::did::{DidUrl, same_party};
use crate::error::{Error, Result};
use crate::jose::jwt;
use crate::message::{FromPrior, FromPriorHeader, Message};

/// Signs the claims of `from_prior`, and returns the message with the JWT, and the signing key.
pub(super) async fn sign(
    caller: &Caller,
    message: Message,
    issuer_kid: Option<&DidUrl>,
) -> Result<(Message, Option<DidUrl>)> {
    let claims = match message.from_prior() {
        None => return Ok((message, None)),
        Some(FromPriorHeader::Jwt(_)) => {
            return Err(Error::misuse("`from_prior` must be claims, got a signed JWT: pass its claims"));
        }
        Some(FromPriorHeader::Claims(claims) | FromPriorHeader::Verified(claims, _)) => {
            FromPrior { iat: claims.iat.or_else(|| Some(caller.now())), ..claims.clone() }
        }
    };
    claims.check().map_err(|error| Error::misuse(error.to_string()))?;
    let is_sender = match (claims.sub.as_deref(), message.from()) {
        (Some(sub), Some(from)) => same_party(sub, from.did()),
        (sub, from) => sub.is_none() && from.is_none(),
    };
    if !is_sender {
        return Err(Error::misuse("`sub` of `from_prior` must be `from` of the message"));
    }
    let issuer = match issuer_kid {
        None => DidUrl::parse(&claims.iss)?,
        Some(kid) if same_party(kid.did(), &claims.iss) => kid.clone(),
        Some(_) => return Err(Error::misuse("`from_prior_issuer_kid` must be a key of `iss`")),
    };
    let key = signing_key(caller, &issuer).await?;
    let text = serde_json::to_string(&claims).unwrap_or_default();
    let signing_input = jwt::signing_input(key.kid(), key.algorithm(), &text);
    let signature = key.sign(caller, signing_input.as_bytes()).await?;
    let kid = key.kid().clone();
    let jwt = jwt::write(&signing_input, &signature);
    Ok((message.with_from_prior_header(FromPriorHeader::Jwt(jwt)), Some(kid)))
}
