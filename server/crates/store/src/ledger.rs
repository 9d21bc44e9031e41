//! The ledger: imported all or nothing, read as the sums a statement is made of.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{Datelike, NaiveDate};
use mezzofy_domain::ledger::entry::StateHash;
use mezzofy_domain::ledger::import::{ImportErrors, LedgerFile};
use mezzofy_domain::ledger::statement::{AccountActivity, CashActivity, Figures, MonthFigures, StatementInput};
use mezzofy_domain::ledger::{Account, CashRule, LedgerState};
use mezzofy_domain::period::Period;
use rust_decimal::Decimal;
use sqlx::PgConnection;

use crate::StoreError;
use crate::store::decode;

/// What an import did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LedgerImport {
    /// Entries that were new.
    pub new: usize,
    /// Entries that were there already, with the same content.
    pub known: usize,
}

/// Stores what is new in a file. Entries that are there with other content, and accounts that are there with another type,
/// refuse the whole file; nothing is stored then.
pub async fn import(
    db: &mut PgConnection,
    file: &LedgerFile,
) -> Result<Result<LedgerImport, ImportErrors>, StoreError> {
    sqlx::query!("LOCK TABLE ledger_entries IN EXCLUSIVE MODE").execute(&mut *db).await?;
    let stored: BTreeMap<String, String> = sqlx::query!("SELECT entry_id, content_hash FROM ledger_entries")
        .fetch_all(&mut *db)
        .await?
        .into_iter()
        .map(|row| (row.entry_id, row.content_hash))
        .collect();
    let kinds: BTreeMap<String, String> = sqlx::query!("SELECT code, kind FROM ledger_accounts")
        .fetch_all(&mut *db)
        .await?
        .into_iter()
        .map(|row| (row.code, row.kind))
        .collect();

    let mut problems = ImportErrors::default();
    for account in &file.accounts {
        if let Some(kind) = kinds.get(&account.code).filter(|kind| **kind != account.kind.code()) {
            let reason = format!("account {} is of type {kind} in the ledger, not {}", account.code, account.kind);
            problems.add(account.line, Some("account_type"), reason);
        }
    }
    let mut new = Vec::new();
    for row in &file.entries {
        let hash = row.entry.content_hash();
        match stored.get(&row.entry.id) {
            None => new.push((&row.entry, hash)),
            Some(known) if *known == hash => {}
            Some(_) => {
                let reason = format!("entry {} is in the ledger already with other content", row.entry.id);
                problems.add(row.line, Some("entry_id"), reason);
            }
        }
    }
    if !problems.is_empty() {
        problems.problems.sort_by_key(|problem| problem.line);
        return Ok(Err(problems));
    }

    let used: BTreeSet<&str> =
        new.iter().flat_map(|(entry, _)| &entry.lines).map(|line| line.account.code.as_str()).collect();
    let accounts: Vec<_> = file.accounts.iter().filter(|account| used.contains(account.code.as_str())).collect();
    sqlx::query!(
        "INSERT INTO ledger_accounts (code, name, kind) SELECT * FROM unnest($1::text[], $2::text[], $3::text[])
         ON CONFLICT (code) DO UPDATE SET name = EXCLUDED.name",
        &accounts.iter().map(|account| account.code.clone()).collect::<Vec<_>>(),
        &accounts.iter().map(|account| account.name.clone()).collect::<Vec<_>>(),
        &accounts.iter().map(|account| account.kind.code().to_owned()).collect::<Vec<_>>()
    )
    .execute(&mut *db)
    .await?;
    sqlx::query!(
        "INSERT INTO ledger_entries (entry_id, date, closing, content_hash)
         SELECT * FROM unnest($1::text[], $2::date[], $3::bool[], $4::text[])",
        &new.iter().map(|(entry, _)| entry.id.clone()).collect::<Vec<_>>(),
        &new.iter().map(|(entry, _)| entry.date).collect::<Vec<_>>(),
        &new.iter().map(|(entry, _)| entry.is_closing()).collect::<Vec<_>>(),
        &new.iter().map(|(_, hash)| hash.clone()).collect::<Vec<_>>()
    )
    .execute(&mut *db)
    .await?;
    let lines: Vec<_> = new
        .iter()
        .flat_map(|(entry, _)| (1_i32..).zip(&entry.lines).map(|(number, line)| (&entry.id, number, line)))
        .collect();
    sqlx::query!(
        "INSERT INTO ledger_lines (entry_id, number, account_code, currency, amount, description)
         SELECT * FROM unnest($1::text[], $2::int[], $3::text[], $4::text[], $5::numeric[], $6::text[])",
        &lines.iter().map(|(id, _, _)| (*id).clone()).collect::<Vec<_>>(),
        &lines.iter().map(|(_, number, _)| *number).collect::<Vec<_>>(),
        &lines.iter().map(|(_, _, line)| line.account.code.clone()).collect::<Vec<_>>(),
        &lines.iter().map(|(_, _, line)| line.account.currency.clone()).collect::<Vec<_>>(),
        &lines.iter().map(|(_, _, line)| line.amount()).collect::<Vec<_>>(),
        &lines.iter().map(|(_, _, line)| line.description.clone()).collect::<Vec<_>>()
    )
    .execute(&mut *db)
    .await?;
    save_state(db).await?;
    Ok(Ok(LedgerImport { new: new.len(), known: file.entries.len() - new.len() }))
}

async fn save_state(db: &mut PgConnection) -> Result<(), StoreError> {
    let rows = sqlx::query!(r#"SELECT entry_id, content_hash FROM ledger_entries ORDER BY entry_id COLLATE "C""#)
        .fetch_all(&mut *db)
        .await?;
    let mut hash = StateHash::default();
    for row in &rows {
        hash.add(&row.entry_id, &row.content_hash);
    }
    sqlx::query!(
        "INSERT INTO ledger_state (entries, hash) VALUES ($1, $2)
         ON CONFLICT (singleton) DO UPDATE SET entries = EXCLUDED.entries, hash = EXCLUDED.hash",
        i64::try_from(rows.len()).unwrap_or(i64::MAX),
        hash.finish()
    )
    .execute(db)
    .await?;
    Ok(())
}

/// The last calendar month before the one `today` is in that has an entry.
pub async fn latest_month(db: &mut PgConnection, today: NaiveDate) -> Result<Option<Period>, StoreError> {
    let this_month = today.with_day(1).unwrap_or(today);
    let last =
        sqlx::query_scalar!("SELECT max(date) FROM ledger_entries WHERE date < $1", this_month).fetch_one(db).await?;
    Ok(last.and_then(|day| Period::month(day.year(), day.month())))
}

/// Everything a statement of the period is made of.
pub async fn statement_input(
    db: &mut PgConnection,
    period: Period,
    today: NaiveDate,
    cash: &CashRule,
) -> Result<StatementInput, StoreError> {
    let (first_day, last_day) = period.bounds(today);
    let (before_first, before_last) = period.previous_bounds(today);
    let figures = figures(&mut *db, first_day, last_day, cash).await?;
    let previous = self::figures(&mut *db, before_first, before_last, cash).await?;
    let months = months(&mut *db, last_day).await?;
    let ledger = sqlx::query!("SELECT entries, hash FROM ledger_state").fetch_optional(&mut *db).await?;
    let ledger = match ledger {
        Some(row) => LedgerState { entries: count(row.entries), hash: row.hash },
        None => LedgerState { entries: 0, hash: StateHash::default().finish() },
    };
    let previous = Some(previous).filter(|figures| !figures.accounts.is_empty());
    Ok(StatementInput { period, figures, previous, months, ledger, cash: cash.clone() })
}

async fn figures(
    db: &mut PgConnection,
    first_day: NaiveDate,
    last_day: NaiveDate,
    cash: &CashRule,
) -> Result<Figures, StoreError> {
    let rows = sqlx::query!(
        r#"SELECT a.code, a.name, a.kind, l.currency,
                  coalesce(sum(l.amount) FILTER (WHERE e.date < $1), 0) AS "opening!",
                  coalesce(sum(l.amount) FILTER (WHERE e.date >= $1), 0) AS "period!",
                  coalesce(sum(l.amount) FILTER (WHERE e.date >= $1 AND e.closing), 0) AS "closing!",
                  count(DISTINCT l.entry_id) FILTER (WHERE e.date >= $1) AS "entries!"
           FROM ledger_lines l JOIN ledger_entries e USING (entry_id) JOIN ledger_accounts a ON a.code = l.account_code
           WHERE e.date <= $2 GROUP BY a.code, a.name, a.kind, l.currency ORDER BY a.code, l.currency"#,
        first_day,
        last_day
    )
    .fetch_all(&mut *db)
    .await?;
    let mut accounts = Vec::with_capacity(rows.len());
    for row in rows {
        let kind = decode("account", &row.kind)?;
        accounts.push(AccountActivity {
            account: Account { code: row.code, name: row.name, kind, currency: row.currency },
            opening: row.opening,
            period: row.period,
            closing_entries: row.closing,
            entries: count(row.entries),
        });
    }
    let cash_codes: Vec<String> =
        accounts.iter().filter(|a| cash.is_cash(&a.account)).map(|a| a.account.code.clone()).collect();
    let cash = sqlx::query!(
        r#"SELECT currency,
                  coalesce(sum(net) FILTER (WHERE date < $1), 0) AS "start!",
                  coalesce(sum(net) FILTER (WHERE date >= $1 AND net > 0), 0) AS "cash_in!",
                  coalesce(-sum(net) FILTER (WHERE date >= $1 AND net < 0), 0) AS "cash_out!",
                  count(*) FILTER (WHERE date >= $1 AND net <> 0) AS "entries!"
           FROM (SELECT e.date, l.currency, sum(l.amount) AS net
                 FROM ledger_lines l JOIN ledger_entries e USING (entry_id)
                 WHERE e.date <= $2 AND l.account_code = ANY ($3) GROUP BY l.entry_id, e.date, l.currency) AS nets
           GROUP BY currency ORDER BY currency"#,
        first_day,
        last_day,
        &cash_codes
    )
    .fetch_all(&mut *db)
    .await?
    .into_iter()
    .map(|row| CashActivity {
        currency: row.currency,
        start: row.start,
        cash_in: row.cash_in,
        cash_out: row.cash_out,
        entries: count(row.entries),
    })
    .collect();
    let entries = sqlx::query_scalar!(
        r#"SELECT count(*) AS "entries!" FROM ledger_entries WHERE date BETWEEN $1 AND $2"#,
        first_day,
        last_day
    )
    .fetch_one(db)
    .await?;
    Ok(Figures { first_day, last_day, entries: count(entries), accounts, cash })
}

async fn months(db: &mut PgConnection, last_day: NaiveDate) -> Result<Vec<MonthFigures>, StoreError> {
    let rows = sqlx::query!(
        r#"SELECT date_trunc('month', e.date)::date AS "month!", l.currency,
                  coalesce(-sum(l.amount) FILTER (WHERE a.kind = 'revenue'), 0) AS "revenue!",
                  coalesce(sum(l.amount) FILTER (WHERE a.kind = 'expense'), 0) AS "expenses!"
           FROM ledger_lines l JOIN ledger_entries e USING (entry_id) JOIN ledger_accounts a ON a.code = l.account_code
           WHERE NOT e.closing AND e.date <= $1 AND e.date >= (date_trunc('month', $1::date) - interval '11 months')
             AND a.kind IN ('revenue', 'expense')
           GROUP BY 1, 2 ORDER BY 1, 2"#,
        last_day
    )
    .fetch_all(db)
    .await?;
    rows.into_iter()
        .map(|row| {
            let month = Period::month(row.month.year(), row.month.month())
                .ok_or_else(|| StoreError::stored("date", &row.month))?;
            Ok(MonthFigures {
                month,
                currency: row.currency,
                revenue: plain(row.revenue),
                expenses: plain(row.expenses),
            })
        })
        .collect()
}

/// `-0` and trailing zeros of SQL's sums look odd in stored JSON.
fn plain(amount: Decimal) -> Decimal {
    amount.normalize()
}

fn count(rows: i64) -> u64 {
    u64::try_from(rows).unwrap_or_default()
}

/// The codes, names and kinds of all accounts.
pub async fn account_names(db: &mut PgConnection) -> Result<BTreeSet<String>, StoreError> {
    let names =
        sqlx::query_scalar!(r#"SELECT DISTINCT unnest(ARRAY[code, name, kind]) AS "name!" FROM ledger_accounts"#);
    Ok(names.fetch_all(db).await?.into_iter().collect())
}
