//! The demo company's chart of accounts and the names it deals with.

use crate::ledger::AccountType::{self, Asset, Equity, Expense, Liability, Revenue};

/// An account of the chart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Place {
    pub(super) code: &'static str,
    pub(super) name: &'static str,
    pub(super) kind: AccountType,
}

const fn place(code: &'static str, name: &'static str, kind: AccountType) -> Place {
    Place { code, name, kind }
}

pub(super) const OPERATING_BANK: Place = place("1010", "Operating bank account", Asset);
pub(super) const RESERVE_BANK: Place = place("1020", "Reserve bank account", Asset);
pub(super) const RECEIVABLES: Place = place("1100", "Trade receivables", Asset);
pub(super) const PREPAID: Place = place("1200", "Prepaid insurance", Asset);
pub(super) const EQUIPMENT: Place = place("1500", "Equipment", Asset);
pub(super) const WORN: Place = place("1590", "Accumulated depreciation", Asset);
pub(super) const PAYABLES: Place = place("2010", "Trade payables", Liability);
pub(super) const GST: Place = place("2020", "GST payable", Liability);
pub(super) const CPF_PAYABLE: Place = place("2030", "CPF payable", Liability);
pub(super) const LOAN: Place = place("2500", "Term loan", Liability);
pub(super) const SHARES: Place = place("3010", "Share capital", Equity);
pub(super) const RETAINED: Place = place("3100", "Retained earnings", Equity);
pub(super) const SUBSCRIPTIONS: Place = place("4010", "Subscription fees", Revenue);
pub(super) const PLATFORM_FEES: Place = place("4020", "Coupon platform fees", Revenue);
pub(super) const REDEMPTION_FEES: Place = place("4030", "Redemption fees", Revenue);
pub(super) const SET_UP_FEES: Place = place("4040", "Set-up and training fees", Revenue);
pub(super) const INTEREST_EARNED: Place = place("4900", "Interest income", Revenue);
pub(super) const SALARIES: Place = place("5010", "Salaries", Expense);
pub(super) const CPF: Place = place("5020", "Employer CPF", Expense);
pub(super) const CLOUD: Place = place("5030", "Cloud hosting", Expense);
pub(super) const MARKETING: Place = place("5040", "Marketing", Expense);
pub(super) const RENT: Place = place("5050", "Office rent", Expense);
pub(super) const PAYMENT_FEES: Place = place("5060", "Payment processing fees", Expense);
pub(super) const TRAVEL: Place = place("5070", "Travel", Expense);
pub(super) const SOFTWARE: Place = place("5080", "Software", Expense);
pub(super) const ADVICE: Place = place("5090", "Audit and legal fees", Expense);
pub(super) const INSURANCE: Place = place("5100", "Insurance", Expense);
pub(super) const OFFICE: Place = place("5110", "Office and telephone", Expense);
pub(super) const DEPRECIATION: Place = place("5120", "Depreciation", Expense);
pub(super) const INTEREST_PAID: Place = place("5130", "Loan interest", Expense);

/// Who the company invoices; they joined in this order.
pub(super) const MERCHANTS: [Merchant; 24] = [
    merchant("Harbour Kopi", true),
    merchant("Orchid Bakery", true),
    merchant("Satay Lane", true),
    merchant("Penang Noodle House", false),
    merchant("Lion City Fitness", true),
    merchant("Jade Garden Restaurants", false),
    merchant("Tiong Bahru Books", true),
    merchant("Mekong Tea", false),
    merchant("East Coast Seafood Group", true),
    merchant("Victoria Peak Spa", false),
    merchant("Marina Optics", true),
    merchant("Formosa Bubble Tea", false),
    merchant("Kampong Grill", true),
    merchant("Bukit Cinemas", true),
    merchant("Johor Family Mart", false),
    merchant("Raffles Pet Care", true),
    merchant("Siam Wellness", false),
    merchant("Little India Sweets", true),
    merchant("Kowloon Dim Sum", false),
    merchant("Sentosa Adventure Park", true),
    merchant("Manila Coffee Works", false),
    merchant("Novena Dental", true),
    merchant("Jakarta Fashion Hub", false),
    merchant("Clarke Quay Hotels", true),
];

pub(super) const GATEWAYS: [&str; 2] = ["card gateway", "PayNow gateway"];
pub(super) const CAMPAIGNS: [&str; 5] =
    ["Search advertising", "Social media advertising", "Trade fair stand", "Merchant newsletter", "Launch video"];
pub(super) const TOOLS: [&str; 4] = ["Office suite", "CRM licences", "Design licences", "Monitoring service"];
pub(super) const TRIPS: [&str; 5] = ["Kuala Lumpur", "Hong Kong", "Bangkok", "Jakarta", "Taipei"];

/// A customer.
#[derive(Clone, Copy)]
pub(super) struct Merchant {
    pub(super) name: &'static str,
    /// In Singapore, so that GST is charged; abroad the rate is zero.
    pub(super) local: bool,
}

const fn merchant(name: &'static str, local: bool) -> Merchant {
    Merchant { name, local }
}
