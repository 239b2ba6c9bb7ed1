//! Finding a medicine: by name, synonym, brand or code, exactly or nearly.

use super::model::NamedMedicine;
use crate::knowledge::tables::{AlertKind, Index, Medicine, Subject};
use crate::knowledge::{find, medicine, version};
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
        codings: atc.chain(rxnorm).collect(),
        sources: crate::knowledge::sources(&row.sources),
        knowledge_version: version(),
    }
}
