//! The end of the pipe of a peer that is measured.
//!
//! The first line in is the fixture. Each further one is a count and the name of an operation; the answer is
//! the median time in nanoseconds, or with the count 0 what the operation results in, as a JSON string.

use std::collections::HashMap;
use std::hint::black_box;
use std::io::{BufRead, Write, stdin, stdout};
use std::time::Instant;

use serde_json::{Value, json};

use crate::Refusal;

/// What an operation results in: an envelope, or a message that is written only to be shown.
pub enum Output {
    Envelope(String),
    Message(Box<dyn FnOnce() -> String>),
}

/// An operation that can be run again and again.
pub type Call = Box<dyn Fn() -> Result<Output, Refusal>>;

/// Answers each line of standard input until it ends.
pub fn serve(prepare: impl Fn(&Value, &Value) -> Result<Call, Refusal>) {
    let mut lines = stdin().lock().lines().map(|line| line.expect("a line of text"));
    let fixture = lines.next().expect("a fixture");
    let fixture: Value = serde_json::from_str(&fixture).expect("a fixture is JSON");
    let mut calls: HashMap<String, Call> = HashMap::new();
    let mut answers = stdout().lock();
    for line in lines {
        let (count, name) = line.split_once(' ').expect("a count and an operation");
        let prepared = match calls.contains_key(name) {
            true => Ok(()),
            false => prepare(&fixture, &fixture["operations"][name])
                .map(|call| drop(calls.insert(name.to_owned(), call))),
        };
        let count = count.parse().expect("a count");
        let reply = prepared.and_then(|()| answer(&calls[name], count));
        let reply = reply.unwrap_or_else(|Refusal(kind, text)| json!({"error": format!("{kind}: {text}")}));
        writeln!(answers, "{reply}").and_then(|()| answers.flush()).expect("standard output is open");
    }
}

fn answer(call: &Call, count: usize) -> Result<Value, Refusal> {
    if count == 0 {
        return Ok(match call()? {
            Output::Envelope(text) => json!(text),
            Output::Message(written) => json!(written()),
        });
    }
    let mut times = Vec::with_capacity(count);
    for _ in 0..count {
        let start = Instant::now();
        black_box(call()?);
        times.push(u64::try_from(start.elapsed().as_nanos()).expect("no call takes centuries"));
    }
    times.sort_unstable();
    Ok(json!(times[count / 2]))
}
