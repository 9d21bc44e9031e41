//! The demo company's chart of accounts, and what it spends on.

use mezzofy_domain::ledger::AccountType::{self, Asset, Equity, Expense, Liability, Revenue};

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct ChartAccount {
    pub(super) code: &'static str,
    pub(super) name: &'static str,
    pub(super) kind: AccountType,
}

const fn account(code: &'static str, name: &'static str, kind: AccountType) -> ChartAccount {
    ChartAccount { code, name, kind }
}

pub(super) const OPERATING_BANK: ChartAccount = account("1010", "Operating bank account", Asset);
pub(super) const RESERVE_BANK: ChartAccount = account("1020", "Reserve bank account", Asset);
pub(super) const RECEIVABLES: ChartAccount = account("1100", "Trade receivables", Asset);
pub(super) const PREPAID_INSURANCE: ChartAccount = account("1200", "Prepaid insurance", Asset);
pub(super) const EQUIPMENT: ChartAccount = account("1500", "Equipment", Asset);
pub(super) const ACCUMULATED_DEPRECIATION: ChartAccount = account("1590", "Accumulated depreciation", Asset);
pub(super) const PAYABLES: ChartAccount = account("2010", "Trade payables", Liability);
pub(super) const GST: ChartAccount = account("2020", "GST payable", Liability);
pub(super) const CPF_PAYABLE: ChartAccount = account("2030", "CPF payable", Liability);
pub(super) const LOAN: ChartAccount = account("2500", "Term loan", Liability);
pub(super) const SHARE_CAPITAL: ChartAccount = account("3010", "Share capital", Equity);
pub(super) const RETAINED_EARNINGS: ChartAccount = account("3100", "Retained earnings", Equity);
pub(super) const SUBSCRIPTIONS: ChartAccount = account("4010", "Subscription fees", Revenue);
pub(super) const PLATFORM_FEES: ChartAccount = account("4020", "Coupon platform fees", Revenue);
pub(super) const REDEMPTION_FEES: ChartAccount = account("4030", "Redemption fees", Revenue);
pub(super) const SET_UP_FEES: ChartAccount = account("4040", "Set-up and training fees", Revenue);
pub(super) const INTEREST_EARNED: ChartAccount = account("4900", "Interest income", Revenue);
pub(super) const SALARIES: ChartAccount = account("5010", "Salaries", Expense);
pub(super) const CPF: ChartAccount = account("5020", "Employer CPF", Expense);
pub(super) const CLOUD: ChartAccount = account("5030", "Cloud hosting", Expense);
pub(super) const MARKETING: ChartAccount = account("5040", "Marketing", Expense);
pub(super) const RENT: ChartAccount = account("5050", "Office rent", Expense);
pub(super) const PAYMENT_FEES: ChartAccount = account("5060", "Payment processing fees", Expense);
pub(super) const TRAVEL: ChartAccount = account("5070", "Travel", Expense);
pub(super) const SOFTWARE: ChartAccount = account("5080", "Software", Expense);
pub(super) const ADVICE: ChartAccount = account("5090", "Audit and legal fees", Expense);
pub(super) const INSURANCE: ChartAccount = account("5100", "Insurance", Expense);
pub(super) const OFFICE: ChartAccount = account("5110", "Office and telephone", Expense);
pub(super) const DEPRECIATION: ChartAccount = account("5120", "Depreciation", Expense);
pub(super) const INTEREST_PAID: ChartAccount = account("5130", "Loan interest", Expense);

pub(super) const GATEWAYS: [&str; 2] = ["card gateway", "PayNow gateway"];
pub(super) const ADVERTISING: [&str; 5] =
    ["Search advertising", "Social media advertising", "Trade fair stand", "Merchant newsletter", "Launch video"];
pub(super) const TOOLS: [&str; 4] = ["Office suite", "CRM licences", "Design licences", "Monitoring service"];
pub(super) const TRIPS: [&str; 5] = ["Kuala Lumpur", "Hong Kong", "Bangkok", "Jakarta", "Taipei"];
