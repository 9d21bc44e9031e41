//! Made-up companies that are not in the CRM yet, as a business network and their own web sites would show them.

use crate::random::Random;

/// A company that can be found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Prospect {
    /// Its name in addresses.
    pub(crate) slug: String,
    pub(crate) name: String,
    /// What it does, as the network calls it.
    pub(crate) industry: &'static str,
    pub(crate) location: &'static str,
    /// How many people work there.
    pub(crate) size: &'static str,
    pub(crate) founded: u32,
    pub(crate) specialties: &'static str,
    /// The address of mail on its web site; some have none.
    pub(crate) email: Option<String>,
    /// The number on its web site.
    pub(crate) phone: String,
}

const NAMES: [&str; 40] = [
    "Peranakan Table",
    "Bukit Timah Brewers",
    "Straits Spice",
    "Chilli Padi Kitchen",
    "Kopi & Kaya House",
    "Laksa Lab",
    "Tanjong Grill",
    "Rice & Roots",
    "The Dumpling Room",
    "Sambal Society",
    "Lotus Leaf Dining",
    "Wok & Barrel",
    "Marina Bites",
    "Katong Creamery",
    "Ubi Noodles",
    "Botanic Bistro",
    "Sugarcane Social",
    "Holland Roast",
    "Serangoon Sweets",
    "Fullerton Feast",
    "Boat Quay Burgers",
    "Raintree Cafe",
    "Sesame Street Eats",
    "Coconut Club House",
    "Merlion Munch",
    "Ginger Flower",
    "Orchard Ovens",
    "Satay Story",
    "Pearl Hill Poke",
    "Little Nyonya",
    "Market Street Tea",
    "Haji Lane Toast",
    "Keppel Kitchens",
    "Siglap Seafood",
    "Tampines Tapas",
    "Newton Nosh",
    "Dempsey Deli",
    "Joo Chiat Pies",
    "Bedok Bao",
    "Punggol Pasta",
];
const INDUSTRIES: [(&str, &str, &str); 5] = [
    ("Restaurants", "Group", "Casual dining, catering"),
    ("Retail", "Stores", "Lifestyle products, gifts"),
    ("Hotels and Motels", "Hotels", "Business travel, events"),
    ("Fitness Centres and Gyms", "Fitness", "Classes, personal training"),
    ("Beauty and Wellness", "Beauty & Wellness", "Skin care, massage"),
];
const SIZES: [&str; 4] = ["11-50", "51-200", "201-500", "2-10"];
const SPECIALTIES: [&str; 6] = [
    "Casual dining, catering",
    "Coffee, breakfast",
    "Local food, delivery",
    "Desserts, afternoon tea",
    "Seafood, events",
    "Bakery, gifts",
];
const LOCATIONS: [&str; 4] = ["Singapore", "Kuala Lumpur", "Hong Kong", "Bangkok"];

/// All of them, the same every time: forty restaurants in Singapore first, then others elsewhere.
pub(crate) fn all() -> Vec<Prospect> {
    let mut random = Random::seeded(64);
    let mut all = Vec::new();
    for (at, name) in NAMES.iter().enumerate() {
        all.push(prospect(name, INDUSTRIES[0].0, "Singapore", SPECIALTIES[at % SPECIALTIES.len()], at, &mut random));
    }
    for (row, (industry, ending, specialties)) in INDUSTRIES.iter().enumerate() {
        for (at, name) in NAMES.iter().enumerate().skip(row * 8).take(8) {
            let location = LOCATIONS[(at + row) % LOCATIONS.len()];
            let first = name.split(' ').next().unwrap_or(name);
            let name = format!("{first} {location} {ending}");
            all.push(prospect(&name, industry, location, specialties, at + 40 * (row + 1), &mut random));
        }
    }
    all
}

fn prospect(
    name: &str,
    industry: &'static str,
    location: &'static str,
    specialties: &'static str,
    number: usize,
    random: &mut Random,
) -> Prospect {
    let slug: String = name.to_lowercase().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { '-' }).collect();
    let slug = slug.split('-').filter(|part| !part.is_empty()).collect::<Vec<_>>().join("-");
    // Of those that are not found first, each seventh company shows no address.
    let email = (number < 20 || number % 7 != 6).then(|| format!("hello@{}.example", slug.replace('-', "")));
    Prospect {
        name: name.to_owned(),
        industry,
        location,
        size: SIZES[random.index(SIZES.len())],
        founded: u32::try_from(random.between(1985, 2022)).unwrap_or(2000),
        specialties,
        email,
        phone: format!("+65 6{:03} {:04}", random.between(100, 899), 2_000 + number),
        slug,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_prospects_are_different_companies() {
        let all = all();
        assert!(all.len() >= 70);
        let slugs: BTreeSet<&String> = all.iter().map(|prospect| &prospect.slug).collect();
        assert_eq!(slugs.len(), all.len());
        let singapore = all.iter().filter(|one| one.location == "Singapore" && one.industry == "Restaurants");
        assert!(singapore.count() >= 40);
    }
}
