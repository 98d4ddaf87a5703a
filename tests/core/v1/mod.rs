//! DIDComm v1: the facts that an envelope proves, and the refusal of all other claims.

mod envelope;
mod forge;
mod forward;
mod key_forms;
mod properties;
mod receive;
mod sender;

use std::sync::Arc;

use pydidcomm::caller::{Answer, Caller, Context, Question};
use pydidcomm::error::{Error, Result};
use pydidcomm::keys::{Secret, Verkey};
use pydidcomm::limits::Limits;
use pydidcomm::operation::{Operation, Step};
use pydidcomm::v1::{self, Packed, Unpacked};
use rand_chacha::ChaCha20Rng;
use rand_chacha::rand_core::{RngCore, SeedableRng};

use forge::Party;

/// Runs an operation with these secrets, each under its requested name.
fn run_with<T, W>(
    secrets: &[(String, Secret)],
    seed: u64,
    agree: impl Fn(Question) -> Answer,
    begin: impl FnOnce(Arc<Caller>) -> W,
) -> Result<T>
where
    W: Future<Output = Result<T>> + Send + 'static,
{
    let mut random = ChaCha20Rng::seed_from_u64(seed);
    let random = Box::new(move |buffer: &mut [u8]| random.fill_bytes(buffer));
    let mut operation = Operation::new(Context::new(0, random), begin);
    let mut step = operation.start()?;
    loop {
        let answer = match step {
            Step::Done(result) => return Ok(result),
            Step::Ask(Question::FindSecrets { kids, .. }) => Answer::Secrets(
                kids.iter()
                    .filter_map(|kid| secrets.iter().find(|(name, _)| name == kid))
                    .take(1)
                    .cloned()
                    .collect(),
            ),
            Step::Ask(question) => agree(question),
        };
        step = operation.supply(answer)?;
    }
}

/// Runs an operation with the secrets of these parties, found by their verkeys.
fn run<T, W>(holders: &[&Party], begin: impl FnOnce(Arc<Caller>) -> W) -> Result<T>
where
    W: Future<Output = Result<T>> + Send + 'static,
{
    let secrets: Vec<_> = holders.iter().map(|party| (party.verkey.clone(), party.secret().into())).collect();
    run_with(&secrets, 0, |question| panic!("{question:?}"), begin)
}

fn pack(content: &[u8], to: &[&Party], from: Option<&Party>) -> Packed {
    let (content, to) = (content.to_vec(), verkeys(to));
    let sender = from.map(|party| Verkey::parse(&party.verkey).unwrap());
    let holders: Vec<&Party> = from.into_iter().collect();
    run(&holders, |caller| async move { v1::pack(&caller, &content, &to, sender.as_ref()).await }).unwrap()
}

fn unpack(holder: &Party, packed: impl ToString) -> Result<Unpacked> {
    unpack_within(holder, packed, Limits::default())
}

fn unpack_within(holder: &Party, packed: impl ToString, limits: Limits) -> Result<Unpacked> {
    let packed = packed.to_string();
    run(&[holder], |caller| async move { v1::unpack(&caller, &packed, &limits).await })
}

/// The error of unpacking an envelope; panics if it unpacks.
fn refusal(holder: &Party, packed: impl ToString) -> Error {
    match unpack(holder, packed) {
        Ok(unpacked) => panic!("unpacked as {:?} of {:?}", unpacked.content(), sender(&unpacked)),
        Err(error) => error,
    }
}

fn sender(unpacked: &Unpacked) -> Option<&str> {
    unpacked.sender().map(|proved| proved.verkey().as_str())
}

fn verkeys(parties: &[&Party]) -> Vec<Verkey> {
    parties.iter().map(|party| Verkey::parse(&party.verkey).unwrap()).collect()
}
