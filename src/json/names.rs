//! The names of the members of an object, each of them once.

use std::borrow::Cow;
use std::collections::HashSet;

/// So many names are found faster by looking at each than by hashing; objects with more are rare.
const FEW: usize = 16;

/// A set of names.
#[derive(Debug, Default)]
pub(crate) struct Names<'a> {
    few: Vec<Cow<'a, str>>,
    /// The names beyond the first few: with many, looking at each would take too long.
    many: HashSet<Cow<'a, str>>,
}

impl<'a> Names<'a> {
    /// Adds a name; says whether it is new.
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

    /// Whether the name is among them.
    pub(crate) fn contains(&self, name: &str) -> bool {
        self.few.iter().any(|known| known == name) || self.many.contains(name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_new_once_among_few_and_among_many() {
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
