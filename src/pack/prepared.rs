//! Prepare the encryption for one recipient: the keys of both parties, and the routes.

use super::delivery::{Delivery, find_routes, prepare_deliveries};
use super::forward::ForwardOptions;
use super::keys::{Group, Recipients, sender_keys};
use super::options::EncryptOptions;
use crate::caller::Caller;
use crate::did::{DidUrl, Service};
use crate::error::{Error, Result};
use crate::keys::{Curve, Secret};

/// The inputs of the envelopes for one recipient.
pub(super) struct Prepared {
    /// The keys of each envelope, and the sender's key in authcrypt.
    pub(super) pairs: Vec<(Group, Option<Secret>)>,
    pub(super) deliveries: Vec<Delivery>,
    pub(super) services: Vec<Service>,
}

impl Prepared {
    /// Whether the envelopes are computed without any question: the sender's keys are local, and the recipient's few.
    pub(super) fn needs_no_answer(&self, caller: &Caller) -> bool {
        self.pairs.iter().all(|(group, sender)| {
            !matches!(sender, Some(Secret::External(_))) && !caller.runs_in_parallel(group.keys.len())
        })
    }
}

/// Finds the keys of both parties, and the routes to the recipient.
pub(super) async fn prepare(
    caller: &Caller,
    to: &DidUrl,
    recipients: Recipients,
    options: &EncryptOptions,
    forward: &ForwardOptions,
) -> Result<Prepared> {
    let senders = match sender(options) {
        Some(from) => Some(sender_keys(caller, from, &recipients, options.every_curve).await?),
        None => None,
    };
    let count = if options.every_curve { usize::MAX } else { 1 };
    let Recipients { document, groups } = recipients;
    let pairs: Vec<_> = pair_keys(groups, senders.as_deref()).take(count).collect();
    if pairs.is_empty() {
        return Err(Error::misuse("`curves` must not be empty"));
    }
    let keys = pairs.iter().map(|(group, _)| group.keys.len()).sum();
    check_keys(to, keys, options)?;
    let found = find_routes(caller, &document, &options.choice, options.bare).await?;
    let deliveries = prepare_deliveries(caller, to, found, forward).await?;
    if let Some(wrapping) = deliveries.first().and_then(|first| first.wrapping.as_ref()) {
        check_keys(to, keys.saturating_add(wrapping.keys()), options)?;
    }
    Ok(Prepared { pairs, deliveries, services: document.services().to_vec() })
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
fn pair_keys(
    groups: Vec<Group>,
    senders: Option<&[(Curve, Secret)]>,
) -> impl Iterator<Item = (Group, Option<Secret>)> {
    groups.into_iter().filter_map(move |group| match senders {
        None => Some((group, None)),
        Some(keys) => {
            let (_, key) = keys.iter().find(|(curve, _)| *curve == group.curve)?;
            Some((group, Some(key.clone())))
        }
    })
}

/// The sender for authcrypt: a signed message needs none, unless an option requests it.
fn sender(options: &EncryptOptions) -> Option<&DidUrl> {
    let authcrypts_signed =
        options.anoncrypt_authcrypt_signed || (options.authcrypt_signed && !options.protect_sender);
    options.from.as_ref().filter(|_| options.signer.is_none() || authcrypts_signed)
}
