//! What the browser shows at the end.

use bytes::Bytes;
use http_body_util::Full;
use hyper::header::{
    ALLOW, CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderValue, LOCATION,
    REFERRER_POLICY, SET_COOKIE, X_CONTENT_TYPE_OPTIONS,
};
use hyper::{Response, StatusCode};

use crate::text::escape_html;

/// How an authorization ended, as the browser shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ending {
    worked: bool,
    title: String,
    text: String,
}

impl Ending {
    /// It worked.
    #[must_use]
    pub fn success(title: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            worked: true,
            title: title.into(),
            text: text.into(),
        }
    }

    /// It did not.
    #[must_use]
    pub fn failure(title: impl Into<String>, text: impl Into<String>) -> Self {
        Self {
            worked: false,
            title: title.into(),
            text: text.into(),
        }
    }

    pub(super) fn response(&self) -> Response<Full<Bytes>> {
        let status = if self.worked {
            StatusCode::OK
        } else {
            StatusCode::BAD_REQUEST
        };
        let text = format!(
            "{} Go back to the terminal; you can close this page.",
            self.text
        );
        response(status, &self.title, text.trim_start())
    }
}

/// The answer to a path that is not the callback's.
pub(super) fn not_found() -> Response<Full<Bytes>> {
    response(StatusCode::NOT_FOUND, "Not found", "There is nothing here.")
}

/// The answer to a method that brings no answer of the service.
pub(super) fn method_not_allowed() -> Response<Full<Bytes>> {
    let title = "Not allowed";
    let mut response = response(
        StatusCode::METHOD_NOT_ALLOWED,
        title,
        "Only GET is answered.",
    );
    response
        .headers_mut()
        .insert(ALLOW, HeaderValue::from_static("GET"));
    response
}

/// The answer to whoever comes second.
pub(super) fn gone() -> Response<Full<Bytes>> {
    let text = "This sign-in has been answered already. Go back to the terminal.";
    response(StatusCode::GONE, "Answered already", text)
}

/// The answer to whoever brings no state of this sign-in.
pub(super) fn not_this_sign_in() -> Response<Full<Bytes>> {
    let text = "This does not answer the sign-in that the terminal waits for. The terminal goes on \
                waiting.";
    response(StatusCode::BAD_REQUEST, "Not this sign-in", text)
}

/// The answer to a browser that did not begin here.
pub(super) fn another_browser() -> Response<Full<Bytes>> {
    let text = "This browser did not begin the sign-in, so nothing was done with its answer. Open the \
                address that the terminal shows in this browser. The terminal goes on waiting.";
    response(StatusCode::FORBIDDEN, "Another browser", text)
}

/// On to the service.
pub(super) fn going(location: HeaderValue, cookie: HeaderValue) -> Response<Full<Bytes>> {
    let mut response = response(StatusCode::SEE_OTHER, "On to the sign-in", "");
    response.headers_mut().insert(LOCATION, location);
    response.headers_mut().insert(SET_COOKIE, cookie);
    response
}

fn response(status: StatusCode, title: &str, text: &str) -> Response<Full<Bytes>> {
    let mut response = Response::new(Full::new(Bytes::from(html(title, text))));
    *response.status_mut() = status;
    let headers = [
        (CONTENT_TYPE, "text/html; charset=utf-8"),
        // The address holds a code: it stays out of caches and out of other pages' sight.
        (CACHE_CONTROL, "no-store"),
        (REFERRER_POLICY, "no-referrer"),
        (X_CONTENT_TYPE_OPTIONS, "nosniff"),
        (
            CONTENT_SECURITY_POLICY,
            "default-src 'none'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'",
        ),
    ];
    for (name, value) in headers {
        response
            .headers_mut()
            .insert(name, HeaderValue::from_static(value));
    }
    response
}

fn html(title: &str, text: &str) -> String {
    let (title, text) = (escape_html(title), escape_html(text));
    format!(
        "<!doctype html>\n<html lang=\"en\">\n<meta charset=\"utf-8\">\n<title>{title}</title>\n\
         <h1>{title}</h1>\n<p>{text}</p>\n</html>\n"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_others_say_is_escaped() {
        let page = html("<b>", "<script>alert(\"1\")</script> & 'x'\u{1b}");
        assert!(page.contains("<h1>&lt;b&gt;</h1>"), "{page}");
        assert!(page.contains(
            "&lt;script&gt;alert(&quot;1&quot;)&lt;/script&gt; &amp; &#39;x&#39;\u{fffd}"
        ));
        assert!(!page.contains("<script"), "{page}");
    }
}
