//! The core alone under criterion, which keeps its figures and compares new ones with them.

use benches::sample;
use criterion::{Criterion, criterion_group, criterion_main};

fn core(criterion: &mut Criterion) {
    let fixture = sample::fixture();
    for name in fixture.operations.keys() {
        let mut task = sample::prepared(&fixture, name);
        criterion.bench_function(name, |bencher| bencher.iter(|| task.run()));
    }
}

criterion_group!(benches, core);
criterion_main!(benches);
