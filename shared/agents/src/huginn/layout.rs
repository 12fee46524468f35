//! Where the cells of a scenario stand: in columns along the links, each agent near those before it. The console can do better, when asked.

use serde_json::{Map, Value, json};
use std::collections::HashMap;

/// From one column to the next, and from one row to the next: the size of an agent on the canvas, with a gap.
const STEP: (usize, usize) = (368, 124);

/// Gives each cell a position: the one that it has already, or one by the links, whose ends are places in the list of cells.
pub(super) fn place(cells: &mut [Map<String, Value>], links: &[(usize, usize)], known: &HashMap<String, Value>) {
    let columns = columns(cells.len(), links);
    let mut before: Vec<Vec<usize>> = vec![Vec::new(); cells.len()];
    for (source, target) in links.iter().filter(|(source, target)| columns[*source] < columns[*target]) {
        before[*target].push(*source);
    }
    let mut order: Vec<usize> = (0..cells.len()).collect();
    order.sort_by_key(|cell| columns[*cell]);
    let mut rows = vec![0; cells.len()];
    for column in order.chunk_by(|one, other| columns[*one] == columns[*other]) {
        let middle = |cell: &usize| {
            let before = &before[*cell];
            before.iter().map(|source| rows[*source] * 1000).sum::<usize>().checked_div(before.len())
        };
        let mut sorted: Vec<(Option<usize>, usize)> = column.iter().map(|cell| (middle(cell), *cell)).collect();
        sorted.sort();
        for (row, (_, cell)) in sorted.into_iter().enumerate() {
            rows[cell] = row;
        }
    }
    for (index, cell) in cells.iter_mut().enumerate() {
        let stands = cell.get("id").and_then(Value::as_str).and_then(|id| known.get(id)).cloned();
        let position = stands.unwrap_or_else(|| json!({"x": columns[index] * STEP.0, "y": rows[index] * STEP.1}));
        cell.insert("position".to_owned(), position);
    }
}

/// The column of each cell: one behind the last of those before it. A circle is cut where it is entered first.
fn columns(count: usize, links: &[(usize, usize)]) -> Vec<usize> {
    let (mut after, mut waits_for) = (vec![Vec::new(); count], vec![0_usize; count]);
    for (source, target) in links.iter().filter(|(source, target)| source != target) {
        after[*source].push(*target);
        waits_for[*target] += 1;
    }
    let mut columns = vec![0; count];
    let mut is_done = vec![false; count];
    let mut ready: Vec<usize> = (0..count).filter(|cell| waits_for[*cell] == 0).rev().collect();
    let mut next = 0;
    loop {
        let cell = match ready.pop() {
            Some(cell) => cell,
            None if next < count => {
                next += 1;
                next - 1
            }
            None => return columns,
        };
        if std::mem::replace(&mut is_done[cell], true) {
            continue;
        }
        for target in &after[cell] {
            waits_for[*target] = waits_for[*target].saturating_sub(1);
            if !is_done[*target] {
                columns[*target] = columns[*target].max(columns[cell] + 1);
                if waits_for[*target] == 0 {
                    ready.push(*target);
                }
            }
        }
    }
}
