//! A caller for tests, which answers every question of the core: documents, secrets, a fixed clock, seeded randomness.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock};

use pydidcomm::caller::{Answer, Caller, Context, Question};
use pydidcomm::did::{DidUrl, Document};
use pydidcomm::error::{Error, Result};
use pydidcomm::keys::{ExternalKey, Secret, SecretKey};
use pydidcomm::message::Message;
use pydidcomm::operation::{Operation, Step};
use pydidcomm::pack::{self, EncryptOptions, Packed, PackedSigned};
use pydidcomm::unpack::{self, UnpackOptions, Unpacked};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};
use serde_json::{Value, json};

use super::parties::{self, ALICE, BOB};

/// The time in this world, in seconds since the epoch.
pub(crate) const NOW: u64 = 1_700_000_000;

/// The known documents and the available secrets.
#[derive(Clone, Default)]
pub(crate) struct World {
    documents: HashMap<String, Arc<Document>>,
    secrets: HashMap<String, SecretKey>,
    seed: u64,
    has_external_keys: bool,
}

impl World {
    /// The documents and all secrets of [`parties`].
    pub(crate) fn new() -> Self {
        // created once: a dozen keys take longer than most tests
        static CAST: LazyLock<World> = LazyLock::new(|| World::of(parties::documents(), parties::secrets()));
        CAST.clone()
    }

    pub(crate) fn of(documents: Vec<Document>, secrets: Vec<SecretKey>) -> Self {
        let documents =
            documents.into_iter().map(|document| (document.did().to_string(), Arc::new(document)));
        let secrets = secrets.into_iter().map(|secret| (secret.kid().to_string(), secret));
        Self { documents: documents.collect(), secrets: secrets.collect(), seed: 0, has_external_keys: false }
    }

    /// The same world with other randomness.
    pub(crate) fn seeded(&self, seed: u64) -> Self {
        Self { seed, ..self.clone() }
    }

    /// The same world with this document in place of the one of its DID.
    pub(crate) fn with_document(&self, document: Document) -> Self {
        let mut world = self.clone();
        world.documents.insert(document.did().to_string(), Arc::new(document));
        world
    }

    /// The same world without the document of that DID.
    pub(crate) fn without(&self, did: &str) -> Self {
        let mut world = self.clone();
        world.documents.remove(did);
        world
    }

    /// The same world with only these secrets.
    pub(crate) fn holding(&self, kids: &[&str]) -> Self {
        let mut world = self.clone();
        world.secrets.retain(|kid, _| kids.contains(&kid.as_str()));
        world
    }

    /// The same world with this secret in addition.
    pub(crate) fn also_holding(&self, secret: SecretKey) -> Self {
        let mut world = self.clone();
        world.secrets.insert(secret.kid().to_string(), secret);
        world
    }

    /// The same world with external keys: the core gets handles and requests operations.
    pub(crate) fn with_external_keys(&self) -> Self {
        Self { has_external_keys: true, ..self.clone() }
    }

    fn secret(&self, kid: &str) -> Option<Secret> {
        let key = self.secrets.get(kid)?.clone();
        let handle = || Arc::new(kid.to_owned());
        Some(if self.has_external_keys {
            ExternalKey::new(key.kid().clone(), handle()).into()
        } else {
            key.into()
        })
    }

    fn answer(&self, question: Question) -> Answer {
        match question {
            Question::ResolveDid { did, .. } => Answer::Document(self.documents.get(&did).cloned()),
            Question::FindSecrets { kids, every, .. } => {
                let found = kids.into_iter().filter_map(|kid| {
                    let secret = self.secret(&kid)?;
                    Some((kid, secret))
                });
                Answer::Secrets(if every { found.collect() } else { found.take(1).collect() })
            }
            Question::Agree { key, public_key } => {
                Answer::SharedSecret(parties::agree(handle(&key), &public_key))
            }
            Question::Sign { key, algorithm, data } => {
                assert_eq!(algorithm.name(), "EdDSA");
                Answer::Signature(parties::signing_key(handle(&key)).sign(&data).unwrap().to_vec())
            }
            other => panic!("a question without an answer: {other:?}"),
        }
    }

    /// Runs an operation to its end.
    pub(crate) fn run<T, W>(&self, begin: impl FnOnce(Arc<Caller>) -> W) -> Result<T>
    where
        W: Future<Output = Result<T>> + Send + 'static,
    {
        self.run_watched(begin, |_| {})
    }

    /// Runs an operation to its end, and passes every question to `watch`.
    pub(crate) fn run_watched<T, W>(
        &self,
        begin: impl FnOnce(Arc<Caller>) -> W,
        mut watch: impl FnMut(&Question),
    ) -> Result<T>
    where
        W: Future<Output = Result<T>> + Send + 'static,
    {
        let mut random = ChaCha20Rng::seed_from_u64(self.seed);
        let context = Context::new(NOW, Box::new(move |buffer| random.fill_bytes(buffer)));
        let mut operation = Operation::new(context, begin);
        let mut step = operation.start()?;
        loop {
            match step {
                Step::Done(result) => return Ok(result),
                Step::Ask(question) => {
                    watch(&question);
                    step = operation.supply(self.answer(question))?;
                }
            }
        }
    }

    pub(crate) fn encrypt(&self, message: &Message, to: &str, options: &EncryptOptions) -> Result<Packed> {
        let (message, to, options) = (message.clone(), DidUrl::parse(to)?, options.clone());
        self.run(|caller| async move { pack::pack_encrypted(&caller, message, &to, &options).await })
    }

    pub(crate) fn sign(&self, message: &Message, signer: &str) -> Result<PackedSigned> {
        let (message, signer) = (message.clone(), DidUrl::parse(signer)?);
        self.run(|caller| async move {
            pack::pack_signed(&caller, message, &signer, pack::KidIn::default()).await
        })
    }

    pub(crate) fn unpack(&self, packed: impl ToString) -> Result<Unpacked> {
        self.unpack_with(packed, UnpackOptions::default())
    }

    pub(crate) fn unpack_with(&self, packed: impl ToString, options: UnpackOptions) -> Result<Unpacked> {
        let packed = packed.to_string();
        self.run(|caller| async move { unpack::unpack(&caller, &packed, &options).await })
    }

    /// The error of unpacking a message; panics if it unpacks.
    pub(crate) fn refusal(&self, packed: impl ToString) -> Error {
        let packed = packed.to_string();
        match self.unpack(&packed) {
            Ok(unpacked) => panic!("{packed} was unpacked as {}", unpacked.message().to_json()),
            Err(error) => error,
        }
    }
}

/// The kid in the handle of an external key.
fn handle(key: &ExternalKey) -> &str {
    key.handle().downcast_ref::<String>().unwrap()
}

/// A message with these members, an id and a type.
pub(crate) fn message(members: Value) -> Message {
    Message::parse(&plaintext(members)).unwrap()
}

/// The text of a message with these members, an id and a type; null members are omitted.
pub(crate) fn plaintext(members: Value) -> String {
    let mut json = json!({"id": "1234567890", "typ": "application/didcomm-plain+json",
                          "type": "https://example.com/protocols/lets_do_lunch/1.0/proposal"});
    for (name, value) in members.as_object().unwrap() {
        if value.is_null() {
            json.as_object_mut().unwrap().shift_remove(name);
        } else {
            json[name] = value.clone();
        }
    }
    json.to_string()
}

/// An ordinary message from Alice to Bob.
pub(crate) fn from_alice_to_bob() -> Message {
    message(json!({"from": ALICE, "to": [BOB], "body": {"dish": "soupe à l'oignon"}}))
}

/// Options to encrypt from a sender.
pub(crate) fn from(sender: &str) -> EncryptOptions {
    EncryptOptions { from: Some(DidUrl::parse(sender).unwrap()), ..EncryptOptions::default() }
}

/// Requires that the caller's arguments are refused.
#[track_caller]
pub(crate) fn misused<T>(result: Result<T>) {
    match result {
        Err(Error::Misuse(_)) => {}
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("the message was packed"),
    }
}
