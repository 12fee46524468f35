//! The arguments of a tool: what its route takes in the path, the query, the headers and the body, in one flat object.

use crate::openapi::parameters;
use crate::route::Route;
use axum::body::Body;
use axum::http::{HeaderName, HeaderValue, Request, header};
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use rmcp::model::JsonObject;
use rookery_domain::{Error, Result};
use serde_json::Value;

/// A parameter of a route: where it stands, and its name there and as an argument.
pub(crate) struct Parameter {
    place: String,
    name: String,
    pub(crate) argument: String,
    #[cfg_attr(not(feature = "schemas"), expect(dead_code, reason = "only the document that is made needs it"))]
    pub(crate) schema: Value,
    pub(crate) is_needed: bool,
}

/// The parameters of a route. The project is none: it is the one that the client is connected with.
pub(crate) fn of(route: &Route) -> impl Iterator<Item = Parameter> {
    parameters(route).into_iter().filter(|parameter| parameter["name"] != "project").map(|parameter| {
        let text = |key: &str| parameter[key].as_str().unwrap_or_default().to_owned();
        let (name, mut schema) = (text("name"), parameter["schema"].clone());
        let says = match &parameter["description"] {
            Value::String(says) => says.clone(),
            _ => meaning(&name).to_owned(),
        };
        schema["description"] = says.into();
        let argument = name.to_ascii_lowercase().replace('-', "_");
        Parameter { place: text("in"), argument, schema, is_needed: parameter["required"] == true, name }
    })
}

/// What a model is told of an id in a path.
fn meaning(name: &str) -> &'static str {
    match name {
        "agent_type" => "The type's name, like `webhook`: `list_agent_types` has all.",
        "workflow" => "The workflow's id: `list_workflows` has all.",
        "cell" => "The id of the agent's cell on the canvas.",
        "run" => "The run's id.",
        "event" => "The event's id.",
        "failure" => "The failure's id: `list_failures` has all.",
        _ => "The id.",
    }
}

/// The request to a route that these arguments make. What is neither in the path, the query nor a header is the body, which the route
/// itself judges.
pub(super) fn request(route: &Route, project: &str, mut arguments: JsonObject) -> Result<Request<Body>> {
    let mut path = route.path.replace("{project}", project);
    let (mut query, mut headers) = (Vec::new(), Vec::new());
    for parameter in of(route) {
        let given = arguments.remove(&parameter.argument).map(|value| text(&parameter.argument, value)).transpose()?;
        let Some(given) = given.filter(|given| !given.is_empty()) else {
            if parameter.is_needed {
                let message = format!("The argument `{}` is missing.", parameter.argument);
                return Err(Error::invalid(message, "Give it, as the tool's schema says."));
            }
            continue;
        };
        let encoded = utf8_percent_encode(&given, NON_ALPHANUMERIC).to_string();
        match parameter.place.as_str() {
            "path" => path = path.replace(&format!("{{{}}}", parameter.name), &encoded),
            "query" => query.push(format!("{}={encoded}", parameter.name)),
            _ => headers.push((parameter.name, given)),
        }
    }
    if !query.is_empty() {
        path = format!("{path}?{}", query.join("&"));
    }
    let body = match route.input {
        Some(_) => Body::from(Value::Object(arguments).to_string()),
        None => nothing_more(&arguments)?,
    };
    let unfit = |error| Error::invalid(format!("The arguments cannot be sent: {error}."), "Give shorter ones.");
    let request = Request::builder().method(&route.method).uri(path).header(header::CONTENT_TYPE, "application/json");
    let mut request = request.body(body).map_err(unfit)?;
    for (name, value) in headers {
        let unfit = |_| Error::invalid(format!("`{value}` cannot be sent as `{name}`."), "Give visible ASCII text.");
        let value = HeaderValue::from_str(&value).map_err(unfit)?;
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(Error::internal)?;
        request.headers_mut().insert(name, value);
    }
    Ok(request)
}

fn text(argument: &str, value: Value) -> Result<String> {
    match value {
        Value::String(text) => Ok(text),
        Value::Number(number) => Ok(number.to_string()),
        _ => Err(Error::invalid(format!("The argument `{argument}` is no text."), "Give a text, as the tool's schema says.")),
    }
}

fn nothing_more(arguments: &JsonObject) -> Result<Body> {
    match arguments.keys().next() {
        None => Ok(Body::empty()),
        Some(name) => {
            Err(Error::invalid(format!("The argument `{name}` is not known here."), "Leave it out: the tool's schema has all."))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::made::{arguments as schema, body};
    use serde_json::json;

    fn tools() -> Vec<Route> {
        crate::routes().into_iter().filter(|route| route.tool.is_some()).collect()
    }

    #[test]
    fn an_argument_has_one_place_and_one_meaning_and_no_schema_leads_elsewhere() {
        for route in tools() {
            let name = route.tool.map(|tool| tool.name);
            let schema = schema(&route);
            assert!(!Value::from(schema.clone()).to_string().contains("$ref"), "{name:?}: {schema:?}");
            let fields = body(&route)["properties"].as_object().map_or(0, |fields| fields.len());
            let all = schema["properties"].as_object().unwrap();
            assert_eq!(all.len(), of(&route).count() + fields, "{name:?}: two arguments have one name");
            for (argument, schema) in all {
                assert!(
                    schema["description"].as_str().is_some_and(|says| says != "The id."),
                    "{name:?}: `{argument}` says nothing"
                );
            }
        }
    }

    #[test]
    fn arguments_stay_in_their_places() {
        let route = tools().into_iter().find(|route| route.tool.is_some_and(|tool| tool.name == "list_events")).unwrap();
        let object = |value: Value| value.as_object().unwrap().clone();
        let made = |value: Value| request(&route, "p", object(value)).map(|request| request.uri().to_string());
        let wild = json!({"workflow": "../a/b?c#d", "group": "x&run=y", "limit": 3});
        assert_eq!(made(wild).unwrap(), "/api/v1/projects/p/workflows/%2E%2E%2Fa%2Fb%3Fc%23d/events?group=x%26run%3Dy&limit=3");
        for (wrong, says) in [
            (json!({}), "`workflow` is missing"),
            (json!({"workflow": ""}), "`workflow` is missing"),
            (json!({"workflow": ["w"]}), "`workflow` is no text"),
            (json!({"workflow": "w", "more": 1}), "`more` is not known"),
        ] {
            assert!(made(wrong.clone()).unwrap_err().message.contains(says), "{wrong}");
        }
    }
}
