//! The crate `didcomm`, SICPA's in Rust.

use didcomm::algorithms::{AnonCryptAlg, AuthCryptAlg, SignAlg};
use didcomm::did::DIDDoc;
use didcomm::did::resolvers::ExampleDIDResolver;
use didcomm::protocols::routing::try_parse_forward;
use didcomm::secrets::Secret;
use didcomm::secrets::resolvers::ExampleSecretsResolver;
use didcomm::{FromPrior, Message, PackEncryptedOptions, UnpackMetadata, UnpackOptions};
use peers::sicpa::{finish, not_json};
use peers::{Answer, Refusal, list, locked_version, serve, text};
use serde_json::{Value, json};

fn main() {
    serve(|request| match text(request, "command")? {
        "hello" => Ok(json!({"crate didcomm": locked_version("didcomm")})),
        "pack_plaintext" => pack_plaintext(request),
        "pack_signed" => pack_signed(request),
        "pack_encrypted" => pack_encrypted(request),
        "unpack" => unpack(request),
        "unpack_forward" => unpack_forward(request),
        command => Err(Refusal::of_request(format!("no command {command}"))),
    });
}

/// The documents of the request; the crate wants a list of services in each.
fn documents(request: &Value) -> Result<ExampleDIDResolver, Refusal> {
    let mut documents = Vec::new();
    for mut document in request["documents"].as_object().into_iter().flat_map(|all| all.values().cloned()) {
        document["service"] = json!(list(&document, "service"));
        documents.push(serde_json::from_value::<DIDDoc>(document).map_err(not_json)?);
    }
    Ok(ExampleDIDResolver::new(documents))
}

/// The secrets of the request: JWKs with their `kid`.
fn secrets(request: &Value) -> Result<ExampleSecretsResolver, Refusal> {
    let named = list(request, "secrets")
        .iter()
        .map(|jwk| json!({"id": jwk["kid"], "type": "JsonWebKey2020", "privateKeyJwk": jwk}));
    let secrets: Result<Vec<Secret>, _> = named.map(serde_json::from_value).collect();
    secrets.map(ExampleSecretsResolver::new).map_err(not_json)
}

/// The message of the request; the claims in its `from_prior` are signed.
fn message(request: &Value) -> Result<Message, Refusal> {
    let mut message = request["message"].clone();
    message["typ"] = json!("application/didcomm-plain+json");
    if message["from_prior"].is_object() {
        let claims: FromPrior = serde_json::from_value(message["from_prior"].take()).map_err(not_json)?;
        let (token, _) = finish(claims.pack(None, &documents(request)?, &secrets(request)?))?;
        message["from_prior"] = json!(token);
    } else if let Some(headers) = message.as_object_mut() {
        headers.remove("from_prior");
    }
    serde_json::from_value(message).map_err(not_json)
}

fn pack_plaintext(request: &Value) -> Answer {
    finish(message(request)?.pack_plaintext(&documents(request)?)).map(Value::from)
}

fn pack_signed(request: &Value) -> Answer {
    let signer = text(request, "sign_frm")?;
    let (packed, _) =
        finish(message(request)?.pack_signed(signer, &documents(request)?, &secrets(request)?))?;
    Ok(packed.into())
}

fn pack_encrypted(request: &Value) -> Answer {
    let options = PackEncryptedOptions {
        protect_sender: request["protect"] == true,
        forward: request["forward"] == true,
        enc_alg_anon: match text(request, "enc")? {
            "A256CBC-HS512" => AnonCryptAlg::A256cbcHs512EcdhEsA256kw,
            "A256GCM" => AnonCryptAlg::A256gcmEcdhEsA256kw,
            _ => AnonCryptAlg::Xc20pEcdhEsA256kw,
        },
        ..PackEncryptedOptions::default()
    };
    let (packed, _) = finish(message(request)?.pack_encrypted(
        text(request, "to")?,
        request["frm"].as_str(),
        request["sign_frm"].as_str(),
        &documents(request)?,
        &secrets(request)?,
        &options,
    ))?;
    Ok(packed.into())
}

fn opened(request: &Value, rewrapped: bool) -> Result<(Message, UnpackMetadata), Refusal> {
    let options = UnpackOptions {
        expect_decrypt_by_all_keys: request["all_keys"] == true,
        unwrap_re_wrapping_forward: rewrapped,
    };
    finish(Message::unpack(text(request, "packed")?, &documents(request)?, &secrets(request)?, &options))
}

fn unpack(request: &Value) -> Answer {
    let (message, metadata) = opened(request, true)?;
    let mut message = serde_json::to_value(message).map_err(not_json)?;
    if let Some(claims) = &metadata.from_prior {
        message["from_prior"] = serde_json::to_value(claims).map_err(not_json)?;
    }
    Ok(json!({"message": message, "metadata": facts(&metadata)}))
}

fn facts(metadata: &UnpackMetadata) -> Value {
    json!({
        "encrypted": metadata.encrypted,
        "authenticated": metadata.authenticated,
        "non_repudiation": metadata.non_repudiation,
        "anonymous_sender": metadata.anonymous_sender,
        "encrypted_from": metadata.encrypted_from_kid,
        "encrypted_to": metadata.encrypted_to_kids,
        "sign_from": metadata.sign_from,
        "from_prior_issuer_kid": metadata.from_prior_issuer_kid,
        "enc_alg_auth": metadata.enc_alg_auth.as_ref().map(|alg| match alg {
            AuthCryptAlg::A256cbcHs512Ecdh1puA256kw => "A256CBC-HS512",
        }),
        "enc_alg_anon": metadata.enc_alg_anon.as_ref().map(|alg| match alg {
            AnonCryptAlg::A256cbcHs512EcdhEsA256kw => "A256CBC-HS512",
            AnonCryptAlg::A256gcmEcdhEsA256kw => "A256GCM",
            AnonCryptAlg::Xc20pEcdhEsA256kw => "XC20P",
        }),
        "sign_alg": metadata.sign_alg.as_ref().map(|alg| match alg {
            SignAlg::EdDSA => "EdDSA",
            SignAlg::ES256 => "ES256",
            SignAlg::ES256K => "ES256K",
        }),
    })
}

/// What a mediator reads: to whom it passes the message on, and the message.
fn unpack_forward(request: &Value) -> Answer {
    let (message, _) = opened(request, false)?;
    let forward =
        try_parse_forward(&message).ok_or_else(|| Refusal("NoForward".to_owned(), message.type_.clone()))?;
    Ok(json!({"next": forward.next, "forwarded": forward.forwarded_msg.to_string()}))
}
