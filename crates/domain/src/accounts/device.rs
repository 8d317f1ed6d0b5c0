//! Devices, and the rotation of their refresh tokens.

use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};

use crate::ids::{DeviceId, UserId};

/// How long a refresh token lives when it is not used.
const REFRESH_LIFETIME: TimeDelta = TimeDelta::days(30);

/// For how long a used token may be presented again: a client whose answer got lost on the way is not a
/// thief. The grace that Supabase Auth gives.
const RETRY_GRACE: TimeDelta = TimeDelta::seconds(10);

/// A device that a user is signed in on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    /// The token's `sid`.
    pub id: DeviceId,
    /// What the device called itself.
    pub user_agent: Option<String>,
    /// From where it last came.
    pub ip_address: Option<String>,
    /// When it signed in, an instant.
    pub created_at: DateTime<Utc>,
    /// When it last took a token, an instant.
    pub last_used_at: DateTime<Utc>,
}

/// What is known of a device as it signs in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewDevice {
    /// What the device calls itself.
    pub user_agent: Option<String>,
    /// From where it comes.
    pub ip_address: Option<String>,
}

/// A refresh token: the secret for the client, the digest for the store.
#[derive(Clone, PartialEq, Eq)]
pub struct RefreshToken {
    /// What the client presents.
    pub secret: String,
    /// What the store keeps; the secret cannot be found from it.
    pub digest: String,
}

impl fmt::Debug for RefreshToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RefreshToken(..)")
    }
}

impl RefreshToken {
    /// When a token issued now ends, an instant.
    pub fn expiry(now: DateTime<Utc>) -> DateTime<Utc> {
        now + REFRESH_LIFETIME
    }
}

/// What a store knows of a presented refresh token.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefreshTokenState {
    /// Whose it is.
    pub user_id: UserId,
    /// The device it was issued to.
    pub device_id: DeviceId,
    /// Whether the device was signed out or its family ended.
    pub device_revoked: bool,
    /// When it ends, an instant.
    pub expires_at: DateTime<Utc>,
    /// When it was exchanged for its successor, an instant.
    pub used_at: Option<DateTime<Utc>>,
}

/// What presenting a refresh token leads to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefreshVerdict {
    /// Exchange it for its successor.
    Rotate,
    /// It was just exchanged: give the same successor again.
    Repeat,
    /// It was exchanged long ago, so two hold it: end the device's whole family.
    Reused,
    /// It is dead, which harms nobody.
    Dead,
}

/// Judges a presented refresh token (RFC 9700, section 4.14.2).
pub fn judge_refresh(token: &RefreshTokenState, now: DateTime<Utc>) -> RefreshVerdict {
    if token.device_revoked || token.expires_at <= now {
        return RefreshVerdict::Dead;
    }
    match token.used_at {
        None => RefreshVerdict::Rotate,
        Some(used_at) if now - used_at <= RETRY_GRACE => RefreshVerdict::Repeat,
        Some(_) => RefreshVerdict::Reused,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_used_token_is_forgiven_for_ten_seconds_and_then_ends_the_family() {
        let now = DateTime::UNIX_EPOCH + TimeDelta::days(20_000);
        let token = |revoked, lives: i64, used_ago: Option<i64>| RefreshTokenState {
            user_id: UserId::new(1),
            device_id: DeviceId::new(1),
            device_revoked: revoked,
            expires_at: now + TimeDelta::seconds(lives),
            used_at: used_ago.map(|seconds| now - TimeDelta::seconds(seconds)),
        };
        let cases = [
            (token(false, 1, None), RefreshVerdict::Rotate),
            (token(false, 1, Some(10)), RefreshVerdict::Repeat),
            (token(false, 1, Some(11)), RefreshVerdict::Reused),
            (token(false, 0, None), RefreshVerdict::Dead),
            (token(true, 1, None), RefreshVerdict::Dead),
            (token(true, 1, Some(99)), RefreshVerdict::Dead),
        ];
        for (token, verdict) in cases {
            assert_eq!(judge_refresh(&token, now), verdict, "{token:?}");
        }
    }
}
