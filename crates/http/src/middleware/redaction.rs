//! Paths as logs and errors show them: without the secrets of calendar feeds.

use astegni_domain::schedule::FEED_SECRET_PREFIX;
use percent_encoding::percent_decode_str;

/// The path that is shown in place of one with a secret.
const REDACTED: &str = "/api/v1/calendar/[secret].ics";

/// The number of times that a path is decoded. A limit, because each time costs as much as the path is long.
const MAX_CODINGS: usize = 3;

/// The length of the random part of a secret: 32 bytes in base64 for URLs.
const TOKEN_LENGTH: usize = 43;

/// Returns a path that contains no secret. Clients mistype paths and encode them in several ways, and a secret is no less one on a
/// path that is not found: everything below a `calendar` that is not the list of feeds is hidden, as is every path with the
/// beginning of a secret, or with a part as long as one.
pub(super) fn redact(path: &str) -> &str {
    let readable = decoded(path);
    let is_list = |below: &str| below == "feeds" || below.starts_with("feeds/");
    let mut calendars = readable.match_indices("calendar/").map(|(at, found)| readable.get(at + found.len()..));
    let is_token = |part: &str| part.len() >= TOKEN_LENGTH;
    let has_secret = calendars.any(|below| !below.is_some_and(is_list))
        || readable.contains(FEED_SECRET_PREFIX)
        || readable.split(|c: char| !(c.is_ascii_alphanumeric() || matches!(c, '-' | '_'))).any(is_token);
    if has_secret { REDACTED } else { path }
}

/// Decodes a path, several times if it was encoded several times, and folds its letters. Some proxies and clients encode what is
/// already encoded.
fn decoded(path: &str) -> String {
    let mut readable = path.to_ascii_lowercase();
    for _ in 0..MAX_CODINGS {
        if !readable.contains('%') {
            break;
        }
        readable = percent_decode_str(&readable).decode_utf8_lossy().to_ascii_lowercase();
    }
    readable
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_hidden_wherever_and_however_a_client_sends_them() {
        for path in [
            "/api/v1/calendar/astegni_cal_abc.ics",
            "/api/calendar/astegni_cal_abc.ics",
            "/calendar/abc",
            "/backend/api/v1/calendar/abc.ics/",
            "/api/v1/calendar/abc.ics%00",
            "/api/v1/calendar//abc.ics",
            "/api/v1/calendar/feeds.ics",
            "/api/v1/calendar/feedsabc",
            "/api/v1/calendar/feeds/calendar/abc.ics",
            "/api/v1/Calendar/ABC.ICS",
            "/api/v1/%63alendar/abc.ics",
            "/api/v1/calendar%2Fabc.ics",
            "/api/v1/calendar%252fabc.ics",
            "/api/v1/calendar/%FF%abc.ics",
            "/api/v1/my-calendar/abc.ics",
            "/api/v1/calender/astegni_cal_abc.ics",
            "/api/v1/calendar/feeds/astegni_cal_abc",
            "/astegni%5Fcal%5fabc",
            "/ASTEGNI_CAL_ABC",
        ] {
            assert_eq!(redact(path), "/api/v1/calendar/[secret].ics", "{path}");
        }
    }

    #[test]
    fn other_paths_are_shown_as_they_are() {
        for path in [
            "/",
            "",
            "/api/v1/calendar/feeds",
            "/api/calendar/feeds/7",
            "/api/v1/calendar/feeds/",
            "/api/v1/calendar",
            "/api/v1/sessions/7.ics",
            "/api/v1/tutors/%2E",
            "/%",
            "/problems/not-found",
        ] {
            assert_eq!(redact(path), path);
        }
    }
}
