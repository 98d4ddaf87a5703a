//! The unique names of an object's members.

use std::borrow::Cow;
use std::collections::HashSet;

/// Up to so many names, comparing each is faster than hashing; objects with more are rare.
const FEW: usize = 16;

/// A set of names.
#[derive(Debug, Default)]
pub(crate) struct Names<'a> {
    few: Vec<Cow<'a, str>>,
    /// The names after the first few: with many, comparing each would take too long.
    many: HashSet<Cow<'a, str>>,
}

impl<'a> Names<'a> {
    /// Adds a name; returns whether it is new.
    pub(crate) fn insert(&mut self, name: Cow<'a, str>) -> bool {
        if self.few.contains(&name) {
            return false;
        }
        if self.few.len() < FEW {
            self.few.push(name);
            return true;
        }
        self.many.insert(name)
    }

    /// Whether the set contains the name.
    pub(crate) fn contains(&self, name: &str) -> bool {
        self.few.iter().any(|known| known == name) || self.many.contains(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn insert_reports_repeated_names_among_few_and_many() {
        let mut names = Names::default();
        let all: Vec<_> = (0..3 * FEW).map(|number| format!("name {number}")).collect();
        for name in &all {
            assert!(!names.contains(name));
            assert!(names.insert(name.into()));
        }
        for name in &all {
            assert!(names.contains(name));
            assert!(!names.insert(name.into()));
        }
        assert!(!names.contains("name"));
    }
}
