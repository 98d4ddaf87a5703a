//! The crate `affinidi-messaging-didcomm`: it takes keys, so that documents and secrets are read here.

use affinidi_crypto::jose::key_agreement::{Curve, PrivateKeyAgreement, PublicKeyAgreement};
use affinidi_messaging_didcomm::jwe::decrypt::{authcrypt_sender_kid, decrypt_bound};
use affinidi_messaging_didcomm::jwe::encrypt::{anoncrypt, authcrypt};
use affinidi_messaging_didcomm::jws::sign::{JwsSigner, sign_multi};
use affinidi_messaging_didcomm::jws::verify::{VerifyKey, parse_jws, verify_bound};
use affinidi_messaging_didcomm::message::forward::{unwrap_forward, wrap_in_forward};
use affinidi_messaging_didcomm::message::pack::pack_plaintext;
use affinidi_messaging_didcomm::{DIDCommError, Message, SenderKey, SignerKey};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use peers::{Answer, Refusal, list, locked_version, serve, text};
use serde_json::{Map, Value, json};

fn main() {
    serve(|request| match text(request, "command")? {
        "hello" => {
            let package = "affinidi-messaging-didcomm";
            Ok(json!({format!("crate {package}"): locked_version(package)}))
        }
        "pack_plaintext" => pack_plaintext(&message(request)?).map(Value::from).map_err(refused),
        "pack_signed" => signed(request).map(Value::from),
        "pack_encrypted" => pack_encrypted(request),
        "unpack" => unpack(request),
        "unpack_forward" => unpack_forward(request),
        command => Err(Refusal::of_request(format!("no command {command}"))),
    });
}

fn refused(error: DIDCommError) -> Refusal {
    let name = format!("{error:?}").split(['(', ' ']).next().unwrap_or_default().to_owned();
    Refusal(name, error.to_string())
}

fn did(kid: &str) -> &str {
    kid.split('#').next().unwrap_or_default()
}

/// The ids in a document under a relationship; only the id itself where it names a key.
fn kids<'a>(request: &'a Value, did_or_kid: &'a str, relationship: &str) -> Result<Vec<&'a str>, Refusal> {
    let document = &request["documents"][did(did_or_kid)];
    let listed = list(document, relationship).iter().filter_map(Value::as_str);
    let named: Vec<_> = listed.filter(|kid| !did_or_kid.contains('#') || *kid == did_or_kid).collect();
    if named.is_empty() {
        return Err(Refusal("KeyNotFound".to_owned(), format!("no {relationship} of {did_or_kid}")));
    }
    Ok(named)
}

/// The public key of a method, a JWK.
fn public<'a>(request: &'a Value, kid: &str) -> Result<&'a Value, Refusal> {
    let methods = list(&request["documents"][did(kid)], "verificationMethod");
    let method = methods.iter().find(|method| method["id"] == kid);
    method
        .map(|method| &method["publicKeyJwk"])
        .ok_or_else(|| Refusal::of_request(format!("no method {kid}")))
}

fn secret<'a>(request: &'a Value, kid: &str) -> Option<&'a Value> {
    list(request, "secrets").iter().find(|jwk| jwk["kid"] == kid)
}

/// The first of the kids whose secret is in the request, and that secret.
fn held<'a>(request: &'a Value, kids: &[&'a str]) -> Result<(&'a str, &'a Value), Refusal> {
    let found = kids.iter().find_map(|kid| Some((*kid, secret(request, kid)?)));
    found.ok_or_else(|| Refusal("SecretNotFound".to_owned(), kids.join(", ")))
}

fn octets(jwk: &Value, member: &str) -> Result<Vec<u8>, Refusal> {
    URL_SAFE_NO_PAD.decode(text(jwk, member)?).map_err(|error| Refusal::of_request(error.to_string()))
}

fn fixed(octets: Vec<u8>) -> Result<[u8; 32], Refusal> {
    octets.try_into().map_err(|_| Refusal::of_request("no 32 octets"))
}

fn agreement_key(request: &Value, kid: &str) -> Result<PublicKeyAgreement, Refusal> {
    let key = PublicKeyAgreement::from_jwk(public(request, kid)?);
    key.map_err(|error| refused(error.into()))
}

fn agreement_secret(jwk: &Value) -> Result<PrivateKeyAgreement, Refusal> {
    let curve = match text(jwk, "crv")? {
        "X25519" => Curve::X25519,
        "P-256" => Curve::P256,
        "P-384" => Curve::P384,
        "P-521" => Curve::P521,
        "secp256k1" => Curve::K256,
        other => return Err(Refusal::of_request(format!("no agreement on {other}"))),
    };
    PrivateKeyAgreement::from_raw_bytes(curve, &octets(jwk, "d")?).map_err(|error| refused(error.into()))
}

fn verify_key(jwk: &Value) -> Result<VerifyKey, Refusal> {
    if jwk["crv"] == "Ed25519" {
        return Ok(VerifyKey::Ed25519(fixed(octets(jwk, "x")?)?));
    }
    let point = [vec![4], octets(jwk, "x")?, octets(jwk, "y")?].concat();
    Ok(if jwk["crv"] == "P-256" { VerifyKey::P256(point) } else { VerifyKey::Secp256k1(point) })
}

fn message(request: &Value) -> Result<Message, Refusal> {
    let mut message: Map<String, Value> = request["message"].as_object().cloned().unwrap_or_default();
    message.insert("typ".to_owned(), json!("application/didcomm-plain+json"));
    Message::from_json(Value::from(message).to_string().as_bytes()).map_err(refused)
}

fn signed(request: &Value) -> Result<String, Refusal> {
    let signers = kids(request, text(request, "sign_frm")?, "authentication")?;
    let (kid, jwk) = held(request, &signers)?;
    let private = &fixed(octets(jwk, "d")?)?;
    let signer = match text(jwk, "crv")? {
        "Ed25519" => JwsSigner::Ed25519 { kid, private },
        "P-256" => JwsSigner::P256 { kid, private },
        _ => JwsSigner::Secp256k1 { kid, private },
    };
    sign_multi(&message(request)?.to_json().map_err(refused)?, &[signer]).map_err(refused)
}

fn hidden(request: &Value, octets: &[u8], to: &str) -> Result<String, Refusal> {
    let to = kids(request, to, "keyAgreement")?;
    let keys: Vec<_> = to.iter().map(|kid| agreement_key(request, kid)).collect::<Result<_, _>>()?;
    let recipients: Vec<_> = to.iter().copied().zip(&keys).collect();
    anoncrypt(octets, &recipients).map_err(refused)
}

fn authenticated(request: &Value, octets: &[u8], frm: &str, to: &str) -> Result<String, Refusal> {
    let (skid, jwk) = held(request, &kids(request, frm, "keyAgreement")?)?;
    let to = kids(request, to, "keyAgreement")?;
    let keys: Vec<_> = to.iter().map(|kid| agreement_key(request, kid)).collect::<Result<_, _>>()?;
    let recipients: Vec<_> = to.iter().copied().zip(&keys).collect();
    authcrypt(octets, skid, &agreement_secret(jwk)?, &recipients).map_err(refused)
}

fn pack_encrypted(request: &Value) -> Answer {
    let to = text(request, "to")?;
    let mut packed = match request["sign_frm"].as_str() {
        Some(_) => signed(request)?,
        None => String::from_utf8_lossy(&message(request)?.to_json().map_err(refused)?).into_owned(),
    };
    packed = match request["frm"].as_str() {
        Some(frm) => authenticated(request, packed.as_bytes(), frm, to)?,
        None => hidden(request, packed.as_bytes(), to)?,
    };
    if request["frm"].is_string() && request["protect"] == true {
        packed = hidden(request, packed.as_bytes(), to)?;
    }
    if request["forward"] == true {
        packed = forwarded(request, packed, to)?;
    }
    Ok(packed.into())
}

/// The message wrapped for each hop that the recipient's document names, the last hop first.
fn forwarded(request: &Value, mut packed: String, to: &str) -> Result<String, Refusal> {
    let endpoint = &request["documents"][to]["service"][0]["serviceEndpoint"];
    let mediator = endpoint["uri"].as_str().filter(|uri| uri.starts_with("did:"));
    let keys = list(endpoint, "routingKeys").iter().filter_map(Value::as_str);
    let mut next = to;
    for hop in mediator.into_iter().chain(keys).collect::<Vec<_>>().into_iter().rev() {
        let forward =
            wrap_in_forward(next, &packed).and_then(|forward| forward.to_json()).map_err(refused)?;
        packed = hidden(request, &forward, hop)?;
        next = hop;
    }
    Ok(packed)
}

/// Opens layer after layer.
fn opened(request: &Value) -> Result<(Message, Map<String, Value>), Refusal> {
    let mut layer = text(request, "packed")?.to_owned();
    let mut facts =
        json!({"encrypted": false, "non_repudiation": false, "encrypted_from": null, "sign_from": null});
    loop {
        let envelope: Value =
            serde_json::from_str(&layer).map_err(|error| Refusal("NotRead".to_owned(), error.to_string()))?;
        let octets = if envelope["ciphertext"].is_string() {
            let sender = authcrypt_sender_kid(&layer).map_err(refused)?;
            facts["encrypted"] = json!(true);
            if let Some(skid) = &sender {
                facts["encrypted_from"] = json!(skid);
            }
            decrypted(request, &envelope, &layer, sender.as_deref())?
        } else if envelope["payload"].is_string() {
            let kid = parse_jws(&layer).map_err(refused)?.signatures.into_iter().find_map(|one| one.kid);
            let kid = kid.ok_or_else(|| Refusal("NoKid".to_owned(), "in no signature".to_owned()))?;
            kids(request, &kid, "authentication")?;
            let key = verify_key(public(request, &kid)?)?;
            let verified = verify_bound(&layer, SignerKey::new(&kid, &key)).map_err(refused)?;
            facts["non_repudiation"] = json!(true);
            facts["sign_from"] = json!(verified.signer_kid);
            verified.payload
        } else {
            let message = Message::from_json(layer.as_bytes()).map_err(refused)?;
            return Ok((message, facts.as_object().cloned().unwrap_or_default()));
        };
        layer = String::from_utf8_lossy(&octets).into_owned();
    }
}

fn decrypted(
    request: &Value,
    envelope: &Value,
    layer: &str,
    sender: Option<&str>,
) -> Result<Vec<u8>, Refusal> {
    let named: Vec<_> =
        list(envelope, "recipients").iter().filter_map(|one| one["header"]["kid"].as_str()).collect();
    let found = named.iter().find_map(|kid| Some((*kid, secret(request, kid)?)));
    let (kid, jwk) = found.ok_or_else(|| Refusal("SecretNotFound".to_owned(), named.join(", ")))?;
    let public = sender.map(|skid| agreement_key(request, skid)).transpose()?;
    if let Some(skid) = sender {
        kids(request, skid, "keyAgreement")?;
    }
    let sender = sender.zip(public.as_ref()).map(|(skid, key)| SenderKey::new(skid, key));
    let opened = decrypt_bound(layer, kid, &agreement_secret(jwk)?, sender).map_err(refused)?;
    Ok(opened.plaintext)
}

fn unpack(request: &Value) -> Answer {
    let (message, facts) = opened(request)?;
    Ok(json!({"message": message.to_json().map(as_json).map_err(refused)?, "metadata": facts}))
}

fn as_json(octets: Vec<u8>) -> Value {
    serde_json::from_slice(&octets).unwrap_or_default()
}

/// What a mediator reads: to whom it passes the message on, and the message.
fn unpack_forward(request: &Value) -> Answer {
    let (mut message, _) = opened(request)?;
    // the crate looks for them here, where its own reading never puts them
    if let Some(attachments) = message.attachments.take() {
        let attachments = serde_json::to_value(attachments).unwrap_or_default();
        message.extra.insert("attachments".to_owned(), attachments);
    }
    let (next, forwarded) = unwrap_forward(&message).map_err(refused)?;
    Ok(json!({"next": next, "forwarded": forwarded}))
}
