//! Envelopes of DIDComm v1 that were changed after they were packed, unpacked with the key of the recipient.

use std::sync::LazyLock;

use pydidcomm::did::DidUrl;
use pydidcomm::keys::{Curve, SecretKey, Verkey};
use pydidcomm::limits::Limits;
use pydidcomm::v1::{self, Unpacked};

use super::mutation::{Mutation, Source};
use crate::world::World;

const CONTENT: &[u8] = br#"{"@type":"https://didcomm.org/trust_ping/1.0/ping","@id":"one"}"#;

/// Alice and Bob, whose secrets are available, and Carol.
static CAST: LazyLock<[SecretKey; 3]> = LazyLock::new(|| {
    [1, 2, 3].map(|byte| {
        let kid = DidUrl::parse("did:example:x#1").unwrap();
        let secret = SecretKey::from_bytes(kid, Curve::Ed25519, &[byte; 32]).unwrap();
        let kid = verkey(&secret).kid().unwrap();
        secret.with_kid(kid)
    })
});

static WORLD: LazyLock<World> = LazyLock::new(|| World::of(Vec::new(), CAST[..2].to_vec()));

/// Authcrypt and anoncrypt, to Bob, and to Bob and Carol.
static ENVELOPES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let [alice, bob, carol] = CAST.each_ref().map(verkey);
    let ways = [
        (vec![bob.clone()], None),
        (vec![bob.clone()], Some(alice.clone())),
        (vec![carol.clone(), bob.clone()], None),
        (vec![carol, bob], Some(alice)),
    ];
    let pack = |(to, from): (Vec<Verkey>, Option<Verkey>)| {
        WORLD.run(|caller| async move { v1::pack(&caller, CONTENT, &to, from.as_ref()).await }).unwrap().text
    };
    ways.map(pack).to_vec()
});

fn verkey(secret: &SecretKey) -> Verkey {
    Verkey::of(&secret.public_key()).unwrap()
}

fn unpack(text: String) -> Option<Unpacked> {
    WORLD.run(|caller| async move { v1::unpack(&caller, &text, &Limits::default()).await }).ok()
}

/// A changed envelope is refused, or unpacks to its sender and content.
pub(crate) fn holds(data: &[u8]) {
    let mut source = Source::new(data);
    let mut text = source.choose(&ENVELOPES).clone();
    while let Some(mutation) = Mutation::draw(&mut source) {
        text = mutation.apply(text);
    }
    if let Some(unpacked) = unpack(text) {
        let sender = unpacked.sender().map(|sender| sender.verkey().clone());
        assert_eq!(unpacked.content(), CONTENT);
        assert!(sender.is_none() || sender == Some(verkey(&CAST[0])), "it was never sent from {sender:?}");
    }
}
