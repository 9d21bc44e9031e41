//! The words of a statement, in English and simplified Chinese. The names of its lines are the domain's.

use chrono::{Datelike, NaiveDate};
use mezzofy_domain::language::Language;
use mezzofy_domain::ledger::AccountType;
use mezzofy_domain::ledger::statement::LineName;
use mezzofy_domain::period::day_label;

pub(super) struct Words {
    pub(super) language: Language,
    pub(super) title: &'static str,
    pub(super) company: &'static str,
    pub(super) period: &'static str,
    pub(super) currency: &'static str,
    pub(super) prepared_for: &'static str,
    pub(super) prepared_by: &'static str,
    pub(super) prepared_at: &'static str,
    pub(super) note: &'static str,
    pub(super) profit_and_loss: &'static str,
    pub(super) balance_sheet: &'static str,
    pub(super) cash_flow: &'static str,
    pub(super) notes: &'static str,
    pub(super) sources: &'static str,
    pub(super) revenue: &'static str,
    pub(super) expenses: &'static str,
    pub(super) assets: &'static str,
    pub(super) liabilities: &'static str,
    pub(super) equity: &'static str,
    pub(super) liabilities_and_equity: &'static str,
    pub(super) by_month: &'static str,
    pub(super) code: &'static str,
    pub(super) account: &'static str,
    pub(super) item: &'static str,
    pub(super) kind: &'static str,
    pub(super) entries: &'static str,
    pub(super) change: &'static str,
    pub(super) change_percent: &'static str,
    pub(super) nothing_before: &'static str,
}

static ENGLISH: Words = Words {
    language: Language::En,
    title: "Financial statement",
    company: "Company",
    period: "Period",
    currency: "Currency",
    prepared_for: "Prepared for",
    prepared_by: "Prepared by",
    prepared_at: "Prepared at",
    note: "Note",
    profit_and_loss: "Profit and loss",
    balance_sheet: "Balance sheet",
    cash_flow: "Cash flow",
    notes: "Notes",
    sources: "Sources",
    revenue: "Revenue",
    expenses: "Expenses",
    assets: "Assets",
    liabilities: "Liabilities",
    equity: "Equity",
    liabilities_and_equity: "Total liabilities and equity",
    by_month: "Revenue, expenses and net income by month",
    code: "Code",
    account: "Account",
    item: "Item",
    kind: "Type",
    entries: "Entries",
    change: "Change",
    change_percent: "Change %",
    nothing_before: "no earlier period",
};

static CHINESE: Words = Words {
    language: Language::Zh,
    title: "财务报表",
    company: "公司",
    period: "报告期间",
    currency: "币种",
    prepared_for: "呈报对象",
    prepared_by: "编制人",
    prepared_at: "编制时间",
    note: "说明",
    profit_and_loss: "利润表",
    balance_sheet: "资产负债表",
    cash_flow: "现金流量表",
    notes: "附注",
    sources: "数据来源",
    revenue: "收入",
    expenses: "费用",
    assets: "资产",
    liabilities: "负债",
    equity: "所有者权益",
    liabilities_and_equity: "负债和所有者权益合计",
    by_month: "各月收入、费用及净利润",
    code: "科目代码",
    account: "科目",
    item: "项目",
    kind: "类别",
    entries: "凭证数",
    change: "变动额",
    change_percent: "变动率",
    nothing_before: "无上期数据",
};

impl Words {
    pub(super) fn of(language: Language) -> &'static Self {
        match language {
            Language::Zh => &CHINESE,
            Language::En | Language::Ms => &ENGLISH,
        }
    }

    /// The label of a statement's line.
    pub(super) fn line<'a>(&self, name: &'a LineName) -> &'a str {
        name.text(self.language)
    }

    pub(super) fn kind_of(&self, kind: AccountType) -> &'static str {
        match kind {
            AccountType::Asset => self.assets,
            AccountType::Liability => self.liabilities,
            AccountType::Equity => self.equity,
            AccountType::Revenue => self.revenue,
            AccountType::Expense => self.expenses,
        }
    }

    /// Days from first to last, both included.
    pub(super) fn span(&self, first: NaiveDate, last: NaiveDate) -> String {
        let (first, last) = (day_label(first, self.language), day_label(last, self.language));
        self.pick(format!("{first} to {last}"), format!("{first}至{last}"))
    }

    pub(super) fn at(&self, day: &str) -> String {
        self.pick(format!("At {day}"), format!("截至{day}"))
    }

    pub(super) fn against(&self, before: &str) -> String {
        self.pick(format!("vs {before}"), format!("较{before}"))
    }

    pub(super) fn listed(&self, parts: &[&str]) -> String {
        parts.join(self.pick(", ", "，"))
    }

    /// A title and what it counts in: `Revenue by month, SGD`.
    pub(super) fn in_unit(&self, title: &str, currency: &str) -> String {
        self.pick(format!("{title}, {currency}"), format!("{title}（{currency}）"))
    }

    /// A month under its column: `Oct`, `10月`.
    pub(super) fn short_month(&self, first_day: NaiveDate) -> String {
        self.pick(first_day.format("%b").to_string(), format!("{}月", first_day.month()))
    }

    pub(super) fn year(&self, year: i32) -> String {
        self.pick(year.to_string(), format!("{year}年"))
    }

    /// The currency with its name where it is a known one: `SGD, Singapore dollar`.
    pub(super) fn currency(&self, code: &str) -> String {
        let known = CURRENCIES.iter().find(|(known, ..)| *known == code);
        known.map_or_else(
            || code.to_owned(),
            |(_, en, zh)| self.pick(format!("{code}, {en}"), format!("{code}（{zh}）")),
        )
    }

    /// The text in the language of these words.
    pub(super) fn pick<T>(&self, english: T, chinese: T) -> T {
        match self.language {
            Language::Zh => chinese,
            Language::En | Language::Ms => english,
        }
    }
}

/// The currencies of the markets the company sells in, and those of their trade.
const CURRENCIES: [(&str, &str, &str); 16] = [
    ("SGD", "Singapore dollar", "新加坡元"),
    ("USD", "US dollar", "美元"),
    ("CNY", "Chinese yuan", "人民币"),
    ("HKD", "Hong Kong dollar", "港元"),
    ("MYR", "Malaysian ringgit", "马来西亚林吉特"),
    ("IDR", "Indonesian rupiah", "印度尼西亚盾"),
    ("THB", "Thai baht", "泰铢"),
    ("PHP", "Philippine peso", "菲律宾比索"),
    ("VND", "Vietnamese dong", "越南盾"),
    ("TWD", "New Taiwan dollar", "新台币"),
    ("JPY", "Japanese yen", "日元"),
    ("KRW", "South Korean won", "韩元"),
    ("INR", "Indian rupee", "印度卢比"),
    ("AUD", "Australian dollar", "澳大利亚元"),
    ("EUR", "euro", "欧元"),
    ("GBP", "pound sterling", "英镑"),
];
