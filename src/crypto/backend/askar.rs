//! The backend of askar-crypto, with the crate p521 for the curve that it lacks: the reference, on every target.

use askar_crypto::alg::KeyAlg;
use askar_crypto::alg::aes::{A256CbcHs512, A256Gcm, AesKey};
use askar_crypto::alg::chacha20::{C20P, Chacha20Key, XC20P};
use askar_crypto::alg::ed25519::Ed25519KeyPair;
use askar_crypto::alg::k256::K256KeyPair;
use askar_crypto::alg::p256::P256KeyPair;
use askar_crypto::alg::p384::P384KeyPair;
use askar_crypto::alg::x25519::X25519KeyPair;
use askar_crypto::buffer::SecretBytes;
use askar_crypto::encrypt::KeyAeadInPlace;
use askar_crypto::jwk::{JwkEncoder, JwkEncoderMode, ToJwk};
use askar_crypto::kdf::KeyExchange;
use askar_crypto::repr::{KeyGen, KeyPublicBytes, KeySecretBytes};
use p521::ecdsa::signature::Verifier as _;
use p521::elliptic_curve::rand_core::{CryptoRng, Error as RandomError, RngCore, impls};
use p521::elliptic_curve::sec1::ToEncodedPoint;
use zeroize::Zeroizing;

use super::{Backend, Cipher, Curve, Draw};
use crate::crypto::sec1::UNCOMPRESSED;

/// The complete backend.
pub(crate) struct Askar;

/// A point, in askar-crypto a key pair without a secret.
#[derive(Clone)]
pub(crate) enum Point {
    X25519(X25519KeyPair),
    Ed25519(Ed25519KeyPair),
    P256(P256KeyPair),
    P384(P384KeyPair),
    P521(p521::PublicKey),
    Secp256k1(K256KeyPair),
}

/// A secret, which its library zeroes on drop.
pub(crate) enum Scalar {
    X25519(X25519KeyPair),
    Ed25519(Ed25519KeyPair),
    P256(P256KeyPair),
    P384(P384KeyPair),
    P521 { secret: p521::SecretKey, public: p521::PublicKey },
    Secp256k1(K256KeyPair),
}

impl From<p521::SecretKey> for Scalar {
    fn from(secret: p521::SecretKey) -> Self {
        Self::P521 { public: secret.public_key(), secret }
    }
}

impl Backend for Askar {
    type Point = Point;
    type Scalar = Scalar;

    fn point(curve: Curve, bytes: &[u8]) -> Option<Point> {
        match curve {
            Curve::X25519 => X25519KeyPair::from_public_bytes(bytes).map(Point::X25519).ok(),
            Curve::Ed25519 => Ed25519KeyPair::from_public_bytes(bytes).map(Point::Ed25519).ok(),
            Curve::P256 => P256KeyPair::from_public_bytes(bytes).map(Point::P256).ok(),
            Curve::P384 => P384KeyPair::from_public_bytes(bytes).map(Point::P384).ok(),
            Curve::P521 => p521::PublicKey::from_sec1_bytes(bytes).map(Point::P521).ok(),
            Curve::Secp256k1 => K256KeyPair::from_public_bytes(bytes).map(Point::Secp256k1).ok(),
        }
    }

    fn scalar(curve: Curve, bytes: &[u8]) -> Option<Scalar> {
        match curve {
            Curve::X25519 => X25519KeyPair::from_secret_bytes(bytes).map(Scalar::X25519).ok(),
            Curve::Ed25519 => Ed25519KeyPair::from_secret_bytes(bytes).map(Scalar::Ed25519).ok(),
            Curve::P256 => P256KeyPair::from_secret_bytes(bytes).map(Scalar::P256).ok(),
            Curve::P384 => P384KeyPair::from_secret_bytes(bytes).map(Scalar::P384).ok(),
            Curve::P521 if bytes.len() == curve.field_length() => {
                p521::SecretKey::from_slice(bytes).map(Scalar::from).ok()
            }
            Curve::P521 => None,
            Curve::Secp256k1 => K256KeyPair::from_secret_bytes(bytes).map(Scalar::Secp256k1).ok(),
        }
    }

    fn generate(curve: Curve, draw: Draw<'_>) -> Option<Scalar> {
        let mut drawn = Drawn(draw);
        match curve {
            Curve::X25519 => X25519KeyPair::generate(&mut drawn).map(Scalar::X25519).ok(),
            Curve::Ed25519 => Ed25519KeyPair::generate(&mut drawn).map(Scalar::Ed25519).ok(),
            Curve::P256 => P256KeyPair::generate(&mut drawn).map(Scalar::P256).ok(),
            Curve::P384 => P384KeyPair::generate(&mut drawn).map(Scalar::P384).ok(),
            Curve::P521 => Some(p521::SecretKey::random(&mut drawn).into()),
            Curve::Secp256k1 => K256KeyPair::generate(&mut drawn).map(Scalar::Secp256k1).ok(),
        }
    }

    fn public_bytes(scalar: &Scalar) -> Option<Vec<u8>> {
        let mut point = Bytes::default();
        match scalar {
            Scalar::X25519(key) => key.encode_jwk(&mut point).ok()?,
            Scalar::Ed25519(key) => key.encode_jwk(&mut point).ok()?,
            Scalar::P256(key) => key.encode_jwk(&mut point).ok()?,
            Scalar::P384(key) => key.encode_jwk(&mut point).ok()?,
            Scalar::P521 { public, .. } => return Some(public.to_encoded_point(false).as_bytes().to_vec()),
            Scalar::Secp256k1(key) => key.encode_jwk(&mut point).ok()?,
        }
        Some(point.joined())
    }

    fn secret_bytes(scalar: &Scalar) -> Option<SecretBytes> {
        let copy = |bytes: Option<&[u8]>| bytes.map(SecretBytes::from_slice);
        match scalar {
            Scalar::X25519(key) => key.with_secret_bytes(copy),
            Scalar::Ed25519(key) => key.with_secret_bytes(copy),
            Scalar::P256(key) => key.with_secret_bytes(copy),
            Scalar::P384(key) => key.with_secret_bytes(copy),
            Scalar::P521 { secret, .. } => copy(Some(&Zeroizing::new(secret.to_bytes())[..])),
            Scalar::Secp256k1(key) => key.with_secret_bytes(copy),
        }
    }

    fn agree(scalar: &Scalar, point: &Point) -> Option<SecretBytes> {
        let mut bytes = SecretBytes::with_capacity(Curve::P521.field_length());
        match (scalar, point) {
            (Scalar::X25519(secret), Point::X25519(public)) => {
                secret.write_key_exchange(public, &mut bytes).ok()?;
            }
            (Scalar::P256(secret), Point::P256(public)) => {
                secret.write_key_exchange(public, &mut bytes).ok()?;
            }
            (Scalar::P384(secret), Point::P384(public)) => {
                secret.write_key_exchange(public, &mut bytes).ok()?;
            }
            (Scalar::Secp256k1(secret), Point::Secp256k1(public)) => {
                secret.write_key_exchange(public, &mut bytes).ok()?;
            }
            (Scalar::P521 { secret, .. }, Point::P521(public)) => {
                let shared = p521::ecdh::diffie_hellman(secret.to_nonzero_scalar(), public.as_affine());
                bytes.extend_from_slice(shared.raw_secret_bytes());
            }
            _ => return None,
        }
        Some(bytes)
    }

    fn sign(scalar: &Scalar, data: &[u8]) -> Option<Vec<u8>> {
        match scalar {
            Scalar::Ed25519(key) => key.sign(data).map(|signature| signature.to_vec()),
            Scalar::P256(key) => key.sign(data).map(|signature| signature.to_vec()),
            Scalar::Secp256k1(key) => key.sign(data).map(|signature| signature.to_vec()),
            Scalar::X25519(_) | Scalar::P384(_) | Scalar::P521 { .. } => None,
        }
    }

    fn verify(point: &Point, data: &[u8], signature: &[u8]) -> bool {
        match point {
            Point::X25519(_) => false,
            Point::Ed25519(key) => key.verify_signature(data, signature),
            Point::P256(key) => key.verify_signature(data, signature),
            Point::P384(key) => key.verify_signature(data, signature),
            Point::P521(key) => verify_es512(key, data, signature),
            Point::Secp256k1(key) => {
                low_s(signature).is_some_and(|signature| key.verify_signature(data, &signature))
            }
        }
    }

    fn seal(cipher: Cipher, key: &[u8], iv: &[u8], aad: &[u8], buffer: &mut Vec<u8>) -> Option<Vec<u8>> {
        let length = self::key(cipher, key)?.encrypt_in_place(buffer, iv, aad).ok()?;
        Some(buffer.split_off(length))
    }

    fn open(
        cipher: Cipher,
        key: &[u8],
        iv: &[u8],
        aad: &[u8],
        buffer: &mut SecretBytes,
        tag: &[u8],
    ) -> Option<()> {
        buffer.extend_from_slice(tag);
        self::key(cipher, key)?.decrypt_in_place(buffer, iv, aad).ok()
    }
}

fn key(cipher: Cipher, bytes: &[u8]) -> Option<Box<dyn KeyAeadInPlace>> {
    Some(match cipher {
        Cipher::A256CbcHs512 => Box::new(AesKey::<A256CbcHs512>::from_secret_bytes(bytes).ok()?),
        Cipher::A256Gcm => Box::new(AesKey::<A256Gcm>::from_secret_bytes(bytes).ok()?),
        Cipher::Xc20P => Box::new(Chacha20Key::<XC20P>::from_secret_bytes(bytes).ok()?),
        Cipher::C20P => Box::new(Chacha20Key::<C20P>::from_secret_bytes(bytes).ok()?),
    })
}

/// Decompresses a point; `None` if it is not on the curve.
pub(crate) fn decompress(curve: Curve, bytes: &[u8]) -> Option<Vec<u8>> {
    let mut point = Bytes::default();
    match Askar::point(curve, bytes)? {
        Point::P256(key) => key.encode_jwk(&mut point).ok()?,
        Point::P384(key) => key.encode_jwk(&mut point).ok()?,
        Point::Secp256k1(key) => key.encode_jwk(&mut point).ok()?,
        Point::P521(key) => return Some(key.to_encoded_point(false).as_bytes().to_vec()),
        Point::X25519(_) | Point::Ed25519(_) => return None,
    }
    Some(point.joined())
}

/// The X25519 point derived from an Ed25519 point.
pub(crate) fn derived_point(ed25519: &[u8]) -> Option<Vec<u8>> {
    let key = Ed25519KeyPair::from_public_bytes(ed25519).ok()?;
    Some(key.to_x25519_keypair().with_public_bytes(<[u8]>::to_vec))
}

/// The X25519 secret derived from an Ed25519 secret.
pub(crate) fn derived_scalar(ed25519: &[u8]) -> Option<SecretBytes> {
    let key = Ed25519KeyPair::from_secret_bytes(ed25519).ok()?;
    key.to_x25519_keypair().with_secret_bytes(|bytes| bytes.map(SecretBytes::from_slice))
}

/// Normalizes an ES256K signature to the low s, which the curve's library requires. Both forms are valid, and one
/// implementation writes either.
fn low_s(signature: &[u8]) -> Option<Vec<u8>> {
    let signature = k256::ecdsa::Signature::from_slice(signature).ok()?;
    Some(signature.normalize_s().to_bytes().to_vec())
}

fn verify_es512(key: &p521::PublicKey, data: &[u8], signature: &[u8]) -> bool {
    let point = key.to_encoded_point(false);
    let verifier = p521::ecdsa::VerifyingKey::from_encoded_point(&point);
    let signature = p521::ecdsa::Signature::from_slice(signature);
    matches!((verifier, signature), (Ok(key), Ok(signature)) if key.verify(data, &signature).is_ok())
}

/// Extracts the coordinates from askar-crypto, which exposes them only in a JWK.
#[derive(Default)]
struct Bytes {
    x: Vec<u8>,
    y: Option<Vec<u8>>,
}

impl Bytes {
    fn joined(self) -> Vec<u8> {
        match self.y {
            None => self.x,
            Some(y) => [&[UNCOMPRESSED], &self.x[..], &y].concat(),
        }
    }
}

impl JwkEncoder for Bytes {
    fn alg(&self) -> Option<KeyAlg> {
        None
    }

    fn add_str(&mut self, _: &str, _: &str) -> Result<(), askar_crypto::Error> {
        Ok(())
    }

    fn add_as_base64(&mut self, name: &str, value: &[u8]) -> Result<(), askar_crypto::Error> {
        match name {
            "x" => value.clone_into(&mut self.x),
            "y" => self.y = Some(value.to_vec()),
            _ => {}
        }
        Ok(())
    }

    fn mode(&self) -> JwkEncoderMode {
        JwkEncoderMode::PublicKey
    }
}

/// The caller's random source, with the trait of the curves' libraries.
struct Drawn<'a>(Draw<'a>);

impl RngCore for Drawn<'_> {
    fn next_u32(&mut self) -> u32 {
        impls::next_u32_via_fill(self)
    }

    fn next_u64(&mut self) -> u64 {
        impls::next_u64_via_fill(self)
    }

    fn fill_bytes(&mut self, buffer: &mut [u8]) {
        (self.0)(buffer);
    }

    fn try_fill_bytes(&mut self, buffer: &mut [u8]) -> Result<(), RandomError> {
        (self.0)(buffer);
        Ok(())
    }
}

// the caller must supply a cryptographically secure source
impl CryptoRng for Drawn<'_> {}
