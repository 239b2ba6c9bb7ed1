//! What rows refer to: ids of other rows, and places in documents.

use super::parse::{Resolve, parse};
use super::rows::{Raw, SourceRow};
use super::{Check, list};
use crate::expression::Expression;
use crate::tables::{Sources, Subject, placeholder};
use std::collections::{BTreeMap, BTreeSet};

/// Index of every id, by table.
pub(super) struct Names(BTreeMap<&'static str, BTreeMap<String, u16>>);

impl Names {
    pub(super) fn new(raw: &Raw, check: &mut Check) -> Self {
        let mut tables = BTreeMap::new();
        let mut add = |table: &'static str, ids: Vec<&String>| {
            let mut index = BTreeMap::new();
            for (at, id) in ids.into_iter().enumerate() {
                let slug = id.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit())
                    && id.bytes().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == b'_');
                check.that(slug, || format!("{table} `{id}` is not a slug"));
                let at = u16::try_from(at).expect("a table has fewer than 65,536 rows");
                check.that(index.insert(id.clone(), at).is_none(), || format!("{table} `{id}` is there twice"));
            }
            tables.insert(table, index);
        };
        add("finding", raw.findings.iter().map(|row| &row.id).collect());
        add("condition", raw.conditions.iter().map(|row| &row.id).collect());
        add("red_flag", raw.red_flags.iter().map(|row| &row.id).collect());
        add("treatment", raw.treatments.iter().map(|row| &row.id).collect());
        add("comorbidity", raw.comorbidities.iter().map(|row| &row.id).collect());
        add("class", raw.classes.iter().map(|row| &row.id).collect());
        add("medicine", raw.medicines.iter().map(|row| &row.id).collect());
        add("interaction", raw.interactions.iter().map(|row| &row.id).collect());
        add("caution", raw.cautions.iter().map(|row| &row.id).collect());
        add("allergy", raw.allergies.iter().map(|row| &row.id).collect());
        add("washout", raw.washouts.iter().map(|row| &row.id).collect());
        add("sum", raw.sums.iter().map(|row| &row.id).collect());
        add("dose_limit", raw.dose_limits.iter().map(|row| &row.id).collect());
        add("reaction", raw.reactions.iter().map(|row| &row.id).collect());
        add("reaction_rule", raw.reaction_rules.iter().map(|row| &row.id).collect());
        add("regimen", raw.regimens.iter().map(|row| &row.id).collect());
        add("adjustment", raw.adjustments.iter().map(|row| &row.id).collect());
        add("calculator", raw.calculators.iter().map(|row| &row.id).collect());
        Self(tables)
    }

    pub(super) fn index(&self, table: &str, id: &str, user: &str, check: &mut Check) -> u16 {
        let found = self.resolve(table, id);
        check.some(found, || format!("{user}: {table} `{id}` is not known")).unwrap_or_default()
    }

    pub(super) fn subject(&self, text: &str, user: &str, check: &mut Check) -> Subject {
        match text.strip_prefix("class:") {
            Some(class) => Subject::Class(self.index("class", class, user, check)),
            None => Subject::Medicine(self.index("medicine", text, user, check)),
        }
    }

    /// The name of a medicine, or of a `class:`.
    pub(super) fn called<'a>(raw: &'a Raw, text: &str) -> &'a str {
        let found = match text.strip_prefix("class:") {
            Some(class) => raw.classes.iter().find(|row| row.id == class).map(|row| &row.name),
            None => raw.medicines.iter().find(|row| row.id == text).map(|row| &row.name),
        };
        found.map_or("", String::as_str)
    }

    pub(super) fn subjects(&self, cell: &str, user: &str, check: &mut Check) -> Vec<Subject> {
        list(cell).map(|text| self.subject(text, user, check)).collect()
    }

    pub(super) fn expression(&self, text: &str, user: &str, check: &mut Check) -> Expression {
        parse(text, self).unwrap_or_else(|problem| {
            check.problems.push(format!("{user}: {problem}"));
            Expression::Always
        })
    }
}

impl Resolve for Names {
    fn resolve(&self, table: &str, id: &str) -> Option<u16> {
        self.0.get(table)?.get(id).copied()
    }
}

/// Every place that is cited, once.
pub(super) struct Citations {
    pub(super) ids: BTreeMap<String, u16>,
    pub(super) documents: Vec<String>,
    pub(super) list: Vec<(u16, String)>,
    pub(super) places: BTreeMap<(u16, String), u16>,
}

impl Citations {
    pub(super) fn new(sources: &[SourceRow], check: &mut Check) -> Self {
        let mut ids = BTreeMap::new();
        let mut documents = Vec::new();
        for source in sources {
            let at = u16::try_from(documents.len()).expect("fewer than 65,536 documents");
            let whole = [&source.document, &source.publisher, &source.year].iter().all(|cell| !cell.is_empty());
            check.that(whole, || format!("sources `{}`: document, publisher and year are needed", source.id));
            check.that(ids.insert(source.id.clone(), at).is_none(), || {
                format!("sources `{}` is there twice", source.id)
            });
            documents.push(format!("{} ({}, {})", source.document, source.publisher, source.year));
        }
        Self { ids, documents, list: Vec::new(), places: BTreeMap::new() }
    }

    /// The places from this one on, and the documents that they are in.
    pub(super) fn from(&self, first: usize) -> (Vec<&str>, &[(u16, String)]) {
        let cited = &self.list[first..];
        let documents: BTreeSet<u16> = cited.iter().map(|(document, _)| *document).collect();
        (documents.into_iter().map(|at| self.documents[usize::from(at)].as_str()).collect(), cited)
    }

    pub(super) fn read(&mut self, cell: &str, user: &str, check: &mut Check) -> Sources {
        self.read_about(cell, &[], user, check)
    }

    /// Of a row about these subjects, whose names the crate puts back.
    pub(super) fn read_about(&mut self, cell: &str, subjects: &[&str], user: &str, check: &mut Check) -> Sources {
        check.that(!cell.trim().is_empty(), || format!("{user}: a source is missing"));
        let mut found = Vec::new();
        for part in list(cell) {
            let (id, section) = part.split_once('§').unwrap_or((part, ""));
            let (id, section) = (id.trim(), section.trim());
            check.that(!section.is_empty(), || format!("{user}: source `{part}` names no section"));
            let Some(document) =
                check.some(self.ids.get(id).copied(), || format!("{user}: document `{id}` is not in sources"))
            else {
                continue;
            };
            check.that(!section.contains('{'), || format!("{user}: source `{part}` has a brace"));
            let named = subjects.iter().enumerate().filter(|(_, name)| !name.is_empty());
            let section = named.fold(section.to_owned(), |text, (at, name)| text.replacen(name, &placeholder(at), 1));
            let place = (document, section);
            let next = u16::try_from(self.list.len()).expect("fewer than 65,536 citations");
            let at = *self.places.entry(place.clone()).or_insert(next);
            if at == next {
                self.list.push(place);
            }
            found.push(at);
        }
        found
    }
}
