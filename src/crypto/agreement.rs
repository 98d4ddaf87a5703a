//! The key that wraps the content key: ECDH-ES (RFC 7518 4.6.2) and ECDH-1PU (draft 4, 2.3).

use askar_crypto::alg::x25519::X25519KeyPair;
use askar_crypto::buffer::{SecretBytes, WriteBuffer};
use askar_crypto::kdf::ecdh_1pu::Ecdh1PU;
use askar_crypto::kdf::ecdh_es::EcdhEs;
use askar_crypto::kdf::{KeyDerivation, KeyExchange};
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::algorithm::AgreementAlgorithm;
use crate::error::{Error, Result};
use crate::keys::{PublicKey, SecretKind};

/// The key encryption key: 256 bits on every curve.
pub(crate) type Kek = Zeroizing<[u8; 32]>;

/// What both parties put into the derivation beside the shared secret: apu and apv, decoded.
#[derive(Clone, Copy)]
pub(crate) struct PartyInfo<'a> {
    pub(crate) apu: &'a [u8],
    pub(crate) apv: &'a [u8],
}

/// The sender's side.
pub(crate) struct Sending<'a> {
    pub(crate) ephemeral: &'a SecretKind,
    /// The sender's own key, for ECDH-1PU.
    pub(crate) sender: Option<&'a SecretKind>,
    pub(crate) recipient: &'a PublicKey,
}

/// The recipient's side.
pub(crate) struct Receiving<'a> {
    pub(crate) ephemeral: &'a PublicKey,
    /// The sender's own key, for ECDH-1PU.
    pub(crate) sender: Option<&'a PublicKey>,
    pub(crate) recipient: &'a SecretKind,
}

impl Sending<'_> {
    /// Derives the wrapping key; `tag` is that of the content, which ECDH-1PU binds.
    pub(crate) fn wrapping_key(&self, info: PartyInfo<'_>, tag: &[u8]) -> Result<Kek> {
        let SecretKind::X25519(ephemeral) = self.ephemeral else { return Err(Error::Decryption) };
        let PublicKey::X25519(recipient) = self.recipient else { return Err(Error::Decryption) };
        let sender = match self.sender {
            None => None,
            Some(SecretKind::X25519(key)) => Some(Contributory(key)),
            Some(SecretKind::Ed25519(_)) => return Err(Error::Decryption),
        };
        derive(&Contributory(ephemeral), sender.as_ref(), &Contributory(recipient), info, tag, false)
    }
}

impl Receiving<'_> {
    /// Derives the wrapping key; `tag` is that of the content, which ECDH-1PU binds.
    pub(crate) fn wrapping_key(&self, info: PartyInfo<'_>, tag: &[u8]) -> Result<Kek> {
        let PublicKey::X25519(ephemeral) = self.ephemeral else { return Err(Error::Decryption) };
        let SecretKind::X25519(recipient) = self.recipient else { return Err(Error::Decryption) };
        let sender = match self.sender {
            None => None,
            Some(PublicKey::X25519(key)) => Some(Contributory(key)),
            Some(PublicKey::Ed25519(_)) => return Err(Error::Decryption),
        };
        derive(&Contributory(ephemeral), sender.as_ref(), &Contributory(recipient), info, tag, true)
    }
}

fn derive(
    ephemeral: &Contributory<'_>,
    sender: Option<&Contributory<'_>>,
    recipient: &Contributory<'_>,
    info: PartyInfo<'_>,
    tag: &[u8],
    receiving: bool,
) -> Result<Kek> {
    let PartyInfo { apu, apv } = info;
    let mut kek = Kek::default();
    let derived = if let Some(sender) = sender {
        let alg = AgreementAlgorithm::Ecdh1Pu.name().as_bytes();
        Ecdh1PU::new(ephemeral, sender, recipient, alg, apu, apv, tag, receiving)
            .derive_key_bytes(kek.as_mut_slice())
    } else {
        let alg = AgreementAlgorithm::EcdhEs.name().as_bytes();
        EcdhEs::new(ephemeral, recipient, alg, apu, apv, receiving).derive_key_bytes(kek.as_mut_slice())
    };
    derived.map(|()| kek).map_err(|_| Error::Decryption)
}

/// An X25519 key whose exchange refuses the all-zero secret of a low-order point (RFC 7748 6.1).
#[derive(Debug)]
struct Contributory<'a>(&'a X25519KeyPair);

impl KeyExchange for Contributory<'_> {
    fn write_key_exchange(
        &self,
        other: &Self,
        out: &mut dyn WriteBuffer,
    ) -> std::result::Result<(), askar_crypto::Error> {
        let mut secret = SecretBytes::with_capacity(32);
        self.0.write_key_exchange(other.0, &mut secret)?;
        if bool::from(secret.as_ref().ct_eq(&[0; 32])) {
            return Err(askar_crypto::ErrorKind::InvalidKeyData.into());
        }
        out.buffer_write(secret.as_ref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base64url;
    use crate::keys::Curve;

    fn secret(d: &str) -> SecretKind {
        SecretKind::from_octets(Curve::X25519, &base64url::decode(d, "d").unwrap()).unwrap()
    }

    // draft-madden-jose-ecdh-1pu-04, appendix B, its keys; our own wrapping algorithm.
    // JWE-12, JWE-14
    #[test]
    fn both_sides_of_ecdh_1pu_derive_one_key_and_the_tag_is_bound() {
        let alice = secret("i9KuFhSzEBsiv3PKVL5115OCdsqQai5nj_Flzfkw5jU");
        let bob = secret("1gDirl_r_Y3-qUa3WXHgEXrrEHngWThU3c9zj9A2uBg");
        let ephemeral = secret("x8EVZH4Fwk673_mUujnliJoSrLz0zYzzCWp5GUX2fc8");
        let info = PartyInfo { apu: b"Alice", apv: b"Bob" };
        let recipient = bob.public_key().unwrap();
        let sending = Sending { ephemeral: &ephemeral, sender: Some(&alice), recipient: &recipient };
        let sent = sending.wrapping_key(info, b"tag").unwrap();
        let sender = alice.public_key().unwrap();
        let epk = ephemeral.public_key().unwrap();
        let receiving = Receiving { ephemeral: &epk, sender: Some(&sender), recipient: &bob };
        assert_eq!(sent, receiving.wrapping_key(info, b"tag").unwrap());
        assert_ne!(sent, receiving.wrapping_key(info, b"tax").unwrap());
        let anonymous = Receiving { ephemeral: &epk, sender: None, recipient: &bob };
        assert_ne!(sent, anonymous.wrapping_key(info, b"tag").unwrap());
    }

    // JWE-15
    #[test]
    fn ecdh_es_takes_no_tag() {
        let bob = secret("1gDirl_r_Y3-qUa3WXHgEXrrEHngWThU3c9zj9A2uBg");
        let epk = secret("x8EVZH4Fwk673_mUujnliJoSrLz0zYzzCWp5GUX2fc8").public_key().unwrap();
        let receiving = Receiving { ephemeral: &epk, sender: None, recipient: &bob };
        let info = PartyInfo { apu: b"", apv: b"Bob" };
        assert_eq!(receiving.wrapping_key(info, b"a").unwrap(), receiving.wrapping_key(info, b"b").unwrap());
    }

    // ALG-15
    #[test]
    fn points_of_low_order_are_refused() {
        let bob = secret("1gDirl_r_Y3-qUa3WXHgEXrrEHngWThU3c9zj9A2uBg");
        let one = {
            let mut octets = [0; 32];
            octets[0] = 1;
            octets
        };
        for low in [[0; 32], one] {
            let epk = PublicKey::from_octets(Curve::X25519, &low).unwrap();
            let receiving = Receiving { ephemeral: &epk, sender: None, recipient: &bob };
            let info = PartyInfo { apu: b"", apv: b"" };
            assert_eq!(receiving.wrapping_key(info, b"").unwrap_err(), Error::Decryption);
        }
    }
}
