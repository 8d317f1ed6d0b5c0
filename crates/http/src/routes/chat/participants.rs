//! `POST /chat/conversations/{id}/participants` and `DELETE /chat/conversations/{id}/participants/{user_id}`

use actix_web::web::{Data, Json};
use actix_web::{HttpResponse, delete, post};
use astegni_domain::chat::MAX_PARTICIPANTS;
use astegni_domain::ids::{ConversationId, UserId};
use astegni_domain::text;
use astegni_domain::validation::{Invalid, Violations};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::caller::ChatCaller;
use crate::error::ApiError;
use crate::extract::{Body, Parse, PathId, PathIds};
use crate::services::Services;

/// The field with the ids of participants.
pub(super) const FIELD: &str = "participant_user_ids";

/// Parses the name of a group.
pub(super) fn group_name(input: &str) -> Result<String, Invalid> {
    text::line(input, 100)
}

/// Parses the ids of participants. The rules of groups ignore repetitions.
pub(super) fn user_ids(ids: Option<Vec<i64>>, violations: &mut Violations) -> Option<Vec<UserId>> {
    let ids = violations.require(FIELD, ids, |ids| {
        let is_bounded = (1..=MAX_PARTICIPANTS).contains(&ids.len());
        let reason = || Invalid::new("out_of_range", format!("must have 1 to {MAX_PARTICIPANTS} entries"));
        if is_bounded { Ok(ids) } else { Err(reason()) }
    })?;
    let parsed: Vec<_> = ids
        .into_iter()
        .enumerate()
        .map(|(place, id)| violations.check(format!("{FIELD}.{place}"), UserId::parse(id)))
        .collect();
    parsed.into_iter().collect()
}

/// Fails unless a list names a user other than the caller.
pub(super) fn require_others(listed: &[UserId], caller: UserId) -> Result<(), ApiError> {
    if listed.iter().any(|user| *user != caller) {
        return Ok(());
    }
    let mut violations = Violations::new();
    violations.add(FIELD, Invalid::new("required", "must name another user"));
    Err(ApiError::invalid(&violations))
}

/// The users to add to a group.
#[derive(Debug, Deserialize, ToSchema)]
pub(crate) struct AddParticipantsBody {
    /// Ids of other users.
    #[schema(required = true, nullable = false, min_items = 1, max_items = 100, example = json!([75, 76]))]
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
    caller: ChatCaller,
    PathId(id): PathId,
    Body(listed): Body<AddParticipantsBody>,
) -> Result<Json<AddedParticipantsBody>, ApiError> {
    require_others(&listed, caller.user_id)?;
    let added_count = services.chat.add_participants(&caller, ConversationId::new(id), listed).await?;
    Ok(Json(AddedParticipantsBody { message: "Participants added", added_count }))
}

/// Remove a participant from a group
///
/// Removes a user from a group, or lets the caller leave. Only admins of the group can remove others. When the last admin
/// leaves, the participant who joined first becomes admin. Succeeds if the user is not a participant.
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
    caller: ChatCaller,
    ids: PathIds<2>,
) -> Result<HttpResponse, ApiError> {
    let PathIds([id, user]) = ids;
    services.chat.remove_participant(&caller, ConversationId::new(id), UserId::new(user)).await?;
    Ok(HttpResponse::NoContent().finish())
}
