//! Work grows at most linearly with the input, for every collection that a peer controls.
//!
//! Cachegrind counts the instructions of three runs of this program for each case, independently of the load of the
//! machine. The fixed cost of a run cancels out in the differences.

use std::fmt::Write as _;
use std::process::Command;
use std::sync::Mutex;

use pydidcomm::did::local::LocalResolver;
use pydidcomm::did::peer::{self, KeyNaming};
use pydidcomm::did::{DidUrl, Document};
use pydidcomm::inspect::inspect;
use pydidcomm::limits::Limits;
use pydidcomm::unpack::UnpackOptions;
use serde_json::{Map, Value, json};

use super::forge::{anoncrypt, authcrypt, encode, jwt, signed};
use super::parties::{ALICE, ALICE_2, ALICE_2_KEY, ALICE_SIGNS, BOB, BOB_1, BOB_SORTED, public};
use super::world::{NOW, World, plaintext};

/// Environment variables with the case of a run, and its size: 1, 2 or 4 times the size of the case.
const CASE: &str = "PYDIDCOMM_GROWTH_CASE";
const SIZE: &str = "PYDIDCOMM_GROWTH_SIZE";

/// Maximum ratio of the cost from size 2 to 4 to the cost from size 1 to 2: it is 2 for linear work, 4 for quadratic.
const MOST: f64 = 2.7;

/// Cases with quadratic work in a bounded length: every kid of a did:peer contains the DID, and the case encodes the
/// base58 of a did:peer:4.
const BOUNDED: [&str; 2] = ["did:peer:2", "did:peer:4"];
const MOST_OF_BOUNDED: f64 = 4.4;

/// The name of a case, its smallest size, and its work.
type Case = (&'static str, usize, fn(usize));

const CASES: [Case; 27] = [
    ("recipients", 200, |size| unpack(&jwe_to(&kids(size, 1)))),
    ("kids of recipients", 1000, |size| unpack(&jwe_to(&kids(20, size)))),
    ("shared header of a JWE", 500, |size| unpack(&with(jwe_to(&kids(1, 1)), "unprotected", members(size)))),
    ("members of a JWE", 500, |size| unpack(&extended(jwe_to(&kids(1, 1)), size))),
    ("header of a recipient", 500, |size| {
        let mut jwe = jwe_to(&kids(1, 1));
        jwe["recipients"][0]["header"] = extended(jwe["recipients"][0]["header"].clone(), size);
        unpack(&jwe);
    }),
    ("protected header of a JWE", 500, |size| {
        let header = |header: &Map<String, Value>| extended(Value::Object(header.clone()), size).to_string();
        unpack(&anoncrypt(plaintext(json!({})), &[BOB_1]).with_header_text(header).seal());
    }),
    ("signatures", 200, |size| unpack(&jws_of(size))),
    ("header of a signature", 500, |size| {
        let mut jws = jws_of(1);
        jws["signatures"][0]["header"] = extended(jws["signatures"][0]["header"].clone(), size);
        unpack(&jws);
    }),
    ("payload of a JWS", 5000, |size| {
        unpack(&signed(&plaintext(json!({"x": "x".repeat(size)})), ALICE_SIGNS));
    }),
    ("to", 200, |size| unpack_encrypted(json!({"to": dids(size)}))),
    ("attachments", 200, |size| unpack_encrypted(json!({"to": [BOB], "attachments": attachments(size)}))),
    ("headers of a message", 500, |size| unpack_encrypted(extended(json!({"to": [BOB]}), size))),
    ("body", 2000, |size| unpack_encrypted(json!({"to": [BOB], "body": {"list": vec![0; size]}}))),
    ("members of a body", 500, |size| unpack_encrypted(json!({"to": [BOB], "body": members(size)}))),
    ("claims of from_prior", 500, |size| {
        let claims = extended(json!({"iss": ALICE, "sub": ALICE_2, "iat": NOW}), size);
        let token = jwt(&json!({"typ": "JWT", "alg": "EdDSA", "kid": ALICE_SIGNS}), &claims, ALICE_SIGNS);
        let text = plaintext(json!({"from": ALICE_2, "to": [BOB], "from_prior": token}));
        unpack(&authcrypt(text, ALICE_2_KEY, &BOB_SORTED).seal());
    }),
    ("inspect: recipients", 200, |size| look(&jwe_to(&kids(size, 1)))),
    ("inspect: members", 500, |size| look(&extended(jwe_to(&kids(1, 1)), size))),
    ("inspect: signatures", 200, |size| look(&jws_of(size))),
    ("inspect: a name many times", 500, |size| {
        let text = format!("{{{}\"a\":1}}", "\"a\":1,".repeat(size));
        assert!(!inspect(&text, &Limits::default()).unwrap().faults.is_empty());
    }),
    ("methods", 200, |size| document("verificationMethod", methods(size))),
    ("methods of one id", 200, |size| document("keyAgreement", vec![method(0); size].into())),
    ("references", 200, |size| document("keyAgreement", dids(size))),
    ("services", 200, |size| document("service", vec![service(json!("https://a.example")); size].into())),
    ("endpoints", 200, |size| {
        document("service", service(vec![json!({"uri": "https://a.example"}); size].into()));
    }),
    ("routing keys", 200, |size| {
        document("service", service(json!({"uri": "https://a.example", "routingKeys": dids(size)})));
    }),
    ("did:peer:2", 12, |size| {
        let mut did = "did:peer:2".to_owned();
        for _ in 0..size {
            write!(did, ".E{}", public(BOB_1).to_multikey()).unwrap();
        }
        resolve(&did);
    }),
    ("did:peer:4", 2000, |size| {
        let did = peer::create_of_document(&json!({"x": "x".repeat(size)})).unwrap();
        resolve(did.as_str());
    }),
];

fn members(size: usize) -> Value {
    extended(json!({}), size)
}

fn extended(mut object: Value, size: usize) -> Value {
    for number in 0..size {
        object[format!("name-{number}")] = json!(number);
    }
    object
}

fn with(mut object: Value, name: &str, member: Value) -> Value {
    object[name] = member;
    object
}

fn kids(count: usize, length: usize) -> Vec<String> {
    (0..count).map(|number| format!("did:example:none#{}{number}", "k".repeat(length))).collect()
}

fn dids(size: usize) -> Value {
    (0..size).map(|number| format!("did:example:bob#{number}")).collect()
}

fn attachments(size: usize) -> Value {
    (0..size).map(|number| json!({"id": number.to_string(), "data": {"json": {}}})).collect()
}

/// An encrypted message for keys without a secret: all work except the decryption.
fn jwe_to(kids: &[String]) -> Value {
    let mut jwe = anoncrypt("{}", &[BOB_1]).seal();
    let key = jwe["recipients"][0]["encrypted_key"].clone();
    let entry = |kid: &String| json!({"header": {"kid": kid}, "encrypted_key": key});
    jwe["recipients"] = kids.iter().map(entry).collect();
    jwe
}

/// A signed message with one valid signature, followed by invalid ones.
fn jws_of(size: usize) -> Value {
    let mut jws = signed(&plaintext(json!({"from": ALICE, "to": [BOB]})), ALICE_SIGNS);
    let signature = with(jws["signatures"][0].clone(), "signature", json!(encode([0; 64])));
    jws["signatures"].as_array_mut().unwrap().extend(vec![signature; size]);
    jws
}

fn unlimited() -> Limits {
    let most = usize::MAX;
    Limits { recipients: most, to: most, attachments: most, signatures: most, ..Limits::default() }
}

fn unpack(packed: &Value) {
    let options = UnpackOptions { limits: unlimited(), ..UnpackOptions::default() };
    // only the work counts, even if the message is refused in the end
    drop(World::new().unpack_with(packed, options));
}

fn unpack_encrypted(message: Value) {
    unpack(&anoncrypt(plaintext(message), &[BOB_1]).seal());
}

fn look(packed: &Value) {
    inspect(&packed.to_string(), &unlimited()).unwrap();
}

fn method(number: usize) -> Value {
    json!({"id": format!("did:example:bob#{number}"), "type": "JsonWebKey2020",
           "publicKeyJwk": {"kty": "OKP", "crv": "X25519", "x": "AAAA"}})
}

fn methods(size: usize) -> Value {
    (0..size).map(method).collect()
}

fn service(endpoint: Value) -> Value {
    json!({"id": "#s", "type": "DIDCommMessaging", "serviceEndpoint": endpoint})
}

fn document(name: &str, member: Value) {
    let mut json = json!({"id": BOB, "keyAgreement": dids(4)});
    json[name] = member;
    Document::from_text(json.to_string(), usize::MAX).unwrap();
}

fn resolve(did: &str) {
    let found = LocalResolver::new(KeyNaming::default()).resolve(&DidUrl::parse(did).unwrap());
    assert!(found.unwrap().is_some());
}

#[test]
#[ignore = "the work of one case, whose instructions are counted"]
#[expect(clippy::disallowed_methods, reason = "the case is chosen by the process that counts")]
fn one_case() {
    let (name, size) = (std::env::var(CASE).unwrap(), std::env::var(SIZE).unwrap());
    let (_, _, work) = CASES.iter().find(|(case, ..)| *case == name).unwrap();
    work(size.parse().unwrap());
}

/// The number of instructions of a run of a case.
fn instructions(case: &str, size: usize) -> u64 {
    let program = std::env::current_exe().unwrap();
    let run = Command::new("valgrind")
        .args(["--tool=cachegrind", "--cache-sim=no", "--cachegrind-out-file=/dev/null"])
        .arg(program)
        .args(["--exact", "growth::one_case", "--ignored", "--test-threads=1"])
        .env(CASE, case)
        .env(SIZE, size.to_string())
        .output()
        .unwrap();
    assert!(run.status.success(), "{case}: {}", String::from_utf8_lossy(&run.stdout));
    let report = String::from_utf8(run.stderr).unwrap();
    let count = report.lines().find_map(|line| line.split_once("refs:")).unwrap().1;
    count.chars().filter(char::is_ascii_digit).collect::<String>().parse().unwrap()
}

#[test]
#[ignore = "needs valgrind: make growth"]
#[expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "`make growth` chooses cases and shows the counts"
)]
fn work_grows_with_the_input_and_no_faster() {
    // all of them, or those whose names contain this
    let only = std::env::var(CASE).unwrap_or_default();
    let cases = Mutex::new(CASES.iter().filter(|(name, ..)| name.contains(&only)));
    let faults = Mutex::new(Vec::new());
    let next = || cases.lock().unwrap().next();
    std::thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| {
                while let Some((name, size, _)) = next() {
                    let [once, twice, four] = [1, 2, 4].map(|times| instructions(name, times * size));
                    #[expect(clippy::cast_precision_loss, reason = "a ratio")]
                    let growth = four.saturating_sub(twice) as f64 / twice.saturating_sub(once).max(1) as f64;
                    println!("{name}: {once} {twice} {four}: {growth:.2}");
                    if growth > if BOUNDED.contains(name) { MOST_OF_BOUNDED } else { MOST } {
                        faults.lock().unwrap().push(*name);
                    }
                }
            });
        }
    });
    assert_eq!(*faults.lock().unwrap(), [""; 0]);
}
