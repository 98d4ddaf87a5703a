//! Derivation of the key encryption key: ECDH-ES (RFC 7518 4.6.2) and ECDH-1PU (draft 4, 2.3; draft 3 for one peer).

use askar_crypto::kdf::concat::{ConcatKDF, ConcatKDFParams};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::algorithm::AgreementAlgorithm;
use super::shared_secret::SharedSecret;
use crate::error::{Error, Result};

/// The key encryption key: 256 bits on every curve.
pub(crate) type Kek = Zeroizing<[u8; 32]>;

/// The inputs of the derivation other than the shared secrets: apu and apv, decoded.
#[derive(Clone, Copy)]
pub(crate) struct PartyInfo<'a> {
    pub(crate) apu: &'a [u8],
    pub(crate) apv: &'a [u8],
}

/// ECDH-ES: derives from the shared secret of the ephemeral key and the recipient's key.
pub(crate) fn ecdh_es(ephemeral: &SharedSecret, info: PartyInfo<'_>) -> Result<Kek> {
    let mut kek = Kek::default();
    derive_es(AgreementAlgorithm::EcdhEs.name(), ephemeral, info, kek.as_mut_slice())?;
    Ok(kek)
}

/// ECDH-1PU: derives also from the static-static secret and from the tag of the content; without a tag by draft 3.
pub(crate) fn ecdh_1pu(
    ephemeral: &SharedSecret,
    own: &SharedSecret,
    info: PartyInfo<'_>,
    tag: Option<&[u8]>,
) -> Result<Kek> {
    let mut kek = Kek::default();
    derive_1pu(AgreementAlgorithm::Ecdh1Pu.name(), [ephemeral, own], info, tag, kek.as_mut_slice())?;
    Ok(kek)
}

fn derive_es(alg: &str, ephemeral: &SharedSecret, info: PartyInfo<'_>, key: &mut [u8]) -> Result<()> {
    let key_bits = length(key)?.saturating_mul(8).to_be_bytes();
    derive(alg, ephemeral.bytes(), info, &key_bits, key)
}

fn derive_1pu(
    alg: &str,
    [ephemeral, own]: [&SharedSecret; 2],
    info: PartyInfo<'_>,
    tag: Option<&[u8]>,
    key: &mut [u8],
) -> Result<()> {
    let secrets = Zeroizing::new([ephemeral.bytes(), own.bytes()].concat());
    let key_bits = length(key)?.saturating_mul(8).to_be_bytes();
    match tag {
        Some(tag) => {
            let public_info = [&key_bits, &length(tag)?.to_be_bytes(), tag].concat();
            derive(alg, &secrets, info, &public_info, key)
        }
        None => derive(alg, &secrets, info, &key_bits, key),
    }
}

fn length(bytes: &[u8]) -> Result<u32> {
    u32::try_from(bytes.len()).map_err(|_| Error::Decryption)
}

fn derive(alg: &str, secrets: &[u8], info: PartyInfo<'_>, public_info: &[u8], key: &mut [u8]) -> Result<()> {
    let params = ConcatKDFParams {
        alg: alg.as_bytes(),
        apu: info.apu,
        apv: info.apv,
        pub_info: public_info,
        prv_info: &[],
    };
    ConcatKDF::<Sha256>::derive_key(secrets, params, key).map_err(|_| Error::Decryption)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base64url;
    use crate::crypto::agreement::agree;
    use crate::keys::{Curve, PrivateKey};

    fn secret(d: &str) -> PrivateKey {
        PrivateKey::from_bytes(Curve::X25519, &base64url::decode(d, "d").unwrap()).unwrap()
    }

    // draft-madden-jose-ecdh-1pu-04, appendix B, its keys; our own wrapping algorithm.
    // JWE-12, JWE-14
    #[test]
    fn both_sides_of_ecdh_1pu_derive_the_same_key_from_the_tag() {
        let alice = secret("i9KuFhSzEBsiv3PKVL5115OCdsqQai5nj_Flzfkw5jU");
        let bob = secret("1gDirl_r_Y3-qUa3WXHgEXrrEHngWThU3c9zj9A2uBg");
        let ephemeral = secret("x8EVZH4Fwk673_mUujnliJoSrLz0zYzzCWp5GUX2fc8");
        let info = PartyInfo { apu: b"Alice", apv: b"Bob" };
        let public = |key: &PrivateKey| key.public_key();
        let sent = ecdh_1pu(
            &agree(&ephemeral, &public(&bob)).unwrap(),
            &agree(&alice, &public(&bob)).unwrap(),
            info,
            Some(b"tag"),
        )
        .unwrap();
        let (ze, zs) = (agree(&bob, &public(&ephemeral)).unwrap(), agree(&bob, &public(&alice)).unwrap());
        assert_eq!(sent, ecdh_1pu(&ze, &zs, info, Some(b"tag")).unwrap());
        assert_ne!(sent, ecdh_1pu(&ze, &zs, info, Some(b"tax")).unwrap());
        assert_ne!(sent, ecdh_1pu(&zs, &ze, info, Some(b"tag")).unwrap());
        assert_ne!(sent, ecdh_es(&ze, info).unwrap());
    }

    // RFC 7518, appendix C. JWE-12
    #[test]
    fn ecdh_es_derives_the_key_of_rfc_7518() {
        let key = |d: &str| PrivateKey::from_bytes(Curve::P256, &base64url::decode(d, "d").unwrap()).unwrap();
        let alice = key("0_NxaRPUMQoAJt50Gz8YiTr8gRTwyEaCumd-MToTmIo");
        let bob = key("VEmDZpDXXK8p8N0Cndsxs924q6nS1RXFASRl6BfUqdw");
        let z = agree(&alice, &bob.public_key()).unwrap();
        let mut derived = [0; 16];
        derive_es("A128GCM", &z, PartyInfo { apu: b"Alice", apv: b"Bob" }, &mut derived).unwrap();
        assert_eq!(base64url::encode(derived), "VqqN6vgjbSBcIijNcacQGg");
    }

    // draft-madden-jose-ecdh-1pu-04, appendix B: the key that wraps for Bob. JWE-12, JWE-14
    #[test]
    fn ecdh_1pu_derives_the_key_of_the_draft() {
        let bob = secret("1gDirl_r_Y3-qUa3WXHgEXrrEHngWThU3c9zj9A2uBg").public_key();
        let share = |d: &str| agree(&secret(d), &bob).unwrap();
        let ze = share("x8EVZH4Fwk673_mUujnliJoSrLz0zYzzCWp5GUX2fc8");
        let zs = share("i9KuFhSzEBsiv3PKVL5115OCdsqQai5nj_Flzfkw5jU");
        let tag = base64url::decode("HLb4fTlm8spGmij3RyOs2gJ4DpHM4hhVRwdF_hGb3WQ", "tag").unwrap();
        let info = PartyInfo { apu: b"Alice", apv: b"Bob and Charlie" };
        let mut derived = [0; 16];
        derive_1pu("ECDH-1PU+A128KW", [&ze, &zs], info, Some(&tag), &mut derived).unwrap();
        assert_eq!(base64url::encode(derived), "30w3oGaDBqEePWsAdLXY3w");
    }

    // draft-madden-jose-ecdh-1pu, appendix A: without a tag, as in direct key agreement and in draft 3
    #[test]
    fn ecdh_1pu_without_a_tag_derives_the_key_of_the_draft() {
        let key = |d: &str| PrivateKey::from_bytes(Curve::P256, &base64url::decode(d, "d").unwrap()).unwrap();
        let bob = key("VEmDZpDXXK8p8N0Cndsxs924q6nS1RXFASRl6BfUqdw").public_key();
        let ze = agree(&key("0_NxaRPUMQoAJt50Gz8YiTr8gRTwyEaCumd-MToTmIo"), &bob).unwrap();
        let zs = agree(&key("Hndv7ZZjs_ke8o9zXYo3iq-Yr8SewI5vrqd0pAvEPqg"), &bob).unwrap();
        let info = PartyInfo { apu: b"Alice", apv: b"Bob" };
        let mut derived = [0; 32];
        derive_1pu("A256GCM", [&ze, &zs], info, None, &mut derived).unwrap();
        assert_eq!(base64url::encode(derived), "bK8Tcj0UhQrUtCzW3ek1v_0v_wCpunDeBcIDpeFyLKc");
    }

    // JWE-12, JWE-14
    #[test]
    fn both_derivations_use_the_algorithm_name_of_a256kw_and_a_key_of_256_bits() {
        let bob = secret("1gDirl_r_Y3-qUa3WXHgEXrrEHngWThU3c9zj9A2uBg").public_key();
        let z = agree(&secret("x8EVZH4Fwk673_mUujnliJoSrLz0zYzzCWp5GUX2fc8"), &bob).unwrap();
        let info = PartyInfo { apu: b"Alice", apv: b"Bob" };
        let mut derived = [0; 32];
        derive_es("ECDH-ES+A256KW", &z, info, &mut derived).unwrap();
        assert_eq!(*ecdh_es(&z, info).unwrap(), derived);
        derive_1pu("ECDH-1PU+A256KW", [&z, &z], info, Some(b"tag"), &mut derived).unwrap();
        assert_eq!(*ecdh_1pu(&z, &z, info, Some(b"tag")).unwrap(), derived);
    }
}
