//! The second computation of a statement, from its own rows.

use rust_decimal::Decimal;

use super::{CurrencyStatement, Line, LineName, Mismatch};
use crate::language::Language;
use crate::money::{change_percent, format_amount};

pub(super) fn check(statement: &CurrencyStatement) -> Result<(), Mismatch> {
    let currency = &statement.currency;
    for when in [When::Now, When::Before] {
        let sheet = Sheet { statement, when };
        sheet.totals().map_err(|text| Mismatch(format!("in {currency}, {}, {text}", when.text())))?;
    }
    let (result, sheet, cash) = (&statement.profit_and_loss, &statement.balance_sheet, &statement.cash_flow);
    let rows = [&result.revenue, &result.expenses, &sheet.assets, &sheet.liabilities, &sheet.equity];
    let sums = [
        &result.total_revenue,
        &result.total_expenses,
        &result.net_income,
        &sheet.total_assets,
        &sheet.total_liabilities,
        &sheet.total_equity,
        &cash.start,
        &cash.cash_in,
        &cash.cash_out,
        &cash.net_change,
        &cash.end,
    ];
    let compared = result.net_income.previous.is_some();
    rows.into_iter()
        .flatten()
        .chain(sums)
        .try_for_each(|line| changes(line, compared).map_err(|text| Mismatch(format!("in {currency}, {text}"))))
}

#[derive(Clone, Copy)]
enum When {
    Now,
    Before,
}

impl When {
    fn text(self) -> &'static str {
        match self {
            Self::Now => "in this period",
            Self::Before => "in the period before",
        }
    }

    fn amount(self, line: &Line) -> Decimal {
        match self {
            Self::Now => line.amount,
            Self::Before => line.previous.unwrap_or_default(),
        }
    }
}

struct Sheet<'a> {
    statement: &'a CurrencyStatement,
    when: When,
}

impl Sheet<'_> {
    fn totals(&self) -> Result<(), String> {
        let (result, sheet) = (&self.statement.profit_and_loss, &self.statement.balance_sheet);
        self.equals(&result.total_revenue, self.sum(&result.revenue), "its accounts add up to")?;
        self.equals(&result.total_expenses, self.sum(&result.expenses), "its accounts add up to")?;
        let net = self.of(&result.total_revenue) - self.of(&result.total_expenses);
        self.equals(&result.net_income, net, "revenue less expenses is")?;

        self.equals(&sheet.total_assets, self.sum(&sheet.assets), "its accounts add up to")?;
        self.equals(&sheet.total_liabilities, self.sum(&sheet.liabilities), "its accounts add up to")?;
        self.equals(&sheet.total_equity, self.sum(&sheet.equity), "its lines add up to")?;
        let claims = self.of(&sheet.total_liabilities) + self.of(&sheet.total_equity);
        self.equals(&sheet.total_assets, claims, "liabilities and equity together are")?;
        self.cash()
    }

    fn cash(&self) -> Result<(), String> {
        let flow = &self.statement.cash_flow;
        for line in [&flow.cash_in, &flow.cash_out] {
            if self.of(line).is_sign_negative() && !self.of(line).is_zero() {
                return Err(format!("{} is negative: {}", label(line), format_amount(self.of(line))));
            }
        }
        let net = self.of(&flow.cash_in) - self.of(&flow.cash_out);
        self.equals(&flow.net_change, net, "cash in less cash out is")?;
        self.equals(&flow.end, self.of(&flow.start) + net, "cash at start and the net change make")?;
        let assets = self.statement.balance_sheet.assets.iter();
        let held = assets.filter(|line| line.accounts.iter().any(|code| flow.end.accounts.contains(code)));
        self.equals(&flow.end, held.map(|line| self.of(line)).sum(), "the cash accounts hold")
    }

    fn of(&self, line: &Line) -> Decimal {
        self.when.amount(line)
    }

    fn sum(&self, lines: &[Line]) -> Decimal {
        lines.iter().map(|line| self.of(line)).sum()
    }

    fn equals(&self, line: &Line, computed: Decimal, how: &str) -> Result<(), String> {
        let shown = self.of(line);
        if shown == computed {
            return Ok(());
        }
        Err(format!(
            "{} is {} but {how} {}: off by {}",
            label(line),
            format_amount(shown),
            format_amount(computed),
            (shown - computed).normalize()
        ))
    }
}

fn changes(line: &Line, compared: bool) -> Result<(), String> {
    let change = line.previous.map(|before| line.amount - before);
    let percent = line.previous.and_then(|before| change_percent(line.amount, before));
    if line.previous.is_some() == compared && line.change == change && line.change_percent == percent {
        return Ok(());
    }
    Err(format!("the change of {} does not follow from its amounts", label(line)))
}

fn label(line: &Line) -> String {
    if let LineName::Account { code, name } = &line.name {
        return format!("{code} {name}");
    }
    line.name.text(Language::En).to_owned()
}
