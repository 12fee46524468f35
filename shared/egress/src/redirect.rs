//! Which request follows from a redirect. Nothing is sent here: each further hop is prepared, checked and sent like a first call.

use crate::target::Target;
use crate::{EgressError, Request, Response};
use http::Method;
use http::header::{self, HeaderName};

/// The headers that go on to another site. They tell nothing about the caller; so no key in a header goes on, whatever the header's name.
const PASSED_ON: [HeaderName; 8] = [
    header::ACCEPT,
    header::ACCEPT_LANGUAGE,
    header::IF_MODIFIED_SINCE,
    header::IF_NONE_MATCH,
    header::RANGE,
    header::USER_AGENT,
    HeaderName::from_static("traceparent"),
    HeaderName::from_static("tracestate"),
];

/// The request to make next, if the response is a redirect that the request wants followed. GET and HEAD keep their method under
/// every status (RFC 9110, section 15.4). A request with another method or a body is not made again elsewhere.
pub(crate) fn next(request: &Request, response: &Response) -> Result<Option<Request>, EgressError> {
    let follows = request.redirects > 0 && [Method::GET, Method::HEAD].contains(&request.method) && request.body.is_none();
    if !follows || ![301, 302, 303, 307, 308].contains(&response.status) {
        return Ok(None);
    }
    let Some(location) = response.header("location") else { return Ok(None) };
    let here = Target::of(&request.url, &request.secrets, &mut Vec::new())?;
    let url = here.join(location).map_err(of_redirect)?;
    let there = Target::parse(&url, &request.secrets).map_err(of_redirect)?;
    if here.is_secure() && !there.is_secure() {
        return Err(EgressError::RedirectRefused("it leads from https to http".to_owned()));
    }
    let mut next = Request { url, ..request.clone() };
    if !there.is_same_site(&here) {
        (next.basic_auth, next.aws) = (None, None);
        next.headers.retain(|(name, value)| {
            let is_passed_on = PASSED_ON.iter().any(|passed| name.eq_ignore_ascii_case(passed.as_str()));
            is_passed_on && !request.secrets.iter().any(|secret| secret.is_in(value.as_bytes()))
        });
    }
    Ok(Some(next))
}

/// Reports a wrong address as a fault of the redirect: the server chose the address, not the caller.
fn of_redirect(error: EgressError) -> EgressError {
    match error {
        EgressError::InvalidUrl(reason) => EgressError::RedirectRefused(format!("its address is wrong: {reason}")),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::AwsKey;

    fn next_url(from: &str, to: &str) -> Result<Option<Request>, EgressError> {
        let mut request = Request::new(Method::GET, from);
        request.redirects = 1;
        request.headers.push(("Authorization".to_owned(), "Basic x".to_owned()));
        request.basic_auth = Some("user:password".to_owned());
        request.aws = Some(AwsKey {
            id: "id".to_owned(),
            secret: "secret".to_owned(),
            session_token: None,
            region: "r".to_owned(),
            service: "s3",
        });
        next(
            &request,
            &Response {
                status: 301,
                headers: vec![("location".into(), to.into())],
                body: Default::default(),
                url: from.to_owned(),
            },
        )
    }

    #[test]
    fn an_upgrade_stays_with_its_site_and_a_downgrade_is_refused() {
        for (from, to, kept) in [
            ("http://a.example/x", "https://a.example/x", true),
            ("http://a.example/x", "https://A.EXAMPLE:443/x", true),
            ("https://a.example/x", "/y", true),
            ("http://a.example/x", "https://a.example:8443/x", false),
            ("http://a.example:8080/x", "https://a.example/x", false),
            ("http://a.example/x", "https://b.example/x", false),
            ("https://a.example/x", "https://sub.a.example/x", false),
            ("https://a.example/x", "https://a.example.evil.org/x", false),
        ] {
            let next = next_url(from, to).unwrap().unwrap();
            let goes_on = (!next.headers.is_empty(), next.basic_auth.is_some(), next.aws.is_some());
            assert_eq!(goes_on, (kept, kept, kept), "{from} {to}");
        }
        let refused = next_url("https://a.example/", "http://a.example/").unwrap_err();
        assert_eq!(refused.code(), "redirect_refused");
    }
}
