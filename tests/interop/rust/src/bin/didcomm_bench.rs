//! The crate `didcomm`, SICPA's in Rust, measured: documents and secrets are read before.

use didcomm::algorithms::AnonCryptAlg;
use didcomm::did::DIDDoc;
use didcomm::did::resolvers::ExampleDIDResolver;
use didcomm::protocols::routing::wrap_in_forward;
use didcomm::secrets::Secret;
use didcomm::secrets::resolvers::ExampleSecretsResolver;
use didcomm::{Message, PackEncryptedOptions, UnpackOptions};
use peers::measured::{Call, Output, serve};
use peers::sicpa::{finish, not_json};
use peers::{Refusal, list, text};
use serde_json::{Value, json};

fn main() {
    serve(prepare);
}

/// The DIDs that the operation names: its resolvers go through lists, which are no longer than they must be.
fn named(operation: &Value) -> Vec<&str> {
    ["to", "frm", "sign_frm", "mediator"].iter().filter_map(|member| operation[member].as_str()).collect()
}

/// The documents concerned; the crate wants a list of services in each.
fn documents(fixture: &Value, operation: &Value) -> Result<ExampleDIDResolver, Refusal> {
    let mut documents = Vec::new();
    for did in named(operation) {
        let mut document = fixture["documents"][did].clone();
        document["service"] = json!([]);
        documents.push(serde_json::from_value::<DIDDoc>(document).map_err(not_json)?);
    }
    Ok(ExampleDIDResolver::new(documents))
}

fn secrets(fixture: &Value, operation: &Value) -> Result<ExampleSecretsResolver, Refusal> {
    let dids = named(operation);
    let concerned = list(fixture, "secrets").iter().filter(|jwk| {
        let did = jwk["kid"].as_str().and_then(|kid| kid.split('#').next());
        did.is_some_and(|did| dids.contains(&did))
    });
    let secrets = concerned
        .map(|jwk| json!({"id": jwk["kid"], "type": "JsonWebKey2020", "privateKeyJwk": jwk}))
        .map(serde_json::from_value::<Secret>);
    secrets.collect::<Result<_, _>>().map(ExampleSecretsResolver::new).map_err(not_json)
}

fn algorithm(operation: &Value) -> AnonCryptAlg {
    match operation["enc"].as_str() {
        Some("A256GCM") => AnonCryptAlg::A256gcmEcdhEsA256kw,
        _ => AnonCryptAlg::Xc20pEcdhEsA256kw,
    }
}

fn member(operation: &Value, name: &str) -> String {
    operation[name].as_str().unwrap_or_default().to_owned()
}

fn prepare(fixture: &Value, operation: &Value) -> Result<Call, Refusal> {
    let (documents, secrets) = (documents(fixture, operation)?, secrets(fixture, operation)?);
    let message = || serde_json::from_value::<Message>(operation["message"].clone()).map_err(not_json);
    match text(operation, "kind")? {
        "pack" => {
            let (message, to) = (message()?, member(operation, "to"));
            let frm = operation["frm"].as_str().map(str::to_owned);
            let options = PackEncryptedOptions {
                protect_sender: operation["protect"] == true,
                forward: false,
                enc_alg_anon: algorithm(operation),
                ..PackEncryptedOptions::default()
            };
            Ok(Box::new(move || {
                let frm = frm.as_deref();
                finish(message.pack_encrypted(&to, frm, None, &documents, &secrets, &options))
                    .map(|(packed, _)| Output::Envelope(packed))
            }))
        }
        "sign" => {
            let (message, signer) = (message()?, member(operation, "sign_frm"));
            Ok(Box::new(move || {
                finish(message.pack_signed(&signer, &documents, &secrets))
                    .map(|(packed, _)| Output::Envelope(packed))
            }))
        }
        "unpack" | "verify" => {
            let packed = member(operation, "packed");
            let options = UnpackOptions::default();
            Ok(Box::new(move || {
                let (message, _) = finish(Message::unpack(&packed, &documents, &secrets, &options))?;
                Ok(Output::Message(Box::new(move || json!(message).to_string())))
            }))
        }
        "wrap" => {
            let (packed, to) = (member(operation, "packed"), member(operation, "to"));
            let (keys, algorithm) = (vec![member(operation, "mediator")], algorithm(operation));
            Ok(Box::new(move || {
                finish(wrap_in_forward(&packed, None, &to, &keys, &algorithm, &documents))
                    .map(Output::Envelope)
            }))
        }
        _ => Err(Refusal::of_request("no did:peer in the crate")),
    }
}
