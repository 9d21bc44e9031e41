//! Budgets of a month for models, USD: the configured ones, and the rows that differ from them.

use std::collections::BTreeMap;

use chrono::{DateTime, Months, NaiveDate, NaiveTime, TimeDelta, Utc};
use chrono_tz::Tz;
use mezzofy_domain::coded;
use mezzofy_domain::id::{self, Id};
use mezzofy_domain::people::Department;
use mezzofy_domain::period::{Period, PeriodKind};
use rust_decimal::Decimal;
use serde::{Deserialize, Deserializer};
use sqlx::PgConnection;
use strum::{EnumString, IntoStaticStr, VariantArray};
use uuid::Uuid;

use crate::{StoreError, people};

/// What a budget is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, EnumString, IntoStaticStr, VariantArray)]
#[strum(serialize_all = "snake_case")]
pub enum BudgetScope {
    /// Everyone together.
    Company,
    /// The people of a department together.
    Department,
    Person,
}

coded!(BudgetScope);

/// Whose budget it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum BudgetSubject {
    Company,
    Department(Department),
    Person(Id<id::Person>),
}

impl BudgetSubject {
    /// What kind of subject.
    #[must_use]
    pub fn scope(self) -> BudgetScope {
        match self {
            Self::Company => BudgetScope::Company,
            Self::Department(_) => BudgetScope::Department,
            Self::Person(_) => BudgetScope::Person,
        }
    }

    fn stored(self) -> String {
        match self {
            Self::Company => String::new(),
            Self::Department(department) => department.code().to_owned(),
            Self::Person(person) => person.to_string(),
        }
    }

    fn read(scope: &str, subject: &str) -> Result<Self, StoreError> {
        let read = BudgetScope::from_code(scope).and_then(|scope| match scope {
            BudgetScope::Company => Some(Self::Company),
            BudgetScope::Department => Department::from_code(subject).map(Self::Department),
            BudgetScope::Person => Uuid::try_parse(subject).ok().map(|id| Self::Person(id.into())),
        });
        read.ok_or_else(|| StoreError::stored("budget", &format!("{scope} {subject}")))
    }
}

/// The configured budgets of a month, USD; `None` is no limit. Each holds for every subject of its scope without a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct DefaultBudgets {
    /// All people together.
    #[serde(deserialize_with = "written")]
    pub company: Option<Decimal>,
    /// Each department.
    #[serde(deserialize_with = "written")]
    pub department: Option<Decimal>,
    /// Each person.
    #[serde(deserialize_with = "written")]
    pub person: Option<Decimal>,
}

/// A limit that must be there, if only as null: one forgotten would be none.
fn written<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Decimal>, D::Error> {
    Option::deserialize(deserializer)
}

impl DefaultBudgets {
    /// That of a scope.
    #[must_use]
    pub fn of(&self, scope: BudgetScope) -> Option<Decimal> {
        match scope {
            BudgetScope::Company => self.company,
            BudgetScope::Department => self.department,
            BudgetScope::Person => self.person,
        }
    }
}

/// A budget and what of it is spent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    pub subject: BudgetSubject,
    /// USD a month; `None` is no limit.
    pub limit: Option<Decimal>,
    /// Whether the limit is the configured one.
    pub is_default: bool,
    /// USD of the month so far, open reservations among them.
    pub spent: Decimal,
}

/// Sets the budget of a subject; `None` goes back to the configured one.
pub async fn set(
    db: &mut PgConnection,
    subject: BudgetSubject,
    limit: Option<Decimal>,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let (scope, subject) = (subject.scope().code(), subject.stored());
    let Some(limit) = limit else {
        sqlx::query!("DELETE FROM budgets WHERE scope = $1 AND subject = $2", scope, subject).execute(db).await?;
        return Ok(());
    };
    sqlx::query!(
        "INSERT INTO budgets (scope, subject, monthly_usd, updated_at) VALUES ($1, $2, $3, $4)
         ON CONFLICT (scope, subject) DO UPDATE SET monthly_usd = EXCLUDED.monthly_usd, updated_at = EXCLUDED.updated_at",
        scope,
        subject,
        limit,
        now
    )
    .execute(db)
    .await?;
    Ok(())
}

/// All budgets of a month: the company's, each department's, and those of everyone who may sign in, has spent something or
/// has a budget of their own.
pub async fn of_month(
    db: &mut PgConnection,
    month: Period,
    zone: Tz,
    defaults: &DefaultBudgets,
) -> Result<Vec<Budget>, StoreError> {
    let own = own(&mut *db).await?;
    let (from, to) = bounds(month, zone);
    let rows = sqlx::query!(
        r#"SELECT department, person_id, sum(cost) AS "cost!" FROM model_calls WHERE created_at >= $1 AND created_at < $2
           GROUP BY department, person_id"#,
        from,
        to
    )
    .fetch_all(&mut *db)
    .await?;
    let mut spent: BTreeMap<BudgetSubject, Decimal> = BTreeMap::new();
    for row in rows {
        let department = BudgetSubject::read(BudgetScope::Department.code(), &row.department)?;
        for subject in [BudgetSubject::Company, department, BudgetSubject::Person(row.person_id.into())] {
            *spent.entry(subject).or_default() += row.cost;
        }
    }
    let people = people::all(db).await?;
    let people = people.into_iter().filter_map(|person| {
        let subject = BudgetSubject::Person(person.id);
        (!person.disabled || spent.contains_key(&subject) || own.contains_key(&subject)).then_some(subject)
    });
    let subjects =
        [BudgetSubject::Company].into_iter().chain(Department::ALL.map(BudgetSubject::Department)).chain(people);
    let budget = |subject: BudgetSubject| Budget {
        subject,
        limit: own.get(&subject).copied().or_else(|| defaults.of(subject.scope())),
        is_default: !own.contains_key(&subject),
        spent: spent.get(&subject).copied().unwrap_or_default(),
    };
    Ok(subjects.map(budget).collect())
}

async fn own(db: &mut PgConnection) -> Result<BTreeMap<BudgetSubject, Decimal>, StoreError> {
    let rows = sqlx::query!("SELECT scope, subject, monthly_usd FROM budgets").fetch_all(db).await?;
    rows.into_iter().map(|row| Ok((BudgetSubject::read(&row.scope, &row.subject)?, row.monthly_usd))).collect()
}

/// The limits that hold for a call of a person of a department.
pub(crate) async fn limits(
    db: &mut PgConnection,
    subjects: [BudgetSubject; 3],
    defaults: &DefaultBudgets,
) -> Result<[Option<Decimal>; 3], StoreError> {
    let own = own(db).await?;
    Ok(subjects.map(|subject| own.get(&subject).copied().or_else(|| defaults.of(subject.scope()))))
}

/// The month that a moment is in, in a time zone.
pub(crate) fn month_of(now: DateTime<Utc>, zone: Tz) -> Period {
    Period::containing(PeriodKind::Month, now.with_timezone(&zone).date_naive())
}

/// The moment a month begins and the moment the next one begins, in a time zone.
pub(crate) fn bounds(month: Period, zone: Tz) -> (DateTime<Utc>, DateTime<Utc>) {
    let first = month.first_day();
    let next = first.checked_add_months(Months::new(1)).unwrap_or(first);
    let begin = |day: NaiveDate| {
        let midnight = day.and_time(NaiveTime::MIN);
        // Where the clocks skip midnight, the day begins after the gap.
        let mut quarters = (0..96).map(|quarter| midnight + TimeDelta::minutes(15 * quarter));
        let moment = quarters.find_map(|time| time.and_local_timezone(zone).earliest());
        moment.map_or_else(|| midnight.and_utc(), |moment| moment.to_utc())
    };
    (begin(first), begin(next))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn begin(month: &str, zone: Tz) -> String {
        let (from, to) = bounds(month.parse().unwrap(), zone);
        assert_eq!(month_of(from, zone).to_string(), month);
        assert_eq!(month_of(to - TimeDelta::seconds(1), zone).to_string(), month);
        format!("{from:?} {to:?}")
    }

    #[test]
    fn a_month_is_that_of_the_companys_clocks() {
        assert_eq!(begin("2026-11", Tz::Asia__Singapore), "2026-10-31T16:00:00Z 2026-11-30T16:00:00Z");
        assert_eq!(begin("2026-03", Tz::Europe__London), "2026-03-01T00:00:00Z 2026-03-31T23:00:00Z");
        // Paraguay's clocks went from 0:00 to 1:00 on 1 October 2023.
        assert_eq!(begin("2023-10", Tz::America__Asuncion), "2023-10-01T04:00:00Z 2023-11-01T03:00:00Z");
    }

    #[test]
    fn a_subject_reads_back_from_its_row_and_refuses_another() {
        let person = Uuid::from_u128(7);
        for subject in [
            BudgetSubject::Company,
            BudgetSubject::Department(Department::Support),
            BudgetSubject::Person(person.into()),
        ] {
            assert_eq!(BudgetSubject::read(subject.scope().code(), &subject.stored()).unwrap(), subject);
        }
        for (scope, subject) in [("department", "kitchen"), ("person", "ana"), ("planet", "")] {
            assert!(BudgetSubject::read(scope, subject).is_err());
        }
    }
}
