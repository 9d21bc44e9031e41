//! From rows to entries, and what must hold between rows.

use std::collections::{BTreeMap, HashMap};

use chrono::NaiveDate;
use rust_decimal::Decimal;

use super::columns::Column;
use super::row::Row;
use super::{FileAccount, FileEntry, ImportErrors, LedgerFile};
use crate::ledger::entry::{Entry, EntryLine};
use crate::money::format_amount;

/// Gathers the rows of a file into entries.
#[derive(Default)]
pub(super) struct Grouping {
    groups: Vec<Group>,
    by_id: HashMap<String, usize>,
    current: Option<usize>,
    accounts: Vec<FileAccount>,
    by_code: HashMap<String, usize>,
}

/// The rows of one entry id.
struct Group {
    id: String,
    /// That of the first row that can be read.
    date: Option<NaiveDate>,
    /// Rows that follow each other; more than one when other entries stand between.
    blocks: Vec<Block>,
    /// A row of it can't be read, so its sums mean nothing.
    broken: bool,
}

struct Block {
    line: u64,
    lines: Vec<EntryLine>,
}

impl Grouping {
    /// Takes the next row of the file.
    pub(super) fn take(&mut self, row: Row, problems: &mut ImportErrors) {
        self.check_account(&row, problems);
        let place = self.by_id.get(&row.entry_id).copied();
        let Some(group) = place.and_then(|place| self.groups.get_mut(place)) else {
            self.by_id.insert(row.entry_id.clone(), self.groups.len());
            self.current = Some(self.groups.len());
            let block = Block { line: row.line, lines: vec![row.posting] };
            self.groups.push(Group { id: row.entry_id, date: Some(row.date), blocks: vec![block], broken: false });
            return;
        };
        let first_line = group.first_line();
        let date = *group.date.get_or_insert(row.date);
        if date != row.date {
            group.broken = true;
            let reason =
                format!("entry “{}” has the date {} here and {date} on line {first_line}", row.entry_id, row.date);
            problems.add(row.line, Some(Column::Date.name()), reason);
        }
        match group.blocks.last_mut() {
            Some(block) if self.current == place => block.lines.push(row.posting),
            _ => group.blocks.push(Block { line: row.line, lines: vec![row.posting] }),
        }
        self.current = place;
    }

    /// Passes over a row of that entry whose problems are already told.
    pub(super) fn skip(&mut self, entry_id: &str) {
        let place = self.by_id.get(entry_id).copied().unwrap_or_else(|| {
            self.by_id.insert(entry_id.to_owned(), self.groups.len());
            self.groups.push(Group { id: entry_id.to_owned(), date: None, blocks: Vec::new(), broken: true });
            self.groups.len() - 1
        });
        if let Some(group) = self.groups.get_mut(place) {
            group.broken = true;
        }
        self.current = Some(place);
    }

    /// Checks each entry as a whole.
    pub(super) fn finish(self, problems: &mut ImportErrors) -> LedgerFile {
        let groups = self.groups.into_iter().filter(|group| !group.broken);
        LedgerFile { entries: groups.filter_map(|group| group.entry(problems)).collect(), accounts: self.accounts }
    }

    fn check_account(&mut self, row: &Row, problems: &mut ImportErrors) {
        let account = &row.posting.account;
        let Some(known) = self.by_code.get(&account.code).and_then(|place| self.accounts.get(*place)) else {
            self.by_code.insert(account.code.clone(), self.accounts.len());
            let (code, name) = (account.code.clone(), account.name.clone());
            self.accounts.push(FileAccount { code, name, kind: account.kind, line: row.line });
            return;
        };
        let mut differs = |column: Column, here: &str, there: &str| {
            let reason = format!("account {} is “{here}” here and “{there}” on line {}", known.code, known.line);
            problems.add(row.line, Some(column.name()), reason);
        };
        if known.name != account.name {
            differs(Column::AccountName, &account.name, &known.name);
        }
        if known.kind != account.kind {
            differs(Column::AccountType, account.kind.code(), known.kind.code());
        }
    }
}

impl Group {
    fn first_line(&self) -> u64 {
        self.blocks.first().map_or(0, |block| block.line)
    }

    fn entry(self, problems: &mut ImportErrors) -> Option<FileEntry> {
        let (line, id, date) = (self.first_line(), self.id, self.date?);
        let entry = |lines| Entry { id: id.clone(), date, lines };
        if self.blocks.len() > 1 && self.blocks.iter().all(|block| imbalances(&block.lines).is_empty()) {
            let mut copies = self.blocks.into_iter().map(|block| (block.line, entry(block.lines)));
            let (_, first) = copies.next()?;
            let content = first.content_hash();
            if let Some((again, _)) = copies.find(|(_, copy)| copy.content_hash() != content) {
                let reason = format!("entry “{id}” stands on line {line} with other content; keep one of the two");
                problems.add(again, Some(Column::EntryId.name()), reason);
                return None;
            }
            return Some(FileEntry { line, entry: first });
        }
        let entry = entry(self.blocks.into_iter().flat_map(|block| block.lines).collect());
        let imbalances = imbalances(&entry.lines);
        for (currency, (debits, credits)) in &imbalances {
            let reason = format!(
                "entry “{id}” does not balance in {currency}: debits {}, credits {}, difference {}",
                exact(*debits),
                exact(*credits),
                exact(debits - credits)
            );
            problems.add(line, Some(Column::Debit.name()), reason);
        }
        imbalances.is_empty().then_some(FileEntry { line, entry })
    }
}

/// Debits and credits of each currency in which they differ.
fn imbalances(lines: &[EntryLine]) -> BTreeMap<&str, (Decimal, Decimal)> {
    let mut sums = BTreeMap::<&str, (Decimal, Decimal)>::new();
    for line in lines {
        let (debits, credits) = sums.entry(&line.account.currency).or_default();
        *debits += line.debit;
        *credits += line.credit;
    }
    sums.retain(|_, (debits, credits)| debits != credits);
    sums
}

/// With two decimals, or all there are when two would hide the difference.
fn exact(amount: Decimal) -> String {
    if amount == amount.trunc_with_scale(2) { format_amount(amount) } else { amount.normalize().to_string() }
}
