//! What the callers are to things, as the story says: worked out from it alone,
//! without a look at what is stored.

use super::callers::{Caller, Organization};
use virtual_doctor::authorization::{Relationship as R, Role};

/// Whose things are asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Target {
    /// Well-formed ids of nothing.
    Missing,
    /// Ann's, in the clinic.
    Anns,
    /// Those of Kim, a child, in the clinic.
    Kims,
    /// Sam's, in the other organization: to all others a stranger's and another organization's.
    Sams,
    /// What is Sam's, or of the other organization, asked for as if it were Ann's or of the clinic.
    Mixed,
}

impl Target {
    pub const ALL: [Self; 5] = [Self::Missing, Self::Anns, Self::Kims, Self::Sams, Self::Mixed];

    /// Where the doctor works.
    fn organization(self) -> Option<Organization> {
        match self {
            Self::Missing => None,
            Self::Anns | Self::Kims | Self::Mixed => Some(Organization::Clinic),
            Self::Sams => Some(Organization::Elsewhere),
        }
    }

    /// Who made the things.
    fn keeper(self) -> Option<Caller> {
        match self {
            Self::Missing => None,
            Self::Anns | Self::Mixed => Some(Caller::Ann),
            Self::Kims => Some(Caller::Gina),
            Self::Sams => Some(Caller::Sam),
        }
    }

    fn doctor(self) -> Option<Caller> {
        self.organization().map(|at| if at == Organization::Clinic { Caller::Dana } else { Caller::Otto })
    }
}

/// What there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Thing {
    /// A record and what is in it; a request for access to it too.
    Patient,
    /// An assessment of the patient, made by who keeps the record.
    Assessment,
    /// A draft of the doctor's.
    Prescription,
    /// One that was signed, and sent to the pharmacists of the organization where the doctor works.
    PrescriptionSent,
    /// What was sent to those pharmacists.
    Pharmacy,
    /// A room of the doctor and who keeps the record.
    Room,
    /// A visit that the doctor took, with a signed note.
    VisitTaken,
    /// A visit that waits in the queue of the organization where the doctor does not work.
    VisitWaiting,
    /// An emergency, whoever the patient is.
    Emergency,
    /// The chain of a record's audit.
    Chain,
    /// The account of who keeps the record: its sessions and exports.
    Account,
    /// The organization where the doctor works, and its staff.
    Organization,
    /// Its API keys.
    ApiKeys,
    /// Its queue and who is on duty.
    Queue,
    /// Somebody of its staff, as a user.
    User,
    /// The installation itself.
    Installation,
}

impl Thing {
    /// Whether it belongs to a patient's record, so that a refusal is recorded there.
    pub fn is_of_record(self) -> bool {
        use Thing::{Assessment, Chain, Patient, Prescription, PrescriptionSent, Room, VisitTaken, VisitWaiting};
        matches!(
            self,
            Patient | Assessment | Prescription | PrescriptionSent | Room | VisitTaken | VisitWaiting | Chain
        )
    }

    /// Whether there is one of it for this target.
    pub fn is_of(self, target: Target) -> bool {
        match self {
            Self::Installation => target == Target::Anns,
            // Kim's doctor works where Ann's does.
            Self::Organization | Self::ApiKeys | Self::Pharmacy | Self::Queue | Self::User => target != Target::Kims,
            _ => true,
        }
    }
}

/// What the caller is to the thing; never empty.
pub fn relationships(caller: Caller, target: Target, thing: Thing) -> Vec<R> {
    let mut found = if caller.is_at_once() || caller == Caller::Nora { Vec::new() } else { all(caller, target, thing) };
    if found.is_empty() {
        found.push(R::None);
    }
    found
}

fn all(caller: Caller, target: Target, thing: Thing) -> Vec<R> {
    let made_it = target.keeper() == Some(caller);
    let is_doctor = target.doctor() == Some(caller);
    let recorder = |made: bool| made.then_some(R::Recorder);
    match thing {
        Thing::Patient => record(caller, target),
        Thing::Assessment => record(caller, target).into_iter().chain(recorder(made_it)).collect(),
        Thing::Prescription => record(caller, target).into_iter().chain(recorder(is_doctor)).collect(),
        Thing::PrescriptionSent => {
            let post = caller.post().filter(|(at, _)| Some(*at) == target.organization()).map(|(_, role)| role);
            let dispenses = (post == Some(Role::Pharmacist)).then_some(R::DispensesThere);
            record(caller, target).into_iter().chain(recorder(is_doctor)).chain(dispenses).collect()
        }
        Thing::Room => (made_it || is_doctor).then_some(R::Participant).into_iter().collect(),
        Thing::VisitTaken => {
            let there = practises(caller, target.organization());
            let took_it = is_doctor.then_some(R::VisitDoctor);
            record(caller, target).into_iter().chain(there).chain(took_it).collect()
        }
        Thing::VisitWaiting => {
            let there = practises(caller, target.organization().map(Organization::other));
            record(caller, target).into_iter().chain(there).collect()
        }
        Thing::Emergency => caller.is_licensed().then_some(R::LicensedPractitioner).into_iter().collect(),
        Thing::Chain if caller == Caller::Olga => vec![R::Anyone],
        Thing::Chain => record(caller, target),
        Thing::Account => made_it.then_some(R::Anyone).into_iter().collect(),
        Thing::Organization | Thing::ApiKeys | Thing::Pharmacy | Thing::Queue | Thing::User | Thing::Installation => {
            organization(caller, target, thing)
        }
    }
}

/// What the caller is to the patient.
fn record(caller: Caller, target: Target) -> Vec<R> {
    match (caller, target) {
        (Caller::Ann, Target::Anns | Target::Mixed) | (Caller::Sam, Target::Sams) => {
            vec![R::ActsForPatient, R::Oneself]
        }
        (Caller::Gina, Target::Kims) => vec![R::ActsForPatient, R::Guardian],
        (Caller::Rita, Target::Anns | Target::Mixed) => vec![R::ReadsForPatient],
        (Caller::Paul, Target::Anns | Target::Mixed) => vec![R::ActsForPatient],
        (Caller::Dana, Target::Anns | Target::Kims | Target::Mixed) | (Caller::Otto, Target::Sams) => {
            vec![R::CareTeam, R::LicensedCareTeam]
        }
        (Caller::Una, Target::Anns | Target::Mixed) => vec![R::CareTeam],
        (Caller::Bea, Target::Anns | Target::Mixed) => vec![R::BreakGlass],
        _ => Vec::new(),
    }
}

fn practises(caller: Caller, there: Option<Organization>) -> impl Iterator<Item = R> {
    let practises = caller.post().is_some_and(|(at, role)| role == Role::Doctor && Some(at) == there);
    let licensed = practises && caller.is_licensed();
    practises.then_some(R::PractisesThere).into_iter().chain(licensed.then_some(R::LicensedThere))
}

/// What the caller is to the organization, or the installation.
fn organization(caller: Caller, target: Target, thing: Thing) -> Vec<R> {
    let post = caller.post().filter(|(at, _)| Some(*at) == target.organization()).map(|(_, role)| role);
    let operates = (caller == Caller::Olga).then_some(R::Operator);
    let runs = (post == Some(Role::Admin)).then_some(R::OrganizationAdmin);
    match thing {
        Thing::Organization => operates.into_iter().chain(post.map(|_| R::Colleague)).chain(runs).collect(),
        Thing::User => operates.into_iter().chain(runs).collect(),
        Thing::ApiKeys | Thing::Pharmacy => post.map(|_| R::Staff).into_iter().collect(),
        Thing::Queue if post == Some(Role::Doctor) => vec![R::PractisesThere],
        Thing::Queue if post == Some(Role::Admin) => vec![R::AdministersThere],
        Thing::Installation => operates.into_iter().collect(),
        _ => Vec::new(),
    }
}
