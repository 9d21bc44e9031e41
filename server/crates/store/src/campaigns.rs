//! What marketing ran.

use mezzofy_domain::campaign::Campaign;
use mezzofy_domain::id::Id;
use sqlx::PgConnection;

use crate::StoreError;

/// Stores a campaign, unless one of its name is there.
pub async fn add(db: &mut PgConnection, campaign: &Campaign) -> Result<(), StoreError> {
    let id = Id::<Campaign>::new(campaign.starts_on.and_time(chrono::NaiveTime::MIN).and_utc());
    sqlx::query!(
        "INSERT INTO campaigns (id, name, channel, starts_on, ends_on, currency, spent, impressions, clicks, leads)
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT (name) DO NOTHING",
        id.uuid(),
        campaign.name,
        campaign.channel,
        campaign.starts_on,
        campaign.ends_on,
        campaign.currency,
        campaign.spent,
        campaign.impressions,
        campaign.clicks,
        campaign.leads
    )
    .execute(db)
    .await?;
    Ok(())
}
