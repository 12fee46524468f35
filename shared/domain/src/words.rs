//! Words that are sought in texts. Which texts, and how many are looked at, is not decided here.

/// Words that are sought in texts, in any order and in any case.
#[derive(Clone, Debug, Default)]
pub struct Words(Vec<String>);

impl Words {
    /// The words of a text, with white space between them. None of them are in every text.
    pub fn of(text: &str) -> Self {
        Words(text.split_whitespace().map(str::to_lowercase).collect())
    }

    /// Whether no word is sought.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a text has all of them.
    pub fn are_in(&self, text: &str) -> bool {
        if self.is_empty() {
            return true;
        }
        let text = text.to_lowercase();
        self.0.iter().all(|word| text.contains(word))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_words_are_sought_in_any_order_and_case() {
        for (words, is_found) in [("", true), (" ", true), ("late ORDER", true), ("écl", true), ("order never", false)] {
            assert_eq!(Words::of(words).are_in("Order 7 is late: éclair, ÉCLAT"), is_found, "{words}");
        }
    }
}
