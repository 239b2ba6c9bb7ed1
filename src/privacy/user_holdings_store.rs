//! What is held on a user: everything that belongs to their account, sealed under
//! the user's key where it is sealed.

use super::holdings_store::Holding;

/// Each takes the user's id.
pub const OF_USER: &[Holding] = &[
    Holding::sealed(
        "account",
        &[
            ("email_sealed", "users.email:"),
            ("name_sealed", "users.name:"),
            ("suspension_reason_sealed", "users.suspension_reason:"),
        ],
        "SELECT id, email_sealed, name_sealed, locale, country, email_verified_at, suspended_at,
                suspension_reason_sealed, created_at, updated_at
         FROM users WHERE id = ?1",
    ),
    Holding::plain("operator", "SELECT created_at FROM operators WHERE user_id = ?1"),
    Holding::sealed(
        "sessions",
        &[("device_sealed", "sessions.device:")],
        "SELECT id, device_sealed, created_at, rotated_at, stepped_up_at, expires_at, ended_at, end_reason
         FROM sessions WHERE user_id = ?1",
    ),
    Holding::plain(
        "sockets_asked_for",
        "SELECT r.session_id, r.room_id, r.asked_at
         FROM sessions s JOIN room_sessions r ON r.session_id = s.id WHERE s.user_id = ?1",
    ),
    Holding::plain("devices", "SELECT created_at FROM devices WHERE user_id = ?1"),
    Holding::plain("addresses_signed_in_from", "SELECT seen_at FROM known_addresses WHERE user_id = ?1"),
    Holding::plain("links_by_mail", "SELECT purpose, expires_at, used_at FROM email_tokens WHERE user_id = ?1"),
    // The new address is sealed as the address that it becomes.
    Holding::sealed(
        "changes_of_address",
        &[("email_sealed", "users.email:")],
        "SELECT user_id AS id, email_sealed, expires_at FROM email_changes WHERE user_id = ?1",
    ),
    Holding::plain("second_factor", "SELECT confirmed_at, created_at FROM totp_factors WHERE user_id = ?1"),
    Holding::plain("recovery_codes", "SELECT used_at FROM recovery_codes WHERE user_id = ?1"),
    Holding::plain("sign_ins_begun", "SELECT tries, expires_at, used_at FROM mfa_attempts WHERE user_id = ?1"),
    Holding::plain(
        "acts_for",
        "SELECT patient_id, relation, scope, expires_at, created_at FROM patient_access WHERE user_id = ?1",
    ),
    Holding::plain(
        "asks_to_act_for",
        "SELECT id, patient_id, created_at, expires_at FROM access_requests WHERE requester_id = ?1",
    ),
    Holding::sealed(
        "staff",
        &[("suspension_reason_sealed", "staff.suspension_reason:")],
        "SELECT s.organization_id || '/' || s.user_id AS id, s.organization_id, o.name AS organization, s.role,
                s.created_at, s.ended_at, s.suspended_at, s.suspension_reason_sealed
         FROM staff s JOIN organizations o ON o.id = s.organization_id WHERE s.user_id = ?1",
    ),
    Holding::plain(
        "duty",
        "SELECT d.organization_id, d.is_on, d.since
         FROM staff s JOIN duty d ON d.organization_id = s.organization_id AND d.user_id = s.user_id
         WHERE s.user_id = ?1 AND s.role = 'doctor'",
    ),
    Holding::sealed(
        "practitioner",
        &[("profile_sealed", "practitioner_profiles.profile:")],
        "SELECT user_id AS id, profile_sealed, updated_at FROM practitioner_profiles WHERE user_id = ?1",
    ),
    Holding::sealed(
        "licences",
        &[("number_sealed", "licences.number:")],
        "SELECT user_id || '/' || organization_id || '/' || country AS id, organization_id, country, number_sealed,
                verified_at, verified_by, created_at
         FROM licences WHERE user_id = ?1",
    ),
    Holding::plain(
        "invitations_sent",
        "SELECT organization_id, role, created_at, expires_at, used_at FROM invitations WHERE invited_by = ?1",
    ),
    Holding::plain(
        "invitations_received",
        "SELECT i.organization_id, i.role, i.invited_by, i.created_at, i.expires_at, i.used_at
         FROM users u JOIN invitations i ON i.email_index = u.email_index WHERE u.id = ?1",
    ),
    Holding::plain(
        "api_keys_made",
        "SELECT id, organization_id, scopes, created_at, expires_at, ended_at, last_used_on
         FROM api_keys WHERE created_by = ?1",
    ),
    Holding::plain("rooms_been_in", "SELECT room_id, role, state, since FROM room_members WHERE user_id = ?1"),
    Holding::plain(
        "visits_taken",
        "SELECT id, organization_id, room_id, status, created_at, updated_at
         FROM encounters WHERE practitioner_id = ?1 ORDER BY id",
    ),
    Holding::plain(
        "consents",
        "SELECT id, patient_id, purpose, version, given, at FROM consents WHERE user_id = ?1 ORDER BY id",
    ),
    Holding::sealed(
        "assessments",
        &[("input_sealed", "assessments.input:"), ("answer_sealed", "assessments.answer:")],
        "SELECT id, status, triage_level, input_sealed, answer_sealed, knowledge_version, created_at, updated_at
         FROM assessments WHERE recorded_by = ?1 AND patient_id IS NULL ORDER BY id",
    ),
    Holding::plain("exports", "SELECT id, status, bytes, created_at, expires_at FROM exports WHERE user_id = ?1"),
    Holding::plain("erasure", "SELECT requested_at, due_at, done_at FROM erasures WHERE user_id = ?1"),
    Holding::plain("acts", "SELECT at, action, patient_id, subject_id FROM audit WHERE actor_id = ?1 ORDER BY id"),
];
