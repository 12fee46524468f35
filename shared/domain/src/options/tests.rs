//! Options are read: agents, links, and what is wrong with them.

use super::*;

#[test]
fn an_empty_canvas_and_decorations_are_fine() {
    assert_eq!(Options::parse("{}").unwrap(), Options::default());
    let text = r#"{"cells":[{"id":"n","type":"standard.Note","text":"hi"}],"theme":"dark"}"#;
    assert_eq!(Options::parse(text).unwrap(), Options::default());
}

#[test]
fn each_problem_is_under_its_cell_and_field() {
    let text = r#"{"cells":[
        {"id":"a","type":"agent","agent_type":"manual"},
        {"id":"a","type":"agent","agent_type":"manual"},
        {"type":"agent","agent_type":"manual"},
        {"id":"b","type":"agent","agent_type":7},
        {"id":"c","type":"agent","agent_type":"manual","config":[]},
        {"id":"d","type":"agent","agent_type":"manual","disabled":"yes"},
        {"id":"l1","type":"link","source":{"id":"a"},"target":{"x":1,"y":2}},
        {"id":"l2","type":"link","source":{"id":"a"},"target":{"id":"nobody"}},
        {"id":"l3","type":"link","source":{"id":"a"},"target":{"id":"a"},"group_id":""}
    ]}"#;
    let options = Options::parse(text).unwrap();
    let found: Vec<_> = options.problems.iter().map(|p| (p.cell_id.as_str(), p.field.as_str())).collect();
    assert_eq!(
        found,
        [
            ("a", "id"),
            ("cells[2]", "id"),
            ("b", "agent_type"),
            ("c", "config"),
            ("d", "disabled"),
            ("l1", "target"),
            ("l3", "group_id"),
            ("l2", "target")
        ]
    );
    assert_eq!((options.agents.len(), options.links.len()), (1, 0));
}

#[test]
fn a_link_that_seems_to_name_its_group_elsewhere_is_warned_of() {
    let link = |more: &str| {
        let text = format!(
            r#"{{"cells":[{{"id":"a","type":"agent","agent_type":"manual"}},{{"id":"l","type":"link","source":{{"id":"a"}},"target":{{"id":"a"}}{more}}}]}}"#
        );
        let options = Options::parse(&text).unwrap();
        assert_eq!((options.links.len(), options.problems.len()), (1, 0), "{more}");
        options.warnings.into_iter().map(|warning| (warning.cell_id, warning.field)).collect::<Vec<_>>()
    };
    for key in ["group", "groupId", "group-id", "groups", "GroupID"] {
        for value in [r#""on_match""#, r#""""#, r#"["on_match"]"#] {
            assert_eq!(link(&format!(r#","{key}":{value}"#)), [("l".to_owned(), key.to_owned())]);
        }
    }
    let inside = r#"{"cells":[{"id":"a","type":"agent","agent_type":"manual"},{"id":"l","type":"link","source":{"id":"a","group_id":"g"},"target":{"id":"a"}}]}"#;
    let warnings = Options::parse(inside).unwrap().warnings;
    assert_eq!(warnings.iter().map(|warning| warning.field.as_str()).collect::<Vec<_>>(), ["group_id"]);
    for fine in ["", r#","group_id":"on_match""#, r#","group_id":"on_match","group":"x""#, r#","group":7,"z":-1,"router":{}"#] {
        assert_eq!(link(fine), [], "{fine}");
    }
}

#[test]
fn a_link_of_jointjs_is_one_between_agents_and_elsewhere_a_drawing() {
    let text = r#"{"cells":[
        {"id":"l1","type":"standard.Link","source":{"id":"a","port":"on_match"},"target":{"id":"b"},"attrs":{"line":{}}},
        {"id":"l2","type":"standard.DoubleLink","source":{"id":"a"},"target":{"id":"b"},"group_id":"on_match"},
        {"id":"l3","type":"standard.Link","source":{"id":"b"},"target":{"id":"box"}},
        {"id":"l4","type":"standard.Link","source":{"id":"a"},"target":{"x":1,"y":2}},
        {"id":"l1","type":"standard.ShadowLink","source":{"id":"a"},"target":{"id":"b"}},
        {"id":"a","type":"agent","agent_type":"manual"},
        {"id":"b","type":"agent","agent_type":"manual"},
        {"id":"box","type":"standard.Rectangle","attrs":{"label":{"text":"Box"}}}
    ]}"#;
    let options = Options::parse(text).unwrap();
    let links: Vec<_> = options.links.iter().map(|link| (link.id.as_str(), link.group.as_deref())).collect();
    assert_eq!(links, [("l1", None), ("l2", Some("on_match"))]);
    let fields = |found: &[Problem]| found.iter().map(|p| format!("{} {}", p.cell_id, p.field)).collect::<Vec<_>>();
    assert_eq!(fields(&options.problems), ["l1 id"]);
    assert_eq!(fields(&options.warnings), ["l1 source.port", "l3 target", "l4 target"]);
    assert!(options.warnings[1].message.contains("`box` is no agent"));
}

#[test]
fn what_cannot_be_saved_is_an_error() {
    for text in ["[]", "7", "{\"cells\":{}}", "{\"cells\":[1]}", "{"] {
        assert_eq!(Options::parse(text).unwrap_err().kind, Kind::Invalid, "{text}");
    }
}
