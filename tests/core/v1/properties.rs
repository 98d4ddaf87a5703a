//! Properties of every content, every number of recipients and every change.

use proptest::prelude::*;
use pydidcomm::keys::Verkey;
use pydidcomm::v1::{self, Unpacked};

use super::forge::{Party, alice, bob, carol};
use super::{run_with, sender, unpack, verkeys};

/// The facts that a recipient relies on.
fn proved(unpacked: &Unpacked) -> (Vec<u8>, Option<String>, String) {
    let sender = sender(unpacked).map(ToOwned::to_owned);
    (unpacked.content().to_vec(), sender, unpacked.recipient().to_string())
}

fn packed(content: Vec<u8>, to: &[&Party], from: Option<&Party>, seed: u64) -> String {
    let (to, sender) = (verkeys(to), from.map(|party| Verkey::parse(&party.verkey).unwrap()));
    let secrets: Vec<_> =
        from.into_iter().map(|party| (party.verkey.clone(), party.secret().into())).collect();
    let pack = run_with(
        &secrets,
        seed,
        |question| panic!("{question:?}"),
        |caller| async move { v1::pack(&caller, &content, &to, sender.as_ref()).await },
    );
    pack.unwrap().text
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn unpack_undoes_pack(content: Vec<u8>, count in 1..4_u8, names_sender: bool, seed: u64) {
        let from = names_sender.then(alice);
        let recipients: Vec<_> = (10..10 + count).map(Party::new).collect();
        let text = packed(content.clone(), &recipients.iter().collect::<Vec<_>>(), from.as_ref(), seed);
        for recipient in &recipients {
            let sender = from.as_ref().map(|party| party.verkey.clone());
            prop_assert_eq!(
                proved(&unpack(recipient, &text).unwrap()),
                (content.clone(), sender, recipient.verkey.clone())
            );
        }
    }

    // a changed text is refused, or has the sender's content
    #[test]
    fn a_changed_byte_gives_an_error_or_the_same_content(names_sender: bool, place: prop::sample::Index, byte: u8) {
        let from = names_sender.then(alice);
        let text = packed(b"{}".to_vec(), &[&bob(), &carol()], from.as_ref(), 0);
        let honest = proved(&unpack(&bob(), &text).unwrap());
        let mut bytes = text.into_bytes();
        let place = place.index(bytes.len());
        bytes[place] = byte;
        if let Ok(changed) = String::from_utf8(bytes)
            && let Ok(unpacked) = unpack(&bob(), changed)
        {
            prop_assert_eq!(proved(&unpacked), honest);
        }
    }

    #[test]
    fn any_text_gives_an_error_without_a_panic(text in any::<String>(), verkey in any::<String>()) {
        prop_assert!(unpack(&bob(), &text).is_err());
        let parsed = Verkey::parse(&verkey).map(|parsed| parsed.to_string());
        prop_assert!(parsed.is_err() || parsed.as_deref() == Ok(&*verkey));
    }

    #[test]
    fn every_ed25519_key_reads_back_from_its_verkey(seed: [u8; 32]) {
        let kid = pydidcomm::did::DidUrl::parse("did:example:x#1").unwrap();
        let secret = pydidcomm::keys::SecretKey::from_bytes(kid, pydidcomm::keys::Curve::Ed25519, &seed).unwrap();
        let key = secret.public_key();
        let verkey = Verkey::of(&key).unwrap();
        let read = Verkey::parse(verkey.as_str()).unwrap();
        prop_assert_eq!(read.public_key(), &key);
    }
}
