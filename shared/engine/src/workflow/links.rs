//! Links, judged: which take nothing, and who may control whom. Pure. What is wrong with their ends as such was found when the options were read.

use rookery_agents::Kind as AgentKind;
use rookery_domain::{AgentCell, CellId, ControlLink, Link, Problem};
use std::collections::{HashMap, HashSet};

/// Tells what is wrong with links. `groups` are those that agents emit, besides `on_error`; `with_types` are the agents whose events also have the types of
/// tasks as groups.
pub(super) fn judge(
    links: &[Link],
    cells: &[AgentCell],
    groups: &HashMap<&CellId, Vec<String>>,
    with_types: &HashSet<&CellId>,
    problems: &mut Vec<Problem>,
    warnings: &mut Vec<Problem>,
) {
    let triggers: HashSet<&CellId> = cells
        .iter()
        .filter(|cell| rookery_agents::find(&cell.agent_type).is_some_and(|info| info.kind == AgentKind::Trigger))
        .map(|cell| &cell.id)
        .collect();
    for link in links.iter().filter(|link| triggers.contains(&link.target)) {
        let message = format!("`{}` is a trigger, which receives no events: lead the link elsewhere.", link.target);
        problems.push(Problem::new(link.id.as_str(), "target", message));
    }
    for (link, message) in links.iter().filter_map(|link| Some((link, takes_nothing(link, groups.get(&link.source)?)?))) {
        let blamed = Problem::new(link.id.as_str(), "group_id", message);
        // Events may be put in at a trigger with any groups, and types of tasks may be anything.
        let may_come = triggers.contains(&link.source) || with_types.contains(&link.source);
        if may_come { warnings.push(blamed) } else { problems.push(blamed) }
    }
}

/// Tells what is wrong with control links. `runs_targets` are the agents that check all that they control.
pub(super) fn judge_controls(
    controls: &[ControlLink],
    cells: &[AgentCell],
    runs_targets: &HashSet<&CellId>,
    problems: &mut Vec<Problem>,
    warnings: &mut Vec<Problem>,
) {
    let by_id: HashMap<&CellId, &AgentCell> = cells.iter().map(|cell| (&cell.id, cell)).collect();
    // A type that does not exist is told of at its cell.
    let type_of = |id: &CellId| by_id.get(id).and_then(|cell| rookery_agents::find(&cell.agent_type));
    for ControlLink { id, source, target } in controls {
        if let Some(info) = type_of(source).filter(|info| !info.controls) {
            let message = format!(
                "`{source}` is of the type `{}`, which controls no others: let a `scheduler` or a `commander` do that, or remove the control link.",
                info.name
            );
            problems.push(Problem::new(id.as_str(), "source", message));
        }
        if let Some(info) = type_of(target).filter(|info| !info.checks && runs_targets.contains(source)) {
            let message = format!(
                "`{source}` checks what it controls, and `{target}` of the type `{}` cannot be checked: it waits for events.",
                info.name
            );
            problems.push(Problem::new(id.as_str(), "target", message));
        }
    }
    let controlling: HashSet<&CellId> = controls.iter().map(|control| &control.source).collect();
    for cell in cells.iter().filter(|cell| type_of(&cell.id).is_some_and(|info| info.controls) && !controlling.contains(&cell.id))
    {
        let message = "No control link leaves it, so it controls nothing: draw one to each agent that it is to control.";
        warnings.push(Problem::new(cell.id.as_str(), "agent_type", message));
    }
}

/// Why a link takes no event that its source emits by itself. `groups` are those of the source, besides `on_error`.
fn takes_nothing(link: &Link, groups: &[String]) -> Option<String> {
    let groups = || groups.iter().map(String::as_str).chain(["on_error"]);
    let group = link.group.as_deref().filter(|group| !groups().any(|emitted| emitted == *group))?;
    let emitted = groups().map(|emitted| format!("`{emitted}`")).collect::<Vec<_>>().join(", ");
    let source = &link.source;
    Some(format!(
        "`{source}` never emits `{group}`, but {emitted}: name one of these, or leave `group_id` out to take all events."
    ))
}
