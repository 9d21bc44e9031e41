//! Tokens that we sign ourselves, JWTs with HS256: access tokens, which name a session, and device tokens, which name a device on
//! which a person has signed in before.

use chrono::{DateTime, TimeDelta, Utc};
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation, decode, encode};
use mezzofy_domain::id::{self, Id};
use secrecy::{ExposeSecret, SecretString};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

/// How long an access token is good.
pub const ACCESS_TOKEN_LIFETIME: TimeDelta = TimeDelta::minutes(15);

/// How long a device is known after its newest sign-in or refresh: as long as browsers keep a cookie at most.
pub const DEVICE_TOKEN_LIFETIME: TimeDelta = TimeDelta::days(400);

/// Makes and reads tokens.
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

/// Neither is read as the other: each lacks a claim that the other must have.
#[derive(Serialize, Deserialize)]
struct DeviceClaims {
    dev: Id<id::Session>,
    sub: Id<id::Person>,
    exp: i64,
}

/// A device on which a person has signed in before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct KnownDevice {
    /// The session of the first sign-in there.
    pub device: Id<id::Session>,
    /// Whose it is; to others it says nothing.
    pub person: Id<id::Person>,
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
        let claims: Claims = self.decode(token)?;
        (now.timestamp() < claims.exp).then_some(claims.sid)
    }

    /// A token by which a device is known again.
    pub fn make_device(&self, known: KnownDevice, now: DateTime<Utc>) -> Result<String, String> {
        let KnownDevice { device, person } = known;
        let claims = DeviceClaims { dev: device, sub: person, exp: (now + DEVICE_TOKEN_LIFETIME).timestamp() };
        encode(&Header::new(Algorithm::HS256), &claims, &self.encoding).map_err(|error| error.to_string())
    }

    /// The device a token names, if it is ours and not over.
    #[must_use]
    pub fn read_device(&self, token: &str, now: DateTime<Utc>) -> Option<KnownDevice> {
        let claims: DeviceClaims = self.decode(token)?;
        (now.timestamp() < claims.exp).then_some(KnownDevice { device: claims.dev, person: claims.sub })
    }

    fn decode<C: DeserializeOwned>(&self, token: &str) -> Option<C> {
        let mut validation = Validation::new(Algorithm::HS256);
        // The app's clock says what time it is, not the system's.
        validation.validate_exp = false;
        Some(decode::<C>(token, &self.decoding, &validation).ok()?.claims)
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

    #[test]
    fn a_device_token_is_known_for_its_person_and_is_no_access_token() {
        let tokens = Tokens::new(&"0123456789abcdef0123456789abcdef".into());
        let known = KnownDevice { device: Id::new(at(0)), person: Id::new(at(0)) };
        let token = tokens.make_device(known, at(0)).unwrap();
        let lifetime = DEVICE_TOKEN_LIFETIME.num_seconds();
        assert_eq!(tokens.read_device(&token, at(lifetime - 1)), Some(known));
        assert_eq!(tokens.read_device(&token, at(lifetime)), None);
        assert_eq!(tokens.read(&token, at(1)), None);
        let access = tokens.make(known.device, known.person, at(0)).unwrap();
        assert_eq!(tokens.read_device(&access, at(1)), None);
        let other = Tokens::new(&"another secret of enough characters".into());
        assert_eq!(other.read_device(&token, at(1)), None);
    }
}
