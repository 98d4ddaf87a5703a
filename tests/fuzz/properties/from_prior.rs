//! Announcements of a rotation, forged in every way without the prior DID's key.

use pydidcomm::message::FromPrior;
use serde_json::{Value, json};

use super::honest::WORLD;
use super::mutation::Source;
use crate::forge::{authcrypt, encode, jwt};
use crate::parties::{ALICE, ALICE_2, ALICE_2_KEY, ALICE_SIGNS, BOB, BOB_1, MALLORY_SIGNS};
use crate::world::{NOW, plaintext};

pub(crate) fn holds(data: &[u8]) {
    let mut source = Source::new(data);
    match source.byte().map(|byte| byte % 4) {
        Some(0) => changed(&mut source),
        Some(1) => signed(source.rest(), ALICE_SIGNS),
        Some(2) => signed(source.rest(), MALLORY_SIGNS),
        Some(_) => written(source.rest()),
        None => {}
    }
}

fn header() -> Value {
    json!({"typ": "JWT", "alg": "EdDSA", "kid": ALICE_SIGNS})
}

/// The verified claims of an announcement from the new DID, which any holder of that DID can send.
fn claims(token: &str) -> Option<FromPrior> {
    let text = plaintext(json!({"from": ALICE_2, "to": [BOB], "body": {}, "from_prior": token}));
    let packed = authcrypt(text, ALICE_2_KEY, &[BOB_1]).seal();
    let unpacked = WORLD.unpack(packed).ok()?;
    let rotation = unpacked.rotation().unwrap();
    assert_eq!(rotation.jwt(), token);
    assert_eq!(rotation.issuer_kid().as_str(), ALICE_SIGNS);
    match unpacked.message().from_prior() {
        Some(pydidcomm::message::FromPriorHeader::Verified(claims, _)) => Some(claims.clone()),
        other => panic!("a rotation was proved and {other:?} is reported"),
    }
}

/// No byte of a token can be changed.
fn changed(source: &mut Source<'_>) {
    let honest = jwt(&header(), &json!({"iss": ALICE, "sub": ALICE_2, "iat": NOW}), ALICE_SIGNS);
    let mut bytes = honest.clone().into_bytes();
    while let Some(byte) = source.byte() {
        let place = source.index(bytes.len());
        bytes[place] = byte;
    }
    let token = String::from_utf8_lossy(&bytes);
    assert!(token == honest || claims(&token).is_none());
}

/// Claims are accepted only if the prior DID signed them for the sender.
fn signed(data: &[u8], signer: &str) {
    let Ok(text) = str::from_utf8(data) else { return };
    let Ok(json) = serde_json::from_str::<Value>(text) else { return };
    let Some(claims) = claims(&jwt(&header(), &json, signer)) else { return };
    assert_eq!(signer, ALICE_SIGNS);
    assert_eq!((claims.iss.as_str(), claims.sub.as_deref()), (ALICE, Some(ALICE_2)));
    assert!(claims.exp.is_none_or(|exp| exp + 300 > NOW));
    let again = FromPrior::parse(&serde_json::to_string(&claims).unwrap()).unwrap();
    assert_eq!(again, claims);
}

/// Any text in place of the token is refused, because it has no valid signature of Alice.
fn written(data: &[u8]) {
    let Ok(text) = str::from_utf8(data) else { return };
    assert!(claims(text).is_none());
    let unsigned = format!("{}.{}.{}", encode(header().to_string()), encode(text), encode([0; 64]));
    assert!(claims(&unsigned).is_none());
}
