//! Callers of chat.

use std::future::Future;
use std::ops::Deref;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::{FromRequest, HttpRequest};
use astegni_domain::accounts::Actor;

use crate::error::{ApiError, Code};
use crate::extract::Caller;

/// An authenticated caller of chat. The parameter `user_id`, which clients of the previous platform send with every call, has
/// to be the caller's own id: only the access token identifies the caller.
pub(crate) struct ChatCaller(Actor);

impl Deref for ChatCaller {
    type Target = Actor;

    fn deref(&self) -> &Actor {
        &self.0
    }
}

impl FromRequest for ChatCaller {
    type Error = ApiError;
    type Future = Pin<Box<dyn Future<Output = Result<Self, ApiError>>>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let claimed: Vec<String> = claimed_ids(request.query_string()).map(str::to_owned).collect();
        let caller = Caller::from_request(request, payload);
        Box::pin(async move {
            let Caller(caller) = caller.await?;
            let own = caller.user_id.to_string();
            if claimed.iter().any(|claimed| *claimed != own) {
                return Err(ApiError::new(Code::NotYourself, "user_id must be the id of the authenticated user"));
            }
            Ok(Self(caller))
        })
    }
}

/// Returns the values of `user_id` in a query. A value that is encoded is not an id, and so not the caller's.
fn claimed_ids(query: &str) -> impl Iterator<Item = &str> {
    query.split('&').filter_map(|pair| pair.strip_prefix("user_id=")).filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_claimed_ids_are_those_of_user_id() {
        let claimed = |query| claimed_ids(query).collect::<Vec<_>>();
        assert_eq!(claimed("limit=2&user_id=7&other_user_id=8&user_id=9"), ["7", "9"]);
        assert_eq!(claimed("user_id=&limit=2"), [""; 0]);
        assert_eq!(claimed("user_id=%37"), ["%37"]);
    }
}
