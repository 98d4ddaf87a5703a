//! The key that wraps the content key: ECDH-ES (RFC 7518 4.6.2) and ECDH-1PU (draft 4, 2.3).

use askar_crypto::kdf::concat::{ConcatKDF, ConcatKDFParams};
use sha2::Sha256;
use zeroize::Zeroizing;

use super::agreement::SharedSecret;
use super::algorithm::AgreementAlgorithm;
use crate::error::{Error, Result};

/// The key encryption key: 256 bits on every curve.
pub(crate) type Kek = Zeroizing<[u8; 32]>;

/// Its length in bits, as the derivation takes it in.
const KEK_BITS: [u8; 4] = 256_u32.to_be_bytes();

/// What both parties put into the derivation beside the shared secrets: apu and apv, decoded.
#[derive(Clone, Copy)]
pub(crate) struct PartyInfo<'a> {
    pub(crate) apu: &'a [u8],
    pub(crate) apv: &'a [u8],
}

/// ECDH-ES: from the secret that the ephemeral key and the recipient's key share.
pub(crate) fn ecdh_es(ephemeral: &SharedSecret, info: PartyInfo<'_>) -> Result<Kek> {
    derive(AgreementAlgorithm::EcdhEs, ephemeral.octets(), info, &KEK_BITS)
}

/// ECDH-1PU: also from the secret that both parties' own keys share, and from the tag of the content.
pub(crate) fn ecdh_1pu(
    ephemeral: &SharedSecret,
    own: &SharedSecret,
    info: PartyInfo<'_>,
    tag: &[u8],
) -> Result<Kek> {
    let secrets = Zeroizing::new([ephemeral.octets(), own.octets()].concat());
    let tag_length = u32::try_from(tag.len()).map_err(|_| Error::Decryption)?.to_be_bytes();
    let public_info = [&KEK_BITS, &tag_length, tag].concat();
    derive(AgreementAlgorithm::Ecdh1Pu, &secrets, info, &public_info)
}

fn derive(
    algorithm: AgreementAlgorithm,
    secrets: &[u8],
    info: PartyInfo<'_>,
    public_info: &[u8],
) -> Result<Kek> {
    let params = ConcatKDFParams {
        alg: algorithm.name().as_bytes(),
        apu: info.apu,
        apv: info.apv,
        pub_info: public_info,
        prv_info: &[],
    };
    let mut kek = Kek::default();
    ConcatKDF::<Sha256>::derive_key(secrets, params, kek.as_mut_slice()).map_err(|_| Error::Decryption)?;
    Ok(kek)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::base64url;
    use crate::crypto::agreement::agree;
    use crate::keys::{Curve, SecretKind};

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
        let public = |key: &SecretKind| key.public_key();
        let sent = ecdh_1pu(
            &agree(&ephemeral, &public(&bob)).unwrap(),
            &agree(&alice, &public(&bob)).unwrap(),
            info,
            b"tag",
        )
        .unwrap();
        let (ze, zs) = (agree(&bob, &public(&ephemeral)).unwrap(), agree(&bob, &public(&alice)).unwrap());
        assert_eq!(sent, ecdh_1pu(&ze, &zs, info, b"tag").unwrap());
        assert_ne!(sent, ecdh_1pu(&ze, &zs, info, b"tax").unwrap());
        assert_ne!(sent, ecdh_1pu(&zs, &ze, info, b"tag").unwrap());
        assert_ne!(sent, ecdh_es(&ze, info).unwrap());
    }

    fn kdf<const LENGTH: usize>(z: &[u8], alg: &str, apv: &str, pub_info: &[u8]) -> [u8; LENGTH] {
        let (alg, apv) = (alg.as_bytes(), apv.as_bytes());
        let params = ConcatKDFParams { alg, apu: b"Alice", apv, pub_info, prv_info: &[] };
        let mut key = [0; LENGTH];
        ConcatKDF::<Sha256>::derive_key(z, params, &mut key).unwrap();
        key
    }

    // RFC 7518, appendix C
    #[test]
    fn the_key_of_rfc_7518_is_agreed_on() {
        let key =
            |d: &str| SecretKind::from_octets(Curve::P256, &base64url::decode(d, "d").unwrap()).unwrap();
        let alice = key("0_NxaRPUMQoAJt50Gz8YiTr8gRTwyEaCumd-MToTmIo");
        let bob = key("VEmDZpDXXK8p8N0Cndsxs924q6nS1RXFASRl6BfUqdw");
        let z = agree(&alice, &bob.public_key()).unwrap();
        let derived: [u8; 16] = kdf(z.octets(), "A128GCM", "Bob", &128_u32.to_be_bytes());
        assert_eq!(base64url::encode(derived), "VqqN6vgjbSBcIijNcacQGg");
    }

    // draft-madden-jose-ecdh-1pu-04, appendix B: the key that wraps for Bob. JWE-12, JWE-14
    #[test]
    fn the_key_of_the_draft_of_ecdh_1pu_is_agreed_on() {
        let bob = secret("1gDirl_r_Y3-qUa3WXHgEXrrEHngWThU3c9zj9A2uBg").public_key();
        let share = |d: &str| agree(&secret(d), &bob).unwrap().octets().to_vec();
        let ze = share("x8EVZH4Fwk673_mUujnliJoSrLz0zYzzCWp5GUX2fc8");
        let zs = share("i9KuFhSzEBsiv3PKVL5115OCdsqQai5nj_Flzfkw5jU");
        let tag = base64url::decode("HLb4fTlm8spGmij3RyOs2gJ4DpHM4hhVRwdF_hGb3WQ", "tag").unwrap();
        let pub_info = [&128_u32.to_be_bytes()[..], &32_u32.to_be_bytes(), &tag].concat();
        let derived: [u8; 16] = kdf(&[ze, zs].concat(), "ECDH-1PU+A128KW", "Bob and Charlie", &pub_info);
        assert_eq!(base64url::encode(derived), "30w3oGaDBqEePWsAdLXY3w");
    }
}
