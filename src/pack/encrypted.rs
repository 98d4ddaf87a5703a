//! Pack encrypted messages: sign if requested, then encrypt for the recipient.

use super::delivery::{Delivery, find_routes, prepare_deliveries};
use super::forward::{ForwardOptions, PackedForward};
use super::keys::{Group, Recipients, recipients, sender_keys, signing_key};
use super::rotation;
use super::seal::{anoncrypt, authcrypt, authcrypt_draft_3};
use super::signed::{name_sender, sign};
use crate::caller::Caller;
use crate::crypto::algorithm::ContentEncryption;
use crate::did::{DidSet, DidUrl, Service};
use crate::error::{Error, Result};
use crate::jose::jws::KidIn;
use crate::keys::{Curve, Secret};
use crate::limits::RECIPIENTS;
use crate::memory::check_room;
use crate::message::Message;
use crate::routing::{Choice, ForwardHeaders};

/// Options of packing an encrypted message.
#[derive(Clone, Debug)]
#[expect(clippy::struct_excessive_bools, reason = "each is an option of its own")]
pub struct EncryptOptions {
    /// The sender, a DID or one of its keys, for authcrypt; `None` for anoncrypt.
    pub from: Option<DidUrl>,
    /// The signer, a DID or one of its keys.
    pub signer: Option<DidUrl>,
    /// The key of the prior DID that signs `from_prior`.
    pub from_prior_issuer_kid: Option<DidUrl>,
    /// The content encryption of anoncrypt.
    pub anoncrypt: ContentEncryption,
    /// Whether to hide the sender from everyone but the recipient.
    pub protect_sender: bool,
    /// Whether to use authcrypt for a message with both a signer and a sender.
    ///
    /// The specification advises against it: the signature proves the sender already.
    pub authcrypt_signed: bool,
    /// Whether a message with both a signer and a sender gets all three layers.
    ///
    /// The specification forbids it: anoncrypt around the signature hides and proves as much.
    pub anoncrypt_authcrypt_signed: bool,
    /// The header of the signature that holds `kid`.
    pub kid_in: KidIn,
    /// Whether the recipient reads as Veramo does: authcrypt by draft 3 of ECDH-1PU to one key, X25519, one layer.
    pub for_veramo: bool,
    /// The allowed curves, the preferred first.
    pub curves: Vec<Curve>,
    /// Whether a recipient with keys on several curves gets an envelope for each of them.
    pub every_curve: bool,
    /// Whether to skip the wrapping, even if the recipient has mediators.
    pub bare: bool,
    /// The selection of routes to the recipient.
    pub choice: Choice,
    /// Additional headers of every forward.
    pub forward_headers: ForwardHeaders,
    /// The maximum number of keys that a message to one recipient is encrypted to: those of the recipient in every
    /// envelope, and those of the mediators of the first delivery. Their documents choose the number of keys.
    pub most_keys: usize,
}

impl Default for EncryptOptions {
    fn default() -> Self {
        Self {
            from: None,
            signer: None,
            from_prior_issuer_kid: None,
            anoncrypt: ContentEncryption::default(),
            protect_sender: false,
            authcrypt_signed: false,
            anoncrypt_authcrypt_signed: false,
            kid_in: KidIn::default(),
            for_veramo: false,
            curves: Curve::FOR_AGREEMENT.to_vec(),
            every_curve: false,
            bare: false,
            choice: Choice::default(),
            forward_headers: ForwardHeaders::default(),
            most_keys: RECIPIENTS,
        }
    }
}

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
        headers: options.forward_headers.clone().expiring(message.expires_time()),
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
    let mut packed = Vec::with_capacity(to.len());
    let last = found.iter().rposition(Result::is_ok);
    for (place, (recipient, found)) in to.iter().zip(found).enumerate() {
        let sealed = match found {
            Ok(recipients) => {
                let text = if Some(place) == last {
                    std::mem::take(&mut text)
                } else {
                    check_room(text.len())?;
                    text.clone()
                };
                seal_and_wrap(caller, text, recipient, &recipients, options, &forward).await
            }
            Err(error) => Err(error),
        };
        packed.push(sealed.map(|(envelope, others, services)| Packed {
            envelope,
            others,
            sign_from_kid: sign_from_kid.clone(),
            from_prior_issuer_kid: from_prior_issuer_kid.clone(),
            services,
        }));
    }
    Ok(packed)
}

/// Encrypts and wraps for one recipient: returns the envelope on the preferred curve, the others, and the recipient's
/// services.
async fn seal_and_wrap(
    caller: &Caller,
    text: String,
    to: &DidUrl,
    recipients: &Recipients,
    options: &EncryptOptions,
    forward: &ForwardOptions,
) -> Result<(Sealed, Vec<Sealed>, Vec<Service>)> {
    let senders = match sender(options) {
        Some(from) => Some(sender_keys(caller, from, recipients, options.every_curve).await?),
        None => None,
    };
    let count = if options.every_curve { usize::MAX } else { 1 };
    let pairs: Vec<_> = pair_keys(recipients, senders.as_deref()).take(count).collect();
    let keys = pairs.iter().map(|(group, _)| group.keys.len()).sum();
    check_keys(to, keys, options)?;
    check_room(text.len().saturating_mul(pairs.len().saturating_sub(1)))?;
    let mut envelopes = Vec::with_capacity(pairs.len());
    // the last envelope is encrypted in place; mostly there is only one
    let texts = std::iter::repeat_n(text.into_bytes(), pairs.len());
    for ((group, sender), text) in pairs.into_iter().zip(texts) {
        envelopes.push(seal(caller, text, group, sender, options).await?);
    }
    let found = find_routes(caller, &recipients.document, &options.choice, options.bare).await?;
    let deliveries = prepare_deliveries(caller, to, found, forward).await?;
    let mut envelopes = envelopes.into_iter();
    let mut envelope = envelopes.next().ok_or_else(|| Error::misuse("`curves` must not be empty"))?;
    if let Some(wrapping) = deliveries.first().and_then(|first| first.wrapping.as_ref()) {
        check_keys(to, keys.saturating_add(wrapping.keys()), options)?;
        let PackedForward { text, .. } = wrapping.wrap(caller, &envelope.text).await?;
        envelope.wrapped = Some(text);
    }
    envelope.deliveries.clone_from(&deliveries);
    let others = envelopes.map(|other| Sealed { deliveries: deliveries.clone(), ..other }).collect();
    Ok((envelope, others, recipients.document.services().to_vec()))
}

/// Limits the number of keys, which the documents of the recipient and of its mediators choose.
fn check_keys(to: &DidUrl, keys: usize, options: &EncryptOptions) -> Result<()> {
    if keys <= options.most_keys {
        return Ok(());
    }
    Err(Error::misuse(format!(
        "{} and the mediators before it have {keys} keys to encrypt to, more than `max_keys={}`: pass the DID URL \
         of one key in `to`, or raise the limit",
        to.did(),
        options.most_keys
    )))
}

/// Pairs the groups to encrypt for with the sender's keys; in authcrypt a group without a sender's key is skipped.
fn pair_keys<'a>(
    recipients: &'a Recipients,
    senders: Option<&'a [(Curve, Secret)]>,
) -> impl Iterator<Item = (&'a Group, Option<&'a Secret>)> {
    recipients.groups.iter().filter_map(move |group| match senders {
        None => Some((group, None)),
        Some(keys) => {
            let (_, key) = keys.iter().find(|(curve, _)| *curve == group.curve)?;
            Some((group, Some(key)))
        }
    })
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

/// The sender for authcrypt: a signed message needs none, unless an option requests it.
fn sender(options: &EncryptOptions) -> Option<&DidUrl> {
    let authcrypts_signed =
        options.anoncrypt_authcrypt_signed || (options.authcrypt_signed && !options.protect_sender);
    options.from.as_ref().filter(|_| options.signer.is_none() || authcrypts_signed)
}

/// Makes `from` and `to` match the envelope, and refuses what every conforming recipient would refuse.
fn address(message: Message, to: &[DidUrl], options: &EncryptOptions) -> Result<Message> {
    if options.anoncrypt_authcrypt_signed && (options.from.is_none() || options.signer.is_none()) {
        return Err(Error::misuse("`anoncrypt_authcrypt_signed` requires both a sender and a signer"));
    }
    let has_layers = options.signer.is_some() || options.protect_sender;
    if options.for_veramo && has_layers {
        return Err(Error::misuse(
            "`profile=\"veramo\"` has one layer: leave `sign_frm` and `protect_sender_id` out, or sign with \
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
