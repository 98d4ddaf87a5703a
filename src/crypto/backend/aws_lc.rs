//! The backend of aws-lc-rs, for everything but secp256k1, where it is slow.

use std::sync::OnceLock;

use askar_crypto::buffer::{ResizeBuffer, SecretBytes};
use aws_lc_rs::aead::{self, Aad, LessSafeKey, Nonce, UnboundKey};
use aws_lc_rs::agreement::{self, PrivateKey};
use aws_lc_rs::cipher::{
    self, DecryptionContext, EncryptionContext, PaddedBlockDecryptingKey, PaddedBlockEncryptingKey,
    UnboundCipherKey,
};
use aws_lc_rs::encoding::{AsBigEndian, Curve25519SeedBin, EcPrivateKeyBin};
use aws_lc_rs::hmac;
use aws_lc_rs::iv::FixedLength;
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{self, EcdsaKeyPair, Ed25519KeyPair, KeyPair, VerificationAlgorithm};
use chacha20::cipher::consts::U10;
use chacha20::hchacha;
use subtle::ConstantTimeEq;
use zeroize::Zeroizing;

use super::{Backend, Cipher, Curve, Draw};

/// The fast backend.
pub(crate) struct AwsLc;

/// A point, for the operations of its curve.
#[derive(Clone)]
pub(crate) struct Point {
    curve: Curve,
    agreement: Option<agreement::ParsedPublicKey>,
    /// Parsed for the first signature, since most keys only agree.
    verification: OnceLock<Option<signature::ParsedPublicKey>>,
}

/// A secret, for the operations of its curve; its library zeroes it on drop.
pub(crate) enum Scalar {
    Agreement {
        key: PrivateKey,
        /// The same secret on P-256, prepared for the first signature.
        signing: OnceLock<Option<EcdsaKeyPair>>,
    },
    Ed25519(Ed25519KeyPair),
}

impl Backend for AwsLc {
    type Point = Point;
    type Scalar = Scalar;

    fn point(curve: Curve, bytes: &[u8]) -> Option<Point> {
        let mut point = Point { curve, agreement: None, verification: OnceLock::new() };
        if let Some(algorithm) = agreement_on(curve) {
            let unparsed = agreement::UnparsedPublicKey::new(algorithm, bytes);
            point.agreement = Some(unparsed.try_into().ok()?);
        } else {
            point.verification = OnceLock::from(ed25519_key(curve, bytes)?);
        }
        Some(point)
    }

    fn scalar(curve: Curve, bytes: &[u8]) -> Option<Scalar> {
        match agreement_on(curve) {
            Some(algorithm) => PrivateKey::from_private_key(algorithm, bytes).ok().map(Scalar::from),
            None if curve == Curve::Ed25519 && bytes.len() == curve.field_length() => {
                Ed25519KeyPair::from_seed_unchecked(bytes).map(Scalar::Ed25519).ok()
            }
            None => None,
        }
    }

    fn generate(curve: Curve, draw: Draw<'_>) -> Option<Scalar> {
        match agreement_on(curve) {
            // importing a secret of the NIST curves costs twice as much as the library's own generator, seeded by the
            // operating system: the public key is computed, and again for comparison
            Some(algorithm) if curve != Curve::X25519 => {
                PrivateKey::generate(algorithm).ok().map(Scalar::from)
            }
            _ => {
                let mut bytes = Zeroizing::new([0; 32]);
                draw(&mut *bytes);
                Self::scalar(curve, &*bytes)
            }
        }
    }

    fn public_bytes(scalar: &Scalar) -> Option<Vec<u8>> {
        match scalar {
            Scalar::Agreement { key, .. } => Some(key.compute_public_key().ok()?.as_ref().to_vec()),
            Scalar::Ed25519(key) => Some(key.public_key().as_ref().to_vec()),
        }
    }

    fn secret_bytes(scalar: &Scalar) -> Option<SecretBytes> {
        match scalar {
            Scalar::Agreement { key, .. } if *key.algorithm() == agreement::X25519 => {
                let seed: Curve25519SeedBin<'_> = key.as_be_bytes().ok()?;
                Some(SecretBytes::from_slice(seed.as_ref()))
            }
            Scalar::Agreement { key, .. } => {
                let secret: EcPrivateKeyBin<'_> = key.as_be_bytes().ok()?;
                Some(SecretBytes::from_slice(secret.as_ref()))
            }
            Scalar::Ed25519(key) => {
                let seed = key.seed().ok()?.as_be_bytes().ok()?;
                Some(SecretBytes::from_slice(seed.as_ref()))
            }
        }
    }

    fn agree(scalar: &Scalar, point: &Point) -> Option<SecretBytes> {
        let Scalar::Agreement { key, .. } = scalar else { return None };
        let public = point.agreement.clone()?;
        agreement::agree(key, public, (), |secret| Ok(SecretBytes::from_slice(secret))).ok()
    }

    fn sign(scalar: &Scalar, data: &[u8]) -> Option<Vec<u8>> {
        match scalar {
            Scalar::Ed25519(key) => Some(key.try_sign(data).ok()?.as_ref().to_vec()),
            Scalar::Agreement { key, signing } => {
                let signature = signing.get_or_init(|| ecdsa_key(key)).as_ref()?;
                Some(signature.sign(&SystemRandom::new(), data).ok()?.as_ref().to_vec())
            }
        }
    }

    fn verify(point: &Point, data: &[u8], signature: &[u8]) -> bool {
        let read = || {
            let algorithm = verification_on(point.curve)?;
            signature::ParsedPublicKey::new(algorithm, point.agreement.as_ref()?.as_ref()).ok()
        };
        let key = point.verification.get_or_init(read).as_ref();
        key.is_some_and(|key| key.verify_sig(data, signature).is_ok())
    }

    fn seal(cipher: Cipher, key: &[u8], iv: &[u8], aad: &[u8], buffer: &mut Vec<u8>) -> Option<Vec<u8>> {
        if cipher == Cipher::A256CbcHs512 {
            let (mac_key, key) = split_cek(key)?;
            let key = PaddedBlockEncryptingKey::cbc_pkcs7(key).ok()?;
            let context = EncryptionContext::Iv128(FixedLength::from(<&[u8; 16]>::try_from(iv).ok()?));
            key.less_safe_encrypt(buffer, context).ok()?;
            return Some(mac(&mac_key, iv, aad, buffer)?.as_ref().get(..CBC_TAG_LENGTH)?.to_vec());
        }
        let (key, nonce) = aead_key(cipher, key, iv)?;
        let tag = key.seal_in_place_separate_tag(nonce, Aad::from(aad), buffer).ok()?;
        Some(tag.as_ref().to_vec())
    }

    fn open(
        cipher: Cipher,
        key: &[u8],
        iv: &[u8],
        aad: &[u8],
        buffer: &mut SecretBytes,
        tag: &[u8],
    ) -> Option<()> {
        if cipher == Cipher::A256CbcHs512 {
            let (mac_key, key) = split_cek(key)?;
            let computed = mac(&mac_key, iv, aad, buffer.as_ref())?;
            // the padding is checked only after the tag has been verified
            if !bool::from(computed.as_ref().get(..CBC_TAG_LENGTH)?.ct_eq(tag)) {
                return None;
            }
            let key = PaddedBlockDecryptingKey::cbc_pkcs7(key).ok()?;
            let context = DecryptionContext::Iv128(FixedLength::from(<&[u8; 16]>::try_from(iv).ok()?));
            let length = key.decrypt(buffer.as_mut(), context).ok()?.len();
            return buffer.buffer_resize(length).ok();
        }
        let (key, nonce) = aead_key(cipher, key, iv)?;
        key.open_in_place_separate_tag(nonce, Aad::from(aad), tag, buffer.as_mut()).ok().map(|_| ())
    }
}

impl From<PrivateKey> for Scalar {
    fn from(key: PrivateKey) -> Self {
        Self::Agreement { key, signing: OnceLock::new() }
    }
}

fn agreement_on(curve: Curve) -> Option<&'static agreement::Algorithm> {
    match curve {
        Curve::X25519 => Some(&agreement::X25519),
        Curve::P256 => Some(&agreement::ECDH_P256),
        Curve::P384 => Some(&agreement::ECDH_P384),
        Curve::P521 => Some(&agreement::ECDH_P521),
        Curve::Ed25519 | Curve::Secp256k1 => None,
    }
}

fn verification_on(curve: Curve) -> Option<&'static dyn VerificationAlgorithm> {
    match curve {
        Curve::Ed25519 => Some(&signature::ED25519),
        Curve::P256 => Some(&signature::ECDSA_P256_SHA256_FIXED),
        Curve::P384 => Some(&signature::ECDSA_P384_SHA384_FIXED),
        Curve::P521 => Some(&signature::ECDSA_P521_SHA512_FIXED),
        Curve::X25519 | Curve::Secp256k1 => None,
    }
}

/// The key on Ed25519; a point of low order verifies nothing, because signatures by it can be forged.
#[expect(clippy::option_option, reason = "no point, and a point that verifies nothing, are two things")]
fn ed25519_key(curve: Curve, bytes: &[u8]) -> Option<Option<signature::ParsedPublicKey>> {
    let point = ed25519_dalek::VerifyingKey::from_bytes(bytes.try_into().ok()?).ok()?;
    let algorithm = verification_on(curve).filter(|_| !point.is_weak());
    Some(algorithm.and_then(|algorithm| signature::ParsedPublicKey::new(algorithm, bytes).ok()))
}

/// The same secret as a signing key, on P-256 only.
fn ecdsa_key(key: &PrivateKey) -> Option<EcdsaKeyPair> {
    if *key.algorithm() != agreement::ECDH_P256 {
        return None;
    }
    let secret: EcPrivateKeyBin<'_> = key.as_be_bytes().ok()?;
    let public = key.compute_public_key().ok()?;
    let algorithm = &signature::ECDSA_P256_SHA256_FIXED_SIGNING;
    EcdsaKeyPair::from_private_key_and_public_key(algorithm, secret.as_ref(), public.as_ref()).ok()
}

/// The length of the tag of A256CBC-HS512: half of the MAC (RFC 7518 5.2.2.1).
const CBC_TAG_LENGTH: usize = 32;

/// Splits the content key into the keys of the MAC and of the encryption (RFC 7518 5.2.2.1).
fn split_cek(cek: &[u8]) -> Option<(hmac::Key, UnboundCipherKey)> {
    let (mac_key, key) = cek.split_at_checked(32)?;
    let key = UnboundCipherKey::new(&cipher::AES_256, key).ok()?;
    Some((hmac::Key::new(hmac::HMAC_SHA512, mac_key), key))
}

/// The MAC over the additional data, the IV, the ciphertext and the length of the first in bits.
fn mac(key: &hmac::Key, iv: &[u8], aad: &[u8], ciphertext: &[u8]) -> Option<hmac::Tag> {
    let bits = u64::try_from(aad.len()).ok()?.checked_mul(8)?;
    let mut mac = hmac::Context::with_key(key);
    for part in [aad, iv, ciphertext, &bits.to_be_bytes()] {
        mac.update(part);
    }
    Some(mac.sign())
}

/// The key and the nonce of the AEAD ciphers.
fn aead_key(cipher: Cipher, key: &[u8], iv: &[u8]) -> Option<(LessSafeKey, Nonce)> {
    let bind = |algorithm, key: &[u8]| UnboundKey::new(algorithm, key).ok().map(LessSafeKey::new);
    match cipher {
        Cipher::A256CbcHs512 => None,
        Cipher::A256Gcm => Some((bind(&aead::AES_256_GCM, key)?, Nonce::try_assume_unique_for_key(iv).ok()?)),
        Cipher::C20P => {
            Some((bind(&aead::CHACHA20_POLY1305, key)?, Nonce::try_assume_unique_for_key(iv).ok()?))
        }
        Cipher::Xc20P => {
            // draft-irtf-cfrg-xchacha-03 2.3: a derived key for the first part of the nonce
            let key = <[u8; 32]>::try_from(key).map(Zeroizing::new).ok()?;
            let (first, rest) = iv.split_first_chunk::<16>()?;
            let subkey = Zeroizing::new(hchacha::<U10>((&*key).into(), first.into()));
            let mut nonce = [0; aead::NONCE_LEN];
            nonce.get_mut(4..)?.copy_from_slice(<&[u8; 8]>::try_from(rest).ok()?);
            Some((bind(&aead::CHACHA20_POLY1305, &subkey)?, Nonce::assume_unique_for_key(nonce)))
        }
    }
}
