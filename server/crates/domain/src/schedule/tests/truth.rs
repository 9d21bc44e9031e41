//! The moments of a cron found in another way than the product does: by watching the clock of the place minute after minute.

use chrono::{NaiveDateTime, Offset, TimeZone, Timelike};

use super::*;

/// Zones that change their clocks, or did, and some that don't.
pub(super) const ZONES: [&str; 60] = [
    "Africa/Cairo",
    "Africa/Casablanca",
    "Africa/El_Aaiun",
    "Africa/Johannesburg",
    "Africa/Lagos",
    "Africa/Nairobi",
    "Africa/Windhoek",
    "America/Adak",
    "America/Anchorage",
    "America/Asuncion",
    "America/Bogota",
    "America/Chicago",
    "America/Denver",
    "America/Halifax",
    "America/Havana",
    "America/Los_Angeles",
    "America/Mexico_City",
    "America/Miquelon",
    "America/New_York",
    "America/Nuuk",
    "America/Phoenix",
    "America/Port-au-Prince",
    "America/Santiago",
    "America/Sao_Paulo",
    "America/Scoresbysund",
    "America/St_Johns",
    "Antarctica/Troll",
    "Asia/Amman",
    "Asia/Beirut",
    "Asia/Damascus",
    "Asia/Gaza",
    "Asia/Jerusalem",
    "Asia/Kathmandu",
    "Asia/Kolkata",
    "Asia/Kuala_Lumpur",
    "Asia/Shanghai",
    "Asia/Singapore",
    "Asia/Tehran",
    "Asia/Tokyo",
    "Atlantic/Azores",
    "Atlantic/Bermuda",
    "Australia/Adelaide",
    "Australia/Brisbane",
    "Australia/Lord_Howe",
    "Australia/Sydney",
    "Europe/Athens",
    "Europe/Berlin",
    "Europe/Chisinau",
    "Europe/Dublin",
    "Europe/Istanbul",
    "Europe/Lisbon",
    "Europe/London",
    "Europe/Moscow",
    "Pacific/Apia",
    "Pacific/Auckland",
    "Pacific/Chatham",
    "Pacific/Easter",
    "Pacific/Fiji",
    "Pacific/Kiritimati",
    "Pacific/Norfolk",
];

/// The times when a zone changes its clock, in a span.
pub(super) fn changes(zone: Tz, from: DateTime<Utc>, to: DateTime<Utc>) -> Vec<DateTime<Utc>> {
    let offset = |at: DateTime<Utc>| zone.offset_from_utc_datetime(&at.naive_utc()).fix();
    let mut found = Vec::new();
    let mut day = from;
    while day < to {
        let next = day + TimeDelta::days(1);
        if offset(day) != offset(next) {
            let minutes = (0..24 * 60).map(|minute| day + TimeDelta::minutes(minute));
            found.extend(minutes.map(|at| at + TimeDelta::minutes(1)).find(|at| offset(*at) == offset(next)));
        }
        day = next;
    }
    found
}

/// The moments of wall times: each when the clock first shows it or a later time. `is_time` says which minutes are meant.
fn of_wall_times(
    zone: Tz,
    from: DateTime<Utc>,
    to: DateTime<Utc>,
    is_time: impl Fn(NaiveDateTime) -> bool,
) -> Vec<DateTime<Utc>> {
    let wall = |at: DateTime<Utc>| at.with_timezone(&zone).naive_local();
    let minute = TimeDelta::minutes(1);
    let mut latest = wall(from - TimeDelta::hours(2)).max(wall(from));
    let mut found = Vec::new();
    let mut at = from;
    while at < to {
        at += minute;
        let mut comes = false;
        while latest < wall(at) {
            latest += minute;
            comes |= is_time(latest);
        }
        if comes {
            found.push(at);
        }
    }
    found
}

#[test]
fn moments_near_every_change_of_the_clock_are_those_of_somebody_who_watches_it() {
    let (from, to) = (at("2024-01-01T00:00:00Z"), at("2026-01-01T00:00:00Z"));
    let around = TimeDelta::hours(5);
    let mut looked_at = 0;
    for name in ZONES {
        let zone: Tz = name.parse().unwrap();
        let hourly = cron("5,35 * * * *", name);
        let fixed = cron("0,20,40 0,1,2,3,23 * * *", name);
        for change in changes(zone, from, to) {
            let (before, behind) = (change - around, change + around);
            let expected = of_wall_times(zone, before, behind, |wall| {
                wall.minute() % 20 == 0 && matches!(wall.hour(), 0..=3 | 23)
            });
            let got: Vec<_> = fixed.moments(before).take_while(|moment| *moment <= behind).collect();
            assert_eq!(got, expected, "{name} {change}");

            let mut minutes = (1..=10 * 60).map(|minute| before + TimeDelta::minutes(minute));
            let shows = |at: &DateTime<Utc>| matches!(at.with_timezone(&zone).minute(), 5 | 35);
            assert!(hourly.moments(before).take_while(|moment| *moment <= behind).eq(minutes.by_ref().filter(shows)));
            looked_at += 1;
        }
    }
    assert!(looked_at > 120, "{looked_at}");
}
