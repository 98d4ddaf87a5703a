//! Pack encrypted messages: sign if requested, then encrypt for the recipient.

use std::pin::pin;
use std::task::{self, Poll, Waker};

use super::delivery::Delivery;
use super::forward::{ForwardOptions, PackedForward};
use super::keys::{Group, recipients, signing_key};
use super::options::EncryptOptions;
use super::prepared::{Prepared, prepare};
use super::rotation;
use super::seal::{anoncrypt, authcrypt, authcrypt_draft_3};
use super::signed::{name_sender, sign};
use crate::caller::Caller;
use crate::did::{DidSet, DidUrl, Service};
use crate::error::{Error, Result};
use crate::keys::{Curve, Secret};
use crate::memory::check_room;
use crate::message::Message;

/// An encrypted message: one envelope, or one for each curve.
#[derive(Clone, Debug)]
pub struct Packed {
    /// The envelope on the preferred curve.
    pub envelope: Sealed,
    /// The same message on the recipient's other curves, with the option `every_curve`; each envelope alone is enough.
    pub others: Vec<Sealed>,
    /// The signing key.
    pub sign_from_kid: Option<DidUrl>,
    /// The signing key of `from_prior`.
    pub from_prior_issuer_kid: Option<DidUrl>,
    /// The recipient's services, in its order of preference.
    pub services: Vec<Service>,
}

/// One envelope, for the recipient's keys on one curve.
#[derive(Clone, Debug)]
pub struct Sealed {
    /// The text for the recipient, without wrapping.
    pub text: String,
    /// The curve of all keys of the envelope.
    pub curve: Curve,
    /// The keys that the message was encrypted to.
    pub to_kids: Vec<DidUrl>,
    /// The sender's key in authcrypt.
    pub from_kid: Option<DidUrl>,
    /// The ways to deliver the envelope, the preferred first.
    pub deliveries: Vec<Delivery>,
    /// The wrapped text for the first delivery; `None` without wrapping, or if it is wrapped later.
    pub wrapped: Option<String>,
}

impl Sealed {
    /// The text for the wire: wrapped for the preferred delivery, if it needs wrapping.
    pub fn message(&self) -> &str {
        self.wrapped.as_deref().unwrap_or(&self.text)
    }
}

/// Encrypts the message to all keys of `to` on one curve, or to the one key of a DID URL.
pub async fn pack_encrypted(
    caller: &Caller,
    message: Message,
    to: &DidUrl,
    options: &EncryptOptions,
) -> Result<Packed> {
    let mut packed = pack_encrypted_to_each(caller, message, std::slice::from_ref(to), options).await?;
    packed.pop().unwrap_or_else(|| Err(Error::misuse("`to` must have a recipient, got none")))
}

/// Encrypts one message for several recipients: signed once, and encrypted for each separately.
///
/// The result has one entry for each of `to`, in this order; a failure for one recipient does not affect the others.
/// A failure for all, such as that of the signature, is an error of the whole call.
pub async fn pack_encrypted_to_each(
    caller: &Caller,
    message: Message,
    to: &[DidUrl],
    options: &EncryptOptions,
) -> Result<Vec<Result<Packed>>> {
    let message = address(message, to, options)?;
    let (message, from_prior_issuer_kid) =
        rotation::sign(caller, message, options.from_prior_issuer_kid.as_ref()).await?;
    let forward = ForwardOptions {
        anoncrypt: options.anoncrypt,
        curves: options.curves.clone(),
        headers: options.forward_headers.clone().with_expiry(message.expires_time()),
    };
    let mut found = Vec::with_capacity(to.len());
    for recipient in to {
        let curves = if options.for_veramo { &[Curve::X25519] } else { options.curves.as_slice() };
        found.push(recipients(caller, recipient, curves).await);
    }
    let mut text = message.try_to_json()?;
    // a large message would occupy memory in addition to its text
    drop(message);
    let mut sign_from_kid = None;
    // an external key may prompt its user: don't sign if no recipient resolved
    if let Some(signer) = options.signer.as_ref().filter(|_| found.iter().any(Result::is_ok)) {
        let key = signing_key(caller, signer).await?;
        text = sign(caller, &key, &text, options.kid_in).await?;
        sign_from_kid = Some(key.kid().clone());
    }
    let mut prepared = Vec::with_capacity(to.len());
    for (recipient, found) in to.iter().zip(found) {
        prepared.push(match found {
            Ok(recipients) => prepare(caller, recipient, recipients, options, &forward).await,
            Err(error) => Err(error),
        });
    }
    let sealed = seal_each(caller, text, &prepared, options).await?;
    let packed = sealed.into_iter().zip(prepared).map(|(sealed, prepared)| {
        let (envelope, others) = sealed?;
        Ok(Packed {
            envelope,
            others,
            sign_from_kid: sign_from_kid.clone(),
            from_prior_issuer_kid: from_prior_issuer_kid.clone(),
            services: prepared?.services,
        })
    });
    Ok(packed.collect())
}

/// The envelope on the preferred curve, and the others.
type Envelopes = (Sealed, Vec<Sealed>);

/// Encrypts and wraps for each recipient; for many recipients in parallel.
async fn seal_each(
    caller: &Caller,
    text: String,
    prepared: &[Result<Prepared>],
    options: &EncryptOptions,
) -> Result<Vec<Result<Envelopes>>> {
    let is_ready = |one: &Result<Prepared>| one.as_ref().map_or(true, |one| one.needs_no_answer(caller));
    if caller.runs_in_parallel(prepared.len()) && prepared.iter().all(is_ready) {
        let seal = |one: &Result<Prepared>| {
            let one = one.as_ref().map_err(Clone::clone)?;
            check_room(text.len())?;
            complete(seal_and_wrap(caller, text.clone(), one, options))
        };
        return caller.run_each(prepared, |one| Ok(seal(one))).await;
    }
    let mut text = text;
    let last = prepared.iter().rposition(Result::is_ok);
    let mut sealed = Vec::with_capacity(prepared.len());
    for (place, one) in prepared.iter().enumerate() {
        let text = if Some(place) == last {
            std::mem::take(&mut text)
        } else {
            check_room(text.len())?;
            text.clone()
        };
        sealed.push(match one {
            Ok(one) => seal_and_wrap(caller, text, one, options).await,
            Err(error) => Err(error.clone()),
        });
    }
    Ok(sealed)
}

/// Runs work without questions to its end.
fn complete<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    match pin!(work).poll(&mut task::Context::from_waker(Waker::noop())) {
        Poll::Ready(result) => result,
        Poll::Pending => Err(Error::Answer("expected no question during parallel work")),
    }
}

/// Encrypts and wraps for one recipient.
async fn seal_and_wrap(
    caller: &Caller,
    text: String,
    prepared: &Prepared,
    options: &EncryptOptions,
) -> Result<Envelopes> {
    let Prepared { pairs, deliveries, .. } = prepared;
    check_room(text.len().saturating_mul(pairs.len().saturating_sub(1)))?;
    let mut envelopes = Vec::with_capacity(pairs.len());
    // the last envelope is encrypted in place; mostly there is only one
    let texts = std::iter::repeat_n(text.into_bytes(), pairs.len());
    for ((group, sender), text) in pairs.iter().zip(texts) {
        envelopes.push(seal(caller, text, group, sender.as_ref(), options).await?);
    }
    let mut envelopes = envelopes.into_iter();
    let mut envelope = envelopes.next().ok_or_else(|| Error::misuse("`curves` must not be empty"))?;
    if let Some(wrapping) = deliveries.first().and_then(|first| first.wrapping.as_ref()) {
        let PackedForward { text, .. } = wrapping.wrap(caller, &envelope.text).await?;
        envelope.wrapped = Some(text);
    }
    envelope.deliveries.clone_from(deliveries);
    let others = envelopes.map(|other| Sealed { deliveries: deliveries.clone(), ..other }).collect();
    Ok((envelope, others))
}

/// Encrypts for one group of keys: authcrypt, anoncrypt, or anoncrypt around authcrypt.
async fn seal(
    caller: &Caller,
    text: Vec<u8>,
    group: &Group,
    sender: Option<&Secret>,
    options: &EncryptOptions,
) -> Result<Sealed> {
    let text = match sender {
        None => anoncrypt(caller, text, group, options.anoncrypt).await?,
        Some(sender) if options.for_veramo => authcrypt_draft_3(caller, text, group, sender).await?,
        Some(sender) => {
            let inner = authcrypt(caller, text, group, sender).await?;
            let hide = if options.signer.is_some() {
                options.anoncrypt_authcrypt_signed
            } else {
                options.protect_sender
            };
            if hide { anoncrypt(caller, inner.into_bytes(), group, options.anoncrypt).await? } else { inner }
        }
    };
    Ok(Sealed {
        text,
        curve: group.curve,
        to_kids: group.keys.iter().map(|recipient| recipient.kid.clone()).collect(),
        from_kid: sender.map(|sender| sender.kid().clone()),
        deliveries: Vec::new(),
        wrapped: None,
    })
}

/// Makes `from` and `to` match the envelope, and refuses what every conforming recipient would refuse.
fn address(message: Message, to: &[DidUrl], options: &EncryptOptions) -> Result<Message> {
    if options.anoncrypt_authcrypt_signed && (options.from.is_none() || options.signer.is_none()) {
        return Err(Error::misuse("`anoncrypt_authcrypt_signed` requires both a sender and a signer"));
    }
    let has_layers = options.signer.is_some() || options.protect_sender;
    if options.for_veramo && has_layers {
        return Err(Error::misuse(
            "`profile=\"veramo\"` has one layer: omit `sign_frm` and `protect_sender_id`, or sign with \
             `pack_signed(kid_in=\"protected\")`",
        ));
    }
    let mut message = message;
    for party in options.from.iter().chain(&options.signer) {
        message = name_sender(message, party)?;
    }
    // a set, so that many recipients are not compared pairwise
    match message.to().map(|named| named.iter().map(DidUrl::did).collect::<DidSet>()) {
        Some(named) => match to.iter().find(|to| !named.contains(to.did())) {
            None => Ok(message),
            Some(other) => Err(Error::misuse(format!(
                "`to` of the message does not contain the recipient {}: add it, or leave `to` out",
                other.did()
            ))),
        },
        // a signed message without `to` could be passed on to another recipient
        None if options.signer.is_some() => {
            let dids: Result<Vec<_>> = to.iter().map(|to| DidUrl::parse(to.did())).collect();
            Ok(message.with_to(dids?))
        }
        None => Ok(message),
    }
}
