//! The core alone under criterion, which keeps its figures and compares new ones with them.

use std::time::Duration;

use benches::sample;
use criterion::{Criterion, criterion_group, criterion_main};

fn core(criterion: &mut Criterion) {
    let fixture = sample::fixture(None);
    for name in fixture.operations.keys() {
        let mut task = sample::prepared(&fixture, name);
        criterion.bench_function(name, |bencher| bencher.iter(|| task.run()));
    }
}

/// The medians of a busy machine do not get better by more time; a run of all is to be short.
fn short() -> Criterion {
    Criterion::default().warm_up_time(Duration::from_millis(500)).measurement_time(Duration::from_secs(2))
}

criterion_group!(name = benches; config = short(); targets = core);
criterion_main!(benches);
