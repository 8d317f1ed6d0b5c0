//! Tokens: signed access tokens (RFC 7519) and opaque refresh tokens.

use std::collections::BTreeMap;

use astegni_domain::accounts::{Actor, ProfileIds, RefreshToken, Role, TokenIssuer};
use astegni_domain::ids::{DeviceId, ParentId, StudentId, TutorId, UserId};
use aws_lc_rs::{digest, hmac, rand};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::{DateTime, Utc};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use serde::{Deserialize, Serialize};

/// The lifetime of an access token in seconds.
const ACCESS_LIFETIME: i64 = 15 * 60;

/// The issuer and the audience of all tokens.
const ISSUER: &str = "astegni";

/// The error for an access token that is malformed, forged or expired.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the token is not valid")]
pub struct InvalidToken;

/// A caller, as identified by an access token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Identity {
    /// The caller.
    pub actor: Actor,
    /// The instant at which the token expires.
    pub expires_at: DateTime<Utc>,
}

/// The claims of an access token. Ids are strings, as clients of the old platform decode them.
#[derive(Debug, Serialize, Deserialize)]
struct Claims {
    sub: String,
    role: Option<String>,
    role_ids: BTreeMap<String, String>,
    sid: String,
    jti: String,
    iss: String,
    aud: String,
    iat: i64,
    exp: i64,
}

/// Issues and verifies tokens with one secret.
pub struct Jwt {
    encoding: EncodingKey,
    decoding: DecodingKey,
    validation: Validation,
    /// The key from which successors of refresh tokens are derived. It is not the key that signs.
    succession: hmac::Key,
}

impl Jwt {
    /// Creates an issuer of tokens signed with HMAC-SHA256. No other algorithm is accepted (RFC 8725, section 3.1).
    pub fn new(secret: &[u8]) -> Self {
        let mut validation = Validation::new(Algorithm::HS256);
        validation.set_issuer(&[ISSUER]);
        validation.set_audience(&[ISSUER]);
        validation.set_required_spec_claims(&["exp", "sub", "iss", "aud"]);
        validation.validate_exp = false;
        let derived = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, secret), b"refresh token succession");
        Self {
            encoding: EncodingKey::from_secret(secret),
            decoding: DecodingKey::from_secret(secret),
            validation,
            succession: hmac::Key::new(hmac::HMAC_SHA256, derived.as_ref()),
        }
    }

    /// Returns the caller that a token identifies, if its signature is valid and it has not expired at `now`.
    pub fn read(&self, token: &str, now: DateTime<Utc>) -> Result<Identity, InvalidToken> {
        let claims = decode::<Claims>(token, &self.decoding, &self.validation).map_err(|_| InvalidToken)?.claims;
        let expires_at = DateTime::from_timestamp(claims.exp, 0).ok_or(InvalidToken)?;
        if expires_at <= now {
            return Err(InvalidToken);
        }
        let number = |text: &String| text.parse::<i64>().map_err(|_| InvalidToken);
        let profile = |role: Role| claims.role_ids.get(role.as_str()).map(number).transpose();
        let actor = Actor {
            user_id: UserId::new(number(&claims.sub)?),
            device_id: DeviceId::new(number(&claims.sid)?),
            active_role: claims.role.as_deref().map(str::parse).transpose().map_err(|_| InvalidToken)?,
            profiles: ProfileIds {
                student: profile(Role::Student)?.map(StudentId::new),
                tutor: profile(Role::Tutor)?.map(TutorId::new),
                parent: profile(Role::Parent)?.map(ParentId::new),
            },
        };
        Ok(Identity { actor, expires_at })
    }

    fn refresh_token_of(&self, secret: [u8; 32]) -> RefreshToken {
        let secret = URL_SAFE_NO_PAD.encode(secret);
        let digest = self.digest(&secret);
        RefreshToken { secret, digest }
    }
}

fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    #[expect(clippy::expect_used, reason = "a system without random numbers must not issue tokens")]
    rand::fill(&mut bytes).expect("random numbers");
    bytes
}

/// Returns the ids of a user's profiles by the name of their role.
pub(crate) fn role_ids(profiles: &ProfileIds) -> impl Iterator<Item = (&'static str, i64)> {
    [
        (Role::Student, profiles.student.map(StudentId::get)),
        (Role::Tutor, profiles.tutor.map(TutorId::get)),
        (Role::Parent, profiles.parent.map(ParentId::get)),
    ]
    .into_iter()
    .filter_map(|(role, id)| id.map(|id| (role.as_str(), id)))
}

impl TokenIssuer for Jwt {
    fn access_token(&self, actor: &Actor, now: DateTime<Utc>) -> String {
        let claims = Claims {
            sub: actor.user_id.to_string(),
            role: actor.active_role.map(|role| role.as_str().to_owned()),
            role_ids: role_ids(&actor.profiles).map(|(role, id)| (role.to_owned(), id.to_string())).collect(),
            sid: actor.device_id.to_string(),
            jti: URL_SAFE_NO_PAD.encode(random::<12>()),
            iss: ISSUER.to_owned(),
            aud: ISSUER.to_owned(),
            iat: now.timestamp(),
            exp: now.timestamp() + ACCESS_LIFETIME,
        };
        #[expect(clippy::expect_used, reason = "strings and integers always become JSON, and HMAC signs anything")]
        encode(&Header::new(Algorithm::HS256), &claims, &self.encoding).expect("a signed token")
    }

    fn access_lifetime(&self) -> i64 {
        ACCESS_LIFETIME
    }

    fn refresh_token(&self) -> RefreshToken {
        self.refresh_token_of(random())
    }

    fn successor(&self, secret: &str) -> RefreshToken {
        let tag = hmac::sign(&self.succession, secret.as_bytes());
        let mut successor = [0; 32];
        for (byte, tag) in successor.iter_mut().zip(tag.as_ref()) {
            *byte = *tag;
        }
        self.refresh_token_of(successor)
    }

    fn digest(&self, secret: &str) -> String {
        URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, secret.as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use chrono::TimeDelta;

    use super::*;

    fn now() -> DateTime<Utc> {
        "2026-01-30T05:00:00Z".parse().unwrap()
    }

    fn actor() -> Actor {
        Actor {
            user_id: UserId::new(1),
            device_id: DeviceId::new(9),
            active_role: Some(Role::Student),
            profiles: ProfileIds { student: Some(StudentId::new(8)), ..ProfileIds::default() },
        }
    }

    #[test]
    fn a_token_identifies_the_caller_until_it_expires() {
        let jwt = Jwt::new(&[1; 32]);
        let token = jwt.access_token(&actor(), now());
        let end = now() + TimeDelta::seconds(ACCESS_LIFETIME);
        assert_eq!(jwt.read(&token, now()), Ok(Identity { actor: actor(), expires_at: end }));
        assert_eq!(jwt.read(&token, end), Err(InvalidToken));
    }

    #[test]
    fn old_clients_decode_ids_as_strings() {
        let token = Jwt::new(&[1; 32]).access_token(&actor(), now());
        let payload = URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap();
        let claims: serde_json::Value = serde_json::from_slice(&payload).unwrap();
        assert_eq!(claims["sub"], "1");
        assert_eq!(claims["role_ids"], serde_json::json!({ "student": "8" }));
    }

    #[test]
    fn forged_tokens_are_rejected() {
        let jwt = Jwt::new(&[1; 32]);
        let token = jwt.access_token(&actor(), now());
        let foreign = Jwt::new(&[2; 32]).access_token(&actor(), now());
        let (header, rest) = token.split_once('.').unwrap();
        let (payload, signature) = rest.split_once('.').unwrap();
        let none = URL_SAFE_NO_PAD.encode(r#"{"alg":"none","typ":"JWT"}"#);
        let tampered = URL_SAFE_NO_PAD
            .encode(String::from_utf8(URL_SAFE_NO_PAD.decode(payload).unwrap()).unwrap().replace("\"1\"", "\"2\""));
        let forged = [
            foreign,
            format!("{none}.{payload}."),
            format!("{none}.{payload}.{signature}"),
            format!("{header}.{tampered}.{signature}"),
            format!("{header}.{payload}."),
            String::new(),
        ];
        for token in forged {
            assert_eq!(jwt.read(&token, now()), Err(InvalidToken), "{token}");
        }
    }

    #[test]
    fn a_refresh_token_has_one_successor_that_depends_on_the_secret() {
        let jwt = Jwt::new(&[1; 32]);
        let first = jwt.refresh_token();
        assert_eq!(jwt.successor(&first.secret), jwt.successor(&first.secret));
        assert_ne!(jwt.successor(&first.secret), Jwt::new(&[2; 32]).successor(&first.secret));
        assert_eq!(jwt.digest(&first.secret), first.digest);
    }
}
