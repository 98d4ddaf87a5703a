//! The limit of each operation, behind a pipe.

fn main() {
    benches::serve::serve(benches::limit::prepare);
}
