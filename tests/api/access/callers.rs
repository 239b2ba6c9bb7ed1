//! Who calls: a family, the staff of two organizations, other systems, and those
//! who may do nothing any more.

use virtual_doctor::authorization::Role;

/// Who calls.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Caller {
    SignedOut,
    /// The patient.
    Ann,
    /// Ann, with a token that has expired.
    AnnExpired,
    /// Mother of Kim.
    Gina,
    /// A patient who has nothing to do with them.
    Sam,
    /// A proxy whom Ann lets read.
    Rita,
    /// A proxy whom Ann lets act.
    Paul,
    /// A proxy of Ann's whose time is over.
    Pia,
    /// Was Ann's guardian until she came of age.
    Gus,
    /// Acted for Ann, and was suspended a while ago.
    Sue,
    /// Sue, at the moment at which she is suspended: her token and the isolate do not know.
    SueAtOnce,
    /// Doctor of Ann and Kim, in the clinic.
    Dana,
    /// Doctor of Ann, whose licence nobody has verified.
    Una,
    /// Doctor of the same clinic, without a care relationship.
    Dora,
    /// Opened Ann's record in an emergency.
    Bea,
    /// Was Ann's doctor, until Ann ended it.
    Fred,
    /// Was Ann's doctor, and was suspended a while ago.
    Sven,
    /// Sven, at the moment at which he is suspended.
    SvenAtOnce,
    /// Was Ann's doctor, until their post in the clinic ended a while ago.
    Nora,
    /// Nora, at the moment at which the post ends.
    NoraAtOnce,
    /// Pharmacist of the clinic.
    Phil,
    /// Admin of the clinic.
    Adam,
    /// Was admin of the clinic, and was suspended a while ago.
    Amos,
    /// Amos, at the moment at which he is suspended.
    AmosAtOnce,
    /// Doctor of Sam, in another organization.
    Otto,
    /// Pharmacist of the other organization.
    Pete,
    /// Admin of the other organization.
    Alma,
    /// Operator of the installation.
    Olga,
    /// An API key of the clinic that checks medicines.
    KeyThatChecks,
    /// An API key of the clinic that makes assessments.
    KeyThatAssesses,
}

/// Where somebody works.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Organization {
    Clinic,
    Elsewhere,
}

impl Organization {
    pub fn other(self) -> Self {
        if self == Self::Clinic { Self::Elsewhere } else { Self::Clinic }
    }
}

impl Caller {
    pub const ALL: &[Self] = &[
        Self::SignedOut,
        Self::Ann,
        Self::AnnExpired,
        Self::Gina,
        Self::Sam,
        Self::Rita,
        Self::Paul,
        Self::Pia,
        Self::Gus,
        Self::Sue,
        Self::SueAtOnce,
        Self::Dana,
        Self::Una,
        Self::Dora,
        Self::Bea,
        Self::Fred,
        Self::Sven,
        Self::SvenAtOnce,
        Self::Nora,
        Self::NoraAtOnce,
        Self::Phil,
        Self::Adam,
        Self::Amos,
        Self::AmosAtOnce,
        Self::Otto,
        Self::Pete,
        Self::Alma,
        Self::Olga,
        Self::KeyThatChecks,
        Self::KeyThatAssesses,
    ];

    /// The person or key behind it, under whose name there is an account.
    pub fn who(self) -> Self {
        match self {
            Self::AnnExpired => Self::Ann,
            Self::SueAtOnce => Self::Sue,
            Self::SvenAtOnce => Self::Sven,
            Self::NoraAtOnce => Self::Nora,
            Self::AmosAtOnce => Self::Amos,
            other => other,
        }
    }

    /// Where they work, or did before it was ended, and as what.
    pub fn post(self) -> Option<(Organization, Role)> {
        use Organization::{Clinic, Elsewhere};
        match self.who() {
            Self::Dana | Self::Una | Self::Dora | Self::Bea | Self::Fred | Self::Sven | Self::Nora => {
                Some((Clinic, Role::Doctor))
            }
            Self::Phil => Some((Clinic, Role::Pharmacist)),
            Self::Adam | Self::Amos => Some((Clinic, Role::Admin)),
            Self::Otto => Some((Elsewhere, Role::Doctor)),
            Self::Pete => Some((Elsewhere, Role::Pharmacist)),
            Self::Alma => Some((Elsewhere, Role::Admin)),
            _ => None,
        }
    }

    /// Whether an admin of their organization verified their licence.
    pub fn is_licensed(self) -> bool {
        self.post().is_some_and(|(_, role)| role == Role::Doctor) && self.who() != Self::Una
    }

    pub fn is_api_key(self) -> bool {
        matches!(self, Self::KeyThatChecks | Self::KeyThatAssesses)
    }

    /// Whether what is over is over as of this moment: for records and organizations at once,
    /// for their own account within 5 seconds.
    pub fn is_at_once(self) -> bool {
        self != self.who() && self != Self::AnnExpired
    }

    /// What their token says; none for whoever is not let in.
    pub fn roles(self) -> Option<Vec<Role>> {
        match self {
            Self::SignedOut | Self::AnnExpired | Self::Sue | Self::Sven | Self::Amos => None,
            Self::Nora => Some(vec![Role::Patient]),
            Self::KeyThatChecks => Some(vec![Role::ChecksMedicines]),
            Self::KeyThatAssesses => Some(vec![Role::CreatesAssessments]),
            Self::Olga => Some(vec![Role::Patient, Role::Operator]),
            _ => Some([Role::Patient].into_iter().chain(self.post().map(|(_, role)| role)).collect()),
        }
    }

    /// Operations that the scope of a key opens; on all others it is refused, whatever they are about.
    pub fn scope_opens(self, operation: &str) -> bool {
        match self {
            Self::KeyThatChecks => operation == "check_medicines",
            Self::KeyThatAssesses => ["create_assessment", "read_assessment", "answer_questions"].contains(&operation),
            _ => true,
        }
    }
}
