//! Finding a medicine: by name, synonym, brand or code, exactly or nearly.

use super::model::NamedMedicine;
use crate::knowledge::tables::{AlertKind, Index, Medicine, Subject};
use crate::knowledge::{find, medicine, sources_about, version};
use crate::names::NameIndex;
use serde::Serialize;
use std::sync::OnceLock;
use utoipa::ToSchema;

/// The row with this index.
#[must_use]
pub fn get(index: Index) -> Option<&'static Medicine<'static>> {
    medicine().medicines.get(usize::from(index))
}

/// The row with this id.
#[must_use]
pub fn by_id(id: &str) -> Option<Index> {
    find(&medicine().medicines, id, |row| row.id)
}

/// The id of a medicine or a class.
#[must_use]
pub fn subject_id(subject: Subject) -> &'static str {
    match subject {
        Subject::Medicine(index) => get(index).map_or("", |row| row.id),
        Subject::Class(index) => medicine().classes.get(usize::from(index)).map_or("", |row| row.id),
    }
}

/// The name of a medicine or a class.
#[must_use]
pub fn subject_name(subject: Subject) -> &'static str {
    match subject {
        Subject::Medicine(index) => get(index).map_or("", |row| row.name),
        Subject::Class(index) => medicine().classes.get(usize::from(index)).map_or("", |row| row.name),
    }
}

/// Where what is known of a medicine stands.
#[must_use]
pub fn cited(row: &Medicine) -> Vec<String> {
    sources_about(&row.sources, &[row.name, &row.atc.join(", "), row.rxcui])
}

/// Names, synonyms and brands of all medicines.
pub fn names() -> &'static NameIndex {
    static NAMES: OnceLock<NameIndex> = OnceLock::new();
    NAMES.get_or_init(|| {
        NameIndex::new(medicine().medicines.iter().enumerate().flat_map(|(at, row)| {
            let at = Index::try_from(at).unwrap_or(Index::MAX);
            let names = [row.id, row.name].into_iter().chain(row.synonyms.iter().copied());
            names.chain(row.brands.iter().copied()).map(move |name| (name, at))
        }))
    })
}

/// The one medicine that the caller named. `None` when there is none, or when a
/// code stands for several: then only a name can tell.
#[must_use]
pub fn resolve(named: &NamedMedicine) -> Option<Index> {
    if let Some(id) = &named.id {
        return by_id(&id.0);
    }
    if let Some(name) = &named.name {
        return only(names().exact(&name.0).into_iter());
    }
    let rows = || medicine().medicines.iter().enumerate();
    let matches: Vec<usize> = match (&named.rxcui, &named.atc) {
        (Some(code), _) => rows().filter(|(_, row)| row.rxcui == code.0).map(|(at, _)| at).collect(),
        (None, Some(code)) => rows().filter(|(_, row)| row.atc.contains(&code.0.as_str())).map(|(at, _)| at).collect(),
        (None, None) => Vec::new(),
    };
    only(matches.into_iter().filter_map(|at| Index::try_from(at).ok()))
}

fn only(mut rows: impl Iterator<Item = Index>) -> Option<Index> {
    let first = rows.next()?;
    rows.next().is_none().then_some(first)
}

/// The medicine itself and, of a combination, its ingredients.
#[must_use]
pub fn with_ingredients(index: Index) -> Vec<Index> {
    let mut parts = vec![index];
    parts.extend(get(index).into_iter().flat_map(|row| &row.ingredients));
    parts
}

/// Whether a rule about `subject` is about this medicine.
#[must_use]
pub fn is_subject(index: Index, subject: Subject) -> bool {
    match subject {
        Subject::Medicine(other) => index == other,
        Subject::Class(class) => get(index).is_some_and(|row| row.classes.binary_search(&class).is_ok()),
    }
}

/// Whether what one rule is about is a part of what another is about: a medicine of a class, a class of a wider one.
#[must_use]
pub fn within(subject: Subject, wider: Subject) -> bool {
    match (subject, wider) {
        (Subject::Medicine(index), _) => is_subject(index, wider),
        (Subject::Class(class), Subject::Class(wider)) => is_class_within(class, wider),
        (Subject::Class(_), Subject::Medicine(_)) => false,
    }
}

/// Whether `class` is `wider`, or lies within it.
#[must_use]
pub fn is_class_within(class: Index, wider: Index) -> bool {
    let classes = &medicine().classes;
    let mut at = Some(class);
    while let Some(class) = at {
        if class == wider {
            return true;
        }
        at = classes.get(usize::from(class)).and_then(|class| class.parent);
    }
    false
}

/// Others that are given instead of it: first those of its narrowest duplicate classes, then those of the same
/// therapeutic group (the first five characters of the ATC code). Itself and combinations with it are not among them.
#[must_use]
pub fn alternatives(index: Index) -> Vec<Index> {
    let Some(row) = get(index) else { return Vec::new() };
    let classes = &medicine().classes;
    let duplicate = |class: &Index| classes.get(usize::from(*class)).is_some_and(|class| class.duplicate);
    let own: Vec<Index> = row.classes.iter().copied().filter(duplicate).collect();
    let groups: Vec<&str> = row.atc.iter().filter_map(|code| code.get(..5)).collect();
    let mut found: Vec<(bool, Index)> = Vec::new();
    for at in (0..medicine().medicines.len()).filter_map(|at| Index::try_from(at).ok()) {
        let Some(other) = get(at).filter(|other| at != index && !other.ingredients.contains(&index)) else { continue };
        let of_class = own.iter().any(|class| other.classes.binary_search(class).is_ok());
        let of_group = other.atc.iter().any(|code| groups.iter().any(|group| code.starts_with(group)));
        if of_class || of_group {
            found.push((!(of_class && of_group), at));
        }
    }
    found.sort_unstable();
    found.into_iter().map(|(_, at)| at).collect()
}

/// A coded thing.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Coding {
    /// Code system, a URI.
    pub system: &'static str,
    /// Code.
    pub code: &'static str,
    /// Its display text.
    pub display: &'static str,
}

/// A marketed form.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct FormSummary {
    /// Dose form.
    pub form: &'static str,
    /// Route.
    pub route: &'static str,
    /// Strengths.
    pub strengths: &'static [&'static str],
}

/// A medicine of the catalogue.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct MedicineSummary {
    /// Slug.
    pub id: &'static str,
    /// International nonproprietary name.
    pub name: &'static str,
    /// Other generic names.
    pub synonyms: &'static [&'static str],
    /// Brand names.
    pub brands: &'static [&'static str],
    /// ATC codes.
    pub atc: &'static [&'static str],
    /// RxNorm ingredient code.
    pub rxcui: Option<&'static str>,
    /// Classes.
    pub classes: Vec<&'static str>,
    /// Marketed forms.
    pub forms: Vec<FormSummary>,
    /// Kinds for which it has been written up.
    pub covers: &'static [AlertKind],
    /// What it is usually for.
    pub indications: &'static [&'static str],
    /// Terminal half-life in hours in adults, the longest that the label gives.
    pub half_life_h: Option<f32>,
    /// How it leaves the body: `renal`, `hepatic`, `mixed` or `other`.
    pub elimination: Option<&'static str>,
    /// Whether an error with it is likely to do great harm.
    pub high_alert: bool,
    /// Whether a little too much or too little of it does harm.
    pub narrow_therapeutic_index: bool,
    /// Ids of medicines whose names are taken for its own.
    pub look_alikes: Vec<&'static str>,
    /// The same in code systems.
    pub codings: Vec<Coding>,
    /// Where the row stands.
    pub sources: Vec<String>,
    /// Version of the tables.
    pub knowledge_version: &'static str,
}

/// What the catalogue says of a medicine.
#[must_use]
pub fn summary(row: &'static Medicine<'static>) -> MedicineSummary {
    let classes = &medicine().classes;
    let rxcui = (!row.rxcui.is_empty()).then_some(row.rxcui);
    let atc = row.atc.iter().map(|code| Coding { system: "http://www.whocc.no/atc", code, display: row.name });
    let rxnorm =
        rxcui.map(|code| Coding { system: "http://www.nlm.nih.gov/research/umls/rxnorm", code, display: row.name });
    MedicineSummary {
        id: row.id,
        name: row.name,
        synonyms: &row.synonyms,
        brands: &row.brands,
        atc: &row.atc,
        rxcui,
        classes: row.classes.iter().filter_map(|at| Some(classes.get(usize::from(*at))?.id)).collect(),
        forms: row
            .forms
            .iter()
            .map(|form| FormSummary { form: form.form, route: form.route, strengths: &form.strengths })
            .collect(),
        covers: &row.covers,
        indications: &row.indications,
        half_life_h: row.half_life_h,
        elimination: (!row.elimination.is_empty()).then_some(row.elimination),
        high_alert: row.high_alert,
        narrow_therapeutic_index: row.narrow_therapeutic_index,
        look_alikes: row.look_alikes.iter().filter_map(|at| Some(get(*at)?.id)).collect(),
        codings: atc.chain(rxnorm).collect(),
        sources: cited(row),
        knowledge_version: version(),
    }
}
