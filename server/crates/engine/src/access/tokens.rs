//! Access tokens: JWTs signed with HS256 that name a session, 15 minutes long.

use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use mezzofy_domain::id::{self, Id};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};

/// How long an access token is good.
pub const ACCESS_TOKEN_LIFETIME: TimeDelta = TimeDelta::minutes(15);

/// Makes and reads access tokens.
pub struct Tokens {
    encoding: EncodingKey,
    decoding: DecodingKey,
}

#[derive(Serialize, Deserialize)]
struct Claims {
    sid: Id<id::Session>,
    sub: Id<id::Person>,
    iat: i64,
    exp: i64,
}

impl Tokens {
    /// With this secret.
    #[must_use]
    pub fn new(secret: &SecretString) -> Self {
        let secret = secret.expose_secret().as_bytes();
        Self { encoding: EncodingKey::from_secret(secret), decoding: DecodingKey::from_secret(secret) }
    }

    /// A token for a session.
    pub fn make(&self, session: Id<id::Session>, person: Id<id::Person>, now: DateTime<Utc>) -> Result<String, String> {
        let claims =
            Claims { sid: session, sub: person, iat: now.timestamp(), exp: (now + ACCESS_TOKEN_LIFETIME).timestamp() };
        encode(&Header::new(Algorithm::HS256), &claims, &self.encoding).map_err(|error| error.to_string())
    }

    /// The session a token names, if it is ours and not over.
    #[must_use]
    pub fn read(&self, token: &str, now: DateTime<Utc>) -> Option<Id<id::Session>> {
        let mut validation = Validation::new(Algorithm::HS256);
        // The app's clock says what time it is, not the system's.
        validation.validate_exp = false;
        let claims = decode::<Claims>(token, &self.decoding, &validation).ok()?.claims;
        (now.timestamp() < claims.exp).then_some(claims.sid)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(1_790_000_000 + seconds, 0).unwrap()
    }

    #[test]
    fn a_token_is_good_for_fifteen_minutes() {
        let tokens = Tokens::new(&"0123456789abcdef0123456789abcdef".into());
        let session = Id::new(at(0));
        let token = tokens.make(session, Id::new(at(0)), at(0)).unwrap();
        assert_eq!(tokens.read(&token, at(899)), Some(session));
        assert_eq!(tokens.read(&token, at(900)), None);
    }

    #[test]
    fn a_token_of_another_key_or_algorithm_is_refused() {
        let tokens = Tokens::new(&"0123456789abcdef0123456789abcdef".into());
        let other = Tokens::new(&"another secret of enough characters".into());
        let forged = other.make(Id::new(at(0)), Id::new(at(0)), at(0)).unwrap();
        assert_eq!(tokens.read(&forged, at(1)), None);
        // {"alg":"none"} with plausible claims and no signature.
        let body = forged.split('.').nth(1).unwrap();
        assert_eq!(tokens.read(&format!("eyJhbGciOiJub25lIn0.{body}."), at(1)), None);
        assert_eq!(tokens.read("", at(1)), None);
    }
}
