//! The page of a question to a person, for whoever has its link: what is asked, and a form for the answer. To look at it decides nothing, since
//! programs that look through mails follow each link. The page has no script, and loads nothing.

use crate::App;
use crate::error::{ApiError, Result, log, wrong_method};
use crate::ids::Ids;
use axum::Router;
use axum::extract::{Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, REFERRER_POLICY, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderName, Method, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use rookery_agents::Decision;
use rookery_domain::{Error, Kind, PendingState, Time, limits};
use rookery_engine::{decided, question_over};
use rookery_media::Body;
use rookery_store::Request as Asked;
use sha2::{Digest, Sha256};
use std::sync::LazyLock;

/// The largest form: in it, a character of a comment has twelve bytes at most.
const FORM_BYTES: usize = 32 * 1024;
/// Who has decided, as far as it is known of somebody with the link.
const BY_LINK: &str = "link";
const STYLE: &str = "body{font:16px/1.5 system-ui,sans-serif;max-width:40rem;margin:3rem auto;padding:0 1rem;color-scheme:light dark}\
    h1{font-size:1.4rem;overflow-wrap:anywhere}pre{font:inherit;white-space:pre-wrap;overflow-wrap:anywhere}\
    textarea{display:block;width:100%;box-sizing:border-box;margin:.3rem 0 1rem;font:inherit}\
    button{font:inherit;padding:.4rem 1.2rem;margin-right:.6rem}.muted{opacity:.7}";

/// What the page may do: have its own style, and send its form to where it came from.
static POLICY: LazyLock<String> = LazyLock::new(|| {
    let style = STANDARD.encode(Sha256::digest(STYLE));
    format!("default-src 'none'; style-src 'sha256-{style}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'")
});

/// The routes of questions. They are not in the table of routes: they need no key, and answer with pages.
pub(crate) fn routes() -> Router<App> {
    let not_allowed = async |method: Method| wrong_method(&method, &[Method::GET, Method::HEAD, Method::POST]);
    Router::new().route("/approvals/{token}", get(show).post(answer).fallback(not_allowed))
}

async fn show(State(app): State<App>, ids: Ids) -> Response {
    let question = app.engine.question(ids.text("token")).await.map_err(ApiError::from);
    question.and_then(|question| shown(&question)).unwrap_or_else(refused)
}

async fn answer(State(app): State<App>, ids: Ids, request: Request) -> Response {
    let answered = async {
        let question = app.engine.question(ids.text("token")).await?;
        let question = app.engine.decide(&question, &read(request).await?).await?;
        outcome(StatusCode::OK, &question)
    };
    answered.await.unwrap_or_else(refused)
}

/// Reads the form.
async fn read(request: Request) -> Result<Decision> {
    let (parts, body) = request.into_parts();
    let body = crate::body::read(body, FORM_BYTES).await?;
    let media_type = parts.headers.get(CONTENT_TYPE).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let Ok(Body::Form(fields)) = rookery_media::read(media_type, &body) else {
        let remedy = "Send `application/x-www-form-urlencoded` with `decision` and `comment`.";
        return Err(Error::new(Kind::MediaType, "unsupported_media_type", "The answer is no form.", remedy).into());
    };
    let approved = match fields.get("decision").and_then(|decision| decision.as_str()) {
        Some("approve") => true,
        Some("reject") => false,
        _ => return Err(Error::invalid("`decision` is not one.", "Send `approve` or `reject`, once.").into()),
    };
    Ok(Decision::new(approved, BY_LINK.to_owned(), fields.get("comment").and_then(|comment| comment.as_str()))?)
}

/// The page of a question: its form while it is open, or else what has become of it.
fn shown(question: &Asked) -> Result<Response> {
    let (pending, now) = (&question.pending, Time::now());
    match pending.state {
        PendingState::Open if now < pending.deadline => Ok(page(StatusCode::OK, &title(question), &form(question))),
        PendingState::Answered => outcome(StatusCode::CONFLICT, question),
        state => Err(question_over(state).into()),
    }
}

fn form(question: &Asked) -> String {
    let details = question.question.as_ref().and_then(|question| question.details.as_deref()).map_or_else(String::new, details);
    format!(
        "{details}<form method=\"post\"><label>Comment, if you like\
         <textarea name=\"comment\" rows=\"3\" maxlength=\"{}\"></textarea></label>\
         <button name=\"decision\" value=\"approve\">Approve</button>\
         <button name=\"decision\" value=\"reject\">Reject</button></form>\
         <p class=\"muted\">To be answered until {}.</p>",
        limits::COMMENT_CHARS,
        moment(question.pending.deadline),
    )
}

/// The page that says what was decided.
fn outcome(status: StatusCode, question: &Asked) -> Result<Response> {
    let decision = decided(question)?.ok_or_else(|| Error::internal("an answered question has no answer"))?;
    let said = decision.comment.as_deref().map_or_else(String::new, details);
    let was = if decision.approved { "Approved" } else { "Rejected" };
    let text = format!("<p><strong>{was}</strong> on {}.</p>{said}", moment(decision.at));
    Ok(page(status, &title(question), &text))
}

/// The page of an error.
fn refused(error: ApiError) -> Response {
    let (status, error) = error.into_parts();
    log(&error);
    page(status, &error.message, &format!("<p>{}</p>", escaped(&error.details)))
}

/// A time as people read it, to the minute.
fn moment(time: Time) -> String {
    let exact = time.to_string();
    let (day, clock) = exact.split_once('T').unwrap_or((&exact, ""));
    format!("<time datetime=\"{exact}\">{day}, {} UTC</time>", clock.get(..5).unwrap_or(clock))
}

fn title(question: &Asked) -> String {
    question.question.as_ref().map(|question| question.text.clone()).unwrap_or_default()
}

fn details(text: &str) -> String {
    format!("<pre>{}</pre>", escaped(text))
}

/// A page with this title, which is a text, and this content, which is HTML.
fn page(status: StatusCode, title: &str, content: &str) -> Response {
    let title = escaped(title);
    let html = format!(
        "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>{title}</title>\
         <meta name=\"viewport\" content=\"width=device-width,initial-scale=1\"><meta name=\"robots\" content=\"noindex\">\
         <style>{STYLE}</style></head><body><main><h1>{title}</h1>{content}</main></body></html>\n"
    );
    // The address is a secret: it is told to no other page, and no cache keeps what is behind it.
    let headers = [
        (CONTENT_SECURITY_POLICY, POLICY.as_str()),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (REFERRER_POLICY, "no-referrer"),
        (CACHE_CONTROL, "no-store"),
        (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    ];
    (status, headers, Html(html)).into_response()
}

fn escaped(text: &str) -> String {
    let mut made = String::with_capacity(text.len());
    for char in text.chars() {
        match char {
            '&' => made.push_str("&amp;"),
            '<' => made.push_str("&lt;"),
            '>' => made.push_str("&gt;"),
            '"' => made.push_str("&quot;"),
            '\'' => made.push_str("&#39;"),
            other => made.push(other),
        }
    }
    made
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::body::to_bytes;

    #[test]
    fn a_time_is_told_to_the_minute() {
        let told = "<time datetime=\"2026-11-29T22:56:57.617Z\">2026-11-29, 22:56 UTC</time>";
        assert_eq!(moment(Time(1_795_993_017_617)), told);
    }

    #[tokio::test]
    async fn a_page_shows_texts_as_they_are_and_may_do_nothing_but_send_its_form() {
        let response = page(StatusCode::OK, "<script>\"a\"&'b'", &details("</pre><b>"));
        let policy = response.headers()[CONTENT_SECURITY_POLICY].to_str().unwrap().to_owned();
        let text = String::from_utf8(to_bytes(response.into_body(), 10_000).await.unwrap().to_vec()).unwrap();
        assert!(text.contains("<h1>&lt;script&gt;&quot;a&quot;&amp;&#39;b&#39;</h1><pre>&lt;/pre&gt;&lt;b&gt;</pre>"), "{text}");
        let style = text.split("<style>").nth(1).unwrap().split("</style>").next().unwrap();
        assert!(policy.contains(&format!("'sha256-{}'", STANDARD.encode(Sha256::digest(style)))), "{policy}");
        for allowed in ["default-src 'none'", "form-action 'self'", "base-uri 'none'", "frame-ancestors 'none'"] {
            assert!(policy.contains(allowed), "{policy}");
        }
        assert!(!policy.contains("script-src") && !policy.contains("unsafe"), "{policy}");
    }
}
