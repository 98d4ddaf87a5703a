//! The program's end of the pipe.
//!
//! The first line in is the fixture. Each further one is a count and the name of an operation; the answer is
//! the median time in nanoseconds, or with the count 0 what the operation results in, as a JSON string.

use std::collections::HashMap;
use std::io::{BufRead, Write, stdin, stdout};
use std::time::Instant;

use serde_json::{Value, json};

use crate::fixture::{Description, Fixture};

/// An operation that can be run again and again.
pub trait Task {
    /// Does the work.
    fn run(&mut self);
    /// What the last run resulted in: an envelope, a plaintext, a DID or a document.
    fn result(&self) -> String;
}

/// What one of both programs makes of an operation; nothing where it does not do that.
pub type Prepare = fn(&Fixture, &Description) -> Option<Box<dyn Task>>;

/// Answers each line of standard input until it ends.
pub fn serve(prepare: Prepare) {
    let mut lines = stdin().lock().lines();
    let fixture: Fixture = serde_json::from_str(&lines.next().unwrap().unwrap()).unwrap();
    let mut tasks: HashMap<String, Box<dyn Task>> = HashMap::new();
    let mut answers = stdout().lock();
    for line in lines {
        let line = line.unwrap();
        let (count, name) = line.split_once(' ').unwrap();
        if !tasks.contains_key(name)
            && let Some(task) = prepare(&fixture, &fixture.operations[name])
        {
            tasks.insert(name.to_owned(), task);
        }
        let answer = match tasks.get_mut(name) {
            Some(task) => answer(task.as_mut(), count.parse().unwrap()),
            None => json!({"error": "not done here"}),
        };
        writeln!(answers, "{answer}").and_then(|()| answers.flush()).unwrap();
    }
}

fn answer(task: &mut dyn Task, count: usize) -> Value {
    if count == 0 {
        task.run();
        return json!(task.result());
    }
    let mut times: Vec<u64> = (0..count)
        .map(|_| {
            let start = Instant::now();
            task.run();
            u64::try_from(start.elapsed().as_nanos()).unwrap()
        })
        .collect();
    times.sort_unstable();
    json!(times[count / 2])
}
