//! Addresses that subscribe to a feed.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Serialize;
use utoipa::ToSchema;

/// The characters that are encoded in the value of a query parameter: all but the unreserved ones of RFC 3986.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// Addresses that open a calendar program and offer to subscribe to the feed. They contain the secret.
#[derive(Debug, PartialEq, Eq, Serialize, ToSchema)]
pub(crate) struct FeedLinks {
    /// For programs on the user's device, such as Apple Calendar.
    webcal: String,
    /// For Google Calendar.
    google: String,
    /// For Outlook.
    outlook: String,
}

impl FeedLinks {
    /// Creates the addresses for a feed with the URL `url`.
    pub(super) fn new(url: &str, name: &str) -> Self {
        let encode = |text| utf8_percent_encode(text, RESERVED);
        let address = url.split_once("://").map_or(url, |(_, address)| address);
        let webcal = format!("webcal://{address}");
        Self {
            google: format!("https://calendar.google.com/calendar/render?cid={}", encode(&webcal)),
            outlook: format!(
                "https://outlook.live.com/calendar/0/addfromweb?url={}&name={}",
                encode(url),
                encode(name)
            ),
            webcal,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn url_and_name_are_encoded_once() {
        let links = FeedLinks::new("https://astegni.com/api/v1/calendar/astegni_cal_x-y.ics", "Sara & ሳራ");
        assert_eq!(links.webcal, "webcal://astegni.com/api/v1/calendar/astegni_cal_x-y.ics");
        assert_eq!(
            links.google,
            "https://calendar.google.com/calendar/render\
             ?cid=webcal%3A%2F%2Fastegni.com%2Fapi%2Fv1%2Fcalendar%2Fastegni_cal_x-y.ics"
        );
        assert_eq!(
            links.outlook,
            "https://outlook.live.com/calendar/0/addfromweb\
             ?url=https%3A%2F%2Fastegni.com%2Fapi%2Fv1%2Fcalendar%2Fastegni_cal_x-y.ics\
             &name=Sara%20%26%20%E1%88%B3%E1%88%AB"
        );
    }
}
