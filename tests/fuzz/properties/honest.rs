//! The envelopes that were really sent, and what they say.

use std::sync::LazyLock;

use pydidcomm::ContentEncryption;
use pydidcomm::did::DidUrl;
use pydidcomm::pack::EncryptOptions;
use pydidcomm::unpack::Unpacked;

use crate::parties::{ALICE, BOB, BOB_1};
use crate::world::{World, from, from_alice_to_bob};

pub(super) static WORLD: LazyLock<World> = LazyLock::new(World::new);

/// One envelope of each kind, from Alice to Bob.
pub(super) static ENVELOPES: LazyLock<Vec<String>> = LazyLock::new(|| {
    let message = from_alice_to_bob();
    let signer = || Some(DidUrl::parse(ALICE).unwrap());
    let mut envelopes = vec![WORLD.sign(&message, ALICE).unwrap().text];
    let mut ways = vec![
        from(ALICE),
        EncryptOptions { protect_sender: true, ..from(ALICE) },
        EncryptOptions { signer: signer(), ..EncryptOptions::default() },
        EncryptOptions { signer: signer(), authcrypt_signed: true, ..from(ALICE) },
    ];
    ways.extend(ContentEncryption::ALL.map(|anoncrypt| EncryptOptions { anoncrypt, ..Default::default() }));
    for to in [BOB, BOB_1] {
        envelopes.extend(ways.iter().map(|way| WORLD.encrypt(&message, to, way).unwrap().envelope.text));
    }
    envelopes
});

/// The facts of each envelope that a recipient relies on.
static SAID: LazyLock<Vec<Said>> =
    LazyLock::new(|| ENVELOPES.iter().map(|text| said(&WORLD.unpack(text).unwrap())).collect());

/// Message, sender, signer, and whether it was encrypted.
type Said = (String, Option<String>, Option<String>, bool);

fn said(unpacked: &Unpacked) -> Said {
    let sender = unpacked.sender().map(|sender| sender.kid().to_string());
    let signer = unpacked.signer().map(|signer| signer.kid().to_string());
    (unpacked.message().to_json(), sender, signer, unpacked.is_encrypted())
}

/// Unpacks a text: it was really sent, or it proves no sender.
pub(super) fn unpack(text: &str) -> Option<Unpacked> {
    let unpacked = WORLD.unpack(text).ok()?;
    let said = said(&unpacked);
    let is_plain = (&said.1, &said.2, said.3) == (&None, &None, false);
    assert!(is_plain || SAID.contains(&said), "{said:?} was never sent");
    Some(unpacked)
}
