//! The properties of the fuzz targets on the stored corpus, which includes every past counterexample.

use std::fs;
use std::path::Path;

use crate::properties_of_any_bytes::ALL;

// REQ-01, MSG-31
#[test]
#[expect(clippy::disallowed_methods, reason = "the corpus is files")]
fn the_properties_hold_for_every_file_of_the_corpus() {
    let corpus = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fuzz/corpus");
    for (name, property) in ALL {
        let files = fs::read_dir(corpus.join(name)).unwrap();
        let count = files.map(|file| property(&fs::read(file.unwrap().path()).unwrap())).count();
        assert!(count > 0, "no corpus of {name}");
    }
}
