//! Organizations, their staff and their keys.

use super::super::relationships::Thing;
use super::About::{Own, Thing as Of};
use super::{About, Operation, row};
use serde_json::json;
use virtual_doctor::authorization::{Action as A, Relationship as R};

const KEYS: About = Of(Thing::ApiKeys, A::ManageApiKeys);
const PRACTICE: About = Own(R::Anyone, A::UsePractitionerProfile);

pub const OPERATIONS: &[Operation] = &[
    row("create_organization", "/api/v1/organizations", Of(Thing::Installation, A::CreateOrganization))
        .sending(|_| json!({ "name": "New", "country": "GB", "admin_email": "new@example.org" })),
    row("read_organization", "/api/v1/organizations/{organization}", Of(Thing::Organization, A::ReadOrganization)),
    row("invite_staff", "/api/v1/organizations/{organization}/invitations", Of(Thing::Organization, A::InviteStaff))
        .sending(|_| json!({ "email": "new@example.org", "role": "doctor" })),
    row("accept_staff_invitation", "/api/v1/invitations/accept", Own(R::Anyone, A::JoinOrganization))
        .sending(|_| json!({ "token": "x" })),
    row("list_staff", "/api/v1/organizations/{organization}/staff", Of(Thing::Organization, A::ListStaff)),
    row("end_staff", "/api/v1/organizations/{organization}/staff/{staff}", Of(Thing::Organization, A::EndStaff)),
    row(
        "verify_licence",
        "/api/v1/organizations/{organization}/staff/{staff}/licences/GB/verify",
        Of(Thing::Organization, A::VerifyLicence),
    ),
    row("read_practitioner", "/api/v1/me/practitioner", PRACTICE),
    row("change_practitioner", "/api/v1/me/practitioner", PRACTICE).sending(|_| json!({ "specialties": [] })),
    row("state_licence", "/api/v1/me/licences", PRACTICE)
        .sending(|it| json!({ "organization_id": it["organization"], "country": "FR", "number": "1" })),
    row("suspend_user", "/api/v1/users/{staff}/suspend", Of(Thing::User, A::SuspendUser))
        .sending(|_| json!({ "reason": "x" })),
    row("reinstate_user", "/api/v1/users/{staff}/reinstate", Of(Thing::User, A::SuspendUser)),
    row("list_practitioners", "/api/v1/practitioners", Own(R::Anyone, A::ListPractitioners)),
    row("create_api_key", "/api/v1/organizations/{organization}/api-keys", KEYS)
        .sending(|_| json!({ "name": "x", "scopes": ["medicines:check"], "expires_at": "2027-06-30T00:00:00Z" })),
    row("list_api_keys", "/api/v1/organizations/{organization}/api-keys", KEYS),
    row("read_api_key", "/api/v1/organizations/{organization}/api-keys/{api_key}", KEYS),
    row("end_api_key", "/api/v1/organizations/{organization}/api-keys/{api_key}", KEYS),
];
