//! Support tickets.

use chrono::{DateTime, Utc};
use mezzofy_domain::tickets::Ticket;
use sqlx::PgConnection;

use crate::StoreError;

/// What an import did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct TicketImport {
    /// Tickets that were new.
    pub new: usize,
    /// Tickets that were there and have changed.
    pub changed: usize,
    /// Tickets that were there as they are.
    pub known: usize,
}

/// Stores tickets; one that is there already is brought to what the file says.
pub async fn import(db: &mut PgConnection, tickets: &[Ticket]) -> Result<TicketImport, StoreError> {
    let text = |value: fn(&Ticket) -> &String| tickets.iter().map(|ticket| value(ticket).clone()).collect::<Vec<_>>();
    let rows = sqlx::query!(
        r#"INSERT INTO tickets AS t (id, created_at, customer, subject, body, category, priority, status, resolved_at, language)
           SELECT * FROM unnest($1::text[], $2::timestamptz[], $3::text[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[],
                                $9::timestamptz[], $10::text[])
           ON CONFLICT (id) DO UPDATE SET created_at = EXCLUDED.created_at, customer = EXCLUDED.customer, subject = EXCLUDED.subject,
               body = EXCLUDED.body, category = EXCLUDED.category, priority = EXCLUDED.priority, status = EXCLUDED.status,
               resolved_at = EXCLUDED.resolved_at, language = EXCLUDED.language
           WHERE t IS DISTINCT FROM EXCLUDED
           RETURNING (xmax = 0) AS "new!""#,
        &text(|ticket| &ticket.id),
        &tickets.iter().map(|ticket| ticket.created_at).collect::<Vec<_>>(),
        &text(|ticket| &ticket.customer),
        &text(|ticket| &ticket.subject),
        &text(|ticket| &ticket.body),
        &text(|ticket| &ticket.category),
        &text(|ticket| &ticket.priority),
        &text(|ticket| &ticket.status),
        &tickets.iter().map(|ticket| ticket.resolved_at).collect::<Vec<_>>() as &[Option<DateTime<Utc>>],
        &text(|ticket| &ticket.language)
    )
    .fetch_all(db)
    .await?;
    let new = rows.iter().filter(|row| row.new).count();
    Ok(TicketImport { new, changed: rows.len() - new, known: tickets.len() - rows.len() })
}

/// The tickets that were reported from a moment on and before another, oldest first.
pub async fn between(db: &mut PgConnection, from: DateTime<Utc>, to: DateTime<Utc>) -> Result<Vec<Ticket>, StoreError> {
    Ok(sqlx::query_as!(
        Ticket,
        "SELECT id, created_at, customer, subject, body, category, priority, status, resolved_at, language FROM tickets
         WHERE created_at >= $1 AND created_at < $2 ORDER BY created_at, id",
        from,
        to
    )
    .fetch_all(db)
    .await?)
}

/// How many tickets there are to see.
pub async fn count(db: &mut PgConnection) -> Result<i64, StoreError> {
    Ok(sqlx::query_scalar!(r#"SELECT count(*) AS "count!" FROM tickets"#).fetch_one(db).await?)
}
