//! Messages between this core and the crate `didcomm`, in both directions.

use didcomm::algorithms::AnonCryptAlg;
use didcomm::{FromPrior, Message as PeerMessage, PackEncryptedOptions, UnpackMetadata, UnpackOptions};
use pydidcomm::ContentEncryption;
use pydidcomm::did::DidUrl;
use pydidcomm::message::{FromPriorHeader, Message};
use pydidcomm::pack::{self, EncryptOptions};
use serde_json::json;

use super::peer::{self, finish};
use super::world::{from, message};

const ALICE: &str = "did:example:alice";
const BOB: &str = "did:example:bob";
const CHARLIE: &str = "did:example:charlie";
const ALICE_KID: &str = "did:example:alice#key-x25519-1";
const ALICE_SIGNS: &str = "did:example:alice#key-1";

fn ours() -> Message {
    message(
        json!({"from": ALICE, "to": [BOB], "thid": "t", "created_time": 7, "body": {"é": ["\u{1f958}", 1.5]},
                   "x": [1], "attachments": [{"id": "a", "data": {"base64": "_--_"}}]}),
    )
}

fn theirs() -> PeerMessage {
    serde_json::from_str(&ours().to_json()).unwrap()
}

fn their_unpack(packed: &str) -> (PeerMessage, UnpackMetadata) {
    let options = UnpackOptions::default();
    finish(PeerMessage::unpack(packed, &peer::resolver(), &peer::secrets(), &options)).unwrap()
}

fn assert_same(theirs: &PeerMessage, ours: &Message) {
    let read = Message::parse(&serde_json::to_string(theirs).unwrap()).unwrap();
    assert_eq!(read, *ours);
}

/// Without forwards, as the peer receives a message after its mediators.
fn bare(options: EncryptOptions) -> EncryptOptions {
    EncryptOptions { bare: true, ..options }
}

fn signer() -> EncryptOptions {
    EncryptOptions { signer: Some(DidUrl::parse(ALICE).unwrap()), ..EncryptOptions::default() }
}

// ENC-06, ENC-07, ENV-05, ENV-07
#[test]
fn the_peer_unpacks_what_we_encrypt() {
    let protected = EncryptOptions { protect_sender: true, ..from(ALICE) };
    let both = EncryptOptions { authcrypt_signed: true, signer: signer().signer, ..from(ALICE) };
    let anonymous =
        ContentEncryption::ALL.map(|anoncrypt| EncryptOptions { anoncrypt, ..EncryptOptions::default() });
    for options in [from(ALICE), protected, signer(), both].into_iter().chain(anonymous) {
        let packed = peer::world().encrypt(&ours(), BOB, &bare(options.clone())).unwrap();
        let (message, metadata) = their_unpack(&packed.envelope.text);
        assert_same(&message, &ours());
        assert!(metadata.encrypted);
        assert_eq!(
            metadata.encrypted_from_kid.as_deref(),
            packed.envelope.from_kid.as_ref().map(DidUrl::as_str)
        );
        assert_eq!(metadata.sign_from.as_deref(), packed.sign_from_kid.as_ref().map(DidUrl::as_str));
        assert_eq!(metadata.anonymous_sender, options.protect_sender || packed.envelope.from_kid.is_none());
    }
}

// SIG-04, SIG-09, MED-03
#[test]
fn the_peer_unpacks_what_we_sign_and_write() {
    let packed = peer::world().sign(&ours(), ALICE).unwrap();
    let (message, metadata) = their_unpack(&packed.text);
    assert_same(&message, &ours());
    assert_eq!(metadata.sign_from.as_deref(), Some(ALICE_SIGNS));
    let (message, _) = their_unpack(&pack::pack_plaintext(&ours()).unwrap());
    assert_same(&message, &ours());
}

// ROT-04, ROT-05, ROT-06
#[test]
fn the_peer_verifies_our_rotation() {
    let claims =
        pydidcomm::message::FromPrior::parse(&json!({"iss": CHARLIE, "sub": ALICE}).to_string()).unwrap();
    let packed = peer::world().encrypt(&ours().with_from_prior(claims), BOB, &bare(from(ALICE))).unwrap();
    let (_, metadata) = their_unpack(&packed.envelope.text);
    assert_eq!(metadata.from_prior_issuer_kid.as_deref(), Some("did:example:charlie#key-1"));
    let rotation = metadata.from_prior.unwrap();
    assert_eq!((rotation.iss.as_str(), rotation.sub.as_str()), (CHARLIE, ALICE));
}

fn their_pack(
    message: &PeerMessage,
    from: Option<&str>,
    sign_by: Option<&str>,
    options: &PackEncryptedOptions,
) -> String {
    let (dids, secrets) = (peer::resolver(), peer::secrets());
    finish(message.pack_encrypted(BOB, from, sign_by, &dids, &secrets, options)).unwrap().0
}

fn direct() -> PackEncryptedOptions {
    PackEncryptedOptions { forward: false, ..PackEncryptedOptions::default() }
}

// ENC-06, ENC-07, ENV-05, ENV-07, ENV-11
#[test]
fn we_unpack_what_the_peer_encrypts() {
    let protected = PackEncryptedOptions { protect_sender: true, ..direct() };
    for (from, sign_by, options) in [
        (None, None, direct()),
        (Some(ALICE_KID), None, direct()),
        (Some(ALICE_KID), None, protected.clone()),
        (None, Some(ALICE), direct()),
        (Some(ALICE_KID), Some(ALICE), direct()),
        (Some(ALICE_KID), Some(ALICE), protected),
    ] {
        let hidden = options.protect_sender || from.is_none();
        let unpacked = peer::world().unpack(their_pack(&theirs(), from, sign_by, &options)).unwrap();
        assert_eq!(*unpacked.message(), ours());
        assert_eq!(unpacked.sender().map(|sender| sender.kid().as_str()), from);
        assert_eq!(unpacked.signer().map(|signer| signer.kid().as_str()), sign_by.map(|_| ALICE_SIGNS));
        assert_eq!(unpacked.hides_sender(), hidden);
    }
}

// ALG-05, ALG-06, ALG-07
#[test]
fn we_unpack_each_content_encryption_of_the_peer() {
    for (theirs_alg, ours_alg) in [
        (AnonCryptAlg::A256cbcHs512EcdhEsA256kw, ContentEncryption::A256CbcHs512),
        (AnonCryptAlg::A256gcmEcdhEsA256kw, ContentEncryption::A256Gcm),
        (AnonCryptAlg::Xc20pEcdhEsA256kw, ContentEncryption::Xc20P),
    ] {
        let options = PackEncryptedOptions { enc_alg_anon: theirs_alg, ..direct() };
        let unpacked = peer::world().unpack(their_pack(&theirs(), None, None, &options)).unwrap();
        assert_eq!(unpacked.anoncrypt(), Some(ours_alg));
    }
}

// SIG-15
#[test]
fn we_unpack_what_the_peer_signs() {
    let packed = finish(theirs().pack_signed(ALICE, &peer::resolver(), &peer::secrets())).unwrap().0;
    let unpacked = peer::world().unpack(packed).unwrap();
    assert_eq!(*unpacked.message(), ours());
    assert_eq!(unpacked.signer().unwrap().kid().as_str(), ALICE_SIGNS);
}

// ROT-07, ROT-11
#[test]
fn we_verify_the_rotation_of_the_peer() {
    let claims = FromPrior::build(CHARLIE.to_owned(), ALICE.to_owned()).iat(1).finalize();
    let (token, _) = finish(claims.pack(None, &peer::resolver(), &peer::secrets())).unwrap();
    let message = PeerMessage { from_prior: Some(token), ..theirs() };
    let unpacked = peer::world().unpack(their_pack(&message, Some(ALICE_KID), None, &direct())).unwrap();
    assert_eq!(unpacked.rotation().unwrap().issuer_kid().as_str(), "did:example:charlie#key-1");
    let Some(FromPriorHeader::Verified(rotation, _)) = unpacked.message().from_prior() else {
        panic!("no claims")
    };
    assert_eq!((rotation.iss.as_str(), rotation.sub.as_deref()), (CHARLIE, Some(ALICE)));
}
