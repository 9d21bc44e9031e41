//! Recurring issues: tickets that tell of the same, found by what they say in either language, whatever they were filed under.
//! Agglomerative clustering with average linkage over the cosine of weighted terms.

use std::collections::BTreeMap;

use super::Ticket;
use super::terms::terms;

/// How alike two groups must be, on average over their tickets, to be one.
const MIN_GROUP_LIKENESS: f64 = 0.27;
/// How alike a ticket must be to a group to count for it.
const MIN_TICKET_LIKENESS: f64 = 0.27;
/// From so many tickets on an issue is a recurring one.
pub const MIN_RECURRING_TICKETS: usize = 3;
/// Tickets compared at most; of more, the newest.
pub const MAX_TICKETS: usize = 2_000;

type Vector = BTreeMap<String, f64>;

/// Tickets that tell of the same.
#[derive(Debug, Clone, PartialEq)]
pub struct Cluster {
    /// The places of its tickets in what was given, the most typical one first.
    pub tickets: Vec<usize>,
    /// How many tickets of the time before tell of the same.
    pub before: usize,
}

/// The recurring issues of some tickets, the largest first, compared with those of the time before.
#[must_use]
pub fn recurring(tickets: &[&Ticket], before: &[&Ticket]) -> Vec<Cluster> {
    let tickets = &tickets[tickets.len().saturating_sub(MAX_TICKETS)..];
    let read = |ticket: &&Ticket| {
        // The subject says what it is about; the body tells more.
        let mut all = terms(&ticket.body);
        for (term, weight) in terms(&ticket.subject) {
            let counted = all.entry(term).or_insert(0.0);
            *counted = counted.max(weight) + weight * 0.5;
        }
        all
    };
    let (now, earlier): (Vec<Vector>, Vec<Vector>) =
        (tickets.iter().map(read).collect(), before.iter().map(read).collect());
    let weights = weights(now.iter().chain(&earlier));
    let weigh = |vector: Vector| {
        unit(
            vector
                .into_iter()
                .map(|(term, count)| {
                    let weight = weights.get(&term).copied().unwrap_or(1.0);
                    (term, count.sqrt() * weight)
                })
                .collect(),
        )
    };
    let now: Vec<Vector> = now.into_iter().map(weigh).collect();
    let earlier: Vec<Vector> = earlier.into_iter().map(weigh).collect();

    let mut groups = grouped(&now);
    groups.retain(|group| group.len() >= MIN_RECURRING_TICKETS);
    let mut clusters: Vec<Cluster> = groups
        .into_iter()
        .map(|mut group| {
            let typical = |at: &usize| group.iter().map(|other| dot(&now[*at], &now[*other])).sum::<f64>();
            let mut order: Vec<(usize, f64)> = group.iter().map(|at| (*at, typical(at))).collect();
            order.sort_by(|one, other| other.1.total_cmp(&one.1).then(one.0.cmp(&other.0)));
            group = order.into_iter().map(|(at, _)| at).collect();
            Cluster { tickets: group, before: 0 }
        })
        .collect();
    clusters.sort_by_key(|cluster| std::cmp::Reverse(cluster.tickets.len()));
    for ticket in &earlier {
        let alike = |cluster: &Cluster| {
            let sum: f64 = cluster.tickets.iter().map(|at| dot(ticket, &now[*at])).sum();
            sum / count(cluster.tickets.len())
        };
        let best =
            clusters.iter_mut().map(|cluster| (alike(cluster), cluster)).max_by(|one, other| one.0.total_cmp(&other.0));
        if let Some((_, cluster)) = best.filter(|(alike, _)| *alike >= MIN_TICKET_LIKENESS) {
            cluster.before += 1;
        }
    }
    clusters
}

/// What a term counts that only one ticket has: it can join nothing and must not hide what others share.
const LONE_TERM_WEIGHT: f64 = 0.4;

/// Rare terms tell more: the inverse share of tickets that have them, on a logarithmic scale.
fn weights<'a>(all: impl Iterator<Item = &'a Vector> + Clone) -> BTreeMap<String, f64> {
    let total = count(all.clone().count());
    let mut found: BTreeMap<String, usize> = BTreeMap::new();
    for term in all.flat_map(BTreeMap::keys) {
        *found.entry(term.clone()).or_default() += 1;
    }
    let weight = |times: usize| (1.0 + total / count(times)).ln() * if times == 1 { LONE_TERM_WEIGHT } else { 1.0 };
    found.into_iter().map(|(term, times)| (term, weight(times))).collect()
}

fn grouped(vectors: &[Vector]) -> Vec<Vec<usize>> {
    let mut groups: Vec<Vec<usize>> = (0..vectors.len()).map(|at| vec![at]).collect();
    // Sums of likeness between groups; their average is the sum over the product of sizes.
    let mut sums: Vec<Vec<f64>> =
        vectors.iter().map(|one| vectors.iter().map(|other| dot(one, other)).collect()).collect();
    let mut alive: Vec<usize> = (0..groups.len()).collect();
    loop {
        let mut best: Option<(f64, usize, usize)> = None;
        for (place, &one) in alive.iter().enumerate() {
            for &other in &alive[place + 1..] {
                let likeness = sums[one][other] / count(groups[one].len() * groups[other].len());
                if likeness >= MIN_GROUP_LIKENESS && best.is_none_or(|(most, ..)| likeness > most) {
                    best = Some((likeness, one, other));
                }
            }
        }
        let Some((_, one, other)) = best else { break };
        let moved = std::mem::take(&mut groups[other]);
        groups[one].extend(moved);
        for &third in &alive {
            let more = sums[other][third];
            sums[one][third] += more;
            sums[third][one] += more;
        }
        alive.retain(|group| *group != other);
    }
    groups.retain(|group| !group.is_empty());
    groups
}

fn unit(vector: Vector) -> Vector {
    let length = vector.values().map(|weight| weight * weight).sum::<f64>().sqrt();
    if length == 0.0 { vector } else { vector.into_iter().map(|(term, weight)| (term, weight / length)).collect() }
}

fn dot(one: &Vector, other: &Vector) -> f64 {
    let (few, many) = if one.len() <= other.len() { (one, other) } else { (other, one) };
    few.iter().filter_map(|(term, weight)| many.get(term).map(|more| weight * more)).sum()
}

fn count(number: usize) -> f64 {
    f64::from(u32::try_from(number).unwrap_or(u32::MAX))
}
