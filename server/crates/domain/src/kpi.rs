//! Key figures: each is defined once, in `config/kpis.yaml`, with its name, its formula in words and as a query, and its owner.

use chrono::NaiveDate;
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

use crate::language::Text;
use crate::people::Department;
use crate::period::Period;
use crate::reporting::Query;
use crate::roles::Permission;

/// How one key figure is computed.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Definition {
    /// Its name for programs.
    pub key: String,
    /// Its name for people.
    pub name: Text,
    /// Whose figure it is.
    pub department: Department,
    /// The title of who answers for it.
    pub owner: String,
    /// What one must be allowed to read to see it.
    pub needs: Permission,
    /// What it is counted in: `count`, `hours`, `percent`, or `currency` where the query gives it as a second column.
    pub unit: String,
    /// Whether more is welcome.
    pub better: Better,
    /// The formula in words.
    pub formula: Text,
    /// The query: one value, or value and currency, a row each. `{first}` and `{last}` are the days of the period.
    pub sql: String,
}

/// Which way is welcome.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Better {
    /// More is welcome.
    Higher,
    /// Less is welcome.
    Lower,
    Neither,
}

/// A key figure of a period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kpi {
    /// Its name for programs.
    pub key: String,
    /// Its name for people, in each language.
    pub name: Text,
    /// Whose figure it is.
    pub department: Department,
    /// The title of who answers for it.
    pub owner: String,
    /// The formula in words.
    pub formula: Text,
    /// `count`, `hours`, `percent` or a currency.
    pub unit: String,
    /// Which way is welcome.
    pub better: Better,
    /// The figure; none where there is no data.
    pub value: Option<Decimal>,
    /// That of the period before.
    pub previous: Option<Decimal>,
}

/// All key figures that a person may see, of one period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Report {
    /// Which period.
    pub period: Period,
    /// What it is compared with.
    pub before: Period,
    /// Whether the period is still going on.
    pub to_date: bool,
    /// The figures, in the order of their definitions.
    pub kpis: Vec<Kpi>,
    /// Figures month by month up to the period, for charts: key, months and values.
    pub months: Vec<Series>,
}

/// A figure month by month.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Series {
    /// Which figure.
    pub key: String,
    pub name: Text,
    pub unit: String,
    /// The months and values, oldest first.
    pub values: Vec<(Period, Decimal)>,
}

impl Definition {
    /// The query for the days of a period; what makes it no query that may run is told.
    pub fn query(&self, first: NaiveDate, last: NaiveDate) -> Result<Query, String> {
        let day = |day: NaiveDate| format!("DATE '{day}'");
        let sql = self.sql.replace("{first}", &day(first)).replace("{last}", &day(last));
        Query::parse(&sql).map_err(|error| format!("the key figure {}: {error}", self.key))
    }
}

/// Reads `kpis.yaml`; each query is checked.
pub fn parse(yaml: &str) -> Result<Vec<Definition>, String> {
    let all: Vec<Definition> = serde_saphyr::from_str(yaml).map_err(|error| error.to_string())?;
    for (at, definition) in all.iter().enumerate() {
        definition.query(NaiveDate::MIN, NaiveDate::MIN).or_else(|_| definition.query(day(), day()))?;
        if all[..at].iter().any(|other| other.key == definition.key) {
            return Err(format!("the key figure {} is defined twice", definition.key));
        }
    }
    Ok(all)
}

fn day() -> NaiveDate {
    Period::month(2026, 1).map(Period::first_day).unwrap_or_default()
}

impl Kpi {
    /// The change against the period before in percent, to one decimal; none where there is nothing to compare with.
    #[must_use]
    pub fn change_percent(&self) -> Option<Decimal> {
        let (value, before) = (self.value?, self.previous.filter(|before| !before.is_zero())?);
        let percent = (value - before) * Decimal::ONE_HUNDRED / before.abs();
        Some(percent.round_dp_with_strategy(1, rust_decimal::RoundingStrategy::MidpointAwayFromZero))
    }

    /// Whether the change is welcome; none where it is neither.
    #[must_use]
    pub fn is_welcome(&self) -> Option<bool> {
        let (value, before) = (self.value?, self.previous?);
        match self.better {
            Better::Higher if value != before => Some(value > before),
            Better::Lower if value != before => Some(value < before),
            Better::Higher | Better::Lower | Better::Neither => None,
        }
    }
}

impl Report {
    /// The figures that have changed most, at least by so many percent, the largest change first.
    #[must_use]
    pub fn outstanding(&self, percent: i64, most: usize) -> Vec<&Kpi> {
        let mut changed: Vec<(Decimal, &Kpi)> =
            self.kpis.iter().filter_map(|kpi| kpi.change_percent().map(|change| (change.abs(), kpi))).collect();
        changed.retain(|(change, kpi)| *change >= Decimal::from(percent) && kpi.is_welcome().is_some());
        changed.sort_by_key(|it| std::cmp::Reverse(it.0));
        changed.into_iter().take(most).map(|(_, kpi)| kpi).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kpi(value: i64, previous: Option<i64>, better: Better) -> Kpi {
        let text = Text { en: "n".to_owned(), zh: "n".to_owned() };
        Kpi {
            key: "k".to_owned(),
            name: text.clone(),
            department: Department::Sales,
            owner: "Sales Manager".to_owned(),
            formula: text,
            unit: "count".to_owned(),
            better,
            value: Some(value.into()),
            previous: previous.map(Decimal::from),
        }
    }

    #[test]
    fn a_change_is_in_percent_and_welcome_or_not() {
        assert_eq!(kpi(12, Some(9), Better::Higher).change_percent(), Some("33.3".parse().unwrap()));
        assert_eq!(kpi(12, Some(9), Better::Lower).is_welcome(), Some(false));
        assert_eq!(kpi(12, Some(0), Better::Higher).change_percent(), None);
        assert_eq!(kpi(12, None, Better::Higher).is_welcome(), None);
        assert_eq!(kpi(9, Some(9), Better::Higher).is_welcome(), None);
    }

    #[test]
    fn a_definition_is_one_query_that_only_reads() {
        let yaml = |sql: &str| {
            format!(
                "- {{key: k, name: {{en: K, zh: 指标}}, department: sales, owner: Sales Manager, needs: read_leads, unit: count, better: higher,\n   formula: {{en: f, zh: 式}}, sql: \"{sql}\"}}\n"
            )
        };
        let good =
            parse(&yaml("SELECT count(*) FROM reporting.leads WHERE created_on BETWEEN {first} AND {last}")).unwrap();
        let day = |day| NaiveDate::from_ymd_opt(2026, 11, day).unwrap();
        assert!(good[0].query(day(1), day(30)).unwrap().sql().contains("DATE '2026-11-01' AND DATE '2026-11-30'"));
        assert!(parse(&yaml("DELETE FROM leads")).unwrap_err().contains("the key figure k"));
        assert!(parse(&(yaml("SELECT 1") + &yaml("SELECT 1"))).unwrap_err().contains("defined twice"));
    }
}
