use chrono::NaiveDate;
use fastrand::Rng;

use super::identity::{Identity, Phone, domain, groups, name_words};
use super::*;

fn lead(company: &str, email: &str, phone: &str, location: &str, website: &str) -> Lead {
    let contact = Contact { name: String::new(), email: email.to_owned(), phone: phone.to_owned() };
    Lead {
        company: company.to_owned(),
        contacts: vec![contact],
        location: location.to_owned(),
        website: website.to_owned(),
        ..Lead::default()
    }
}

fn same(one: &Lead, other: &Lead) -> bool {
    Identity::of(one).matches(&Identity::of(other))
}

#[test]
fn a_registered_name_is_found_and_a_shared_host_is_none() {
    for (text, wanted) in [
        ("https://www.abc.com.sg/menu?x=1", Some("abc.com.sg")),
        ("sales@mail.abc.com", Some("abc.com")),
        ("shop.abc.co.jp", Some("abc.co.jp")),
        ("www.abc.gov.my", Some("abc.gov.my")),
        ("http://menu.abc.org.uk", Some("abc.org.uk")),
        ("abc.sch.id", Some("abc.sch.id")),
        ("abc.example", Some("abc.example")),
        ("https://abc.myshopify.com", Some("abc.myshopify.com")),
        ("ana@gmail.com", None),
        ("https://www.facebook.com/abc", None),
        ("abc@singnet.com.sg", None),
        ("127.0.0.1", None),
        ("not a site", None),
        ("", None),
    ] {
        assert_eq!(domain(text).as_deref(), wanted, "{text}");
    }
}

#[test]
fn a_number_is_the_same_however_it_is_written() {
    let singapore = |text: &str| Phone::read(text, "Singapore").unwrap();
    for text in
        ["+65 6123 4567", "(65) 6123-4567", "6123 4567", "0065-61234567", "65 61234567", "+65 (0) 6123 4567 ext. 9"]
    {
        assert!(singapore(text).is(&singapore("61234567")), "{text}: {:?}", singapore(text));
    }
    let malaysia = |text: &str| Phone::read(text, "Kuala Lumpur").unwrap();
    assert!(malaysia("+60 3-2288 1234").is(&malaysia("03 2288 1234")));
    assert!(!malaysia("+60 3-2288 1234").is(&singapore("+65 2288 1234")));
    assert!(Phone::read("+65 6123 4567", "").unwrap().is(&Phone::read("6123 4567", "").unwrap()));
    assert_eq!(Phone::read("123", "Singapore"), None);
}

#[test]
fn a_name_is_the_same_without_its_legal_form() {
    for (one, other) in [
        ("ABC Restaurant Group Pte. Ltd.", "ABC Restaurant Group"),
        ("Golden Spoon (S) Pte Ltd", "GOLDEN SPOON"),
        ("Café Zoë Sdn. Bhd.", "Cafe Zoe"),
        ("金龍餐飲有限公司", "金龙餐饮"),
        ("The Coffee Bean Co., Ltd.", "Coffee Bean"),
        ("Tan & Sons Limited", "Tan and Sons"),
        ("PT Maju Jaya Tbk", "Maju Jaya"),
        ("Sunrise Intl", "Sunrise International"),
    ] {
        assert_eq!(name_words(one), name_words(other), "{one} / {other}");
    }
    assert_eq!(name_words("Limited Company"), ["limited", "company"]);
}

#[test]
fn what_only_looks_alike_stays_apart() {
    for (one, other) in [
        (lead("Toast Box Branch 2", "", "", "Singapore", ""), lead("Toast Box Branch 3", "", "", "Singapore", "")),
        (lead("Lotus Spa", "a@gmail.com", "", "Bangkok", ""), lead("Orchid Spa", "b@gmail.com", "", "Bangkok", "")),
        (lead("Sunrise Hotel", "", "", "Penang", ""), lead("Sunrise Motel", "", "", "Penang", "")),
        (
            lead("Golden Palace", "", "", "Singapore", "https://goldenpalace.sg"),
            lead("Golden Place", "", "", "Singapore", "https://goldenplace.sg"),
        ),
        (
            lead("Orchard Bakery", "", "6511 2233", "Singapore", ""),
            lead("Orchid Bakery", "", "6511 2234", "Singapore", ""),
        ),
    ] {
        assert!(!same(&one, &other), "{} / {}", one.company, other.company);
    }
}

/// Makes 1,000 pairs that are of one company and 1,000 that are not, and counts what is told right.
#[test]
#[expect(clippy::too_many_lines, reason = "the ways in which records differ stand side by side")]
fn duplicates_are_found_and_others_left_alone() {
    const HEADS: [&str; 40] = [
        "Golden Spoon",
        "Harbour Lights",
        "Jade Garden",
        "Old Town",
        "Ocean Pearl",
        "Rainbow Kitchen",
        "Silver Fern",
        "Tropical Breeze",
        "Urban Roots",
        "Velvet Room",
        "Wild Ginger",
        "Yellow Umbrella",
        "Bamboo Grove",
        "Coral Bay",
        "Dragon Well",
        "Evergreen",
        "Firefly",
        "Garden Terrace",
        "Happy Valley",
        "Island Spice",
        "Jungle Beat",
        "Kampong Days",
        "Lemon Tree",
        "Mango Street",
        "Night Market",
        "Orange Grove",
        "Paper Crane",
        "Queen Street",
        "Rose Apple",
        "Sea Breeze",
        "Tiger Lily",
        "Unity",
        "Vanilla Bean",
        "White Rabbit",
        "Crystal Palace",
        "Zodiac",
        "Blue Lagoon",
        "Cherry Blossom",
        "Desert Rose",
        "Pacific Crest",
    ];
    const TAILS: [&str; 10] =
        ["Restaurant", "Cafe", "Bakery", "Hotel", "Spa", "Fitness", "Cinemas", "Pharmacy", "Bookstore", "Travel"];
    const PLACES: [(&str, &str, &str); 4] =
        [("Singapore", "65", "6"), ("Kuala Lumpur", "60", "32"), ("Hong Kong", "852", "2"), ("Bangkok", "66", "2")];
    let mut random = Rng::with_seed(7);
    let number = |random: &mut Rng, lead: &str| format!("{lead}{:07}", random.u32(1_000_000..=9_999_999));
    let base = |random: &mut Rng, head: usize, tail: usize| {
        let (place, code, first) = PLACES[random.usize(..4)];
        let company = format!("{} {}", HEADS[head], TAILS[tail]);
        let host: String = company.to_lowercase().replace(' ', "");
        let digits = number(random, first);
        let mut made = lead(
            &company,
            &format!("info@{host}.com"),
            &format!("+{code} {digits}"),
            place,
            &format!("https://{host}.com"),
        );
        made.industry = TAILS[tail].to_owned();
        made.contacts[0].name = format!("Person {}", random.u32(1..=9_999));
        (made, code, digits)
    };
    let slip = |random: &mut Rng, text: &str| {
        let mut letters: Vec<char> = text.chars().collect();
        let at = 1 + random.usize(..letters.len() - 3);
        match random.usize(..3) {
            0 => letters.swap(at, at + 1),
            1 => drop(letters.remove(at)),
            _ => letters.insert(at, letters[at]),
        }
        letters.into_iter().collect::<String>()
    };
    let (mut found, mut wrong) = (0_u32, 0_u32);
    for _ in 0..1_000 {
        let (head, tail) = (random.usize(..HEADS.len()), random.usize(..TAILS.len()));
        let (one, code, digits) = base(&mut random, head, tail);
        let mut two = one.clone();
        // Each pair has one way in common, and differs or says nothing in the others.
        two.contacts[0] = Contact::default();
        two.website = String::new();
        match random.usize(..7) {
            0 => two.company = format!("{} Pte. Ltd.", one.company.to_uppercase()),
            1 => two.company = slip(&mut random, &one.company),
            2 => {
                two.company = format!("{} Group", HEADS[head]);
                two.contacts[0].phone = format!("({code}) {}-{}", &digits[..4], &digits[4..]);
            }
            3 => {
                two.company = format!("{} {} Holdings", HEADS[head], TAILS[(tail + 1) % TAILS.len()]);
                two.contacts[0].email = format!("sales@mail.{}", one.website.trim_start_matches("https://"));
            }
            4 => two.company = format!("The {} Sdn Bhd", one.company.replace(' ', "-")),
            5 => {
                two.company = slip(&mut random, &one.company);
                two.contacts[0].name.clone_from(&one.contacts[0].name);
                two.contacts[0].email = "someone@gmail.com".to_owned();
            }
            _ => {
                let mut words: Vec<&str> = one.company.split(' ').collect();
                words.rotate_left(1);
                two.company = format!("{} Limited", words.join(" "));
                two.contacts[0].phone.clone_from(&digits);
            }
        }
        found += u32::from(same(&one, &two));

        let (other_head, other_tail) =
            ((head + 1 + random.usize(..HEADS.len() - 1)) % HEADS.len(), random.usize(..TAILS.len()));
        // The same line of business, the same first words, or neither.
        let (other_head, other_tail) = match random.usize(..3) {
            0 => (other_head, tail),
            1 => (head, (tail + 1 + other_tail.min(TAILS.len() - 2)) % TAILS.len()),
            _ => (other_head, other_tail),
        };
        let (mut three, ..) = base(&mut random, other_head, other_tail);
        if random.bool() {
            three.contacts[0].email = one.contacts[0].email.replace("info@", "info.").replace(".com", "@gmail.com");
            three.website = String::new();
        }
        wrong += u32::from(same(&one, &three));
    }
    let precision = f64::from(found) / f64::from(found + wrong);
    assert!(found >= 950, "recall {found} of 1000");
    assert!(precision >= 0.98, "precision {precision}: {wrong} wrong");
}

#[test]
fn the_same_as_a_third_is_the_same_and_the_first_stands_for_all() {
    let all = [
        lead("ABC Restaurant Group", "ana@abc.example.com", "", "", ""),
        lead("Somebody Else", "x@gmail.com", "", "", ""),
        lead("ABC Restaurants", "", "+65 6123 4567", "Singapore", ""),
        lead("A.B.C. Dining", "ben@abc.example.com", "6123 4567", "Singapore", ""),
    ];
    let keys: Vec<Identity> = all.iter().map(Identity::of).collect();
    assert_eq!(groups(&keys), [0, 1, 0, 0]);
}

#[test]
fn a_merge_loses_nothing() {
    let mut one = lead("ABC Group", "ana@abc.example", "", "Singapore", "");
    one.contacts[0].name = "Ana".to_owned();
    one.status = LeadStatus::Contacted;
    one.assigned_to = Some("rep@m.example".to_owned());
    let mut two = lead("ABC Group Pte Ltd", "ben@abc.example", "6123", "Jurong", "abc.example");
    two.contacts[0].name = "Ben".to_owned();
    two.status = LeadStatus::Lost;
    two.opted_out = true;
    two.assigned_to = Some("boss@m.example".to_owned());
    two.notes = "Met at the fair.".to_owned();
    one.absorb(two.clone());
    let all = format!("{one:?}");
    for said in [
        "Ana",
        "Ben",
        "ana@abc.example",
        "ben@abc.example",
        "6123",
        "Singapore",
        "Jurong",
        "abc.example",
        "Pte Ltd",
        "rep@m",
        "boss@m",
        "Met at the fair.",
    ] {
        assert!(all.contains(said), "{said} is lost: {all}");
    }
    assert_eq!((one.status, one.opted_out), (LeadStatus::Contacted, true));
    let merged = one.clone();
    one.absorb(two);
    assert_eq!(one, merged, "merging again changes nothing");
}

#[test]
fn a_file_of_leads_is_read_and_its_mistakes_are_named() {
    let head = file::COLUMNS.join(",");
    let read = |rows: &str| file::parse(format!("{head}\n{rows}\n").as_bytes());
    let leads = read(
        "ABC Group,Ana Tan,ANA@abc.example,+65 6123 4567,F&B,Singapore,abc.example,Fair,qualified,rep@m.example,2026-12-01,2026-11-03,no,\"Two\nlines\"\n\
         Bad Mail Cafe,,no-address,,,,,,,,,,yes,",
    )
    .unwrap();
    assert_eq!(leads.len(), 2);
    assert_eq!((leads[0].status, leads[0].contacts[0].email.as_str()), (LeadStatus::Qualified, "ana@abc.example"));
    assert_eq!(leads[0].follow_up_date, NaiveDate::from_ymd_opt(2026, 12, 1));
    assert!(leads[1].has_bad_address() && leads[1].opted_out && leads[1].reachable().is_none());

    let errors = read("ABC,,,,,,,,hot,,,,,\n,,,,,,,,,nobody,tomorrow,,maybe,").unwrap_err().to_string();
    for line in [
        "line 2, column status: “hot” is no status",
        "line 3, column company: the field is empty",
        "line 3, column assigned_to: “nobody” is not an email address",
        "line 3, column opted_out: “maybe” is neither yes nor no",
        "line 3, column follow_up_date: “tomorrow” is not a date",
    ] {
        assert!(errors.contains(line), "{line} is not in {errors}");
    }
    assert!(file::parse(b"name,email\nx,y\n").unwrap_err().to_string().contains("column company: the header lacks"));
}
