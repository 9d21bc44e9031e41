//! Finds who should get the result: by office, title, name, address or "me", against the company's directory.

use std::ops::Range;

use mezzofy_domain::people::Person;

use super::prompts::{Office, Prompts};
use super::words::{Kind, Phrases, Sentence};

mod directory;

pub(crate) use directory::Recipient;
use directory::{Directory, Match};

/// Who a text names as recipients.
#[derive(Debug, Default)]
pub(crate) struct Recipients {
    pub(crate) found: Vec<Recipient>,
    /// Who could not be told, as named; with the people it may be.
    pub(crate) unsettled: Vec<UnresolvedRecipients>,
    /// Something is to be sent to somebody.
    pub(crate) asked: bool,
    /// A mail is asked for, and nobody is named.
    pub(crate) nobody_named: bool,
}

/// Someone named who is not one person of the directory.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct UnresolvedRecipients {
    pub(crate) named: String,
    pub(crate) candidates: Vec<Recipient>,
}

/// Reads the recipients of a request.
pub(crate) struct Reader<'a> {
    prompts: &'a Prompts,
    directory: Directory<'a>,
}

struct Target {
    at: Range<usize>,
    who: Match,
}

impl<'a> Reader<'a> {
    pub(crate) fn new(prompts: &'a Prompts, me: &'a Person, people: &'a [Person]) -> Self {
        Self { prompts, directory: Directory::new(prompts, me, people) }
    }

    /// Marks full names, so that May Tan is no month.
    pub(crate) fn protect_names(&self, sentence: &mut Sentence) {
        for at in 0..sentence.tokens.len() {
            if let Some(len) = self.directory.full_name_at(sentence, at) {
                sentence.take(at..at + len);
            }
        }
    }

    /// Reads all recipients of a sentence and marks their tokens as used.
    pub(crate) fn find(&self, sentence: &mut Sentence) -> Recipients {
        let sends = self.sends(sentence);
        let asked = sends.iter().any(|send| !send.negated);
        let mut read = Recipients { asked, ..Recipients::default() };
        let mut excluded: Vec<Recipient> = Vec::new();
        let mut pronoun_without_person = false;
        let mut at = 0;
        while at < sentence.tokens.len() {
            let Some(begin) = target_begin(sentence, &sends, at) else {
                at += 1;
                continue;
            };
            let negated = sends
                .iter()
                .rfind(|send| send.at.start <= at)
                .is_some_and(|send| send.negated && same_clause(sentence, send.at.end..at))
                || matches!(sentence.before(at), "not" | "except");
            let targets = self.targets(sentence, begin);
            let mut end = targets.last().map_or(begin, |target| target.at.end);
            if targets.is_empty() && !negated && self.names_someone(sentence, &sends, at, begin) {
                if is_pronoun_of_another(sentence.text(begin)) {
                    end = begin + 1;
                    // "for the CEO and email it to her"
                    match (0..at).find_map(|before| self.another_at(sentence, before)) {
                        Some(who) => settle(who, &mut read),
                        None => pronoun_without_person = true,
                    }
                } else {
                    let name = self.unknown_name(sentence, begin);
                    let capital =
                        sentence.tokens.get(begin).is_some_and(|token| token.raw.starts_with(char::is_uppercase));
                    if !name.is_empty() && (read.found.is_empty() || capital) {
                        end = name.end;
                        settle(self.directory.search(sentence, name), &mut read);
                    }
                }
            }
            let alone = targets.len() == 1;
            for target in targets {
                let to_me = alone
                    && matches!(&target.who, Match::One(who) if self.directory.is_me(who))
                    && self.is_pronoun(sentence, &target.at);
                if to_me && !brought_to_me(sentence, &sends, at, target.at.end) {
                    continue;
                }
                match (negated, target.who) {
                    (false, who) => settle(who, &mut read),
                    (true, Match::One(who)) => excluded.push(who),
                    (true, Match::Several { .. } | Match::Nobody { .. }) => {}
                }
            }
            sentence.take(at..end);
            at = end.max(at + 1);
        }
        self.take_names(sentence);
        read.found.retain(|who| !excluded.contains(who));
        let mails = (0..sentence.tokens.len()).any(|at| {
            self.prompts.mail.longest_at(&sentence.tokens, at).is_some()
                && sends.iter().any(|send| send.at.contains(&at) && !send.negated)
        });
        let nobody = read.found.is_empty() && read.unsettled.is_empty();
        read.nobody_named = nobody && ((asked && mails && excluded.is_empty()) || pronoun_without_person);
        read
    }

    /// Reads addresses and whoever is named after one of these words; marks their tokens as used: "with
    /// Grace Lim and the CEO", 和财务经理开会.
    pub(crate) fn find_led(&self, sentence: &mut Sentence, leads: &Phrases, anywhere: bool) -> Recipients {
        let mut read = Recipients { asked: true, ..Recipients::default() };
        let mut at = 0;
        while at < sentence.tokens.len() {
            let led = leads.longest_at(&sentence.tokens, at);
            let by_address = sentence.tokens[at].kind == Kind::Email;
            // Where only asked, a colleague counts wherever they are named: "a time that suits the CEO", CEO什么时候有空.
            let named = || anywhere && matches!(self.directory.at(sentence, at), Some((_, Match::One(_))));
            let begin = led.map(|len| at + len).or_else(|| (by_address || named()).then_some(at));
            let Some(begin) = begin else {
                at += 1;
                continue;
            };
            let targets = self.targets(sentence, begin);
            let mut end = targets.last().map_or(begin, |target| target.at.end);
            if targets.is_empty() && led.is_some() && sentence.used.get(begin).is_some_and(|used| !used) {
                let name = self.unknown_name(sentence, begin);
                if !name.is_empty() {
                    end = name.end;
                    settle(self.directory.search(sentence, name), &mut read);
                }
            }
            for target in targets {
                // The person who asks is there anyway.
                if !matches!(&target.who, Match::One(who) if self.directory.is_me(who)) {
                    settle(target.who, &mut read);
                }
            }
            sentence.take(at..end);
            at = end.max(at + 1);
        }
        self.take_names(sentence);
        read
    }

    /// Marks those who are named elsewhere.
    fn take_names(&self, sentence: &mut Sentence) {
        for at in 0..sentence.tokens.len() {
            if let Some((len, _)) = self.directory.name_at(sentence, at) {
                sentence.take(at..at + len);
            }
        }
    }

    /// Reads an answer to "who should get it?": the whole text names people.
    pub(crate) fn answer(&self, text: &str) -> Recipients {
        let mut sentence = Sentence::read(text);
        let mut read = Recipients::default();
        for target in self.targets(&sentence, 0) {
            settle(target.who, &mut read);
        }
        if read.found.is_empty() && read.unsettled.is_empty() {
            read = self.find(&mut sentence);
        }
        if read.found.is_empty() && read.unsettled.is_empty() {
            let name = self.unknown_name(&sentence, 0);
            if !name.is_empty() {
                settle(self.directory.search(&sentence, name), &mut read);
            }
        }
        read
    }

    /// Someone named at `at` who is not the person who asks.
    fn another_at(&self, sentence: &Sentence, at: usize) -> Option<Match> {
        let (_, who) = self.directory.at(sentence, at)?;
        (!matches!(&who, Match::One(one) if self.directory.is_me(one))).then_some(who)
    }

    fn sends(&self, sentence: &Sentence) -> Vec<Send> {
        let other = self.prompts.not_sending.covered(&sentence.tokens);
        let mut sends: Vec<Send> = Vec::new();
        let mut at = 0;
        while at < sentence.tokens.len() {
            match self.prompts.send.longest_at(&sentence.tokens, at).filter(|_| !other[at]) {
                Some(len) => {
                    sends.push(Send { at: at..at + len, negated: self.prompts.is_negated(&sentence.tokens, at) });
                    at += len;
                }
                None => at += 1,
            }
        }
        sends
    }

    /// The people named in a row from `begin`.
    fn targets(&self, sentence: &Sentence, begin: usize) -> Vec<Target> {
        let mut targets = Vec::new();
        let mut at = begin;
        loop {
            while let Some(len) = self.prompts.before_person.longest_at(&sentence.tokens, at) {
                // "my inbox" is me, "my CEO" is the CEO.
                if self.prompts.me.longest_at(&sentence.tokens, at).is_some_and(|me| me > len) {
                    break;
                }
                at += len;
            }
            let Some((mut len, mut who)) = self.directory.at(sentence, at) else {
                return targets;
            };
            // "our CEO Grace Tan" is one person: the name says who.
            if let Some((name_len, name)) = self.directory.name_at(sentence, at + len) {
                len += name_len;
                who = name;
            }
            // "Grace Tan <grace@example.org>" is who has that address, whatever they are called.
            if let Some((address_len, address)) = self.directory.address_at(sentence, at + len)
                && sentence.tokens[at].kind != Kind::Email
                && !matches!(&who, Match::One(who) if self.directory.is_me(who))
            {
                len += address_len;
                who = address;
            }
            targets.push(Target { at: at..at + len, who });
            at += len;
            let mut joined = false;
            while let Some(len) = self.prompts.joining.longest_at(&sentence.tokens, at) {
                at += len;
                joined = true;
            }
            if !joined {
                return targets;
            }
        }
    }

    fn is_pronoun(&self, sentence: &Sentence, at: &Range<usize>) -> bool {
        self.prompts.me.longest_at(&sentence.tokens, at.start) == Some(at.len())
    }

    /// Whether what follows a preposition can be a name: something is being sent, and no verb takes the preposition.
    fn names_someone(&self, sentence: &Sentence, sends: &[Send], lead: usize, begin: usize) -> bool {
        let free = sentence.used.get(begin).is_some_and(|used| !used);
        match sentence.text(lead) {
            "to" | "with" => {
                let verb = matches!(
                    sentence.before(lead),
                    "want" | "need" | "like" | "have" | "going" | "able" | "ready" | "how" | "up" | "due" | "wish"
                );
                free && !verb && sends.iter().any(|send| !send.negated && send.at.start < lead)
            }
            "给" => free && sends.iter().any(|send| !send.negated && (send.at.end == lead || send.at.contains(&lead))),
            "cc" => free,
            _ => {
                free && self.prompts.send.longest_at(&sentence.tokens, lead).is_some() && sentence.before(begin) == "给"
            }
        }
    }

    /// The words from `begin` that look like the name of someone unknown.
    fn unknown_name(&self, sentence: &Sentence, mut begin: usize) -> Range<usize> {
        while let Some(len) = self.prompts.before_person.longest_at(&sentence.tokens, begin) {
            begin += len;
        }
        let ends = |at: &usize| {
            let Some(token) = sentence.tokens.get(*at) else { return true };
            let stop = matches!(
                token.text.as_str(),
                "and"
                    | "as"
                    | "by"
                    | "in"
                    | "with"
                    | "for"
                    | "please"
                    | "via"
                    | "when"
                    | "once"
                    | "but"
                    | "from"
                    | "on"
                    | "asap"
                    | "today"
                    | "tomorrow"
                    | "now"
                    | "并"
                    | "和"
                    | "的"
                    | "用"
                    | "以"
                    | "谢"
                    | "请"
                    | "一"
                    | "吧"
                    | "发"
                    | "寄"
                    | "看"
            );
            stop || token.kind == Kind::Mark || sentence.used[*at]
        };
        let end = (begin..begin + 6).find(ends).unwrap_or(begin + 6);
        begin..end
    }
}

struct Send {
    at: Range<usize>,
    negated: bool,
}

fn settle(who: Match, read: &mut Recipients) {
    match who {
        Match::One(who) if !read.found.contains(&who) => read.found.push(who),
        Match::One(_) => {}
        Match::Several { named, candidates } => read.unsettled.push(UnresolvedRecipients { named, candidates }),
        Match::Nobody { named } => read.unsettled.push(UnresolvedRecipients { named, candidates: Vec::new() }),
    }
}

fn same_clause(sentence: &Sentence, between: Range<usize>) -> bool {
    between.into_iter().all(|at| !matches!(sentence.text(at), "," | ";" | "." | "but" | "但" | "\n"))
}

/// Where a person may be named, if the token at `at` leads to one.
fn target_begin(sentence: &Sentence, sends: &[Send], at: usize) -> Option<usize> {
    let token = &sentence.tokens[at];
    if token.kind == Kind::Email {
        return Some(at);
    }
    if let Some(send) = sends.iter().find(|send| send.at.start == at) {
        // "send to the CEO" and 发给: the preposition is what leads to the person.
        return (!matches!(sentence.text(send.at.end), "to" | "给")).then_some(send.at.end);
    }
    let shared =
        token.text == "with" && sends.iter().any(|send| send.at.start < at && sentence.text(send.at.start) == "share");
    (shared || matches!(token.text.as_str(), "to" | "cc" | "给" | "至" | "到")).then_some(at + 1)
}

/// "Give me" is an answer in the chat; "send me", 发给我 and 给我发 are a mail.
fn brought_to_me(sentence: &Sentence, sends: &[Send], lead: usize, end: usize) -> bool {
    if sentence.text(lead) == "给" {
        return sends.iter().any(|send| send.at.end == lead || send.at.contains(&lead) || send.at.start == end);
    }
    sends.iter().any(|send| send.at.start <= lead)
}

fn is_pronoun_of_another(word: &str) -> bool {
    matches!(word, "him" | "her" | "them" | "他" | "她" | "他们" | "她们")
}

/// The office whose words begin at `at`.
fn office_at<'a>(prompts: &'a Prompts, sentence: &Sentence, at: usize) -> Option<(&'a Office, usize)> {
    prompts
        .offices
        .iter()
        .filter_map(|office| office.words.longest_at(&sentence.tokens, at).map(|len| (office, len)))
        .max_by_key(|(_, len)| *len)
}

#[cfg(test)]
mod tests;
