//! When everybody is free.

use std::ops::Range;

use chrono::{DateTime, Datelike, Days, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Utc};
use chrono_tz::Tz;

use super::Moment;

/// The hours of Monday to Friday in which one meets.
pub const WORKING_HOURS: Range<u32> = 9..18;
/// A free time begins at such minutes of an hour.
const SLOT_STEP_MINUTES: i64 = 30;
/// Minutes between the beginnings of two that are offered of one day, at least.
const MIN_MINUTES_APART: i64 = 240;
/// Free times that are offered of one day, and altogether.
const MAX_SLOTS_PER_DAY: usize = 2;
const MAX_SLOTS: usize = 6;

/// The first times within working hours that nothing of `taken` is in the way of, by the clocks of the zone.
#[must_use]
pub fn free(
    taken: &[(DateTime<Utc>, DateTime<Utc>)],
    days: Moment,
    lasts: TimeDelta,
    zone: Tz,
    now: DateTime<Utc>,
) -> Vec<NaiveDateTime> {
    let mut slots = Vec::new();
    let mut day = days.first;
    while day <= days.last && slots.len() < MAX_SLOTS {
        let working = day.weekday().num_days_from_monday() < 5;
        let (mut of_day, mut minute) = (0, i64::from(WORKING_HOURS.start) * 60);
        while working
            && minute + lasts.num_minutes() <= i64::from(WORKING_HOURS.end) * 60
            && of_day < MAX_SLOTS_PER_DAY
            && slots.len() < MAX_SLOTS
        {
            let local = day.and_time(NaiveTime::MIN) + TimeDelta::minutes(minute);
            minute += SLOT_STEP_MINUTES;
            let Some(start) = zone.from_local_datetime(&local).earliest().map(|start| start.to_utc()) else { continue };
            let end = start + lasts;
            if start > now && taken.iter().all(|(from, to)| end <= *from || start >= *to) {
                slots.push(local);
                of_day += 1;
                // The next one is another choice, not the same half an hour later.
                minute = minute - SLOT_STEP_MINUTES + lasts.num_minutes().max(MIN_MINUTES_APART);
                minute += (SLOT_STEP_MINUTES - minute % SLOT_STEP_MINUTES) % SLOT_STEP_MINUTES;
            }
        }
        day = day + Days::new(1);
    }
    slots
}

#[cfg(test)]
mod tests {
    use chrono::NaiveDate;

    use super::*;

    fn utc(day: u32, hour: u32) -> DateTime<Utc> {
        Utc.with_ymd_and_hms(2026, 11, day, hour, 0, 0).unwrap()
    }

    fn days(first: u32, last: u32) -> Moment {
        let day = |day| NaiveDate::from_ymd_opt(2026, 11, day).unwrap();
        Moment { first: day(first), last: day(last), time: None }
    }

    #[test]
    fn free_times_lie_in_working_hours_of_working_days_and_in_no_ones_way() {
        let zone: Tz = "Asia/Singapore".parse().unwrap();
        // Monday 30 November is taken from 9 to 12 by one and from 13 to 18 by another, in Singapore.
        let taken = [(utc(30, 1), utc(30, 4)), (utc(30, 5), utc(30, 10))];
        let found = free(&taken, days(28, 30), TimeDelta::minutes(60), zone, utc(28, 0));
        let found: Vec<String> = found.iter().map(ToString::to_string).collect();
        assert_eq!(found, ["2026-11-30 12:00:00"], "a weekend has no working hours");
        assert!(free(&taken, days(28, 30), TimeDelta::minutes(90), zone, utc(28, 0)).is_empty());
    }

    #[test]
    fn what_is_offered_lies_ahead_and_is_a_choice() {
        let zone: Tz = "Asia/Singapore".parse().unwrap();
        // Friday 27 November, 14:20 in Singapore.
        let now = utc(27, 6) + TimeDelta::minutes(20);
        let found = free(&[], days(27, 30), TimeDelta::minutes(90), zone, now);
        let found: Vec<String> = found.iter().map(ToString::to_string).collect();
        assert_eq!(found, ["2026-11-27 14:30:00", "2026-11-30 09:00:00", "2026-11-30 13:00:00"]);
    }
}
