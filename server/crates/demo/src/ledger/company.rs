//! What the demo company does in a month.

use chrono::{Datelike, Days, NaiveDate};
use mezzofy_domain::language::Language;
use mezzofy_domain::ledger::entry::Entry;
use mezzofy_domain::period::Period;

use super::chart::{self as at, ChartAccount};
use super::journal::{Journal, working_day};
use crate::merchants::{MERCHANTS, Merchant};
use crate::random::Random;

/// How much more coupons are redeemed than on average, by month, in percent: New Year, the June sales, 11.11 and Christmas.
const SEASON_PERCENT: [i64; 12] = [118, 112, 94, 92, 96, 106, 100, 97, 95, 99, 116, 128];

/// The company and what it still expects to get and to pay.
pub(super) struct Company {
    journal: Journal,
    receivables: Vec<Due>,
    payables: Vec<Due>,
    /// Months worked so far.
    age: i64,
}

struct Due {
    date: NaiveDate,
    text: String,
    cents: i64,
}

/// One month of work: its first day, its length and its numbers.
struct Month {
    first_day: NaiveDate,
    last_day: NaiveDate,
    name: String,
    random: Random,
    season: i64,
}

impl Month {
    fn day(&self, number: u32) -> NaiveDate {
        working_day(self.first_day, number)
    }
}

impl Company {
    /// A going concern with its opening balances.
    pub(super) fn opened(day: NaiveDate) -> Self {
        let mut random = Random::of_month(day.year(), 0);
        let mut due = |texts: &[&str], low: i64, high: i64, days: i64| -> Vec<Due> {
            let items = texts.iter().map(|text| Due {
                date: after(day, random.between(5, days)),
                text: (*text).to_owned(),
                cents: random.between(low, high),
            });
            items.collect()
        };
        let debtors: Vec<&str> = MERCHANTS.iter().take(9).map(|merchant| merchant.name).collect();
        let receivables = due(&debtors, 1_100_000, 2_600_000, 50);
        let payables =
            due(&["cloud hosting", "advertising", "design agency", "office supplies"], 300_000, 1_100_000, 25);
        let sum = |items: &[Due]| items.iter().map(|item| item.cents).sum::<i64>();
        let mut journal = Journal::default();
        journal.open(
            day,
            &[
                (at::OPERATING_BANK, 42_000_000),
                (at::RESERVE_BANK, 60_000_000),
                (at::RECEIVABLES, sum(&receivables)),
                (at::EQUIPMENT, 18_000_000),
                (at::ACCUMULATED_DEPRECIATION, -6_000_000),
                (at::PAYABLES, -sum(&payables)),
                (at::LOAN, -30_000_000),
                (at::SHARE_CAPITAL, -50_000_000),
            ],
        );
        Self { journal, receivables, payables, age: 0 }
    }

    /// Books one month; months follow each other.
    pub(super) fn work(&mut self, period: Period) {
        let (first_day, last_day) = period.bounds(period.first_day());
        let season =
            SEASON_PERCENT.iter().zip(1..).find_map(|(season, month)| (month == first_day.month()).then_some(*season));
        let mut month = Month {
            first_day,
            last_day,
            name: period.label(Language::En),
            random: Random::of_month(first_day.year(), first_day.month()),
            season: season.unwrap_or(100),
        };
        self.pay_authorities(&month);
        self.invoice(&mut month);
        self.redeem(&mut month);
        self.buy(&mut month);
        self.travel(&mut month);
        self.employ(&month);
        self.settle(&month);
        self.end(&mut month);
        self.journal.end_month();
        if month.first_day.month() == 12 {
            self.journal.close_year(month.last_day);
        }
        self.age += 1;
    }

    pub(super) fn into_entries(self) -> Vec<Entry> {
        self.journal.into_entries()
    }

    /// An amount of the first month as it is now, growing by so many thousandths of it each month.
    fn grown(&self, cents: i64, thousandths: i64) -> i64 {
        cents * (1_000 + thousandths * self.age) / 1_000
    }

    /// CPF of the month before and, after each quarter, its GST.
    fn pay_authorities(&mut self, month: &Month) {
        let cpf = self.journal.balance(at::CPF_PAYABLE);
        if cpf != 0 {
            self.journal.post(month.day(14), "CPF payment", &[(at::CPF_PAYABLE, -cpf), (at::OPERATING_BANK, cpf)]);
        }
        let gst = self.journal.balance(at::GST);
        if gst != 0 && month.first_day.month() % 3 == 1 {
            self.journal.post(month.day(30), "GST return", &[(at::GST, -gst), (at::OPERATING_BANK, gst)]);
        }
    }

    fn invoice(&mut self, month: &mut Month) {
        let customers = usize::try_from(10 + self.age / 4).unwrap_or(MERCHANTS.len());
        let joins = self.age % 4 == 0;
        for (index, merchant) in MERCHANTS.iter().take(customers).enumerate() {
            let plan = month.random.between(480_000, 960_000);
            let coupons = self.grown(month.random.between(700_000, 1_500_000), 9) * month.season / 100;
            let number = month.random.day(1, 12);
            let text = format!("Invoice {}, {}", month.name, merchant.name);
            self.bill(month, number, text, *merchant, &[(at::SUBSCRIPTIONS, plan), (at::PLATFORM_FEES, coupons)]);
            if joins && index + 1 == customers {
                let fee = month.random.between(350_000, 900_000);
                let text = format!("Set-up and training, {}", merchant.name);
                self.bill(month, number, text, *merchant, &[(at::SET_UP_FEES, fee)]);
            }
        }
    }

    fn bill(&mut self, month: &mut Month, day: u32, text: String, merchant: Merchant, fees: &[(ChartAccount, i64)]) {
        let net: i64 = fees.iter().map(|(_, cents)| cents).sum();
        let gst = if merchant.local { net * 9 / 100 } else { 0 };
        let mut lines = vec![(at::RECEIVABLES, net + gst)];
        lines.extend(fees.iter().map(|(account, cents)| (*account, -cents)));
        lines.push((at::GST, -gst));
        let date = month.day(day);
        self.journal.post(date, text, &lines);
        let due = after(date, month.random.between(18, 62));
        self.receivables.push(Due { date: due, text: merchant.name.to_owned(), cents: net + gst });
    }

    /// Redemption fees come weekly from the gateways, which keep their share.
    fn redeem(&mut self, month: &mut Month) {
        for week in [7, 14, 21, 28] {
            for gateway in at::GATEWAYS {
                let fees = self.grown(month.random.between(900_000, 1_500_000), 14) * month.season / 100;
                let kept = fees * month.random.between(26, 34) / 1_000;
                let text = format!("Redemption fees, {gateway}");
                let lines = [(at::OPERATING_BANK, fees - kept), (at::PAYMENT_FEES, kept), (at::REDEMPTION_FEES, -fees)];
                self.journal.post(month.day(week), text, &lines);
            }
        }
    }

    fn buy(&mut self, month: &mut Month) {
        let cloud = self.grown(month.random.between(1_900_000, 2_300_000), 12) * month.season / 100;
        self.owe(month, 3, format!("Cloud hosting {}", month.name), at::CLOUD, cloud);
        self.owe(
            month,
            1,
            format!("Office rent {}", month.name),
            at::RENT,
            if self.age < 24 { 1_380_000 } else { 1_460_000 },
        );
        for _ in 0..month.random.between(4, 6) {
            let (day, text) = (month.random.day(4, 26), month.random.pick(&at::ADVERTISING));
            let cost = self.grown(month.random.between(350_000, 1_050_000), 14) * month.season / 100;
            self.owe(month, day, text.to_owned(), at::MARKETING, cost);
        }
        for tool in at::TOOLS {
            let cost = self.grown(month.random.between(60_000, 190_000), 5);
            self.owe(month, 5, format!("{tool} {}", month.name), at::SOFTWARE, cost);
        }
        for text in ["Telephone and internet", "Office supplies"] {
            let (day, cost) = (month.random.day(8, 24), month.random.between(40_000, 120_000));
            self.owe(month, day, text.to_owned(), at::OFFICE, cost);
        }
        if month.first_day.month().is_multiple_of(3) {
            let cost = month.random.between(700_000, 1_600_000);
            self.owe(month, 20, "Audit and legal advice".to_owned(), at::ADVICE, cost);
        }
        if month.first_day.month() == 3 {
            let cost = month.random.between(3_000_000, 4_200_000);
            self.owe(month, 18, "Laptops and servers".to_owned(), at::EQUIPMENT, cost);
        }
    }

    fn owe(&mut self, month: &mut Month, day: u32, text: String, account: ChartAccount, cents: i64) {
        let date = month.day(day);
        let due = after(date, month.random.between(7, 30));
        self.journal.post(date, text.as_str(), &[(account, cents), (at::PAYABLES, -cents)]);
        self.payables.push(Due { date: due, text, cents });
    }

    fn travel(&mut self, month: &mut Month) {
        for _ in 0..month.random.between(3, 5) {
            let (day, city) = (month.random.day(2, 27), month.random.pick(&at::TRIPS));
            let cost = month.random.between(60_000, 340_000);
            let lines = [(at::TRAVEL, cost), (at::OPERATING_BANK, -cost)];
            self.journal.post(month.day(day), format!("Trip to {city}"), &lines);
        }
    }

    /// Salaries with a thirteenth month in December; CPF is 12 percent on top and 14 percent withheld.
    fn employ(&mut self, month: &Month) {
        let monthly = self.grown(16_000_000, 18);
        let salaries = if month.first_day.month() == 12 { monthly * 2 } else { monthly };
        let (on_top, withheld) = (salaries * 12 / 100, salaries * 14 / 100);
        let lines = [
            (at::SALARIES, salaries),
            (at::CPF, on_top),
            (at::CPF_PAYABLE, -on_top - withheld),
            (at::OPERATING_BANK, withheld - salaries),
        ];
        self.journal.post(month.day(27), format!("Salaries {}", month.name), &lines);
    }

    /// What falls due in the month is received and paid.
    fn settle(&mut self, month: &Month) {
        for due in take_due(&mut self.receivables, month.last_day) {
            let lines = [(at::OPERATING_BANK, due.cents), (at::RECEIVABLES, -due.cents)];
            self.journal.post(month.day(due.date.day()), format!("Received from {}", due.text), &lines);
        }
        for due in take_due(&mut self.payables, month.last_day) {
            let lines = [(at::PAYABLES, due.cents), (at::OPERATING_BANK, -due.cents)];
            self.journal.post(month.day(due.date.day()), format!("Paid: {}", due.text), &lines);
        }
    }

    fn end(&mut self, month: &mut Month) {
        let last = month.day(31);
        if month.first_day.month() == 1 {
            let lines = [(at::PREPAID_INSURANCE, 1_440_000), (at::OPERATING_BANK, -1_440_000)];
            self.journal.post(month.day(10), format!("Insurance {}", month.first_day.year()), &lines);
        }
        self.journal.post(
            last,
            "Insurance of the month",
            &[(at::INSURANCE, 120_000), (at::PREPAID_INSURANCE, -120_000)],
        );
        let worn = (self.journal.balance(at::EQUIPMENT) + self.journal.balance(at::ACCUMULATED_DEPRECIATION)) / 48;
        self.journal.post(
            last,
            "Depreciation of equipment",
            &[(at::DEPRECIATION, worn), (at::ACCUMULATED_DEPRECIATION, -worn)],
        );
        let loan = -self.journal.balance(at::LOAN);
        if loan > 0 {
            let (interest, repaid) = (loan * 42 / 12_000, loan.min(500_000));
            let lines = [(at::INTEREST_PAID, interest), (at::LOAN, repaid), (at::OPERATING_BANK, -interest - repaid)];
            self.journal.post(month.day(20), "Loan instalment", &lines);
        }
        let earned = self.journal.balance(at::RESERVE_BANK) * month.random.between(14, 20) / 12_000;
        self.journal.post(
            last,
            "Interest on the reserve",
            &[(at::RESERVE_BANK, earned), (at::INTEREST_EARNED, -earned)],
        );
        let spare = self.journal.balance(at::OPERATING_BANK) - 45_000_000;
        let moved = if spare < -25_000_000 { -20_000_000 } else { (spare / 1_000_000 * 1_000_000).max(0) };
        if moved != 0 {
            let lines = [(at::RESERVE_BANK, moved), (at::OPERATING_BANK, -moved)];
            self.journal.post(last, "Transfer between own accounts", &lines);
        }
    }
}

fn after(day: NaiveDate, days: i64) -> NaiveDate {
    day.checked_add_days(Days::new(days.unsigned_abs())).unwrap_or(day)
}

/// Removes what is due up to that day, in the order it was made.
fn take_due(items: &mut Vec<Due>, last_day: NaiveDate) -> Vec<Due> {
    let (due, later) = std::mem::take(items).into_iter().partition(|item| item.date <= last_day);
    *items = later;
    due
}
