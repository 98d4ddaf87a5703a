//! The core alone, behind a pipe.

fn main() {
    benches::serve::serve(benches::core_alone::prepare);
}
