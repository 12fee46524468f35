//! Lines that take turns: however long a line is, the first item of each other line comes soon. Nothing of AWS is known here.

use std::collections::{HashMap, VecDeque};

/// Waiting items, in a line for each name. Putting in and taking out cost the same however many items wait.
pub struct Turns<T> {
    lines: HashMap<String, VecDeque<T>>,
    /// The names of the lines, in the order of their turns.
    turns: VecDeque<String>,
    waiting: usize,
}

impl<T> Default for Turns<T> {
    fn default() -> Self {
        Turns { lines: HashMap::new(), turns: VecDeque::new(), waiting: 0 }
    }
}

impl<T> Turns<T> {
    /// How many items wait.
    pub fn len(&self) -> usize {
        self.waiting
    }

    /// Whether nothing waits.
    pub fn is_empty(&self) -> bool {
        self.waiting == 0
    }

    /// Puts an item at the end of its line.
    pub fn push(&mut self, line: String, item: T) {
        self.waiting += 1;
        let turns = &mut self.turns;
        let items = self.lines.entry(line.clone()).or_insert_with(|| {
            turns.push_back(line);
            VecDeque::new()
        });
        items.push_back(item);
    }

    /// Takes the first item of the line whose turn it is.
    pub fn pop(&mut self) -> Option<T> {
        self.pop_where(|_| true)
    }

    /// Takes the first item of a line that may have a turn. The lines before it keep theirs.
    pub fn pop_where(&mut self, may: impl Fn(&str) -> bool) -> Option<T> {
        let turn = self.turns.iter().position(|line| may(line))?;
        let line = self.turns.remove(turn)?;
        let items = self.lines.get_mut(&line)?;
        let item = items.pop_front()?;
        self.waiting -= 1;
        if items.is_empty() {
            self.lines.remove(&line);
        } else {
            self.turns.push_back(line);
        }
        Some(item)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_calm_line_is_not_behind_a_long_one() {
        let mut turns = Turns::default();
        for n in 0..10_000 {
            turns.push("noisy".into(), n);
        }
        turns.push("calm".into(), -1);
        turns.push("calm".into(), -2);
        let first: Vec<i32> = std::iter::from_fn(|| turns.pop()).take(5).collect();
        assert_eq!(first, [0, -1, 1, -2, 2]);
        assert_eq!(turns.len(), 9_997);
        assert_eq!(turns.pop_where(|line| line == "calm"), None);
        turns.push("calm".into(), -3);
        assert_eq!(turns.pop_where(|line| line == "calm"), Some(-3));
        while turns.pop().is_some() {}
        assert!(turns.is_empty() && turns.lines.is_empty() && turns.turns.is_empty());
    }
}
