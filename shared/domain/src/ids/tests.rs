//! Ids have one spelling each, and derived ids differ in every part.

use super::*;
use crate::{AgentRef, WorkflowRef};

#[test]
fn event_ids_have_one_spelling() {
    let root = EventId::fresh();
    let child = EventId::child(root.run, root.delivery(&CellId("a".into())), 0, 1);
    for id in [root, child] {
        assert_eq!(id.to_string().parse::<EventId>().unwrap(), id);
    }
    for bad in ["", "x", &format!("{root}-{root}"), &root.to_string().to_uppercase(), &format!("{root}-"), "é-é"] {
        assert_eq!(bad.parse::<EventId>().unwrap_err().kind, crate::Kind::NotFound, "{bad}");
    }
}

#[test]
fn derived_ids_differ_in_every_part() {
    let workflow = WorkflowRef { project: ProjectId::random(), workflow: WorkflowId::random() };
    let agent = AgentRef { workflow: workflow.clone(), cell: CellId("a".into()), incarnation: 1 };
    let of_workflow = |workflow: WorkflowRef| AgentRef { workflow, ..agent.clone() };
    let base = EventId::keyed(&agent, "k");
    assert_eq!(base, EventId::keyed(&agent.clone(), "k"));
    for other in [
        EventId::keyed(&of_workflow(WorkflowRef { project: ProjectId::random(), ..workflow.clone() }), "k"),
        EventId::keyed(&of_workflow(WorkflowRef { workflow: WorkflowId::random(), ..workflow }), "k"),
        EventId::keyed(&AgentRef { cell: CellId("b".into()), ..agent.clone() }, "k"),
        EventId::keyed(&AgentRef { incarnation: 2, ..agent.clone() }, "k"),
        EventId::keyed(&agent, "l"),
    ] {
        assert_ne!(base, other);
    }
    // Lengths lead the parts: moving a letter from one part to the next makes another id.
    assert_ne!(hashed_uuid(&[b"ab", b"c"]), hashed_uuid(&[b"a", b"bc"]));
}

#[test]
fn tokens_are_of_the_alphabet_and_differ() {
    let (one, two) = (random_token(32), random_token(32));
    assert_ne!(one, two);
    assert!(one.len() == 32 && one.bytes().all(|byte| ALPHABET.contains(&byte)));
}
