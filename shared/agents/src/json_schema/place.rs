//! Where in a value a check is, and what it says about that place.

use super::Mismatch;

/// The longest path and the longest list of values in a message, in characters.
const TOLD_CHARS: usize = 200;

/// Why a check ended early.
pub(super) enum Fault {
    Mismatch(Mismatch),
    /// Then nobody knows whether the value fits.
    TooLong,
}

pub(super) type Checked = Result<(), Fault>;

/// Where in the value the check is.
#[derive(Clone, Copy)]
pub(super) enum Path<'p> {
    Root,
    Property(&'p Path<'p>, &'p str),
    Item(&'p Path<'p>, usize),
}

impl<'p> Path<'p> {
    pub(super) fn mismatch(&self, message: impl Into<String>) -> Mismatch {
        let mut field = String::new();
        self.write(&mut field);
        Mismatch { field: shortened(field), message: message.into() }
    }

    pub(super) fn wrong(&self, message: impl Into<String>) -> Checked {
        Err(Fault::Mismatch(self.mismatch(message)))
    }

    pub(super) fn property(&'p self, name: &'p str) -> Path<'p> {
        Path::Property(self, name)
    }

    fn write(&self, text: &mut String) {
        match self {
            Path::Root => {}
            Path::Property(parent, name) => {
                parent.write(text);
                if !text.is_empty() {
                    text.push('.');
                }
                text.extend(name.chars().take(TOLD_CHARS));
            }
            Path::Item(parent, i) => {
                parent.write(text);
                *text += &format!("[{i}]");
            }
        }
    }
}

pub(super) fn shortened(text: String) -> String {
    match text.char_indices().nth(TOLD_CHARS) {
        Some((end, _)) => format!("{} ...", &text[..end]),
        None => text,
    }
}
