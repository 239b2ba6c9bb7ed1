//! What an entry of each kind says, and what is wrong with it when it cannot be.

use super::coding;
use super::dates::{self, PartialDate};
use super::model::Kind;
use super::observations::definition;
use crate::error::{Error, FieldError, Result, internal, invalid, not_found};
use crate::http::{Invalid, Reason};
use crate::id::Timestamp;
use crate::medicine::catalogue::{self, Coding};
use crate::records::clinical_data::{AgeYears, ReactionSeverity, Term};
use chrono::DateTime;
use deserr::{Deserr, IntoValue, ValuePointerRef};
use serde::Serialize;
use serde_json::{Map, Value, json};
use utoipa::ToSchema;

macro_rules! words {
    ($($(#[$doc:meta])* $name:ident { $($(#[$variant_doc:meta])* $variant:ident = $text:literal,)* })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Deserr, Serialize, ToSchema)]
        #[serde(rename_all = "snake_case")]
        pub enum $name {
            $($(#[$variant_doc])* #[deserr(rename = $text)] $variant,)*
        }
    )*};
}

words! {
    /// Whether a problem is there still.
    ClinicalStatus {
        /// It is.
        Active = "active",
        /// It is over.
        Resolved = "resolved",
        /// It is silent for now.
        Inactive = "inactive",
    }
    /// How sure an allergy is.
    Certainty {
        /// Tested, or seen by somebody who can tell.
        Confirmed = "confirmed",
        /// Told.
        Unconfirmed = "unconfirmed",
        /// Found not to be one.
        Refuted = "refuted",
    }
    /// Whether the immune system is behind it.
    AllergyKind {
        /// It is, as far as is known.
        Allergy = "allergy",
        /// It is not.
        Intolerance = "intolerance",
    }
    /// Where a medicine comes from.
    MedicationSource {
        /// A prescription, of this installation or elsewhere.
        Prescribed = "prescribed",
        /// Bought without one.
        OverTheCounter = "over_the_counter",
        /// Told, and nothing more is known.
        Reported = "reported",
    }
    /// Whether somebody smokes.
    SmokingStatus {
        /// Never did.
        Never = "never",
        /// Did.
        Former = "former",
        /// Does.
        Current = "current",
        /// Not known.
        Unknown = "unknown",
    }
}

/// Words about an entry: at most 2,000 characters.
#[derive(Debug, Clone, PartialEq, Eq, Deserr, Serialize, ToSchema)]
#[deserr(try_from(String) = Note::parse -> Reason)]
#[schema(as = EntryNote)]
#[serde(transparent)]
pub struct Note(pub String);

impl Note {
    fn parse(text: String) -> Result<Self, Reason> {
        if text.chars().count() <= 2000 {
            Ok(Self(text))
        } else {
            Err(Reason::out_of_range("must have at most 2,000 characters"))
        }
    }
}

macro_rules! amount {
    ($($(#[$doc:meta])* $name:ident: 0 ..= $most:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Deserr, Serialize, ToSchema)]
        #[deserr(try_from(f64) = $name::new -> Reason)]
        #[serde(transparent)]
        pub struct $name(pub f64);

        impl $name {
            fn new(value: f64) -> Result<Self, Reason> {
                if (0.0..=$most).contains(&value) {
                    Ok(Self(value))
                } else {
                    Err(Reason::out_of_range(concat!("must be from 0 to ", $most)))
                }
            }
        }
    )*};
}

amount! {
    /// Packs of 20 cigarettes a day, times years.
    PackYears: 0 ..= 400.0;
    /// Units of 8 g of ethanol a week.
    AlcoholUnits: 0 ..= 500.0;
}

/// A JSON value whose meaning another member decides, or a whole body.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct AnyValue(pub Value);

impl Deserr<Invalid> for AnyValue {
    fn deserialize_from_value<V: IntoValue>(value: deserr::Value<V>, _: ValuePointerRef) -> Result<Self, Invalid> {
        Ok(Self(Value::from(value)))
    }
}

macro_rules! kinds {
    ($($(#[$doc:meta])* $name:ident { $($(#[$field_doc:meta])* $(($field_attribute:meta))? $field:ident: $type:ty $(= $default:expr)?,)* })*) => {$(
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Deserr, Serialize, ToSchema)]
        #[deserr(error = Invalid, deny_unknown_fields)]
        pub struct $name {
            $($(#[$field_doc])* $(#[$field_attribute])? $(#[deserr(default = $default)])? pub $field: $type,)*
        }
    )*};
}

kinds! {
    /// Something that the patient has or had.
    ProblemContent {
        /// What it is, by any name.
        name: Term,
        /// Whether it is there still.
        clinical_status: ClinicalStatus = ClinicalStatus::Active,
        /// When it began.
        onset_date: Option<PartialDate> = None,
        /// When it ended.
        abatement_date: Option<PartialDate> = None,
        /// Words about it.
        note: Option<Note> = None,
    }
    /// An allergy or intolerance.
    AllergyContent {
        /// What it is to: a medicine, a brand, a group such as `penicillin`, or anything else.
        substance: Term,
        /// What happened.
        reaction: Option<Term> = None,
        /// How bad it was.
        severity: ReactionSeverity = ReactionSeverity::Unknown,
        /// How sure it is; one that is refuted is kept and speaks against nothing.
        certainty: Certainty = Certainty::Unconfirmed,
        /// Allergy or intolerance.
        kind: AllergyKind = AllergyKind::Allergy,
        /// When it began.
        onset_date: Option<PartialDate> = None,
        /// Words about it.
        note: Option<Note> = None,
    }
    /// A medicine that the patient takes or took. Needs `name` or `medicine_id`.
    MedicationContent {
        /// Generic name or brand.
        name: Option<Term> = None,
        /// Id of the catalogue.
        medicine_id: Option<Term> = None,
        /// How it is taken, in words.
        dose_text: Option<Term> = None,
        /// Where it comes from.
        source: MedicationSource = MedicationSource::Reported,
        /// When it was begun.
        started_on: Option<PartialDate> = None,
        /// When it was stopped; without it, it is taken.
        stopped_on: Option<PartialDate> = None,
        /// Words about it.
        note: Option<Note> = None,
    }
    /// Something that was done.
    ProcedureContent {
        /// What.
        name: Term,
        /// When.
        date: Option<PartialDate> = None,
        /// Words about it.
        note: Option<Note> = None,
    }
    /// A vaccine that was given.
    ImmunizationContent {
        /// Which.
        vaccine: Term,
        /// When.
        date: Option<PartialDate> = None,
        /// Number of the lot.
        lot: Option<Term> = None,
        /// Words about it.
        note: Option<Note> = None,
    }
    /// What a relative has or had.
    FamilyHistoryContent {
        /// Who: `mother`, `brother`…
        relation: Term,
        /// What.
        condition: Term,
        /// At what age it began.
        age_of_onset_years: Option<AgeYears> = None,
        /// Words about it.
        note: Option<Note> = None,
    }
    /// How the patient lives. Needs one member at least.
    SocialHistoryContent {
        /// Whether they smoke.
        smoking_status: Option<SmokingStatus> = None,
        /// How much they smoked.
        pack_years: Option<PackYears> = None,
        /// How much they drink, in units of 8 g of ethanol a week.
        alcohol_units_per_week: Option<AlcoholUnits> = None,
        /// What they work as.
        occupation: Option<Term> = None,
        /// Anything else.
        text: Option<Note> = None,
    }
    /// Something that was measured or asked.
    ObservationContent {
        /// What: `weight`, `height`, `serum_creatinine`, `egfr`, `potassium`, `magnesium`, `qtc`, `systolic_blood_pressure`,
        /// `diastolic_blood_pressure`, `heart_rate`, `temperature`, `respiratory_rate`, `oxygen_saturation`, `glucose`,
        /// `child_pugh`, `pregnancy_status`, `lactation` or `sex_for_clinical_use`.
        code: Term,
        /// A number; a word for `pregnancy_status` and `sex_for_clinical_use`; `true` or `false` for `lactation`.
        (schema(value_type = Value)) value: AnyValue,
        /// Its unit (UCUM). May be left out; any but the one of this code is refused.
        unit: Option<Term> = None,
        /// When it was so, RFC 3339; now when left out.
        effective_at: Option<Term> = None,
        /// Weeks of pregnancy then.
        gestation_weeks: Option<crate::records::clinical_data::GestationWeeks> = None,
        /// Words about it.
        note: Option<Note> = None,
    }
}

/// What an entry says, by its kind.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[serde(untagged)]
pub enum Content {
    /// Of `problems`.
    Problem(ProblemContent),
    /// Of `allergies`.
    Allergy(AllergyContent),
    /// Of `medications`.
    Medication(MedicationContent),
    /// Of `procedures`.
    Procedure(ProcedureContent),
    /// Of `immunizations`.
    Immunization(ImmunizationContent),
    /// Of `family-history`.
    FamilyHistory(FamilyHistoryContent),
    /// Of `social-history`.
    SocialHistory(SocialHistoryContent),
    /// Of `observations`.
    Observation(ObservationContent),
}

/// Content that was found to be right, as it is sealed, and what storage may know of it.
#[derive(Debug)]
pub struct Checked {
    /// The members, with `codings` and `unknown`.
    pub members: Map<String, Value>,
    /// Whether it still holds.
    pub is_current: bool,
    /// Which observation.
    pub code: Option<&'static str>,
    /// When it was so.
    pub effective_at: Option<Timestamp>,
}

/// Reads the members of an entry of this kind.
///
/// # Errors
/// 422 with every bad member; 404 for a kind that has no entries of its own.
pub fn read(kind: Kind, members: Map<String, Value>, now: Timestamp) -> Result<Checked> {
    fn parse<T: Deserr<Invalid>>(members: Map<String, Value>) -> Result<T> {
        deserr::deserialize::<T, _, Invalid>(Value::Object(members)).map_err(Error::from)
    }
    let content = match kind {
        Kind::Problems => Content::Problem(parse(members)?),
        Kind::Allergies => Content::Allergy(parse(members)?),
        Kind::Medications => Content::Medication(parse(members)?),
        Kind::Procedures => Content::Procedure(parse(members)?),
        Kind::Immunizations => Content::Immunization(parse(members)?),
        Kind::FamilyHistory => Content::FamilyHistory(parse(members)?),
        Kind::SocialHistory => Content::SocialHistory(parse(members)?),
        Kind::Observations => Content::Observation(parse(members)?),
        Kind::Statements => return Err(not_found()),
    };
    content.check(now)
}

impl Content {
    fn check(mut self, now: Timestamp) -> Result<Checked> {
        let faults = self.faults(now);
        if !faults.is_empty() {
            return Err(invalid(faults));
        }
        self.complete(now);
        let codings = self.codings();
        let Value::Object(mut members) = serde_json::to_value(&self).map_err(internal)? else {
            return Err(internal("the content of an entry is no object"));
        };
        if let Some(codings) = &codings {
            members.insert("unknown".into(), codings.is_empty().into());
        }
        members.insert("codings".into(), json!(codings.unwrap_or_default()));
        let observed = match &self {
            Self::Observation(observation) => Some(observation),
            _ => None,
        };
        Ok(Checked {
            members,
            is_current: self.is_current(),
            code: observed.and_then(|observation| Some(definition(&observation.code.0)?.code)),
            effective_at: observed.and_then(ObservationContent::effective_at),
        })
    }

    fn faults(&self, now: Timestamp) -> Vec<FieldError> {
        let today = dates::today(now);
        let once = |pointer, date| dates::faults(today, (pointer, date), ("", None));
        match self {
            Self::Problem(problem) => {
                let onset = ("/onset_date", problem.onset_date.as_ref());
                let mut all = dates::faults(today, onset, ("/abatement_date", problem.abatement_date.as_ref()));
                if problem.clinical_status == ClinicalStatus::Active && problem.abatement_date.is_some() {
                    let message = "ends a problem that clinical_status says is active";
                    all.push(FieldError::body("/abatement_date", "contradiction", message));
                }
                all
            }
            Self::Allergy(allergy) => once("/onset_date", allergy.onset_date.as_ref()),
            Self::Medication(medication) => medication.faults(now),
            Self::Procedure(procedure) => once("/date", procedure.date.as_ref()),
            Self::Immunization(immunization) => once("/date", immunization.date.as_ref()),
            Self::FamilyHistory(_) => Vec::new(),
            Self::SocialHistory(social) => social.faults(),
            Self::Observation(observation) => observation.faults(now),
        }
    }

    /// Fills in what follows from the rest.
    fn complete(&mut self, now: Timestamp) {
        match self {
            Self::Medication(medication) => {
                let id = medication.medicine_id.as_ref().filter(|_| medication.name.is_none());
                let row = id.and_then(|id| catalogue::get(catalogue::by_id(&id.0)?));
                if let Some(row) = row {
                    medication.name = Some(Term(row.name.to_owned()));
                }
            }
            Self::Observation(observation) => {
                observation.unit = definition(&observation.code.0).and_then(|d| Some(Term(d.unit()?.to_owned())));
                let at = observation.effective_at().unwrap_or(now);
                observation.effective_at = Some(Term(at.to_string()));
            }
            _ => {}
        }
    }

    /// `None` for what is not looked up, empty for what is and was not found.
    fn codings(&self) -> Option<Vec<Coding>> {
        Some(match self {
            Self::Problem(problem) => coding::of_condition(&problem.name.0),
            Self::Allergy(allergy) => coding::of_substance(&allergy.substance.0),
            Self::Medication(medication) => match (&medication.medicine_id, &medication.name) {
                (Some(id), _) => catalogue::by_id(&id.0).map(coding::of_medicine).unwrap_or_default(),
                (None, Some(name)) => coding::of_medicine_named(&name.0),
                (None, None) => Vec::new(),
            },
            Self::Immunization(immunization) => coding::of_medicine_named(&immunization.vaccine.0),
            Self::FamilyHistory(family) => coding::of_condition(&family.condition.0),
            Self::Observation(observation) => {
                let known = definition(&observation.code.0)?;
                let loinc = known.loinc.map(|code| Coding { system: coding::LOINC, code, display: known.name });
                return loinc.map(|coding| vec![coding]);
            }
            Self::Procedure(_) | Self::SocialHistory(_) => return None,
        })
    }

    fn is_current(&self) -> bool {
        match self {
            Self::Problem(problem) => problem.clinical_status == ClinicalStatus::Active,
            Self::Allergy(allergy) => allergy.certainty != Certainty::Refuted,
            Self::Medication(medication) => medication.stopped_on.is_none(),
            _ => true,
        }
    }
}

impl MedicationContent {
    fn faults(&self, now: Timestamp) -> Vec<FieldError> {
        let started = ("/started_on", self.started_on.as_ref());
        let mut all = dates::faults(dates::today(now), started, ("/stopped_on", self.stopped_on.as_ref()));
        if self.name.is_none() && self.medicine_id.is_none() {
            all.push(FieldError::body("/name", "missing", "needs name or medicine_id"));
        }
        if self.medicine_id.as_ref().is_some_and(|id| catalogue::by_id(&id.0).is_none()) {
            let message = "is not a medicine of the catalogue; give its name alone when it is not there";
            all.push(FieldError::body("/medicine_id", "unknown_medicine", message));
        }
        all
    }
}

impl SocialHistoryContent {
    fn faults(&self) -> Vec<FieldError> {
        let says_nothing = self.smoking_status.is_none()
            && self.pack_years.is_none()
            && self.alcohol_units_per_week.is_none()
            && self.occupation.is_none()
            && self.text.is_none();
        let mut all = Vec::new();
        if says_nothing {
            all.push(FieldError::body("", "missing", "needs one member at least"));
        }
        let smoked = self.pack_years.is_some_and(|years| years.0 > 0.0);
        if smoked && self.smoking_status == Some(SmokingStatus::Never) {
            let message = "must be 0 for somebody who never smoked";
            all.push(FieldError::body("/pack_years", "contradiction", message));
        }
        all
    }
}

impl ObservationContent {
    fn effective_at(&self) -> Option<Timestamp> {
        let time = DateTime::parse_from_rfc3339(&self.effective_at.as_ref()?.0).ok()?;
        Some(Timestamp(time.timestamp_millis()))
    }

    fn faults(&self, now: Timestamp) -> Vec<FieldError> {
        /// Clocks of instruments differ.
        const TOLERANCE_MS: i64 = 5 * 60 * 1000;
        const YEAR_1880: Timestamp = Timestamp(-2_840_140_800_000);
        let mut all = Vec::new();
        match definition(&self.code.0) {
            None => {
                let codes: Vec<&str> = super::observations::DEFINITIONS.iter().map(|one| one.code).collect();
                let message = ["must be one of: ", &codes.join(", ")].concat();
                all.push(FieldError::body("/code", "unknown_value", message));
            }
            Some(known) => {
                all.extend(known.fault(&self.value.0));
                if self.unit.as_ref().is_some_and(|unit| known.unit() != Some(unit.0.as_str())) {
                    let message = known.unit().map_or("has no unit".to_owned(), |unit| ["must be ", unit].concat());
                    all.push(FieldError::body("/unit", "wrong_unit", message));
                }
            }
        }
        if self.gestation_weeks.is_some() && self.value.0 != "pregnant" {
            let message = "is for a pregnancy_status of pregnant";
            all.push(FieldError::body("/gestation_weeks", "contradiction", message));
        }
        match (&self.effective_at, self.effective_at()) {
            (Some(_), None) => {
                let message = "must be a time such as 2026-11-30T08:15:00Z";
                all.push(FieldError::body("/effective_at", "invalid", message));
            }
            (_, Some(at)) if at.0 > now.0 + TOLERANCE_MS => {
                all.push(FieldError::body("/effective_at", "in_the_future", "must not be in the future"));
            }
            (_, Some(at)) if at < YEAR_1880 => {
                all.push(FieldError::body("/effective_at", "out_of_range", "must not be before 1880"));
            }
            _ => {}
        }
        all
    }
}
