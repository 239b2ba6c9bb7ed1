//! Reads the CSV tables, checks that they hold together, and packs them.

use crate::expression::{Atom, Expression};
use crate::parse::{Resolve, parse};
use crate::tables::*;
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

/// File name and bytes of each packed group, or every problem found.
pub fn pack(root: &Path) -> Result<Vec<(&'static str, Vec<u8>)>, Vec<String>> {
    let mut check = Check::default();
    let raw = Raw::read(root, &mut check);
    let names = Names::new(&raw, &mut check);
    let mut citations = Citations::new(&raw.sources, &mut check);
    let diagnosis = diagnosis(&raw, &names, &mut citations, &mut check);
    let comorbidities = comorbidities(&raw, &names, &mut citations, &mut check);
    let medicine = medicine(&raw, &names, &mut citations, &mut check);
    let mut numbers = Vec::new();
    for row in &raw.emergency_numbers {
        citations.read(&row.source, &format!("emergency_numbers {}", row.country), &mut check);
        numbers.push((row.country.as_str(), row.number.as_str()));
    }
    numbers.sort_unstable();
    check.that(numbers.iter().any(|(country, _)| *country == "default"), || "emergency_numbers: no default".into());
    let texts = raw.texts.iter().map(|(key, text)| (key.as_str(), text.as_str())).collect();
    for flag in &raw.red_flags {
        let known = raw.texts.contains_key(&flag.action);
        check.that(known, || format!("red_flags {}: no text `{}`", flag.id, flag.action));
    }
    if !check.problems.is_empty() {
        return Err(check.problems);
    }
    let library = Library {
        version: &raw.version,
        documents: citations.documents.iter().map(String::as_str).collect(),
        citations: citations.list.iter().map(|(d, s)| (*d, s.as_str())).collect(),
        texts,
        emergency_numbers: numbers,
    };
    Ok(vec![
        ("library.bin", bytes(&library)),
        ("diagnosis.bin", bytes(&diagnosis)),
        ("medicine.bin", bytes(&medicine)),
        ("comorbidities.bin", bytes(&comorbidities)),
    ])
}

fn bytes<T: Serialize>(table: &T) -> Vec<u8> {
    postcard::to_allocvec(table).expect("tables are plain data")
}

#[derive(Default)]
struct Check {
    problems: Vec<String>,
}

impl Check {
    fn that(&mut self, holds: bool, problem: impl FnOnce() -> String) {
        if !holds {
            self.problems.push(problem());
        }
    }

    fn some<T>(&mut self, value: Option<T>, problem: impl FnOnce() -> String) -> Option<T> {
        self.that(value.is_some(), problem);
        value
    }
}

#[derive(Deserialize)]
struct SourceRow {
    id: String,
    document: String,
    publisher: String,
    year: String,
    #[expect(dead_code, reason = "for people: the licence is read in review")]
    licence: String,
}

#[derive(Deserialize)]
struct FindingRow {
    id: String,
    name: String,
    kind: FindingKind,
    question: String,
    phrases: String,
    implies: String,
    group: String,
    background: f32,
    source: String,
    #[expect(dead_code, reason = "shown with conditions and rules, not with single findings")]
    review: String,
}

#[derive(Deserialize)]
struct ConditionRow {
    id: String,
    name: String,
    icd10: String,
    urgency: Urgency,
    dangerous: String,
    base_rate: f32,
    infant: f32,
    child: f32,
    adolescent: f32,
    young: f32,
    middle: f32,
    older: f32,
    male: f32,
    female: f32,
    pregnant: f32,
    advice: String,
    source: String,
    review: String,
}

#[derive(Deserialize)]
struct LikelihoodRow {
    condition: String,
    finding: String,
    percent: f32,
    source: String,
    #[expect(dead_code, reason = "the condition's own review speaks for its likelihoods")]
    review: String,
}

#[derive(Deserialize)]
struct RedFlagRow {
    id: String,
    level: Urgency,
    when: String,
    reason: String,
    action: String,
    source: String,
    #[expect(dead_code, reason = "a red flag counts whether it was reviewed or not")]
    review: String,
}

#[derive(Deserialize)]
struct ComorbidityRow {
    id: String,
    name: String,
    synonyms: String,
    icd10: String,
    finding: String,
    source: String,
    #[expect(dead_code, reason = "a name needs no review")]
    review: String,
}

#[derive(Deserialize)]
struct ClassRow {
    id: String,
    name: String,
    parent: String,
    duplicate: String,
    source: String,
    #[expect(dead_code, reason = "the rules that use a class are what is reviewed")]
    review: String,
}

#[derive(Deserialize)]
struct MedicineRow {
    id: String,
    name: String,
    synonyms: String,
    brands: String,
    atc: String,
    rxcui: String,
    classes: String,
    forms: String,
    covers: String,
    source: String,
    #[expect(dead_code, reason = "the rules about a medicine are what is reviewed")]
    review: String,
}

#[derive(Deserialize)]
struct InteractionRow {
    id: String,
    a: String,
    b: String,
    severity: Severity,
    mechanism: String,
    effect: String,
    management: String,
    evidence: String,
    criterion: String,
    source: String,
    review: String,
}

#[derive(Deserialize)]
struct CautionRow {
    id: String,
    medicine: String,
    kind: AlertKind,
    when: String,
    severity: Severity,
    effect: String,
    management: String,
    evidence: String,
    criterion: String,
    source: String,
    review: String,
}

#[derive(Deserialize)]
struct AllergyRow {
    id: String,
    name: String,
    synonyms: String,
    members: String,
    cross_reactive: String,
    cross_severity: String,
    note: String,
    source: String,
    review: String,
}

#[derive(Deserialize)]
struct EmergencyNumberRow {
    country: String,
    number: String,
    source: String,
    #[expect(dead_code, reason = "a telephone number needs no clinician")]
    review: String,
}

/// All rows as they stand in the files.
struct Raw {
    version: String,
    sources: Vec<SourceRow>,
    findings: Vec<FindingRow>,
    conditions: Vec<ConditionRow>,
    likelihoods: Vec<LikelihoodRow>,
    red_flags: Vec<RedFlagRow>,
    comorbidities: Vec<ComorbidityRow>,
    classes: Vec<ClassRow>,
    medicines: Vec<MedicineRow>,
    interactions: Vec<InteractionRow>,
    cautions: Vec<CautionRow>,
    allergies: Vec<AllergyRow>,
    emergency_numbers: Vec<EmergencyNumberRow>,
    texts: BTreeMap<String, String>,
}

impl Raw {
    fn read(root: &Path, check: &mut Check) -> Self {
        let mut hash = Fingerprint::default();
        let mut texts = BTreeMap::new();
        for (key, text) in rows::<(String, String)>(root, "text", &mut hash, check) {
            texts.insert(key, text);
        }
        Self {
            sources: rows(root, "sources", &mut hash, check),
            findings: sorted(rows(root, "findings", &mut hash, check), |row: &FindingRow| &row.id),
            conditions: sorted(rows(root, "conditions", &mut hash, check), |row: &ConditionRow| &row.id),
            likelihoods: rows(root, "likelihoods", &mut hash, check),
            red_flags: sorted(rows(root, "red_flags", &mut hash, check), |row: &RedFlagRow| &row.id),
            comorbidities: sorted(rows(root, "comorbidities", &mut hash, check), |row: &ComorbidityRow| &row.id),
            classes: sorted(rows(root, "classes", &mut hash, check), |row: &ClassRow| &row.id),
            medicines: sorted(rows(root, "medicines", &mut hash, check), |row: &MedicineRow| &row.id),
            interactions: sorted(rows(root, "interactions", &mut hash, check), |row: &InteractionRow| &row.id),
            cautions: sorted(rows(root, "cautions", &mut hash, check), |row: &CautionRow| &row.id),
            allergies: sorted(rows(root, "allergies", &mut hash, check), |row: &AllergyRow| &row.id),
            emergency_numbers: rows(root, "emergency_numbers", &mut hash, check),
            texts,
            version: hash.finish(),
        }
    }
}

fn sorted<T>(mut rows: Vec<T>, id: fn(&T) -> &String) -> Vec<T> {
    rows.sort_by(|a, b| id(a).cmp(id(b)));
    rows
}

/// FNV-1a over all files: tells versions apart, protects nothing.
struct Fingerprint(u64);

impl Default for Fingerprint {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Fingerprint {
    fn add(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = (self.0 ^ u64::from(*byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    fn finish(&self) -> String {
        format!("k-{:016x}", self.0)
    }
}

fn rows<T: DeserializeOwned>(root: &Path, table: &str, hash: &mut Fingerprint, check: &mut Check) -> Vec<T> {
    let mut files: Vec<_> = fs::read_dir(root.join(table))
        .map(|entries| entries.filter_map(|entry| Some(entry.ok()?.path())).collect())
        .unwrap_or_default();
    files.retain(|path| path.extension().is_some_and(|extension| extension == "csv"));
    files.sort();
    let mut all = Vec::new();
    for file in files {
        let text = fs::read(&file).unwrap_or_default();
        hash.add(&text);
        for (number, row) in csv::Reader::from_reader(text.as_slice()).deserialize().enumerate() {
            match row {
                Ok(row) => all.push(row),
                Err(error) => check.problems.push(format!("{} row {}: {error}", file.display(), number + 1)),
            }
        }
    }
    all
}

fn list(cell: &str) -> impl Iterator<Item = &str> {
    cell.split(';').map(str::trim).filter(|item| !item.is_empty())
}

/// Index of every id, by table.
struct Names(BTreeMap<&'static str, BTreeMap<String, u16>>);

impl Names {
    fn new(raw: &Raw, check: &mut Check) -> Self {
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
        add("comorbidity", raw.comorbidities.iter().map(|row| &row.id).collect());
        add("class", raw.classes.iter().map(|row| &row.id).collect());
        add("medicine", raw.medicines.iter().map(|row| &row.id).collect());
        add("interaction", raw.interactions.iter().map(|row| &row.id).collect());
        add("caution", raw.cautions.iter().map(|row| &row.id).collect());
        add("allergy", raw.allergies.iter().map(|row| &row.id).collect());
        Self(tables)
    }

    fn index(&self, table: &str, id: &str, user: &str, check: &mut Check) -> u16 {
        let found = self.resolve(table, id);
        check.some(found, || format!("{user}: {table} `{id}` is not known")).unwrap_or_default()
    }

    fn subject(&self, text: &str, user: &str, check: &mut Check) -> Subject {
        match text.strip_prefix("class:") {
            Some(class) => Subject::Class(self.index("class", class, user, check)),
            None => Subject::Medicine(self.index("medicine", text, user, check)),
        }
    }

    fn subjects(&self, cell: &str, user: &str, check: &mut Check) -> Vec<Subject> {
        list(cell).map(|text| self.subject(text, user, check)).collect()
    }

    fn expression(&self, text: &str, user: &str, check: &mut Check) -> Expression {
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
struct Citations {
    ids: BTreeMap<String, u16>,
    documents: Vec<String>,
    list: Vec<(u16, String)>,
    places: BTreeMap<(u16, String), u16>,
}

impl Citations {
    fn new(sources: &[SourceRow], check: &mut Check) -> Self {
        let mut ids = BTreeMap::new();
        let mut documents = Vec::new();
        for source in sources {
            let at = u16::try_from(documents.len()).expect("fewer than 65,536 documents");
            let whole = [&source.document, &source.publisher, &source.year].iter().all(|cell| !cell.is_empty());
            check.that(whole, || format!("sources `{}`: document, publisher and year are needed", source.id));
            check.that(ids.insert(source.id.clone(), at).is_none(), || format!("sources `{}` is there twice", source.id));
            documents.push(format!("{} ({}, {})", source.document, source.publisher, source.year));
        }
        Self { ids, documents, list: Vec::new(), places: BTreeMap::new() }
    }

    fn read(&mut self, cell: &str, user: &str, check: &mut Check) -> Sources {
        check.that(!cell.trim().is_empty(), || format!("{user}: a source is missing"));
        let mut found = Vec::new();
        for part in list(cell) {
            let (id, section) = part.split_once('§').unwrap_or((part, ""));
            let (id, section) = (id.trim(), section.trim());
            check.that(!section.is_empty(), || format!("{user}: source `{part}` names no section"));
            let Some(document) = check.some(self.ids.get(id).copied(), || format!("{user}: document `{id}` is not in sources")) else {
                continue;
            };
            let place = (document, section.to_owned());
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

fn diagnosis<'a>(raw: &'a Raw, names: &Names, citations: &mut Citations, check: &mut Check) -> DiagnosisTables<'a> {
    let groups: BTreeSet<&str> = raw.findings.iter().map(|row| row.group.as_str()).filter(|group| !group.is_empty()).collect();
    let groups: Vec<&str> = groups.into_iter().collect();
    let mut phrases: BTreeMap<&str, &str> = BTreeMap::new();
    let mut findings = Vec::new();
    for row in &raw.findings {
        let user = format!("findings {}", row.id);
        for phrase in list(&row.phrases) {
            let other = phrases.insert(phrase, &row.id);
            check.that(other.is_none(), || format!("{user}: phrase `{phrase}` stands under {} too", other.unwrap_or_default()));
        }
        check.that((0.0..100.0).contains(&row.background), || format!("{user}: background is a percentage below 100"));
        check.that(row.question.ends_with('?'), || format!("{user}: the question has no question mark"));
        let group = groups.iter().position(|group| *group == row.group).map_or(0, |at| at + 1);
        findings.push(Finding {
            id: &row.id,
            name: &row.name,
            kind: row.kind,
            question: &row.question,
            phrases: list(&row.phrases).collect(),
            implies: list(&row.implies).map(|id| names.index("finding", id, &user, check)).collect(),
            group: u16::try_from(group).expect("fewer groups than findings"),
            background: row.background,
            sources: citations.read(&row.source, &user, check),
        });
    }
    let all_implied: Vec<Vec<u16>> = findings.iter().map(|finding: &Finding| finding.implies.clone()).collect();
    for (at, finding) in findings.iter_mut().enumerate() {
        let own = u16::try_from(at).expect("a table has fewer than 65,536 rows");
        finding.implies = closure(&all_implied, own);
        check.that(!finding.implies.contains(&own), || format!("findings {} implies itself", finding.id));
    }
    DiagnosisTables { findings, conditions: conditions(raw, names, citations, check), red_flags: red_flags(raw, names, citations, check) }
}

/// Everything that is reached from one row, sorted.
fn closure(edges: &[Vec<u16>], from: u16) -> Vec<u16> {
    let mut reached = BTreeSet::new();
    let mut open = edges[usize::from(from)].clone();
    while let Some(next) = open.pop() {
        if reached.insert(next) {
            open.extend(&edges[usize::from(next)]);
        }
    }
    reached.into_iter().collect()
}

fn conditions<'a>(raw: &'a Raw, names: &Names, citations: &mut Citations, check: &mut Check) -> Vec<Condition<'a>> {
    let mut likelihoods: BTreeMap<&str, BTreeMap<u16, Likelihood>> = BTreeMap::new();
    for row in &raw.likelihoods {
        let user = format!("likelihoods {} {}", row.condition, row.finding);
        names.index("condition", &row.condition, &user, check);
        check.that(row.percent > 0.0 && row.percent <= 100.0, || format!("{user}: a percentage above 0"));
        let finding = names.index("finding", &row.finding, &user, check);
        let likelihood = Likelihood { finding, percent: row.percent, sources: citations.read(&row.source, &user, check) };
        let twice = likelihoods.entry(&row.condition).or_default().insert(finding, likelihood);
        check.that(twice.is_none(), || format!("{user} is there twice"));
    }
    let mut conditions = Vec::new();
    for row in &raw.conditions {
        let user = format!("conditions {}", row.id);
        let own = likelihoods.remove(row.id.as_str()).unwrap_or_default();
        check.that(own.len() >= 3, || format!("{user}: fewer than three likelihoods"));
        check.that(matches!(row.dangerous.as_str(), "yes" | "no"), || format!("{user}: dangerous is yes or no"));
        check.that(row.base_rate > 0.0, || format!("{user}: the base rate is above 0"));
        conditions.push(Condition {
            id: &row.id,
            name: &row.name,
            icd10: &row.icd10,
            urgency: row.urgency,
            dangerous: row.dangerous == "yes",
            base_rate: row.base_rate,
            ages: [row.infant, row.child, row.adolescent, row.young, row.middle, row.older],
            male: row.male,
            female: row.female,
            pregnant: row.pregnant,
            advice: &row.advice,
            likelihoods: own.into_values().collect(),
            sources: citations.read(&row.source, &user, check),
            review: reviewed(&row.review),
        });
    }
    conditions
}

fn red_flags<'a>(raw: &'a Raw, names: &Names, citations: &mut Citations, check: &mut Check) -> Vec<RedFlag<'a>> {
    let mut flags = Vec::new();
    for row in &raw.red_flags {
        let user = format!("red_flags {}", row.id);
        check.that(row.level >= Urgency::Urgent, || format!("{user}: a red flag is urgent or emergency"));
        flags.push(RedFlag {
            id: &row.id,
            level: row.level,
            when: names.expression(&row.when, &user, check),
            reason: &row.reason,
            action: &row.action,
            sources: citations.read(&row.source, &user, check),
        });
    }
    flags
}

fn comorbidities<'a>(raw: &'a Raw, names: &Names, citations: &mut Citations, check: &mut Check) -> ComorbidityTable<'a> {
    let mut table = Vec::new();
    for row in &raw.comorbidities {
        let user = format!("comorbidities {}", row.id);
        citations.read(&row.source, &user, check);
        table.push(Comorbidity {
            id: &row.id,
            name: &row.name,
            synonyms: list(&row.synonyms).collect(),
            icd10: &row.icd10,
            finding: (!row.finding.is_empty()).then(|| names.index("finding", &row.finding, &user, check)),
        });
    }
    ComorbidityTable { comorbidities: table }
}

fn medicine<'a>(raw: &'a Raw, names: &Names, citations: &mut Citations, check: &mut Check) -> MedicineTables<'a> {
    let mut classes = Vec::new();
    for row in &raw.classes {
        let user = format!("classes {}", row.id);
        classes.push(Class {
            id: &row.id,
            name: &row.name,
            parent: (!row.parent.is_empty()).then(|| names.index("class", &row.parent, &user, check)),
            duplicate: row.duplicate == "yes",
            sources: citations.read(&row.source, &user, check),
        });
    }
    let parents: Vec<Vec<u16>> = classes.iter().map(|class: &Class| class.parent.into_iter().collect()).collect();
    let medicines = raw.medicines.iter().map(|row| medicine_row(row, names, &parents, citations, check)).collect();
    MedicineTables {
        classes,
        medicines,
        interactions: interactions(raw, names, citations, check),
        cautions: cautions(raw, names, citations, check),
        allergies: allergies(raw, names, citations, check),
    }
}

fn medicine_row<'a>(row: &'a MedicineRow, names: &Names, parents: &[Vec<u16>], citations: &mut Citations, check: &mut Check) -> Medicine<'a> {
    let user = format!("medicines {}", row.id);
    let mut classes = BTreeSet::new();
    for id in list(&row.classes) {
        let class = names.index("class", id, &user, check);
        classes.insert(class);
        classes.extend(parents.get(usize::from(class)).map(|_| closure(parents, class)).unwrap_or_default());
    }
    let parts: Vec<&str> = row.id.split("_and_").collect();
    let ingredients = if parts.len() > 1 {
        parts.iter().map(|part| names.index("medicine", part, &user, check)).collect()
    } else {
        Vec::new()
    };
    let covers = list(&row.covers).filter_map(|kind| {
        let parsed = csv::StringRecord::from(vec![kind]).deserialize::<AlertKind>(None).ok();
        check.some(parsed, || format!("{user}: `{kind}` is not a kind of alert"))
    });
    Medicine {
        id: &row.id,
        name: &row.name,
        synonyms: list(&row.synonyms).collect(),
        brands: list(&row.brands).collect(),
        atc: list(&row.atc).collect(),
        rxcui: &row.rxcui,
        classes: classes.into_iter().collect(),
        ingredients,
        forms: list(&row.forms).map(form).collect(),
        covers: covers.collect(),
        sources: citations.read(&row.source, &user, check),
    }
}

fn form(text: &str) -> Form<'_> {
    let (kind, strengths) = text.split_once(':').unwrap_or((text, ""));
    let (form, route) = kind.split_once('/').unwrap_or((kind, ""));
    Form {
        form: form.trim(),
        route: route.trim(),
        strengths: strengths.split(',').map(str::trim).filter(|strength| !strength.is_empty()).collect(),
    }
}

fn interactions<'a>(raw: &'a Raw, names: &Names, citations: &mut Citations, check: &mut Check) -> Vec<Interaction<'a>> {
    let mut pairs = BTreeMap::new();
    let mut rules = Vec::new();
    for row in &raw.interactions {
        let user = format!("interactions {}", row.id);
        let (a, b) = (names.subject(&row.a, &user, check), names.subject(&row.b, &user, check));
        let other = pairs.insert((a.min(b), a.max(b)), &row.id);
        check.that(other.is_none(), || format!("{user}: the same pair as {}", other.map_or("", |id| id)));
        check.that(!row.criterion.is_empty(), || format!("{user}: the criterion of the severity is missing"));
        rules.push(Interaction {
            id: &row.id,
            a,
            b,
            severity: row.severity,
            mechanism: &row.mechanism,
            effect: &row.effect,
            management: &row.management,
            evidence: &row.evidence,
            sources: citations.read(&row.source, &user, check),
            review: reviewed(&row.review),
        });
    }
    rules
}

fn cautions<'a>(raw: &'a Raw, names: &Names, citations: &mut Citations, check: &mut Check) -> Vec<Caution<'a>> {
    let mut rules = Vec::new();
    for row in &raw.cautions {
        let user = format!("cautions {}", row.id);
        check.that(!row.criterion.is_empty(), || format!("{user}: the criterion of the severity is missing"));
        let when = names.expression(&row.when, &user, check);
        check.that(!mentions_finding(&when), || format!("{user}: a caution speaks of comorbidities, not of findings"));
        rules.push(Caution {
            id: &row.id,
            subject: names.subject(&row.medicine, &user, check),
            kind: row.kind,
            when,
            severity: row.severity,
            effect: &row.effect,
            management: &row.management,
            evidence: &row.evidence,
            sources: citations.read(&row.source, &user, check),
            review: reviewed(&row.review),
        });
    }
    rules
}

fn mentions_finding(expression: &Expression) -> bool {
    match expression {
        Expression::Always => false,
        Expression::Atom(atom) => matches!(atom, Atom::Finding(_)),
        Expression::All(parts) | Expression::AtLeast(_, parts) => parts.iter().any(mentions_finding),
    }
}

fn allergies<'a>(raw: &'a Raw, names: &Names, citations: &mut Citations, check: &mut Check) -> Vec<Allergy<'a>> {
    let mut rows = Vec::new();
    for row in &raw.allergies {
        let user = format!("allergies {}", row.id);
        let cross_severity = match row.cross_severity.as_str() {
            "contraindicated" => Severity::Contraindicated,
            "major" => Severity::Major,
            "moderate" | "" => Severity::Moderate,
            "minor" => Severity::Minor,
            other => {
                check.problems.push(format!("{user}: `{other}` is not a severity"));
                Severity::Major
            }
        };
        rows.push(Allergy {
            id: &row.id,
            name: &row.name,
            synonyms: list(&row.synonyms).collect(),
            members: names.subjects(&row.members, &user, check),
            cross_reactive: names.subjects(&row.cross_reactive, &user, check),
            cross_severity,
            note: &row.note,
            sources: citations.read(&row.source, &user, check),
            review: reviewed(&row.review),
        });
    }
    rows
}

fn reviewed(cell: &str) -> &str {
    if cell == "unreviewed" { "" } else { cell }
}
