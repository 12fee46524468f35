//! The standard error of the program on one machine. A line of everyday work waits for a moment, so that one call of the system
//! writes all lines of that moment. A warning or an error is written at once, after the lines before it.

use std::io::Write;
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tracing::{Level, Metadata};
use tracing_subscriber::fmt::MakeWriter;

/// How long a line waits: what is lost of the log when the program is killed.
const MOMENT: Duration = Duration::from_millis(50);
/// As soon as lines have so many bytes together, they are written.
const FULL: usize = 64 * 1024;

/// Lines on their way to `W`. When this value is dropped, all lines are written.
#[must_use = "lines are written at once from then on when this is dropped"]
pub struct Held<W: Write = std::io::Stderr>(Arc<Shared<W>>);

struct Shared<W> {
    lines: Mutex<Lines<W>>,
    has_lines: Condvar,
}

struct Lines<W> {
    waiting: Vec<u8>,
    to: W,
    /// Nobody would write what waits.
    is_over: bool,
}

impl<W: Write> Shared<W> {
    fn lines(&self) -> MutexGuard<'_, Lines<W>> {
        self.lines.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl<W: Write> Lines<W> {
    fn write(&mut self) {
        // A log that cannot be written must not end the work that it tells of.
        let _ = self.to.write_all(&self.waiting).and_then(|()| self.to.flush());
        self.waiting.clear();
    }
}

impl<W: Write + Send + 'static> Held<W> {
    /// Holds lines for `to`, and starts the thread that writes them.
    pub(super) fn new(to: W) -> Self {
        let lines = Mutex::new(Lines { waiting: Vec::new(), to, is_over: false });
        let shared = Arc::new(Shared { lines, has_lines: Condvar::new() });
        let of_thread = shared.clone();
        let started = std::thread::Builder::new().name("log".to_owned()).spawn(move || write_in_turns(&of_thread));
        shared.lines().is_over = started.is_err();
        Held(shared)
    }

    pub(super) fn writer(&self) -> Writer<W> {
        Writer(self.0.clone())
    }
}

fn write_in_turns<W: Write>(shared: &Shared<W>) {
    loop {
        let waits = |lines: &mut Lines<W>| lines.waiting.is_empty() && !lines.is_over;
        let lines = shared.has_lines.wait_while(shared.lines(), waits).unwrap_or_else(PoisonError::into_inner);
        if lines.is_over {
            return;
        }
        drop(lines);
        std::thread::sleep(MOMENT);
        shared.lines().write();
    }
}

impl<W: Write> Drop for Held<W> {
    fn drop(&mut self) {
        let mut lines = self.0.lines();
        lines.is_over = true;
        lines.write();
        self.0.has_lines.notify_one();
    }
}

/// Gives a writer for each line.
pub(super) struct Writer<W>(Arc<Shared<W>>);

/// Takes one line.
pub(super) struct Line<'a, W> {
    shared: &'a Shared<W>,
    may_wait: bool,
}

impl<'a, W: Write + 'a> MakeWriter<'a> for Writer<W> {
    type Writer = Line<'a, W>;

    fn make_writer(&'a self) -> Self::Writer {
        Line { shared: &self.0, may_wait: false }
    }

    fn make_writer_for(&'a self, line: &Metadata<'_>) -> Self::Writer {
        Line { shared: &self.0, may_wait: *line.level() >= Level::INFO }
    }
}

impl<W: Write> Write for Line<'_, W> {
    fn write(&mut self, line: &[u8]) -> std::io::Result<usize> {
        let mut lines = self.shared.lines();
        lines.waiting.extend_from_slice(line);
        if !self.may_wait || lines.is_over || lines.waiting.len() >= FULL {
            lines.write();
        } else if lines.waiting.len() == line.len() {
            self.shared.has_lines.notify_one();
        }
        Ok(line.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::mpsc::{Receiver, Sender, channel};

    /// Tells what each call writes.
    struct Calls(Sender<String>);

    impl Write for Calls {
        fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
            self.0.send(String::from_utf8(bytes.to_vec()).unwrap()).unwrap();
            Ok(bytes.len())
        }

        fn flush(&mut self) -> std::io::Result<()> {
            Ok(())
        }
    }

    fn held() -> (Held<Calls>, Receiver<String>) {
        let (calls, written) = channel();
        (Held::new(Calls(calls)), written)
    }

    fn line(held: &Held<Calls>, text: &str, may_wait: bool) {
        Line { shared: &held.0, may_wait }.write_all(text.as_bytes()).unwrap();
    }

    #[test]
    fn a_line_that_may_wait_is_written_after_a_moment() {
        let (held, written) = held();
        for text in ["one\n", "two\n"] {
            line(&held, text, true);
            assert_eq!(written.recv().unwrap(), text);
        }
    }

    #[test]
    fn what_may_not_wait_takes_along_what_waits() {
        let (held, written) = held();
        // The thread may write the first line alone, if this test is held up for a moment.
        line(&held, "accepted\n", true);
        line(&held, "failed\n", false);
        assert_eq!(written.try_iter().collect::<String>(), "accepted\nfailed\n");
    }

    #[test]
    fn the_end_and_all_lines_after_it_are_written() {
        let (held, written) = held();
        let after = held.writer();
        line(&held, "delivered\n", true);
        drop(held);
        assert_eq!(written.try_iter().collect::<String>(), "delivered\n");
        Line { shared: &after.0, may_wait: true }.write_all(b"late\n").unwrap();
        assert_eq!(written.try_iter().collect::<String>(), "late\n");
    }

    #[test]
    fn many_lines_do_not_wait() {
        let (held, written) = held();
        let long = "x".repeat(FULL);
        line(&held, &long, true);
        assert_eq!(written.try_recv().unwrap(), long);
    }
}
