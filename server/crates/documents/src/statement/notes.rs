//! What a reader must know to understand the figures, and where they come from.

use std::collections::BTreeMap;

use mezzofy_domain::ledger::AccountType;
use mezzofy_domain::ledger::statement::{CurrencyStatement, LineName};
use mezzofy_domain::money::format_amount;
use mezzofy_domain::period::day_label;

use super::Page;
use super::words::Words;
use crate::doc::{Block, Column, ColumnKind, Fact, Row, RowKind, Section, Table};

pub(super) fn notes(page: Page<'_>) -> Section {
    let (statement, words) = (page.statement, page.words);
    let last = day_label(statement.last_day, words.language);
    let unclosed = words.line(&LineName::UnclosedEarnings);
    let fact = |name: (&str, &str), value: (String, String)| {
        Fact::new(words.pick(name.0, name.1), words.pick(value.0, value.1))
    };
    let mut items = vec![
        fact(
            ("Basis", "编制基础"),
            (
                "Made from the entries of the general ledger as they stood when the statement was prepared. Not audited.".into(),
                "根据编制时总账中的凭证编制，未经审计。".into(),
            ),
        ),
        Fact::new(words.period, period(page)),
        fact(
            ("Currency", "币种"),
            (
                "Each amount is in the currency its entry was booked in. Currencies are neither converted nor added.".into(),
                "各项金额均以凭证入账的币种列示，不同币种不折算、不相加。".into(),
            ),
        ),
        fact(
            ("Profit and loss", "利润表"),
            (
                "Revenue less expenses of the period. Year-end closing entries, whose numbers start with CLOSE, are left out.".into(),
                "本期收入减费用；不含年末结账凭证（编号以 CLOSE 开头）。".into(),
            ),
        ),
        fact(
            ("Equity", "所有者权益"),
            (
                format!("“{unclosed}” is all revenue less all expenses up to {last} that no closing entry has moved to an equity account."),
                format!("“{unclosed}”为截至{last}尚未通过结账凭证转入所有者权益科目的全部收入减全部费用。"),
            ),
        ),
    ];
    items.push(Fact::new(words.cash_flow, cash(page)));
    items.push(fact(
        ("Figures", "数字"),
        (
            "Shown with two decimals; totals are made from the exact amounts. Percentages are the change in percent of the \
             size of the earlier amount: none where that was zero, > +999% where it is more than tenfold."
                .into(),
            "金额保留两位小数，合计数按精确金额计算。变动率为变动额占上期金额绝对值的百分比；上期金额为零时不列示，超过十倍时列示为 > +999%。".into(),
        ),
    ));
    Section::new(words.notes, vec![Block::Facts { items }])
}

fn period(page: Page<'_>) -> String {
    let (words, days) = (page.words, page.days());
    match page.statement.previous {
        Some(span) => {
            let before = words.span(span.first_day, span.last_day);
            words.pick(
                format!("{days}, both days included; compared with {before}."),
                format!("{days}（含首尾两日），与{before}比较。"),
            )
        }
        None => words.pick(
            format!("{days}, both days included. The ledger has nothing before to compare with."),
            format!("{days}（含首尾两日）。此前账簿无数据，不作比较。"),
        ),
    }
}

fn cash(page: Page<'_>) -> String {
    let words = page.words;
    let rule = words.pick(
        "What each entry adds to or takes from all cash accounts together; a transfer between two of them is neither cash \
         in nor cash out.",
        "按每张凭证对全部现金科目的净影响计算；现金科目之间的转账既不计入流入，也不计入流出。",
    );
    let accounts: BTreeMap<&str, &str> = page.statement.currencies.iter().flat_map(cash_accounts).collect();
    let listed: Vec<String> = accounts.iter().map(|(code, name)| format!("{code} {name}")).collect();
    if listed.is_empty() {
        return format!("{rule}{}", words.pick(" The ledger has no cash account.", "账簿中没有现金科目。"));
    }
    words.pick(
        format!("{rule} Cash accounts: {}.", listed.join("; ")),
        format!("{rule}现金科目：{}。", listed.join("；")),
    )
}

fn cash_accounts(books: &CurrencyStatement) -> impl Iterator<Item = (&str, &str)> {
    let codes = &books.cash_flow.end.accounts;
    let sources = books.sources.iter().filter(|source| codes.contains(&source.code));
    sources.map(|source| (source.code.as_str(), source.name.as_str()))
}

/// The ledger's state, then every account the figures rest on: a section for each currency.
pub(super) fn sources(page: Page<'_>) -> Vec<Section> {
    let (statement, words) = (page.statement, page.words);
    let facts = vec![
        Fact::new(words.pick("Entries in the period", "本期凭证数"), count(statement.entries)),
        Fact::new(words.pick("Entries in the ledger", "账簿凭证总数"), count(statement.ledger.entries)),
        Fact::new(words.pick("Ledger state (SHA-256)", "账簿状态（SHA-256）"), &*statement.ledger.hash),
        Fact::new(
            words.pick("How to check", "核对方法"),
            words.pick(
                "The ledger state is a hash over the number and the content of every entry. While the ledger shows the same \
                 state, a statement of this period has the same figures; an entry that was added or changed gives another state.",
                "账簿状态是对每张凭证的编号及内容计算的哈希值。只要账簿状态相同，重新生成本期报表即得到相同的数字；任何新增或改动的凭证都会改变该值。",
            ),
        ),
    ];
    let sources = Section::new(words.sources, vec![Block::Facts { items: facts }]);
    let mut sections = vec![Section { new_page: true, ..sources }];
    for books in &statement.currencies {
        let title = words.in_unit(words.pick("Accounts", "所用科目"), &books.currency);
        sections.push(Section { level: 2, ..Section::new(title, vec![accounts(books, words)]) });
    }
    sections
}

fn accounts(books: &CurrencyStatement, words: &Words) -> Block {
    let column = |title: &str, kind| Column { title: title.to_owned(), kind };
    let rows =
        AccountType::ALL.into_iter().flat_map(|kind| books.sources.iter().filter(move |source| source.kind == kind));
    let rows = rows.map(|source| {
        let kind = words.kind_of(source.kind).to_owned();
        Row::new(RowKind::Line, vec![source.code.clone(), source.name.clone(), kind, count(source.entries)])
    });
    Block::Table(Table {
        title: None,
        keep: false,
        columns: vec![
            column(words.code, ColumnKind::Code),
            column(words.account, ColumnKind::Text),
            column(words.kind, ColumnKind::Word),
            column(words.entries, ColumnKind::Figure),
        ],
        rows: rows.collect(),
    })
}

/// A count with commas between thousands.
fn count(number: u64) -> String {
    format_amount(number.into()).trim_end_matches(".00").to_owned()
}
