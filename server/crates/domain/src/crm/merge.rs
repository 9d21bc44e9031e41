//! Two records of one company become one. Nothing that either says is lost.

use super::{Contact, Lead};

impl Lead {
    /// Takes in another record of the same company: what is empty is filled, what differs goes to the notes, other people to
    /// talk to are added, the status is the further one, and an opt-out of either holds.
    pub fn absorb(&mut self, other: Self) {
        let mut more: Vec<String> = Vec::new();
        let mut take = |what: &str, mine: &mut String, theirs: String| {
            if mine.is_empty() {
                *mine = theirs;
            } else if !theirs.is_empty() && theirs.to_lowercase() != mine.to_lowercase() {
                more.push(format!("{what}: {theirs}"));
            }
        };
        take("Also called", &mut self.company, other.company);
        take("Industry", &mut self.industry, other.industry);
        take("Location", &mut self.location, other.location);
        take("Website", &mut self.website, other.website);
        take("Source", &mut self.source, other.source);
        for contact in other.contacts {
            self.add_contact(contact);
        }
        match (&self.assigned_to, other.assigned_to) {
            (None, theirs) => self.assigned_to = theirs,
            (Some(mine), Some(theirs)) if *mine != theirs => more.push(format!("Also assigned to: {theirs}")),
            (Some(_), _) => {}
        }
        self.status = self.status.further(other.status);
        self.follow_up_date = earliest(self.follow_up_date, other.follow_up_date);
        self.last_contacted = self.last_contacted.max(other.last_contacted);
        self.opted_out |= other.opted_out;
        if !other.notes.is_empty() && !self.notes.contains(&other.notes) {
            more.push(other.notes);
        }
        more.retain(|line| !self.notes.contains(line.as_str()));
        for line in more {
            if !self.notes.is_empty() {
                self.notes.push('\n');
            }
            self.notes.push_str(&line);
        }
    }

    /// Adds somebody to talk to, unless they are there; one with the same address or name is completed.
    pub fn add_contact(&mut self, new: Contact) {
        if new.is_empty() {
            return;
        }
        let same = |mine: &str, theirs: &str| mine.is_empty() || theirs.is_empty() || mine.eq_ignore_ascii_case(theirs);
        let known = self.contacts.iter_mut().find(|mine| {
            let one = (!new.email.is_empty() && mine.email == new.email)
                || (!new.name.is_empty() && mine.name.eq_ignore_ascii_case(&new.name))
                || (new.name.is_empty() && new.email.is_empty() && mine.phone == new.phone);
            one && same(&mine.name, &new.name) && same(&mine.email, &new.email) && same(&mine.phone, &new.phone)
        });
        match known {
            Some(mine) => {
                for (mine, theirs) in
                    [(&mut mine.name, new.name), (&mut mine.email, new.email), (&mut mine.phone, new.phone)]
                {
                    if mine.is_empty() {
                        *mine = theirs;
                    }
                }
            }
            None => self.contacts.push(new),
        }
    }
}

fn earliest<T: Ord>(one: Option<T>, other: Option<T>) -> Option<T> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}
