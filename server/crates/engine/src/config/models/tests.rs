use mezzofy_domain::usage::Usage;
use secrecy::ExposeSecret;

use super::super::{ConfigError, Settings};
use super::*;

const SHIPPED: &str = include_str!("../../../../../config/config.yaml");

fn shipped() -> ModelsSettings {
    Settings::parse(SHIPPED).unwrap().models
}

#[test]
fn chinese_and_asia_pacific_research_go_to_kimi_and_the_rest_to_claude() {
    let models = shipped();
    for (language, text, first) in [
        (Language::Zh, "生成上个季度的财务报表并发给首席执行官", "kimi-k3"),
        (Language::En, "Research the coupon market in Singapore", "kimi-k3"),
        (Language::En, "Write a market study on loyalty programmes across Asia-Pacific", "kimi-k3"),
        (Language::En, "Competitor analysis for Hong Kong please", "kimi-k3"),
        (Language::Ms, "Kajian pasaran kupon digital di Malaysia", "kimi-k3"),
        (Language::En, "Research the coupon market in Germany", "claude-sonnet-5-5"),
        (Language::En, "Send the October statement to our office in Singapore", "claude-sonnet-5-5"),
        (Language::En, "Generate the latest financial statement and send it to the CEO", "claude-sonnet-5-5"),
    ] {
        for agent in [None, Some(Department::Finance), Some(Department::Marketing)] {
            assert_eq!(models.order(Task::Plan, language, agent, text)[0], first, "{text}");
        }
    }
}

#[test]
fn each_task_has_its_size_of_model_and_another_provider_to_fall_back_on() {
    let models = shipped();
    let first = |task, language| models.order(task, language, None, "hello")[0].as_str();
    assert_eq!(first(Task::Classify, Language::En), "claude-haiku-5-5");
    assert_eq!(first(Task::Summarise, Language::En), "claude-haiku-5-5");
    assert_eq!(first(Task::Write, Language::En), "claude-sonnet-5-5");
    assert_eq!(first(Task::Write, Language::Zh), "kimi-k3");
    for rule in &models.rules {
        let mut providers: Vec<_> = rule.order.iter().map(|id| &models.catalogue[id].provider).collect();
        providers.sort();
        providers.dedup();
        assert_eq!(providers.len(), 2, "{rule:?}");
    }
}

#[test]
fn the_shipped_prices_make_exact_costs_and_a_long_prompt_costs_five_times_as_much() {
    let catalogue = shipped().catalogue;
    let usage = Usage { input: 1_000, cache_read: 20_000, cache_write_5m: 3_000, cache_write_1h: 50, output: 700 };
    for (model, cost) in [
        ("claude-opus-5-5", "0.0374"),
        ("claude-sonnet-5-5", "0.0187"),
        ("claude-haiku-5-5", "0.001035"),
        ("kimi-k3", "0.02865"),
    ] {
        assert_eq!(catalogue[model].price.cost(usage), cost.parse().unwrap(), "{model}");
    }
    let haiku = catalogue["claude-haiku-5-5"].price;
    let long = haiku.long_prompt.unwrap();
    assert_eq!(long.above, 100_000);
    let longer = Usage { cache_read: 95_950, ..usage };
    assert_eq!(
        haiku.cost(Usage { cache_read: 95_951, ..usage }),
        (haiku.cost(longer) + "0.00000001".parse::<Decimal>().unwrap()) * Decimal::from(5)
    );
}

#[test]
fn settings_that_can_not_work_are_refused_with_their_place() {
    for (from, to, says) in [
        (
            "claude: {protocol: anthropic}",
            "claude: {protocol: anthropic, dialect: kimi}",
            "models.providers.claude: the dialect kimi",
        ),
        (
            "kimi: {protocol: openai, dialect: kimi}",
            "kimi: {protocol: openai, dialect: kimi, base_url: example}",
            "must begin with https://",
        ),
        (
            "kimi: {protocol: openai, dialect: kimi}",
            "moon: {protocol: openai}",
            "models.providers.moon: it needs a `base_url`",
        ),
        ("kimi: {protocol: openai, dialect: kimi}", "kimi: {protocol: soap}", "soap"),
        ("provider: kimi", "provider: luna", "models.catalogue.kimi-k3: there is no provider `luna`"),
        ("effort: low", "effort: medium", "models.catalogue.kimi-k3: the effort `medium` is not one of low, high, max"),
        ("cache_read: 0.20", "cache_read: 0.20001", "four decimals"),
        ("cache_read: 0.20", "cache_read: -1", "models.catalogue.claude-opus-5-5: the price -1"),
        ("max_tokens: 16000", "max_tokens: 130000", "replies with 128000 at most"),
        ("turns: 25", "turns: 0", "models.limits: each limit must be more than 0"),
        ("turns: 25", "turn: 25", "turn"),
        (
            "{use: [claude-sonnet-5-5, kimi-k3]}",
            "{language: en, use: [claude-sonnet-5-5, kimi-k3]}",
            "the last rule must fit everything",
        ),
        ("{use: [claude-sonnet-5-5, kimi-k3]}", "{use: [claude-sonnet-9]}", "there is no model `claude-sonnet-9`"),
        ("{use: [claude-sonnet-5-5, kimi-k3]}", "{use: []}", "`use` names no model"),
        ("person: 100", "person: -100", "budgets: -100 must be 0 or more"),
        ("person: 100", "people: 100", "people"),
    ] {
        assert!(SHIPPED.contains(from), "{from}");
        let ConfigError(error) = Settings::parse(&SHIPPED.replacen(from, to, 1)).unwrap_err();
        assert!(error.contains(says), "{to}: {error}");
    }
    let forgotten = SHIPPED.replacen("  department: null\n", "", 1);
    assert!(Settings::parse(&forgotten).unwrap_err().to_string().contains("department"));
}

fn access(set: &[(&str, &str)], yaml: &str) -> Result<BTreeMap<String, ProviderAccess>, ConfigError> {
    let read = |name: &str| Ok(set.iter().find(|(known, _)| *known == name).map(|(_, value)| (*value).to_owned()));
    of_environment(&Settings::parse(yaml)?.models, read)
}

#[test]
fn a_provider_is_there_when_its_key_is() {
    assert!(access(&[], SHIPPED).unwrap().is_empty());
    let both = access(
        &[("ANTHROPIC_API_KEY", "a"), ("KIMI_API_KEY", "k"), ("KIMI_BASE_URL", "http://127.0.0.1:9000/v1/")],
        SHIPPED,
    )
    .unwrap();
    let of = |name: &str| {
        let provider = &both[name];
        (
            provider.protocol,
            provider.dialect,
            provider.base_url.as_str(),
            provider.key.as_ref().unwrap().expose_secret(),
        )
    };
    assert_eq!(of("claude"), (Protocol::Anthropic, Dialect::Plain, "https://api.anthropic.com", "a"));
    assert_eq!(of("kimi"), (Protocol::Openai, Dialect::Kimi, "http://127.0.0.1:9000/v1", "k"));
    let error = access(&[("ANTHROPIC_BASE_URL", "api.example")], SHIPPED).unwrap_err();
    assert!(error.to_string().starts_with("ANTHROPIC_BASE_URL must begin with https://"), "{error}");
}

#[test]
fn a_server_of_ones_own_needs_a_key_only_where_the_configuration_names_its_variable() {
    let with = |local: &str| SHIPPED.replacen("  providers:\n", &format!("  providers:\n    local: {local}\n"), 1);
    let open = with("{protocol: openai, base_url: \"http://127.0.0.1:11434/v1\"}");
    let local = &access(&[], &open).unwrap()["local"];
    assert!(local.key.is_none() && local.dialect == Dialect::Plain);
    let locked = with("{protocol: openai, base_url: \"http://127.0.0.1:11434/v1\", key: LOCAL_KEY}");
    assert!(access(&[], &locked).unwrap().is_empty());
    assert!(access(&[("LOCAL_KEY", "x")], &locked).unwrap()["local"].key.is_some());
}
