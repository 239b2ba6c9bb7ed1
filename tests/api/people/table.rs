//! The cells of the table that are about people, and what is closed to the signed out.

use super::super::support::Installation;
use serde_json::json;
use virtual_doctor::authorization::Action as A;
use virtual_doctor::authorization::Relationship as R;
use virtual_doctor::authorization::Role::{self, Admin, Doctor, Operator, Patient, Pharmacist};
use virtual_doctor::authorization::allows;

const ROLES: [Role; 5] = [Patient, Doctor, Pharmacist, Admin, Operator];

/// What a relationship allows by itself, whoever holds it.
fn allowed_to(relationship: R) -> Vec<A> {
    A::ALL.iter().copied().filter(|action| allows(&ROLES, &[relationship], *action)).collect()
}

#[test]
fn who_may_only_read_is_allowed_nothing_that_changes_anything() {
    assert_eq!(
        allowed_to(R::ReadsForPatient),
        [
            A::ReadAssessment,
            A::ReadPrescription,
            A::ReadProfile,
            A::ListAccess,
            A::RenounceAccess,
            A::ReadCareTeam,
            A::ReadRecord
        ]
    );
    assert_eq!(allowed_to(R::BreakGlass), [A::ReadAssessment, A::ReadPrescription, A::ReadProfile, A::ReadRecord]);
}

#[test]
fn what_is_the_patients_own_to_decide_is_nobody_elses() {
    assert_eq!(allowed_to(R::Oneself), [A::ChangeBirthDate, A::GrantAccess, A::EndAccess]);
    assert_eq!(allowed_to(R::Guardian), [A::HandOver]);
    for action in [A::GrantAccess, A::EndAccess] {
        for relationship in R::ALL.iter().copied().filter(|one| *one != R::Oneself) {
            assert!(!allows(&ROLES, &[relationship], action), "{relationship:?} {action:?}");
        }
    }
}

#[test]
fn acting_as_a_doctor_takes_a_licence_and_the_role() {
    assert_eq!(
        allowed_to(R::LicensedCareTeam),
        [
            A::Prescribe,
            A::SignPrescription,
            A::SendPrescription,
            A::CancelPrescription,
            A::ChangeProfile,
            A::ChangeBirthDate,
            A::HandOver,
            A::WriteRecord
        ]
    );
    assert_eq!(allowed_to(R::LicensedPractitioner), [A::BreakGlass]);
    assert_eq!(allowed_to(R::LicensedThere), [A::AcceptVisit]);
    for relationship in [R::CareTeam, R::LicensedCareTeam, R::LicensedPractitioner, R::LicensedThere, R::BreakGlass] {
        for role in [Patient, Pharmacist, Admin, Operator] {
            assert!(A::ALL.iter().all(|action| !allows(&[role], &[relationship], *action)), "{role:?}");
        }
    }
}

#[test]
fn running_an_organization_or_the_installation_opens_no_record() {
    assert_eq!(
        allowed_to(R::OrganizationAdmin),
        [A::InviteStaff, A::ListStaff, A::EndStaff, A::VerifyLicence, A::SuspendUser]
    );
    assert_eq!(allowed_to(R::Operator), [A::CreateOrganization, A::ReadOrganization, A::SuspendUser]);
    assert_eq!(allowed_to(R::Colleague), [A::ReadOrganization]);
    for role in [Patient, Doctor, Pharmacist] {
        for relationship in [R::OrganizationAdmin, R::Operator] {
            assert!(A::ALL.iter().all(|action| !allows(&[role], &[relationship], *action)), "{role:?}");
        }
    }
}

#[tokio::test]
async fn signed_out_one_reaches_none_of_it() {
    let here = Installation::new();
    for (method, path) in [
        ("POST", "/api/v1/patients"),
        ("POST", "/api/v1/patients/claim"),
        ("GET", "/api/v1/patients/x"),
        ("PATCH", "/api/v1/patients/x"),
        ("POST", "/api/v1/patients/x/handover"),
        ("GET", "/api/v1/patients/x/access"),
        ("DELETE", "/api/v1/patients/x/access/y"),
        ("GET", "/api/v1/patients/x/care-team"),
        ("DELETE", "/api/v1/patients/x/care-team/y"),
        ("POST", "/api/v1/patients/x/consents"),
        ("POST", "/api/v1/patients/x/break-glass"),
        ("GET", "/api/v1/access-requests"),
        ("POST", "/api/v1/access-requests"),
        ("DELETE", "/api/v1/access-requests/x"),
        ("POST", "/api/v1/access-requests/x/grant"),
        ("GET", "/api/v1/me/practitioner"),
        ("PATCH", "/api/v1/me/practitioner"),
        ("POST", "/api/v1/me/licences"),
        ("POST", "/api/v1/organizations"),
        ("GET", "/api/v1/organizations/x"),
        ("POST", "/api/v1/organizations/x/invitations"),
        ("GET", "/api/v1/organizations/x/staff"),
        ("DELETE", "/api/v1/organizations/x/staff/y"),
        ("POST", "/api/v1/organizations/x/staff/y/licences/GB/verify"),
        ("POST", "/api/v1/invitations/accept"),
        ("POST", "/api/v1/users/x/suspend"),
        ("POST", "/api/v1/users/x/reinstate"),
    ] {
        let body = (method == "POST" || method == "PATCH").then(|| json!({}));
        let answer = here.call(method, path, None, &[("if-match", "*")], body).await;
        assert_eq!(answer.status.as_u16(), 401, "{method} {path}: {}", answer.text);
    }
}
