//! The way to each provider: its address and key, from the environment and the configuration.

use std::collections::BTreeMap;

use secrecy::SecretString;

use super::super::ConfigError;
use super::{Dialect, ModelsSettings, Protocol, ProviderSettings};

/// A provider that can be asked.
#[derive(Debug, Clone)]
pub struct ProviderAccess {
    /// How it is spoken to.
    pub protocol: Protocol,
    /// What it makes its own way.
    pub dialect: Dialect,
    /// Its address without a slash at the end: for Anthropic's protocol what comes before `/v1`, else with it.
    pub base_url: String,
    /// Its key; some servers of one's own need none.
    pub key: Option<SecretString>,
}

/// A provider whose variables have names of their own.
struct KnownProvider {
    name: &'static str,
    key: &'static str,
    base_url: &'static str,
    default_base_url: &'static str,
}

const KNOWN_PROVIDERS: [KnownProvider; 2] = [
    KnownProvider {
        name: "claude",
        key: "ANTHROPIC_API_KEY",
        base_url: "ANTHROPIC_BASE_URL",
        default_base_url: "https://api.anthropic.com",
    },
    KnownProvider {
        name: "kimi",
        key: "KIMI_API_KEY",
        base_url: "KIMI_BASE_URL",
        default_base_url: "https://api.moonshot.ai/v1",
    },
];

/// Whether a provider's address is known without one in the configuration.
pub(super) fn has_address(name: &str, provider: &ProviderSettings) -> bool {
    provider.base_url.is_some() || KNOWN_PROVIDERS.iter().any(|known| known.name == name)
}

/// Whether a provider takes no request without a key.
fn needs_key(provider: &ProviderSettings) -> bool {
    match (provider.protocol, provider.dialect) {
        (Protocol::Anthropic, _) | (Protocol::Openai, Dialect::Kimi) => true,
        (Protocol::Openai, Dialect::Plain) => provider.key.is_some(),
    }
}

/// The providers that can be asked. `variable` reads the environment; one whose key is missing there is left out.
pub(in super::super) fn of_environment(
    settings: &ModelsSettings,
    variable: impl Fn(&str) -> Result<Option<String>, ConfigError>,
) -> Result<BTreeMap<String, ProviderAccess>, ConfigError> {
    let mut usable = BTreeMap::new();
    for (name, provider) in &settings.providers {
        let known = KNOWN_PROVIDERS.iter().find(|known| known.name == name);
        let key = match provider.key.as_deref().or_else(|| known.map(|known| known.key)) {
            Some(name) => variable(name)?,
            None => None,
        };
        let set = known.map(|known| variable(known.base_url)).transpose()?.flatten();
        if let (Some(url), Some(known)) = (&set, known)
            && !is_address(url)
        {
            return Err(ConfigError(format!("{} must begin with https:// or http://, not {url:?}", known.base_url)));
        }
        let default = || known.map(|known| known.default_base_url.to_owned());
        let Some(base_url) = set.or_else(|| provider.base_url.clone()).or_else(default) else { continue };
        if key.is_none() && needs_key(provider) {
            continue;
        }
        let access = ProviderAccess {
            protocol: provider.protocol,
            dialect: provider.dialect,
            base_url: base_url.trim_end_matches('/').to_owned(),
            key: key.map(Into::into),
        };
        usable.insert(name.clone(), access);
    }
    Ok(usable)
}

/// Whether a text can be the address of a provider.
pub(super) fn is_address(url: &str) -> bool {
    url.strip_prefix("https://").or_else(|| url.strip_prefix("http://")).is_some_and(|rest| !rest.is_empty())
}
