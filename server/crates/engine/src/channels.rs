//! The ways out: each kind of effect is a channel, a file that says all that its kind needs. One loop delivers them all.

use mezzofy_domain::effect::EffectKind;

mod calendar;
pub mod channel;
pub mod checkpoint;
mod mail;
mod teams;

use channel::Channel;

/// The channel of a kind of effect.
#[must_use]
pub fn of(kind: EffectKind) -> &'static dyn Channel {
    match kind {
        EffectKind::Mail => &mail::MailChannel,
        EffectKind::Teams => &teams::TeamsChannel,
        EffectKind::Calendar => &calendar::CalendarChannel,
    }
}
