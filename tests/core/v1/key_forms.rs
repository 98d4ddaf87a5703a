//! Secrets under each of their names and in each form, local and external.

use std::sync::Arc;

use askar_crypto::buffer::SecretBytes;
use askar_crypto::kdf::KeyExchange;
use pydidcomm::caller::{Answer, Question};
use pydidcomm::did::DidUrl;
use pydidcomm::error::{Error, Result};
use pydidcomm::keys::{Curve, ExternalKey, Secret, SecretKey, SecretStore, Verkey};
use pydidcomm::limits::Limits;
use pydidcomm::v1::{self, Packed};

use super::forge::{Party, alice, authcrypt, bob, mallory, verkey};
use super::{run, run_with, sender, unpack, verkeys};
use crate::parties::askar_key;

fn kid(party: &Party) -> String {
    Verkey::parse(&party.verkey).unwrap().kid().unwrap().to_string()
}

fn nothing_is_agreed(question: Question) -> Answer {
    panic!("a question without an answer: {question:?}")
}

fn unpack_with(secrets: &[(String, Secret)]) -> Result<String> {
    let packed = authcrypt(&alice(), &[&bob()], b"{}").to_string();
    let agree = |question| agree_as(&bob(), question);
    let unpacked = run_with(secrets, 0, agree, |caller| async move {
        v1::unpack(&caller, &packed, &Limits::default()).await
    })?;
    Ok(sender(&unpacked).unwrap().to_owned())
}

fn pack_with(secrets: &[(String, Secret)]) -> Result<Packed> {
    let (to, from) = (verkeys(&[&bob()]), Verkey::parse(&alice().verkey).unwrap());
    let agree = |question| agree_as(&alice(), question);
    run_with(secrets, 0, agree, |caller| async move { v1::pack(&caller, b"{}", &to, Some(&from)).await })
}

/// The shared secret of the external key of this party with another key.
fn agree_as(party: &Party, question: Question) -> Answer {
    let Question::Agree { public_key, .. } = question else { return nothing_is_agreed(question) };
    let mut shared = SecretBytes::with_capacity(32);
    party.agreement_key().write_key_exchange(&askar_key(&public_key), &mut shared).unwrap();
    Answer::SharedSecret(shared)
}

fn external(party: &Party) -> Secret {
    ExternalKey::new(DidUrl::parse(&kid(party)).unwrap(), Arc::new(())).into()
}

fn x25519(party: &Party) -> Secret {
    let name = DidUrl::parse(&kid(party)).unwrap();
    party.secret().derived_agreement_key(name).unwrap().into()
}

#[test]
fn a_secret_is_found_by_its_verkey_and_by_the_id_of_its_did_key() {
    for party in [alice(), bob()] {
        for secret in [Secret::from(party.secret()), x25519(&party), external(&party)] {
            for name in [party.verkey.clone(), kid(&party)] {
                let secrets = [(name, secret.clone())];
                if party.verkey == bob().verkey {
                    assert_eq!(unpack_with(&secrets).unwrap(), alice().verkey);
                } else {
                    let packed = pack_with(&secrets).unwrap();
                    assert_eq!(sender(&unpack(&bob(), packed.text).unwrap()), Some(&*alice().verkey));
                }
            }
        }
    }
}

#[test]
fn an_external_key_packs_the_same_as_a_local_key() {
    let name = || alice().verkey;
    let here = pack_with(&[(name(), alice().secret().into())]).unwrap().text;
    assert_eq!(pack_with(&[(name(), external(&alice()))]).unwrap().text, here);
    assert_eq!(pack_with(&[(name(), x25519(&alice()))]).unwrap().text, here);
}

#[test]
fn a_secret_of_another_key_is_named() {
    let wrong = Error::Misuse(format!("the secret stored for {} is the secret of another key", bob().verkey));
    let p256 = SecretKey::from_bytes(DidUrl::parse(&kid(&bob())).unwrap(), Curve::P256, &[1; 32]).unwrap();
    for secret in [Secret::from(mallory().secret()), x25519(&mallory()), p256.into()] {
        assert_eq!(unpack_with(&[(bob().verkey, secret)]).unwrap_err(), wrong);
    }
    // with an external key, only the failed decryption shows the mismatch
    let agree = |question| agree_as(&mallory(), question);
    let packed = authcrypt(&alice(), &[&bob()], b"{}").to_string();
    let opened = run_with(&[(bob().verkey, external(&bob()))], 0, agree, |caller| async move {
        v1::unpack(&caller, &packed, &Limits::default()).await
    });
    assert_eq!(opened.err(), Some(Error::Decryption));
}

#[test]
fn a_sender_without_its_secret_is_an_error() {
    assert_eq!(pack_with(&[]).unwrap_err(), Error::SecretNotFound { kids: vec![alice().verkey] });
}

#[test]
fn v1_pack_rejects_empty_duplicate_or_invalid_recipients() {
    let mut neutral = [0; 32];
    neutral[0] = 1;
    let low = Verkey::parse(&verkey(&neutral)).unwrap();
    let bob = verkeys(&[&bob()]);
    let twice = [bob.clone(), bob].concat();
    for (to, from) in [(vec![], None), (twice, None), (vec![low.clone()], None), (vec![low], Some(&alice()))]
    {
        let sender = from.map(|party: &Party| Verkey::parse(&party.verkey).unwrap());
        let holders: Vec<_> = from.into_iter().collect();
        let packed =
            run(&holders, |caller| async move { v1::pack(&caller, b"{}", &to, sender.as_ref()).await });
        assert!(matches!(packed, Err(Error::Misuse(_))), "{packed:?}");
    }
}

#[test]
fn a_store_finds_a_secret_by_its_verkey() {
    let (store, bob) = (SecretStore::default(), bob());
    store.insert(bob.secret());
    assert_eq!(store.kids(), [kid(&bob)]);
    for name in [&bob.verkey, &kid(&bob)] {
        assert_eq!(store.find(name).unwrap().kid().to_string(), kid(&bob));
    }
    assert!(store.find(&alice().verkey).is_none());
    assert!(!store.remove(&alice().verkey));
    assert!(store.remove(&bob.verkey) && store.kids().is_empty());
    let jwk = serde_json::Value::Object(bob.secret().expose_jwk().unwrap());
    assert_eq!(SecretKey::from_value(&jwk, Some(&bob.verkey)).unwrap().kid().to_string(), kid(&bob));
}
