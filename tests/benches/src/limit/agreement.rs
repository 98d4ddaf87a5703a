//! ECDH, the derivation of the wrapping key, and the wrapping.

use aws_lc_rs::agreement::{
    Algorithm, ECDH_P256, ECDH_P384, ECDH_P521, ParsedPublicKey, PrivateKey, UnparsedPublicKey, X25519, agree,
};
use aws_lc_rs::digest::{Context, SHA256, digest};
use aws_lc_rs::key_wrap::{AES_256, AesKek, KeyWrap};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{decoded, encode};

/// A public key in the header.
#[derive(Deserialize, Serialize)]
pub struct Epk<X, Y> {
    pub kty: &'static str,
    pub crv: &'static str,
    pub x: X,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub y: Option<Y>,
}

fn algorithm(curve: &str) -> &'static Algorithm {
    match curve {
        "X25519" => &X25519,
        "P-256" => &ECDH_P256,
        "P-384" => &ECDH_P384,
        _ => &ECDH_P521,
    }
}

pub fn curve(jwk: &Value) -> &'static str {
    ["X25519", "P-256", "P-384", "P-521"].into_iter().find(|curve| jwk["crv"] == *curve).unwrap()
}

pub fn generate(curve: &str) -> PrivateKey {
    PrivateKey::generate(algorithm(curve)).unwrap()
}

pub fn secret(jwk: &Value) -> PrivateKey {
    PrivateKey::from_private_key(algorithm(curve(jwk)), &decoded(jwk["d"].as_str().unwrap())).unwrap()
}

pub fn public(curve: &str, x: &str, y: Option<&str>) -> ParsedPublicKey {
    let mut point = if y.is_some() { vec![4] } else { Vec::new() };
    point.extend(decoded(x));
    point.extend(y.map(decoded).unwrap_or_default());
    ParsedPublicKey::try_from(UnparsedPublicKey::new(algorithm(curve), point)).unwrap()
}

/// The coordinates of the public half, in base64url.
pub fn coordinates(curve: &'static str, key: &PrivateKey) -> Epk<String, String> {
    let point = key.compute_public_key().unwrap();
    let mut x = String::new();
    if curve == "X25519" {
        encode(point.as_ref(), &mut x);
        return Epk { kty: "OKP", crv: curve, x, y: None };
    }
    let mut y = String::new();
    let (left, right) = point.as_ref()[1..].split_at(point.as_ref().len() / 2);
    encode(left, &mut x);
    encode(right, &mut y);
    Epk { kty: "EC", crv: curve, x, y: Some(y) }
}

/// The input of the derivation other than the secrets: the ids of both parties, and the tag of ECDH-1PU.
pub struct Info<'a> {
    pub apu: &'a [u8],
    pub apv: &'a [u8],
    pub tag: Option<&'a [u8]>,
}

/// The wrapping key: from one shared secret, or in ECDH-1PU from both in this order.
pub fn wrapping_key(pairs: &[(&PrivateKey, &ParsedPublicKey)], info: &Info<'_>) -> AesKek {
    let name: &[u8] = if info.tag.is_some() { b"ECDH-1PU+A256KW" } else { b"ECDH-ES+A256KW" };
    let mut hash = Context::new(&SHA256);
    hash.update(&1_u32.to_be_bytes());
    for (secret, public) in pairs {
        agree(secret, (*public).clone(), (), |shared| {
            hash.update(shared);
            Ok(())
        })
        .unwrap();
    }
    for part in [name, info.apu, info.apv] {
        hash.update(&u32::try_from(part.len()).unwrap().to_be_bytes());
        hash.update(part);
    }
    hash.update(&256_u32.to_be_bytes());
    if let Some(tag) = info.tag {
        hash.update(&u32::try_from(tag.len()).unwrap().to_be_bytes());
        hash.update(tag);
    }
    AesKek::new(&AES_256, hash.finish().as_ref()).unwrap()
}

pub fn wrap(kek: AesKek, key: &[u8], wrapped: &mut String) {
    let mut bytes = [0; 72];
    encode(kek.wrap(key, &mut bytes).unwrap(), wrapped);
}

pub fn unwrap(kek: AesKek, wrapped: &str) -> Vec<u8> {
    let mut bytes = [0; 64];
    kek.unwrap(&decoded(wrapped), &mut bytes).unwrap().to_vec()
}

/// The hash of the sorted ids of the recipients.
pub fn apv(kids: &[String]) -> [u8; 32] {
    let mut sorted: Vec<&str> = kids.iter().map(String::as_str).collect();
    sorted.sort_unstable();
    digest(&SHA256, sorted.join(".").as_bytes()).as_ref().try_into().unwrap()
}
