//! The one layer that computes key figures, for chat, documents, the API and reports.

use chrono::NaiveDate;
use chrono_tz::Tz;
use mezzofy_domain::kpi::{Definition, Kpi, Report, Series};
use mezzofy_domain::people::Person;
use mezzofy_domain::period::{Period, PeriodKind};
use mezzofy_domain::roles::Roles;
use mezzofy_store::reporting::{self, QueryLimits};
use mezzofy_store::{Scope, Store, StoreError};
use rust_decimal::Decimal;

const LIMITS: QueryLimits = QueryLimits { time: 10_000, rows: 50, columns: 2, value: 100, bytes: 10_000 };
/// Figures that are shown month by month, and for how many months.
const CHARTED: [&str; 4] = ["revenue", "expenses", "leads_created", "tickets_created"];
const MONTHS_PER_SERIES: usize = 6;

/// What figures are computed with.
pub struct Figures<'a> {
    /// The database.
    pub store: &'a Store,
    /// How each is computed.
    pub definitions: &'a [Definition],
    /// Who may read what.
    pub roles: &'a Roles,
    /// Where days begin and end.
    pub zone: Tz,
}

impl Figures<'_> {
    /// Which figures a person may see: those whose data they may read in full.
    #[must_use]
    pub fn visible(&self, person: &Person) -> Vec<&Definition> {
        self.definitions.iter().filter(|definition| self.roles.allows(&person.role, definition.needs)).collect()
    }

    /// The figures of a period that a person may see, compared with the period before; with the last months if `charts`.
    pub async fn report(
        &self,
        person: &Person,
        period: Period,
        today: NaiveDate,
        charts: bool,
    ) -> Result<Report, StoreError> {
        let scope = Scope::of(person, self.roles);
        let before = period.previous();
        let (mut kpis, mut months) = (Vec::new(), Vec::new());
        for definition in self.visible(person) {
            let now = self.values(&scope, definition, period.bounds(today)).await?;
            let then = self.values(&scope, definition, period.previous_bounds(today)).await?;
            let mut units: Vec<&String> = now.iter().chain(&then).map(|(_, unit)| unit).collect();
            units.sort();
            units.dedup();
            let of = |values: &[(Decimal, String)], wanted: &str| {
                values.iter().find(|(_, unit)| unit == wanted).map(|(value, _)| *value)
            };
            if units.is_empty() {
                kpis.push(kpi(definition, definition.unit.clone(), None, None));
            }
            for unit in units {
                kpis.push(kpi(definition, unit.clone(), of(&now, unit), of(&then, unit)));
            }
        }
        if charts {
            let last = Period::containing(PeriodKind::Month, period.last_day(today).min(today));
            let mut all = vec![last];
            while let Some(month) = all.last().filter(|_| all.len() < MONTHS_PER_SERIES) {
                all.push(month.previous());
            }
            all.reverse();
            for definition in self.visible(person) {
                if CHARTED.contains(&definition.key.as_str()) {
                    months.extend(self.series(&scope, definition, &all, today).await?);
                }
            }
        }
        let to_date = period.last_day(today) >= today;
        Ok(Report { period, before, to_date, kpis, months })
    }

    /// A figure month by month, where all of them have one unit.
    async fn series(
        &self,
        scope: &Scope,
        definition: &Definition,
        months: &[Period],
        today: NaiveDate,
    ) -> Result<Option<Series>, StoreError> {
        let mut values = Vec::new();
        let mut unit = None;
        for month in months {
            match self.values(scope, definition, month.bounds(today)).await?.as_slice() {
                [] => values.push((*month, Decimal::ZERO)),
                [(value, of)] if unit.as_ref().is_none_or(|unit| unit == of) => {
                    unit = Some(of.clone());
                    values.push((*month, *value));
                }
                _ => return Ok(None),
            }
        }
        let any = values.iter().any(|(_, value)| !value.is_zero());
        Ok(unit.filter(|_| any).map(|unit| Series {
            key: definition.key.clone(),
            name: definition.name.clone(),
            unit,
            values,
        }))
    }

    async fn values(
        &self,
        scope: &Scope,
        definition: &Definition,
        (first, last): (NaiveDate, NaiveDate),
    ) -> Result<Vec<(Decimal, String)>, StoreError> {
        let broken = |detail: String| {
            tracing::error!(key = definition.key, error = detail, "a key figure can't be computed");
            StoreError::Stored { what: "key figure", detail }
        };
        let query = definition.query(first, last).map_err(broken)?;
        let answer = reporting::run(self.store, scope, &query, LIMITS, self.zone).await?;
        let answer = answer.map_err(|refusal| broken(format!("{refusal:?}")))?;
        let read = |row: Vec<Option<String>>| {
            let text = row.first()?.clone()?;
            let unit = row.get(1).cloned().flatten().unwrap_or_else(|| definition.unit.clone());
            let value = text.parse::<Decimal>().map_err(|error| broken(format!("{text} is no number: {error}")));
            Some(value.map(|value| (value.normalize(), unit)))
        };
        answer.rows.into_iter().filter_map(read).collect()
    }
}

fn kpi(definition: &Definition, unit: String, value: Option<Decimal>, previous: Option<Decimal>) -> Kpi {
    Kpi {
        key: definition.key.clone(),
        name: definition.name.clone(),
        department: definition.department,
        owner: definition.owner.clone(),
        formula: definition.formula.clone(),
        unit,
        better: definition.better,
        value,
        previous,
    }
}
