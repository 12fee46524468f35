//! What becomes of scripts.

use super::super::Status;
use super::one;
use serde_json::json;

#[test]
fn scripts_keep_their_options_and_tell_what_they_lack() {
    let code = "Agent.receive = function() { this.createEvent(this.options('make')); }";
    let options =
        json!({"language": "JavaScript", "code": code, "make": {"a": "{{ b }}"}, "expected_update_period_in_days": "2"});
    let taken = json!({"code": code, "options": {"make": {"a": "{{ b }}"}}, "expected_update_period_in_days": 2});
    assert_eq!(one("JavaScriptAgent", options), (taken, Status::Mapped, vec![]));
    assert_eq!(one("JavaScriptAgent", json!({"code": "credential:mine"})).1, Status::Mapped);
    for (more, field) in [
        (json!({"code": "Agent.check = function() { Agent.fetch('https://a.test'); }"}), "code"),
        (json!({"code": "Agent.check = function() { this.credential('a'); }"}), "code"),
        (json!({"code": "Agent.check = function() { this.log('{{ a }}'); }"}), "code"),
        (json!({"code": "syntax error!"}), "code"),
        (json!({"code": "a = -> 1", "language": "CoffeeScript"}), "language"),
    ] {
        let (_, status, notes) = one("JavaScriptAgent", more.clone());
        assert_eq!((status, notes.contains(&field.to_owned())), (Status::Different, true), "{more}: {notes:?}");
    }
}
