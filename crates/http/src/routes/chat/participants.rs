//! `POST /chat/conversations/{id}/participants` and `DELETE /chat/conversations/{id}/participants/{user_id}`

use std::collections::BTreeSet;

use actix_web::web::{Data, Json};
use actix_web::{HttpResponse, delete, post};
use astegni_domain::chat::{ChatError, ChatRefusal, MAX_PARTICIPANTS};
use astegni_domain::ids::{ConversationId, UserId};
use astegni_domain::text;
use astegni_domain::validation::{Invalid, Violations};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::error::ApiError;
use crate::extract::{Body, Caller, Parse, PathId, PathIds};
use crate::services::Services;

/// The field with the ids of participants.
pub(super) const FIELD: &str = "participant_user_ids";

/// Parses the name of a group.
pub(super) fn group_name(input: &str) -> Result<String, Invalid> {
    text::line(input, 100)
}

/// Parses the ids of participants.
pub(super) fn user_ids(ids: Option<Vec<i64>>, violations: &mut Violations) -> Option<Vec<UserId>> {
    let ids = violations.require(FIELD, ids, Ok)?;
    let parsed: Vec<_> = ids
        .into_iter()
        .enumerate()
        .map(|(place, id)| violations.check(format!("{FIELD}.{place}"), UserId::parse(id)))
        .collect();
    parsed.into_iter().collect()
}

/// The users whom a caller wants in a group, without repetitions and without the caller.
pub(super) struct Invited {
    users: Vec<UserId>,
    /// The places of the users in the list that the caller sent.
    places: Vec<usize>,
}

impl Invited {
    /// Fails unless the list names 1 to 99 users other than the caller.
    pub(super) fn new(listed: Vec<UserId>, caller: UserId) -> Result<Self, ApiError> {
        let mut seen = BTreeSet::from([caller]);
        let distinct = listed.into_iter().enumerate().filter(|(_, user)| seen.insert(*user));
        let (places, users): (Vec<_>, Vec<_>) = distinct.unzip();
        if (1..MAX_PARTICIPANTS).contains(&users.len()) {
            return Ok(Self { users, places });
        }
        let mut violations = Violations::new();
        let reason = format!("must name 1 to {} other users", MAX_PARTICIPANTS - 1);
        violations.add(FIELD, Invalid::new("out_of_range", reason));
        Err(ApiError::invalid(&violations))
    }

    /// Returns the users.
    pub(super) fn users(&self) -> Vec<UserId> {
        self.users.clone()
    }

    /// Renders an error with the places of the list that the caller sent.
    pub(super) fn error(&self, error: ChatError) -> ApiError {
        let ChatError::Refused(ChatRefusal::Invalid(violations)) = error else { return error.into() };
        let mut placed = Violations::new();
        for error in violations.errors() {
            let place = error.field.strip_prefix(FIELD).and_then(|rest| rest.strip_prefix('.')?.parse::<usize>().ok());
            let field = match place.and_then(|place| self.places.get(place)) {
                Some(place) => format!("{FIELD}.{place}"),
                None => error.field.clone(),
            };
            placed.add(field, Invalid::new(error.code, error.message.clone()));
        }
        ApiError::invalid(&placed)
    }
}

/// The users to add to a group.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct AddParticipantsBody {
    /// Ids of 1 to 99 other users.
    #[schema(required = true, nullable = false, min_items = 1, example = json!([75, 76]))]
    participant_user_ids: Option<Vec<i64>>,
}

impl Parse for AddParticipantsBody {
    type Command = Vec<UserId>;

    fn parse(self, _: DateTime<Utc>, violations: &mut Violations) -> Option<Vec<UserId>> {
        user_ids(self.participant_user_ids, violations)
    }
}

/// The outcome of an addition.
#[derive(Debug, Serialize, ToSchema)]
pub(crate) struct AddedParticipantsBody {
    message: &'static str,
    /// Number of users who did not participate before.
    added_count: usize,
}

/// Add participants to a group
///
/// Adds users to a group, who see its messages from then on. Only admins of the group can add users, and only users who
/// accept messages from them. Users who participate already, the caller's own id and repetitions are ignored. A group has at
/// most 100 participants.
#[utoipa::path(
    tag = "chat",
    request_body = AddParticipantsBody,
    params(("id" = i64, Path, description = "Id of the conversation")),
    responses(
        (status = 200, description = "The number of added users", body = AddedParticipantsBody),
        (status = 403, description = "The caller is not a participant (`not_a_participant`), or not an admin (`admin_only`)"),
        (status = 404, description = "The conversation does not exist"),
        (status = 409, description = "The conversation is not a group"),
        (status = 422, description = "Invalid ids, users who do not accept messages from the caller, or too many participants"),
    ),
)]
#[post("/chat/conversations/{id}/participants")]
pub(crate) async fn add_participants(
    services: Data<Services>,
    caller: Caller,
    PathId(id): PathId,
    Body(listed): Body<AddParticipantsBody>,
) -> Result<Json<AddedParticipantsBody>, ApiError> {
    let invited = Invited::new(listed, caller.user_id)?;
    let added = services.chat.add_participants(&caller, ConversationId::new(id), invited.users()).await;
    let added_count = added.map_err(|error| invited.error(error))?;
    Ok(Json(AddedParticipantsBody { message: "Participants added", added_count }))
}

/// Remove a participant from a group
///
/// Removes a user from a group, or lets the caller leave. Only admins of the group can remove others. When the last admin
/// leaves, the participant who joined first becomes admin; when the last participant leaves, the group is deleted. Succeeds
/// if the user is not a participant.
#[utoipa::path(
    tag = "chat",
    params(
        ("id" = i64, Path, description = "Id of the conversation"),
        ("user_id" = i64, Path, description = "Id of the participant"),
    ),
    responses(
        (status = 204, description = "The user is not a participant any more"),
        (status = 403, description = "The caller is not a participant (`not_a_participant`), or not an admin (`admin_only`)"),
        (status = 404, description = "The conversation does not exist"),
        (status = 409, description = "The conversation is not a group"),
    ),
)]
#[delete("/chat/conversations/{id}/participants/{user_id}")]
pub(crate) async fn remove_participant(
    services: Data<Services>,
    caller: Caller,
    ids: PathIds<2>,
) -> Result<HttpResponse, ApiError> {
    let PathIds([id, user]) = ids;
    services.chat.remove_participant(&caller, ConversationId::new(id), UserId::new(user)).await?;
    Ok(HttpResponse::NoContent().finish())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn users(ids: impl IntoIterator<Item = i64>) -> Vec<UserId> {
        ids.into_iter().map(UserId::new).collect()
    }

    #[test]
    fn the_caller_and_repetitions_are_left_out() {
        let invited = Invited::new(users([7, 2, 2, 3]), UserId::new(7)).unwrap();
        assert_eq!((invited.users(), &invited.places), (users([2, 3]), &vec![1, 3]));
    }

    #[test]
    fn a_group_has_1_to_99_others() {
        for (count, is_valid) in [(0, false), (1, true), (99, true), (100, false)] {
            let listed = users([1, 1].into_iter().chain(2..2 + count));
            assert_eq!(Invited::new(listed, UserId::new(1)).is_ok(), is_valid, "{count}");
        }
    }

    #[test]
    fn errors_name_the_places_that_the_caller_sent() {
        let invited = Invited::new(users([7, 2, 2, 3]), UserId::new(7)).unwrap();
        let mut violations = Violations::new();
        for field in [FIELD, "participant_user_ids.0", "participant_user_ids.1"] {
            violations.add(field, Invalid::new("unreachable", "is unreachable"));
        }
        let error = invited.error(ChatRefusal::Invalid(violations).into());
        let expected = "participant_user_ids is unreachable; participant_user_ids.1 is unreachable; \
                        participant_user_ids.3 is unreachable";
        assert_eq!(error.to_string(), format!("validation_failed: {expected}"));
    }
}
