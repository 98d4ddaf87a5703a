//! The Rust core alone: reads how often to run which operation, runs it, writes the median in nanoseconds.
//!
//! `overhead.py` asks, and measures the same operation from Python in the next moment.
#![expect(clippy::print_stdout, reason = "a benchmark is a program that prints")]
#![expect(clippy::unwrap_used, reason = "a benchmark that cannot run has nothing to say")]

use std::io::stdin;
use std::sync::Arc;
use std::time::Instant;

use pydidcomm::caller::{Answer, Question, Surroundings};
use pydidcomm::did::local::LocalResolver;
use pydidcomm::did::peer::{self, Purpose};
use pydidcomm::did::{DidUrl, Document};
use pydidcomm::keys::{Curve, SecretKey, SecretStore};
use pydidcomm::message::Message;
use pydidcomm::operation::{Operation, Step};
use pydidcomm::pack::{self, EncryptOptions};
use pydidcomm::unpack::{self, UnpackOptions};

/// The randomness that the bindings hand to the core.
fn octets(buffer: &mut [u8]) {
    getrandom::fill(buffer).unwrap();
}

struct Party {
    did: DidUrl,
    document: Arc<Document>,
    secrets: SecretStore,
}

impl Party {
    fn new() -> Self {
        let unnamed = DidUrl::parse("did:peer:2#unnamed").unwrap();
        let keys = [Curve::X25519, Curve::Ed25519]
            .map(|curve| SecretKey::generate(unnamed.clone(), curve, &mut octets).unwrap());
        let purposes = [Purpose::KeyAgreement, Purpose::Authentication];
        let public: Vec<_> = purposes
            .into_iter()
            .zip(&keys)
            .map(|(purpose, key)| (purpose, key.public_key().unwrap()))
            .collect();
        let did = peer::create(&public, &[]).unwrap();
        let document = LocalResolver::default().resolve(&did).unwrap().unwrap();
        let secrets = SecretStore::default();
        for (place, key) in (1..).zip(keys) {
            secrets.insert(key.renamed(DidUrl::parse(&format!("{did}#key-{place}")).unwrap()));
        }
        Self { did, document, secrets }
    }
}

fn surroundings() -> Surroundings {
    Surroundings { now: 1_700_000_000, random: Box::new(octets), dids: None, secrets: None }
}

/// Answers every question from documents and secrets that are parsed already.
fn drive<T>(mut operation: Operation<T>, parties: &[&Party]) -> T {
    let mut step = operation.start().unwrap();
    loop {
        step = match step {
            Step::Done(result) => return result,
            Step::Ask(Question::ResolveDid(did)) => {
                let document = parties.iter().find(|party| party.did.as_str() == did);
                operation.supply(Answer::Document(document.map(|party| Arc::clone(&party.document)))).unwrap()
            }
            Step::Ask(Question::FindSecrets { kids, .. }) => {
                let held = kids.iter().filter_map(|kid| {
                    parties
                        .iter()
                        .find_map(|party| party.secrets.find(kid))
                        .map(|secret| (kid.clone(), secret.into()))
                });
                operation.supply(Answer::Secrets(held.collect())).unwrap()
            }
            Step::Ask(_) => unreachable!("the core asks two questions"),
        };
    }
}

fn pack(message: &Message, to: &Party, from: Option<&Party>, all: &[&Party]) -> String {
    let options = EncryptOptions { from: from.map(|party| party.did.clone()), ..EncryptOptions::default() };
    let (message, to) = (message.clone(), to.did.clone());
    let operation = Operation::new(surroundings(), |caller| async move {
        pack::encrypted(&caller, message, &to, &options).await.map(|packed| packed.envelope.text)
    });
    drive(operation, all)
}

fn unpack(packed: &str, all: &[&Party]) {
    let packed = packed.to_owned();
    let operation = Operation::new(surroundings(), |caller| async move {
        unpack::unpack(&caller, &packed, &UnpackOptions::default()).await
    });
    drive(operation, all);
}

fn median(count: usize, mut run: impl FnMut()) -> u128 {
    let mut times: Vec<u128> = (0..count)
        .map(|_| {
            let start = Instant::now();
            run();
            start.elapsed().as_nanos()
        })
        .collect();
    times.sort_unstable();
    times.get(count / 2).copied().unwrap_or_default()
}

fn main() {
    let (alice, bob) = (Party::new(), Party::new());
    let all = [&alice, &bob];
    let text = format!(
        r#"{{"id":"1234567890","type":"https://example.org/bench/1.0/message","body":{{"text":"{}"}}}}"#,
        "x".repeat(180)
    );
    let message = Message::parse(&text).unwrap();
    let authcrypt = pack(&message, &bob, Some(&alice), &all);
    let anoncrypt = pack(&message, &bob, None, &all);
    for line in stdin().lines() {
        let line = line.unwrap();
        let (count, operation) = line.trim().split_once(' ').unwrap();
        let count = count.parse().unwrap();
        let time = match operation {
            "authcrypt pack" => median(count, || drop(pack(&message, &bob, Some(&alice), &all))),
            "authcrypt unpack" => median(count, || unpack(&authcrypt, &all)),
            "anoncrypt pack" => median(count, || drop(pack(&message, &bob, None, &all))),
            _ => median(count, || unpack(&anoncrypt, &all)),
        };
        println!("{time}");
    }
}
