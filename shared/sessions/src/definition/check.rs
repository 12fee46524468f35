//! The check of a definition: it gives the agent, or all that is wrong with its texts, each with file, line and field.

mod runtime;
mod tools;

use super::front_matter::{self, Content, Node, below};
use super::read::{self, Place};
use super::{
    Behaviour, Checked, Definition, Diagnostic, Environment, Fields, Found, Headers, Instructions, NameOr, Report, Source,
};
use rookery_domain::{AgentName, limits};
use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

/// Most subagents of an agent, with those of its subagents.
const SUBAGENTS: usize = 50;
/// Longest description, in characters.
const DESCRIPTION_CHARS: usize = 1000;
const NAME: &str = "A name begins with a letter, and has at most 64 letters, digits, `_` and `-`.";
const MODEL: &str = "Name a model as `provider/name`, or write `false` for none.";

/// Judges the texts of an agent.
pub fn check(name: &AgentName, source: &Source, environment: &Environment) -> Checked {
    let file = format!("{name}.md");
    let mut checker = Checker { source, found: Found::default(), profiles: BTreeMap::new(), active: Vec::new(), subagents: 0 };
    let document = checker.document(file, &source.text, Place::Agent);
    let definition = checker.agent(name, document, environment);
    let Checker { found: Found { mut errors, mut warnings }, profiles, .. } = checker;
    let text_of = |name: &String| Some((name.clone(), source.profiles.get(name)?.clone()));
    let used = Source { text: source.text.clone(), profiles: profiles.keys().filter_map(text_of).collect() };
    let bytes = used.bytes();
    if bytes > limits::DEFINITION_BYTES && errors.is_empty() {
        let message =
            format!("The text and its profiles have {bytes} bytes; at most {} are kept. Shorten them.", limits::DEFINITION_BYTES);
        errors.push(Diagnostic { file: format!("{name}.md"), line: 1, field: String::new(), message });
    }
    errors.sort();
    warnings.sort();
    Checked { definition: errors.is_empty().then_some(Definition { bytes, ..definition }), errors, warnings, used }
}

/// One file, read.
struct Document {
    file: String,
    root: Node,
    fields: Fields,
    instructions: Option<Arc<Instructions>>,
    has_front_matter: bool,
}

struct Checker<'s> {
    source: &'s Source,
    found: Found,
    /// The profiles that were read, by name.
    profiles: BTreeMap<String, Option<Arc<Behaviour>>>,
    /// The profiles that are being read, each for the one before.
    active: Vec<String>,
    /// How many subagents there are so far.
    subagents: usize,
}

impl Checker<'_> {
    fn error(&mut self, document: &Document, field: &str, message: impl Into<String>) {
        let (line, field) = document.root.place_of(field);
        Report { file: &document.file, found: &mut self.found }.error_at(line, &field, message);
    }

    fn warning(&mut self, document: &Document, field: &str, message: impl Into<String>) {
        let (line, field) = document.root.place_of(field);
        Report { file: &document.file, found: &mut self.found }.warning_at(line, &field, message);
    }

    fn document(&mut self, file: String, text: &str, place: Place) -> Document {
        let empty = || Node { line: 1, field: String::new(), content: Content::Map(Vec::new()) };
        let mut report = Report { file: &file, found: &mut self.found };
        let (mut root, mut instructions, mut has_front_matter) = (empty(), None, true);
        if text.len() > limits::DEFINITION_BYTES {
            report.error_at(1, "", format!("The text has {} bytes; at most {} are read.", text.len(), limits::DEFINITION_BYTES));
            return Document { file, root, fields: Fields::default(), instructions, has_front_matter };
        }
        match front_matter::split(text).and_then(|parts| Ok((front_matter::read(parts.yaml.unwrap_or_default())?, parts))) {
            Ok((read, parts)) => {
                (root, has_front_matter) = (read, parts.yaml.is_some());
                match Instructions::parse(parts.body, parts.body_line) {
                    Ok(read) => instructions = read.map(Arc::new),
                    Err((line, message)) => report.error_at(line, "", message),
                }
            }
            Err(unreadable) => report.error_at(unreadable.line, &unreadable.field, unreadable.message),
        }
        let fields = read::read(&mut root, place, &mut report);
        Document { file, root, fields, instructions, has_front_matter }
    }

    fn agent(&mut self, name: &AgentName, document: Document, environment: &Environment) -> Definition {
        let fields = &document.fields;
        self.own_name(&document, name.as_str());
        let own = self.behaviour(&document, "", fields, name.as_str());
        let profile = fields.profile.as_ref().and_then(|profile| self.profile(profile, &document, "profile"));
        let behaviour = match &profile {
            Some(profile) => own.over(profile),
            None => own,
        };
        let before = profile.as_ref().map_or((0, 0, 0), |of| (of.tools.len(), of.skills.len(), of.subagents.len()));
        self.no_doubles(&document, "", &behaviour, before);
        // What cannot be read says nothing about what is missing.
        if behaviour.model.is_none() && self.found.errors.is_empty() {
            match document.has_front_matter {
                true => self.error(&document, "model", format!("It is missing. {MODEL}")),
                false => self.error(
                    &document,
                    "",
                    format!("The file has no front matter: begin it with a line `---`, fields, and again `---`. {MODEL}"),
                ),
            }
        }
        self.runtime(&document, environment);
        let http = behaviour.tools.iter().find(|tool| tool.name == "http");
        if http.is_some() && fields.hosts.is_empty() {
            self.warning(&document, "hosts", "The tool `http` may call no host: list those that it may.");
        }
        // What is wrong with them was told where they stand.
        let headers = Arc::new(http.and_then(|http| Headers::parse(&http.options).ok()).unwrap_or_default());
        Definition {
            name: name.clone(),
            version: 0,
            behaviour,
            triggers: fields.triggers,
            on_busy: fields.on_busy,
            persist: fields.persist,
            deadline_seconds: fields.deadline_seconds,
            cwd: fields.cwd.clone(),
            env: fields.env.clone(),
            hosts: fields.hosts.clone(),
            headers,
            bytes: 0,
        }
    }

    /// A name in the fields of a file is that of the file.
    fn own_name(&mut self, document: &Document, expected: &str) {
        if document.fields.name.as_deref().is_some_and(|name| name != expected) {
            let message = format!("The file is named `{expected}`: write the same name here, or leave the line out.");
            self.error(document, "name", message);
        }
    }

    /// A profile, if nothing keeps it from being used.
    fn profile(&mut self, name: &str, user: &Document, field: &str) -> Option<Arc<Behaviour>> {
        if self.active.iter().any(|active| active == name) {
            let circle = self.active.join("`, then `");
            self.error(
                user,
                field,
                format!("The profiles use each other in a circle: `{circle}`, then `{name}` again. Remove one."),
            );
            return None;
        }
        if let Some(known) = self.profiles.get(name) {
            return known.clone();
        }
        let Some(text) = self.source.profiles.get(name) else {
            let message = match name.parse::<AgentName>() {
                Ok(_) => format!("There is no profile `{name}`: add it as `profiles/{name}.md`, or name another."),
                Err(_) => NAME.to_owned(),
            };
            self.error(user, field, message);
            return None;
        };
        self.active.push(name.to_owned());
        let document = self.document(format!("profiles/{name}.md"), text, Place::Profile);
        self.own_name(&document, name);
        let behaviour = self.behaviour(&document, "", &document.fields, name);
        self.no_doubles(&document, "", &behaviour, (0, 0, 0));
        self.active.pop();
        let behaviour = Some(Arc::new(behaviour));
        self.profiles.insert(name.to_owned(), behaviour.clone());
        behaviour
    }

    /// What fields say to a model. They stand below `prefix` in the file; at the top of a file, the text below is the instructions.
    fn behaviour(&mut self, document: &Document, prefix: &str, fields: &Fields, name: &str) -> Behaviour {
        let at = |field: &str| below(prefix, field);
        let is_text = |text: &str, most: usize| !text.trim().is_empty() && text.chars().count() <= most;
        if fields.description.as_deref().is_some_and(|text| !is_text(text, DESCRIPTION_CHARS)) {
            self.error(document, &at("description"), format!("Give 1 to {DESCRIPTION_CHARS} characters, or leave the line out."));
        }
        let tools = self.tools(document, prefix, fields);
        for (index, skill) in fields.skills.iter().enumerate() {
            if skill.name.parse::<AgentName>().is_err() {
                self.error(document, &at(&format!("skills[{index}].name")), NAME);
            }
            if !is_text(&skill.description, DESCRIPTION_CHARS) {
                let message = format!("Say in 1 to {DESCRIPTION_CHARS} characters when the skill is of use.");
                self.error(document, &at(&format!("skills[{index}].description")), message);
            }
        }
        let subagents: Vec<Arc<Behaviour>> = fields
            .subagents
            .iter()
            .enumerate()
            .filter_map(|(index, subagent)| self.subagent(document, &at(&format!("subagents[{index}]")), subagent))
            .collect();
        for (field, is_there) in [
            ("skills", !fields.skills.is_empty()),
            ("subagents", !fields.subagents.is_empty()),
            ("compaction", fields.compaction.is_some()),
        ] {
            if is_there && prefix.is_empty() {
                self.warning(document, field, "It is checked and kept, but not used yet.");
            }
        }
        Behaviour {
            name: name.to_owned(),
            description: fields.description.clone(),
            model: fields.model.clone(),
            thinking_level: fields.thinking_level,
            instructions: if prefix.is_empty() {
                document.instructions.clone()
            } else {
                self.instructions(document, prefix, fields)
            },
            tools,
            skills: fields.skills.clone(),
            subagents,
            compaction: fields.compaction.clone(),
        }
    }

    fn subagent(&mut self, document: &Document, at: &str, subagent: &NameOr<Fields>) -> Option<Arc<Behaviour>> {
        self.subagents += 1;
        if self.subagents > SUBAGENTS {
            if self.subagents == SUBAGENTS + 1 {
                self.error(document, at, format!("The agent has over {SUBAGENTS} subagents, with theirs: use fewer."));
            }
            return None;
        }
        match subagent {
            NameOr::Name(name) => self.profile(name, document, at),
            NameOr::Object(fields) => {
                let name = fields.name.as_deref().unwrap_or_default();
                if name.parse::<AgentName>().is_err() {
                    self.error(document, &below(at, "name"), NAME);
                }
                let behaviour = self.behaviour(document, at, fields, name);
                self.no_doubles(document, at, &behaviour, (0, 0, 0));
                Some(Arc::new(behaviour))
            }
        }
    }

    fn instructions(&mut self, document: &Document, prefix: &str, fields: &Fields) -> Option<Arc<Instructions>> {
        let field = below(prefix, "instructions");
        match Instructions::parse(fields.instructions.as_deref()?, document.root.place_of(&field).0) {
            Ok(None) => self.error(document, &field, "It is empty: write what the subagent is told, or leave the line out."),
            Ok(Some(instructions)) => return Some(Arc::new(instructions)),
            Err((_, message)) => self.error(document, &field, message),
        }
        None
    }

    /// No two tools, skills or subagents have one name. The first of each list, so many, are the profile's.
    fn no_doubles(
        &mut self,
        document: &Document,
        prefix: &str,
        of: &Behaviour,
        (tools, skills, subagents): (usize, usize, usize),
    ) {
        let lists = [
            ("tools", tools, of.tools.iter().map(|tool| tool.name.as_str()).collect::<Vec<_>>()),
            ("skills", skills, of.skills.iter().map(|skill| skill.name.as_str()).collect()),
            ("subagents", subagents, of.subagents.iter().map(|subagent| subagent.name.as_str()).collect()),
        ];
        for (list, inherited, names) in lists {
            let mut seen = HashSet::new();
            for (index, name) in names.into_iter().enumerate() {
                if !seen.insert(name) && index >= inherited {
                    let field = below(prefix, &format!("{list}[{}]", index - inherited));
                    let message = format!("`{name}` is in the list already, or in that of the profile: remove one of them.");
                    self.error(document, &field, message);
                }
            }
        }
    }
}
