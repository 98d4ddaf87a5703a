//! The peer's end of the pipe: one JSON request a line in, one JSON answer a line out.

pub mod measured;
pub mod sicpa;

use std::io::{BufRead, Write, stdin, stdout};

use serde_json::{Value, json};

/// What the peer refused: the name of its error, and the text.
pub struct Refusal(pub String, pub String);

impl Refusal {
    /// A request that the peer has no words for.
    pub fn of_request(text: impl Into<String>) -> Self {
        Self("RequestError".to_owned(), text.into())
    }
}

pub type Answer = Result<Value, Refusal>;

/// Answers each line of standard input until it ends.
pub fn serve(answer: impl Fn(&Value) -> Answer) {
    let mut answers = stdout().lock();
    for line in stdin().lock().lines() {
        let line = line.expect("a line of text");
        let reply = match answer(&serde_json::from_str(&line).expect("a request is JSON")) {
            Ok(result) => json!({"result": result}),
            Err(Refusal(kind, text)) => json!({"error": {"type": kind, "text": text}}),
        };
        writeln!(answers, "{reply}").and_then(|()| answers.flush()).expect("standard output is open");
    }
}

/// A member of the request that is text.
pub fn text<'a>(request: &'a Value, member: &str) -> Result<&'a str, Refusal> {
    request[member].as_str().ok_or_else(|| Refusal::of_request(format!("no {member}")))
}

/// The elements of a member of the request that is a list.
pub fn list<'a>(request: &'a Value, member: &str) -> &'a [Value] {
    request[member].as_array().map_or(&[], Vec::as_slice)
}

/// The version of a package in the lock file, which is what was compiled.
pub fn locked_version(package: &str) -> String {
    let lock = include_str!("../Cargo.lock").replace('"', "");
    let entry = format!("name = {package}\nversion = ");
    lock.split_once(&entry).and_then(|(_, rest)| rest.lines().next()).unwrap_or("unknown").to_owned()
}
