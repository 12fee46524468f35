//! `to_uri`: a URI as a text that has properties, like `host` and `path`.

use super::{Given, Own, node};
use liquid_core::Result;
use liquid_core::model::{Object, Value};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use url::{ParseError, Url};

pub(super) const FILTERS: &[Own] = &[Own::new("to_uri", 0, 1, to_uri)];

/// What may not stand in a URI.
const NOT_IN_URI: &AsciiSet =
    &CONTROLS.add(b' ').add(b'"').add(b'<').add(b'>').add(b'\\').add(b'^').add(b'`').add(b'{').add(b'|').add(b'}');

/// Reads a URI, on top of a base if one is given. Gives nothing if it is none.
fn to_uri(given: &Given<'_>) -> Result<Value> {
    let (input, base) = (given.text(), given.argument_text(0, ""));
    let (input, base) = (input.trim(), base.trim());
    let whole = match Url::parse(input) {
        _ if !base.is_empty() => Url::parse(base).and_then(|base| base.join(input)).ok().map(String::from),
        Ok(_) | Err(ParseError::RelativeUrlWithoutBase) => Some(utf8_percent_encode(input, NOT_IN_URI).to_string()),
        Err(_) => None,
    };
    Ok(whole.filter(|uri| !uri.is_empty()).map_or(Value::Nil, |uri| Value::Object(properties(&uri))))
}

/// The parts of RFC 3986, as Ruby names them.
fn properties(uri: &str) -> Object {
    let (rest, fragment) = split(uri, '#');
    let (rest, query) = split(rest, '?');
    let is_scheme = |text: &&str| {
        text.starts_with(|char: char| char.is_ascii_alphabetic())
            && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"+-.".contains(&byte))
    };
    let scheme = rest.split_once(':').map(|(scheme, _)| scheme).filter(is_scheme);
    let rest = scheme.map_or(rest, |scheme| &rest[scheme.len() + 1..]);
    let (authority, path) = match rest.strip_prefix("//") {
        Some(rest) => {
            let end = rest.find('/').unwrap_or(rest.len());
            (Some(&rest[..end]), &rest[end..])
        }
        None => (None, rest),
    };
    let (userinfo, address) = authority.map_or((None, None), |authority| match authority.rsplit_once('@') {
        Some((userinfo, address)) => (Some(userinfo), Some(address)),
        None => (None, Some(authority)),
    });
    let (user, password) = userinfo.map_or((None, None), |userinfo| {
        let (user, password) = split(userinfo, ':');
        (Some(user), password)
    });
    let port = address.and_then(|address| address.rsplit_once(':')).and_then(|(_, port)| port.parse::<i64>().ok());
    let host = address.map(|address| port.and_then(|_| address.rsplit_once(':')).map_or(address, |(host, _)| host));
    let known = match scheme {
        Some("http") => Some(80),
        Some("https") => Some(443),
        Some("ftp") => Some(21),
        _ => None,
    };
    let texts = [
        (node::TEXT, Some(uri)),
        ("scheme", scheme),
        ("userinfo", userinfo),
        ("user", user),
        ("password", password),
        ("host", host),
        // Without a `//`, what stands behind a scheme is no path.
        ("opaque", Some(path).filter(|path| scheme.is_some() && authority.is_none() && !path.starts_with('/'))),
        ("path", Some(path).filter(|path| scheme.is_none() || authority.is_some() || path.starts_with('/'))),
        ("query", query),
        ("fragment", fragment),
    ];
    let texts = texts.into_iter().filter_map(|(name, text)| Some((name.into(), Value::scalar(text?.to_owned()))));
    texts.chain(port.or(known).map(|port| ("port".into(), Value::scalar(port)))).collect()
}

fn split(text: &str, at: char) -> (&str, Option<&str>) {
    text.split_once(at).map_or((text, None), |(before, behind)| (before, Some(behind)))
}
