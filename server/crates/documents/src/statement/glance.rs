//! The statement at a glance: four key figures and the chart of the last months.

use chrono::Datelike;
use mezzofy_domain::ledger::statement::{CurrencyStatement, Line, MonthFigures};
use mezzofy_domain::money::{format_amount, format_money};
use rust_decimal::Decimal;

use super::Page;
use super::tables::shown_percent;
use super::words::Words;
use crate::doc::{Block, Category, Chart, Form, Kpi, Series, Tone};

pub(super) fn kpis(page: Page<'_>, books: &CurrencyStatement) -> Block {
    let result = &books.profit_and_loss;
    let words = page.words;
    let kpi = |line: &Line, name: &str, more_is_good: bool| Kpi {
        name: words.in_unit(name, &books.currency),
        value: format_amount(line.amount),
        change: change(line),
        against: page.before().map_or_else(|| words.nothing_before.to_owned(), |before| words.against(&before)),
        tone: tone(line, more_is_good),
    };
    Block::Kpis {
        items: vec![
            kpi(&result.total_revenue, words.revenue, true),
            kpi(&result.total_expenses, words.expenses, false),
            kpi(&result.net_income, words.line(&result.net_income.name), true),
            kpi(&books.cash_flow.end, words.line(&books.cash_flow.end.name), true),
        ],
    }
}

/// In percent, as an amount where there was nothing before, else empty.
fn change(line: &Line) -> String {
    match (line.change_percent, line.change) {
        (Some(percent), _) => shown_percent(percent),
        (None, Some(change)) if change > Decimal::ZERO => format!("+{}", format_amount(change)),
        (None, Some(change)) => format_amount(change),
        (None, None) => String::new(),
    }
}

fn tone(line: &Line, more_is_good: bool) -> Tone {
    match line.change {
        Some(change) if !change.is_zero() && change.is_sign_positive() == more_is_good => Tone::Good,
        Some(change) if !change.is_zero() => Tone::Bad,
        Some(_) | None => Tone::Neutral,
    }
}

/// Revenue and expenses of each month as columns, net income as a line. None when the months are empty.
pub(super) fn chart(books: &CurrencyStatement, words: &Words) -> Option<Block> {
    let months = &books.months;
    if months.iter().all(|month| month.revenue.is_zero() && month.expenses.is_zero()) {
        return None;
    }
    let series = |name: &str, value: fn(&MonthFigures) -> Decimal| Series {
        name: name.to_owned(),
        values: months.iter().map(value).collect(),
    };
    let columns = vec![series(words.revenue, |month| month.revenue), series(words.expenses, |month| month.expenses)];
    let line = series(words.line(&books.profit_and_loss.net_income.name), MonthFigures::net_income);
    let categories = months.iter().enumerate().map(|(index, month)| category(index, month, words)).collect();
    let title = words.in_unit(words.by_month, &books.currency);
    let chart = Chart::new(Form::Columns, title, alt(books, words), categories, columns, words.language);
    chart.and_then(|chart| chart.with_line(line, words.language)).ok().map(Block::Chart)
}

fn category(index: usize, month: &MonthFigures, words: &Words) -> Category {
    let first = month.month.first_day();
    let begins_year = index == 0 || first.month() == 1;
    Category { label: words.short_month(first), group: begins_year.then(|| words.year(first.year())) }
}

fn alt(books: &CurrencyStatement, words: &Words) -> String {
    let texts = books.months.iter().map(|month| {
        let label = month.month.label(words.language);
        let [revenue, expenses, net] = [month.revenue, month.expenses, month.net_income()].map(format_amount);
        words.pick(
            format!("{label}: revenue {revenue}, expenses {expenses}, net income {net}."),
            format!("{label}：收入{revenue}，费用{expenses}，净利润{net}。"),
        )
    });
    let months = texts.collect::<Vec<_>>().join(words.pick(" ", ""));
    let best = books.months.iter().max_by_key(|month| month.net_income());
    let best = best.map_or_else(String::new, |month| {
        let (label, net) = (month.month.label(words.language), format_money(&books.currency, month.net_income()));
        words.pick(
            format!("The highest net income is that of {label}: {net}. "),
            format!("净利润最高的是{label}：{net}。"),
        )
    });
    words.pick(
        format!("Columns of revenue and expenses and a line of net income, in {}. {best}{months}", books.currency),
        format!("各月收入与费用的柱形图及净利润的折线图，币种{}。{best}{months}", books.currency),
    )
}
