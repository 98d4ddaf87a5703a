//! The primitives of which the limit consists, each by itself.

use std::time::Duration;

use benches::limit::agreement::{self, Info};
use benches::limit::content::Content;
use benches::limit::signature::{Public, Secret};
use criterion::{Criterion, criterion_group, criterion_main};
use pydidcomm::did::DidUrl;
use pydidcomm::keys::{Curve, SecretKey};
use serde_json::Value;

/// A new key of that curve, as both JWKs.
fn jwks(curve: Curve) -> (Value, Value) {
    let kid = DidUrl::parse("did:example:alice#key-1").unwrap();
    let mut draw = |buffer: &mut [u8]| getrandom::fill(buffer).unwrap();
    let key = SecretKey::generate(kid, curve, &mut draw).unwrap();
    (key.expose_jwk().unwrap().into(), key.public_key().to_jwk().into())
}

fn agreements(criterion: &mut Criterion) {
    for curve in [Curve::X25519, Curve::P256, Curve::P384, Curve::P521] {
        let name = curve.name();
        criterion.bench_function(&format!("generate {name}"), |bencher| {
            bencher.iter(|| agreement::coordinates(name, &agreement::generate(name)));
        });
        let (secret, (_, other)) = (agreement::secret(&jwks(curve).0), jwks(curve));
        let public = agreement::public(name, other["x"].as_str().unwrap(), other["y"].as_str());
        criterion.bench_function(&format!("agree {name} and derive"), |bencher| {
            let info = Info { apu: b"", apv: &[0; 32], tag: None };
            bencher.iter(|| agreement::wrapping_key(&[(&secret, &public)], &info));
        });
    }
    let (secret, (_, other)) = (agreement::secret(&jwks(Curve::X25519).0), jwks(Curve::X25519));
    let public = agreement::public("X25519", other["x"].as_str().unwrap(), None);
    let kek = || agreement::wrapping_key(&[(&secret, &public)], &Info { apu: b"", apv: b"", tag: None });
    criterion.bench_function("wrap 64 bytes by AES-KW", |bencher| {
        let setup = || (kek(), String::new());
        let wrap = |(kek, mut text)| agreement::wrap(kek, &[7; 64], &mut text);
        bencher.iter_batched(setup, wrap, criterion::BatchSize::SmallInput);
    });
}

fn signatures(criterion: &mut Criterion) {
    for curve in [Curve::Ed25519, Curve::P256, Curve::Secp256k1] {
        let (secret, public) = jwks(curve);
        let (secret, public) = (Secret::new(&secret), Public::new(&public));
        let data = [7; 650];
        criterion.bench_function(&format!("sign {}", curve.name()), |bencher| {
            bencher.iter(|| secret.sign(&data, &mut String::new()));
        });
        let mut signature = String::new();
        secret.sign(&data, &mut signature);
        let signature = base64_simd::URL_SAFE_NO_PAD.decode_to_vec(&signature).unwrap();
        criterion.bench_function(&format!("verify {}", curve.name()), |bencher| {
            bencher.iter(|| public.verify(&data, &signature));
        });
    }
}

fn contents(criterion: &mut Criterion) {
    for content in [Content::A256CbcHs512, Content::A256Gcm, Content::Xc20p] {
        let (key_length, iv_length) = content.lengths();
        let (key, iv, aad) = (vec![1; key_length], vec![2; iv_length], [3; 500]);
        for size in [450, 64 * 1024, 10 * 1024 * 1024] {
            let mut text = vec![7; size];
            let name = format!("{} of {size} bytes", content.name());
            criterion.bench_function(&format!("seal {name}"), |bencher| {
                bencher.iter(|| {
                    text.truncate(size);
                    content.seal(&key, &iv, &aad, &mut text)
                });
            });
        }
    }
}

fn short() -> Criterion {
    Criterion::default().warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(2))
}

criterion_group!(name = benches; config = short(); targets = agreements, signatures, contents);
criterion_main!(benches);
