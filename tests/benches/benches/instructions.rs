//! How many instructions the core takes, which no other load on the machine changes.

use benches::sample;
use benches::serve::Task;
use gungraun::{library_benchmark, library_benchmark_group, main};

fn prepared(name: &str) -> Box<dyn Task> {
    let kind = name.split(',').next();
    sample::prepared(&sample::fixture(kind), name)
}

#[library_benchmark(setup = prepared)]
#[bench::authcrypt_pack("authcrypt X25519, pack")]
#[bench::authcrypt_unpack("authcrypt X25519, unpack")]
#[bench::anoncrypt_pack("anoncrypt X25519, pack")]
#[bench::anoncrypt_unpack("anoncrypt X25519, unpack")]
#[bench::sign_ed25519("signed Ed25519, pack")]
#[bench::verify_ed25519("signed Ed25519, unpack")]
#[bench::sign_es256("signed P-256, pack")]
#[bench::verify_es256("signed P-256, unpack")]
fn operation(mut task: Box<dyn Task>) -> Box<dyn Task> {
    task.run();
    task
}

library_benchmark_group!(name = core, benchmarks = operation);
main!(library_benchmark_groups = core);
