//! Devices and the rotation of their refresh tokens.
//!
//! A device has a family of refresh tokens. An exchange spends a token and adds its successor; a role change adds
//! a token and spends none, so that a client that never received the answer can still refresh. The family is
//! bounded: see [`surplus_unspent`] and [`SPENT_TOKENS_KEPT`].

use std::fmt;

use chrono::{DateTime, TimeDelta, Utc};

use crate::ids::{DeviceId, UserId};

/// The lifetime of a refresh token that is never used.
const REFRESH_LIFETIME: TimeDelta = TimeDelta::days(30);

/// The time within which a spent token may be presented again, because a client may have lost the answer.
/// Supabase Auth grants the same ten seconds.
const RETRY_GRACE: TimeDelta = TimeDelta::seconds(10);

/// The number of unspent tokens that a device keeps.
const UNSPENT_TOKENS_KEPT: usize = 32;

/// The number of spent tokens that a device keeps, so that their reuse is noticed: more than a client spends that
/// refreshes every 15 minutes for as long as a token lives.
pub const SPENT_TOKENS_KEPT: i64 = 3_000;

/// A signed-in device.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    /// The `sid` of the device's access tokens.
    pub id: DeviceId,
    /// The `User-Agent` header with which the device signed in.
    pub user_agent: Option<String>,
    /// The network address from which the device signed in.
    pub ip_address: Option<String>,
    /// The instant at which the device signed in.
    pub created_at: DateTime<Utc>,
    /// The instant at which the device last received a refresh token.
    pub last_used_at: DateTime<Utc>,
}

/// A device that is about to sign in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
#[expect(missing_docs, reason = "the fields are those of `Device`")]
pub struct NewDevice {
    pub user_agent: Option<String>,
    pub ip_address: Option<String>,
}

/// A refresh token: the secret for the client, and the digest that is stored.
#[derive(Clone, PartialEq, Eq)]
pub struct RefreshToken {
    /// The text that the client presents.
    pub secret: String,
    /// The stored digest, from which the secret cannot be derived.
    pub digest: String,
}

impl fmt::Debug for RefreshToken {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RefreshToken(..)")
    }
}

impl RefreshToken {
    /// Returns the instant at which a token issued at `now` expires.
    pub fn expiry(now: DateTime<Utc>) -> DateTime<Utc> {
        now + REFRESH_LIFETIME
    }
}

/// Facts about a presented refresh token that [`judge_refresh`] needs.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefreshTokenState {
    /// The owner of the device.
    pub user_id: UserId,
    /// The device that the token was issued to.
    pub device_id: DeviceId,
    /// Whether the device was signed out.
    pub device_revoked: bool,
    /// The instant at which the token expires.
    pub expires_at: DateTime<Utc>,
    /// The instant at which the token was exchanged for its successor, if it was.
    pub used_at: Option<DateTime<Utc>>,
}

/// The decision about a presented refresh token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RefreshVerdict {
    /// The token is valid: exchange it for its successor.
    Rotate,
    /// The token has just been exchanged: return the same successor again.
    Repeat,
    /// The token was exchanged earlier, so that two parties have it: sign the device out.
    Reused,
    /// The token has expired or its device is signed out.
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

/// Returns the unspent tokens of a device, in the order of their issue, that are to be deleted.
///
/// The newest tokens stay, and so does the oldest: a client whose answers to role changes were all lost still
/// presents it.
pub fn surplus_unspent<T>(tokens: &[T]) -> &[T] {
    let end = (tokens.len() + 1).saturating_sub(UNSPENT_TOKENS_KEPT).max(1);
    tokens.get(1..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_spent_token_is_tolerated_for_ten_seconds_and_then_ends_the_family() {
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
            (token(false, 1, Some(-1)), RefreshVerdict::Repeat),
            (token(false, 1, Some(11)), RefreshVerdict::Reused),
            (token(false, 0, None), RefreshVerdict::Dead),
            (token(false, 0, Some(1)), RefreshVerdict::Dead),
            (token(true, 1, None), RefreshVerdict::Dead),
            (token(true, 1, Some(99)), RefreshVerdict::Dead),
        ];
        for (token, verdict) in cases {
            assert_eq!(judge_refresh(&token, now), verdict, "{token:?}");
        }
    }

    #[test]
    fn a_refresh_token_lives_for_30_days() {
        let now = DateTime::UNIX_EPOCH;
        assert_eq!(RefreshToken::expiry(now), now + TimeDelta::days(30));
    }

    #[test]
    fn the_oldest_unspent_token_and_the_31_newest_stay() {
        let tokens: Vec<usize> = (0..40).collect();
        for count in 0..=32 {
            assert_eq!(surplus_unspent(&tokens[..count]), [0_usize; 0], "{count}");
        }
        assert_eq!(surplus_unspent(&tokens[..33]), [1]);
        assert_eq!(surplus_unspent(&tokens), [1, 2, 3, 4, 5, 6, 7, 8]);
    }

    #[test]
    fn a_refresh_token_is_never_printed() {
        let token = RefreshToken { secret: "s3cret".to_owned(), digest: "d1gest".to_owned() };
        assert_eq!(format!("{token:?}"), "RefreshToken(..)");
    }
}
