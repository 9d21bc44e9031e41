//! The demo company's leads: made up, the same ones every time, and no two of one company.

use chrono::{DateTime, Days, NaiveDate, NaiveTime, Utc};
use mezzofy_domain::crm::{Contact, Lead, LeadStatus};

use crate::random::Random;

/// A lead with the times that a file does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DemoLead {
    /// The lead.
    pub lead: Lead,
    /// When it was added.
    pub created_at: DateTime<Utc>,
    /// When it got its status.
    pub status_changed_at: DateTime<Utc>,
}

const LEADS: usize = 300;
const FIRST_WORDS: [&str; 30] = [
    "Amber",
    "Banyan",
    "Cinnamon",
    "Dragonfly",
    "Emerald",
    "Frangipani",
    "Ginger Lily",
    "Heritage",
    "Indigo",
    "Jasmine",
    "Keong Saik",
    "Lantern",
    "Monsoon",
    "Nutmeg",
    "Old Quarter",
    "Pandan",
    "Quayside",
    "Red Lotus",
    "Sampan",
    "Tamarind",
    "Umbrella Tree",
    "Verandah",
    "Water Lily",
    "Xin Yue",
    "Yellow House",
    "Zen Garden",
    "Blue Heron",
    "Copper Kettle",
    "Silk Road",
    "Two Rivers",
];
/// Lines of business, and what companies in them are called.
const INDUSTRIES: [(&str, [&str; 4]); 9] = [
    ("F&B", ["Kitchen", "Coffee Roasters", "Noodle Bar", "Bakery"]),
    ("Retail", ["Lifestyle Store", "Home Living", "Fashion", "Department Store"]),
    ("Beauty & Wellness", ["Spa", "Skin Clinic", "Hair Studio", "Yoga Studio"]),
    ("Hospitality", ["Hotel", "Serviced Suites", "Resort", "Boutique Inn"]),
    ("Entertainment", ["Cinemas", "Karaoke", "Escape Rooms", "Theme Park"]),
    ("Fitness", ["Fitness Club", "Climbing Gym", "Pilates House", "Swim School"]),
    ("Education", ["Learning Centre", "Language School", "Music Academy", "Coding School"]),
    ("Healthcare", ["Dental Group", "Family Clinic", "Eye Care", "Pharmacy"]),
    ("Travel", ["Travel", "Cruises", "Car Rental", "Island Tours"]),
];
/// Where a company is, how its number begins, and its legal form.
const LOCATIONS: [(&str, &str, &str); 10] = [
    ("Singapore", "+65 6", "Pte Ltd"),
    ("Kuala Lumpur", "+60 3 2", "Sdn Bhd"),
    ("Hong Kong", "+852 2", "Limited"),
    ("Bangkok", "+66 2 ", "Co., Ltd."),
    ("Jakarta", "+62 21 5", "Tbk"),
    ("Manila", "+63 2 8", "Inc."),
    ("Taipei", "+886 2 2", "Co., Ltd."),
    ("Ho Chi Minh City", "+84 28 3", "JSC"),
    ("Penang", "+60 4 2", "Sdn Bhd"),
    ("Tokyo", "+81 3 5", "K.K."),
];
const GIVEN_NAMES: [&str; 24] = [
    "Aisha", "Benjamin", "Cheryl", "Darren", "Elaine", "Farid", "Gwen", "Hafiz", "Irene", "Jason", "Karen", "Leon",
    "Michelle", "Nadia", "Oscar", "Priya", "Quentin", "Rachel", "Samuel", "Tanya", "Ursula", "Vincent", "Wendy",
    "Yusuf",
];
const FAMILY_NAMES: [&str; 20] = [
    "Ang",
    "Bala",
    "Chan",
    "Desai",
    "Espinosa",
    "Foo",
    "Goh",
    "Hassan",
    "Ismail",
    "Jeyaraj",
    "Kwok",
    "Leung",
    "Mendoza",
    "Nguyen",
    "Ong",
    "Prasetyo",
    "Quek",
    "Suzuki",
    "Tan",
    "Wongsakul",
];
const SOURCES: [&str; 5] = ["LinkedIn", "Trade fair", "Website form", "Referral", "Cold call"];
const REMARKS: [&str; 8] = [
    "Runs paper stamp cards at the moment.",
    "Asked for coupons that work inside a chat app.",
    "Wants to know how redemption is checked at the counter.",
    "Has a points programme that ends this year.",
    "Plans to open two more outlets.",
    "Compares us with two other providers.",
    "Needs invoices in local currency.",
    "Interested in gift vouchers for the festive season.",
];

/// The demo's leads as of a day.
#[must_use]
pub fn all(today: NaiveDate) -> Vec<DemoLead> {
    let mut random = Random::seeded(300);
    (0..LEADS).map(|number| lead(number, today, &mut random)).collect()
}

fn lead(number: usize, today: NaiveDate, random: &mut Random) -> DemoLead {
    // Each name has each line of business once at most, so that no two are alike.
    let first = FIRST_WORDS[number % FIRST_WORDS.len()];
    let (industry, kinds) = INDUSTRIES[(number / FIRST_WORDS.len() + number) % INDUSTRIES.len()];
    let kind = kinds[(number / FIRST_WORDS.len()) % kinds.len()];
    let (location, dial, form) = LOCATIONS[if random.chance(40) { 0 } else { random.index(LOCATIONS.len()) }];
    let name = format!("{first} {kind}");
    let host: String = name.to_lowercase().chars().filter(char::is_ascii_alphanumeric).collect();
    let (given, family) = (random.pick(&GIVEN_NAMES), random.pick(&FAMILY_NAMES));
    let website = format!("https://www.{host}.example");
    let email = match random.between(1, 20) {
        1 => String::new(),
        2 => format!("{}(at){host}.example", given.to_lowercase()),
        _ => format!("{}.{}@{host}.example", given.to_lowercase(), family.to_lowercase()),
    };
    let age = random.between(0, 400);
    let created = back(today, age);
    let status = match random.between(0, 99) {
        _ if age < 10 => LeadStatus::New,
        0..=29 => LeadStatus::New,
        30..=51 => LeadStatus::Contacted,
        52..=66 => LeadStatus::Qualified,
        67..=76 => LeadStatus::Proposal,
        77..=83 => LeadStatus::Negotiation,
        84..=93 => LeadStatus::Won,
        _ => LeadStatus::Lost,
    };
    let changed_ago = if status == LeadStatus::New { age } else { random.between(0, age) };
    let open = !matches!(status, LeadStatus::Won | LeadStatus::Lost);
    let last_contacted = (status != LeadStatus::New).then(|| back(today, changed_ago));
    let follow_up_date = (open && random.chance(60)).then(|| {
        let days = random.between(-6, 25);
        if days < 0 { back(today, -days) } else { today + Days::new(days.unsigned_abs()) }
    });
    let assigned_to = match random.between(1, 10) {
        1..=5 => Some("sales.rep@mezzofy.example"),
        6..=8 => Some("sales.manager@mezzofy.example"),
        _ => None,
    };
    let hour = u32::try_from(random.between(1, 9)).unwrap_or(1);
    let at = |day: NaiveDate| day.and_time(NaiveTime::from_hms_opt(hour, 15, 0).unwrap_or_default()).and_utc();
    let lead = Lead {
        company: format!("{name} {form}"),
        contacts: vec![Contact {
            name: format!("{given} {family}"),
            email,
            phone: format!("{dial}{:03} {:04}", random.between(100, 999), number + 1_000),
        }],
        industry: industry.to_owned(),
        location: location.to_owned(),
        website,
        source: random.pick(&SOURCES).to_owned(),
        status,
        assigned_to: assigned_to.map(str::to_owned),
        follow_up_date,
        last_contacted,
        opted_out: random.chance(4),
        notes: if random.chance(70) { random.pick(&REMARKS).to_owned() } else { String::new() },
    };
    DemoLead { lead, created_at: at(created), status_changed_at: at(back(today, changed_ago)) }
}

fn back(today: NaiveDate, days: i64) -> NaiveDate {
    today - Days::new(days.unsigned_abs())
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use mezzofy_domain::crm::identity::{Identity, groups};

    use super::*;

    #[test]
    fn there_are_three_hundred_different_companies_at_every_stage() {
        let today = NaiveDate::from_ymd_opt(2026, 11, 22).unwrap();
        let all = super::all(today);
        assert_eq!(all, super::all(today));
        let keys: Vec<Identity> = all.iter().map(|demo| Identity::of(&demo.lead)).collect();
        let first: BTreeSet<usize> = groups(&keys).into_iter().collect();
        assert_eq!(first.len(), 300, "no two are one company");
        assert!(
            LeadStatus::ALL.into_iter().all(|status| all.iter().filter(|demo| demo.lead.status == status).count() >= 5)
        );
        assert!(all.iter().any(|demo| demo.lead.opted_out) && all.iter().any(|demo| demo.lead.has_bad_address()));
        assert!(all.iter().all(|demo| demo.created_at <= demo.status_changed_at));
    }
}
