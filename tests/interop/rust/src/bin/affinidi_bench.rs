//! The crate `affinidi-messaging-didcomm`, measured: it takes keys, which are parsed before.
//!
//! It resolves no document, chooses no key and compares no sender. Its anoncrypt is A256CBC-HS512 alone.

use std::pin::pin;
use std::task::{Context, Poll, Waker};

use affinidi_crypto::jose::key_agreement::{Curve, PrivateKeyAgreement, PublicKeyAgreement};
use affinidi_messaging_didcomm::jwe::decrypt::decrypt_bound;
use affinidi_messaging_didcomm::jwe::encrypt::{anoncrypt, authcrypt};
use affinidi_messaging_didcomm::jws::sign::{JwsSigner, sign_multi};
use affinidi_messaging_didcomm::jws::verify::{VerifyKey, verify_bound};
use affinidi_messaging_didcomm::message::forward::wrap_in_forward;
use affinidi_messaging_didcomm::{DIDCommError, Message, SenderKey, SignerKey};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use did_peer::DIDPeer;
use peers::measured::{Call, Output, serve};
use peers::{Refusal, list, text};
use serde_json::Value;

fn main() {
    serve(prepare);
}

fn refused(error: DIDCommError) -> Refusal {
    let name = format!("{error:?}").split(['(', ' ']).next().unwrap_or_default().to_owned();
    Refusal(name, error.to_string())
}

fn kids(fixture: &Value, did: &str, relationship: &str) -> Vec<String> {
    let listed = list(&fixture["documents"][did], relationship);
    listed.iter().filter_map(Value::as_str).map(str::to_owned).collect()
}

fn public<'a>(fixture: &'a Value, kid: &str) -> Result<&'a Value, Refusal> {
    let did = kid.split('#').next().unwrap_or_default();
    let methods = list(&fixture["documents"][did], "verificationMethod");
    let method = methods.iter().find(|method| method["id"] == kid);
    method
        .map(|method| &method["publicKeyJwk"])
        .ok_or_else(|| Refusal::of_request(format!("no method {kid}")))
}

fn secret<'a>(fixture: &'a Value, kid: &str) -> Result<&'a Value, Refusal> {
    let held = list(fixture, "secrets").iter().find(|jwk| jwk["kid"] == kid);
    held.ok_or_else(|| Refusal::of_request(format!("no secret {kid}")))
}

fn octets(jwk: &Value, member: &str) -> Result<Vec<u8>, Refusal> {
    URL_SAFE_NO_PAD.decode(text(jwk, member)?).map_err(|error| Refusal::of_request(error.to_string()))
}

fn fixed(octets: Vec<u8>) -> Result<[u8; 32], Refusal> {
    octets.try_into().map_err(|_| Refusal::of_request("no 32 octets"))
}

fn agreement_secret(jwk: &Value) -> Result<PrivateKeyAgreement, Refusal> {
    let curve = match text(jwk, "crv")? {
        "X25519" => Curve::X25519,
        "P-256" => Curve::P256,
        "P-384" => Curve::P384,
        _ => Curve::P521,
    };
    PrivateKeyAgreement::from_raw_bytes(curve, &octets(jwk, "d")?).map_err(|error| refused(error.into()))
}

/// A party's keys for agreement, by id.
struct Keys(Vec<(String, PublicKeyAgreement)>);

impl Keys {
    fn of(fixture: &Value, did: &str) -> Result<Self, Refusal> {
        let keys = kids(fixture, did, "keyAgreement").into_iter().map(|kid| {
            let key = PublicKeyAgreement::from_jwk(public(fixture, &kid)?);
            key.map(|key| (kid, key)).map_err(|error| refused(error.into()))
        });
        keys.collect::<Result<_, _>>().map(Self)
    }

    fn listed(&self) -> Vec<(&str, &PublicKeyAgreement)> {
        self.0.iter().map(|(kid, key)| (kid.as_str(), key)).collect()
    }
}

fn prepare(fixture: &Value, operation: &Value) -> Result<Call, Refusal> {
    match text(operation, "kind")? {
        "pack" => pack(fixture, operation),
        "unpack" => unpack(fixture, operation),
        "sign" => sign(fixture, operation),
        "verify" => verify(fixture, operation),
        "wrap" => wrap(fixture, operation),
        "resolve" => resolve(operation),
        _ => Err(Refusal::of_request("no key on X25519 is generated")),
    }
}

fn message(operation: &Value) -> Result<Message, Refusal> {
    Message::from_json(operation["message"].to_string().as_bytes()).map_err(refused)
}

/// Refuses what the crate has no words for.
fn one_layer(operation: &Value) -> Result<(), Refusal> {
    let other = operation["protect"] == true || operation["enc"] == "A256GCM";
    if other { Err(Refusal::of_request("one layer, and A256CBC-HS512")) } else { Ok(()) }
}

fn pack(fixture: &Value, operation: &Value) -> Result<Call, Refusal> {
    one_layer(operation)?;
    let message = message(operation)?;
    let to = Keys::of(fixture, text(operation, "to")?)?;
    let Some(frm) = operation["frm"].as_str() else {
        return Ok(Box::new(move || {
            let plaintext = message.to_json().map_err(refused)?;
            anoncrypt(&plaintext, &to.listed()).map(Output::Envelope).map_err(refused)
        }));
    };
    let kid = kids(fixture, frm, "keyAgreement").swap_remove(0);
    let own = agreement_secret(secret(fixture, &kid)?)?;
    Ok(Box::new(move || {
        let plaintext = message.to_json().map_err(refused)?;
        authcrypt(&plaintext, &kid, &own, &to.listed()).map(Output::Envelope).map_err(refused)
    }))
}

fn unpack(fixture: &Value, operation: &Value) -> Result<Call, Refusal> {
    one_layer(operation)?;
    let packed = text(operation, "packed")?.to_owned();
    let kid = kids(fixture, text(operation, "to")?, "keyAgreement").swap_remove(0);
    let own = agreement_secret(secret(fixture, &kid)?)?;
    let sender = operation["frm"].as_str().map(|frm| Keys::of(fixture, frm)).transpose()?;
    Ok(Box::new(move || {
        let sender = sender.as_ref().map(|keys| SenderKey::new(&keys.0[0].0, &keys.0[0].1));
        let opened = decrypt_bound(&packed, &kid, &own, sender).map_err(refused)?;
        read(&opened.plaintext)
    }))
}

fn read(plaintext: &[u8]) -> Result<Output, Refusal> {
    let message = Message::from_json(plaintext).map_err(refused)?;
    let written =
        move || message.to_json().map(|json| String::from_utf8_lossy(&json).into_owned()).unwrap_or_default();
    Ok(Output::Message(Box::new(written)))
}

fn signing_kid(fixture: &Value, operation: &Value) -> Result<String, Refusal> {
    Ok(kids(fixture, text(operation, "sign_frm")?, "authentication").swap_remove(0))
}

fn sign(fixture: &Value, operation: &Value) -> Result<Call, Refusal> {
    let message = message(operation)?;
    let kid = signing_kid(fixture, operation)?;
    let jwk = secret(fixture, &kid)?;
    let (curve, own) = (text(jwk, "crv")?.to_owned(), fixed(octets(jwk, "d")?)?);
    Ok(Box::new(move || {
        let (kid, private) = (kid.as_str(), &own);
        let signer = match curve.as_str() {
            "Ed25519" => JwsSigner::Ed25519 { kid, private },
            "P-256" => JwsSigner::P256 { kid, private },
            _ => JwsSigner::Secp256k1 { kid, private },
        };
        let plaintext = message.to_json().map_err(refused)?;
        sign_multi(&plaintext, &[signer]).map(Output::Envelope).map_err(refused)
    }))
}

fn verify(fixture: &Value, operation: &Value) -> Result<Call, Refusal> {
    let packed = text(operation, "packed")?.to_owned();
    let kid = signing_kid(fixture, operation)?;
    let jwk = public(fixture, &kid)?;
    let key = match text(jwk, "crv")? {
        "Ed25519" => VerifyKey::Ed25519(fixed(octets(jwk, "x")?)?),
        curve => {
            let point = [vec![4], octets(jwk, "x")?, octets(jwk, "y")?].concat();
            if curve == "P-256" { VerifyKey::P256(point) } else { VerifyKey::Secp256k1(point) }
        }
    };
    Ok(Box::new(move || {
        let verified = verify_bound(&packed, SignerKey::new(&kid, &key)).map_err(refused)?;
        read(&verified.payload)
    }))
}

fn wrap(fixture: &Value, operation: &Value) -> Result<Call, Refusal> {
    let (packed, to) = (text(operation, "packed")?.to_owned(), text(operation, "to")?.to_owned());
    let mediator = Keys::of(fixture, text(operation, "mediator")?)?;
    Ok(Box::new(move || {
        let forward = wrap_in_forward(&to, &packed).and_then(|forward| forward.to_json()).map_err(refused)?;
        anoncrypt(&forward, &mediator.listed()).map(Output::Envelope).map_err(refused)
    }))
}

fn resolve(operation: &Value) -> Result<Call, Refusal> {
    let did = text(operation, "did")?.to_owned();
    Ok(Box::new(move || match pin!(DIDPeer.resolve(&did)).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(Ok(document)) => {
            Ok(Output::Message(Box::new(move || serde_json::to_string(&document).unwrap_or_default())))
        }
        Poll::Ready(Err(error)) => Err(Refusal("NotResolved".to_owned(), error.to_string())),
        Poll::Pending => Err(Refusal::of_request("the peer waits")),
    }))
}
