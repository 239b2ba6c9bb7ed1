//! All SQL about rooms in the directory: which rooms there are and who is in
//! them. What is said in a room stays in its own object.

use super::model::{Membership, RoomKind, RoomMember, RoomSummary};
use super::service::Admission;
use super::shell::key_about;
use crate::accounts::store::{ERASED_NAME, about, open_name};
use crate::audit;
use crate::authorization::Role;
use crate::encryption::{DataKey, is_erased};
use crate::error::Result;
use crate::id::{Id, Timestamp};
use crate::platform::{Rows, Statement};
use crate::services::App;
use litemap::LiteMap;
use serde::Deserialize;

fn subject_about(id: Id) -> String {
    ["rooms.subject:", &id.to_string()].concat()
}

/// A room to be stored.
pub struct NewRoom<'a> {
    /// Its id.
    pub id: Id,
    /// What it is about.
    pub subject: &'a str,
    /// Whom it is about.
    pub patient_id: Option<Id>,
    /// Where the practitioner practises.
    pub organization_id: Option<Id>,
    /// Who opened it.
    pub created_by: Id,
}

/// Stores a room, with a key of its own, which is given back wrapped.
///
/// # Errors
/// When the host has no randomness.
pub fn insert_room(app: &App, room: &NewRoom) -> Result<(Statement, String)> {
    let entropy = app.entropy.as_ref();
    let (key, wrapped) = DataKey::generate(entropy, &app.config.master_keys, &key_about(&room.id.to_string()))?;
    let statement = Statement::new(
        "INSERT INTO rooms (id, kind, subject_sealed, wrapped_key, patient_id, organization_id, created_by, created_at)
         VALUES (?1, 'consultation', ?2, ?3, ?4, ?5, ?6, ?7)",
    )
    .bind(room.id)
    .bind(key.seal(entropy, &subject_about(room.id), room.subject)?)
    .bind(&wrapped)
    .bind(room.patient_id)
    .bind(room.organization_id)
    .bind(room.created_by)
    .bind(app.now().0);
    Ok((statement, wrapped))
}

/// Stores who is in a room, or is asked in.
#[must_use]
pub fn insert_member(room_id: Id, member: &RoomMember, now: Timestamp) -> Statement {
    Statement::new("INSERT INTO room_members (room_id, user_id, role, state, since) VALUES (?1, ?2, ?3, ?4, ?5)")
        .bind(room_id)
        .bind(member.user_id)
        .bind(member.role.as_str())
        .bind(if member.state == Membership::Invited { "invited" } else { "joined" })
        .bind(now.0)
}

/// Turns an invitation into membership.
#[must_use]
pub fn accept(room_id: Id, user_id: Id, now: Timestamp) -> Statement {
    Statement::new(
        "UPDATE room_members SET state = 'joined', since = ?1
         WHERE room_id = ?2 AND user_id = ?3 AND state = 'invited'",
    )
    .bind(now.0)
    .bind(room_id)
    .bind(user_id)
    .expect_one()
}

/// Makes an accepted room be about the patient who accepted it.
#[must_use]
pub fn set_patient(room_id: Id, patient_id: Id) -> Statement {
    Statement::new("UPDATE rooms SET patient_id = ?1 WHERE id = ?2 AND patient_id IS NULL")
        .bind(patient_id)
        .bind(room_id)
}

/// A user whom somebody wants in a room.
pub struct Candidate {
    /// The user.
    pub id: Id,
    /// The name to show.
    pub name: String,
    /// An organization where they are a doctor now, with a licence where one is needed.
    pub doctor_at: Option<Id>,
}

impl Candidate {
    /// As somebody of a room.
    #[must_use]
    pub fn member(&self, role: Role, state: Membership) -> RoomMember {
        RoomMember { user_id: self.id, name: self.name.clone(), role, state }
    }
}

/// Those of these users who exist and are not suspended, each once.
///
/// # Errors
/// When the database fails or a name does not open.
pub async fn candidates(app: &App, ids: &[Id]) -> Result<Vec<Candidate>> {
    #[derive(Deserialize)]
    struct Row {
        id: Id,
        name_sealed: String,
        wrapped_key: String,
        doctor_at: Option<Id>,
    }
    let json = serde_json::to_string(ids).map_err(crate::error::internal)?;
    let select = Statement::new(
        "SELECT u.id, u.name_sealed, u.wrapped_key,
                (SELECT organization_id FROM staff s
                 WHERE s.user_id = u.id AND s.role = 'doctor' AND s.ended_at IS NULL
                   AND (?2 = 0 OR EXISTS (SELECT 1 FROM licences l WHERE l.user_id = s.user_id
                        AND l.organization_id = s.organization_id AND l.verified_at IS NOT NULL))
                 LIMIT 1) AS doctor_at
         FROM users u WHERE u.id IN (SELECT value FROM json_each(?1)) AND u.suspended_at IS NULL",
    )
    .bind(json)
    .bind(i64::from(app.config.require_verified_licence));
    let rows: Vec<Row> = app.query(select).await?.all()?;
    let candidates = rows.into_iter().map(|row| {
        let key = DataKey::unwrap_with(&app.config.master_keys, &about::user_key(row.id), &row.wrapped_key)?;
        let name = key.open(&about::name(row.id), &row.name_sealed)?;
        Ok(Candidate { id: row.id, name, doctor_at: row.doctor_at })
    });
    candidates.collect()
}

#[derive(Deserialize)]
struct RoomRow {
    id: Id,
    kind: RoomKind,
    subject_sealed: String,
    wrapped_key: String,
    patient_id: Option<Id>,
    created_at: i64,
    closed_at: Option<i64>,
}

#[derive(Deserialize)]
struct MemberRow {
    room_id: Id,
    user_id: Id,
    role: Role,
    state: Membership,
    name_sealed: String,
    wrapped_key: String,
}

/// A room with its wrapped key, for its object.
pub struct Room {
    /// What the API shows.
    pub summary: RoomSummary,
    /// The room's key, wrapped by a master key.
    pub wrapped_key: String,
}

/// Those who are in the room, as its object wants them.
#[must_use]
pub fn admissions(room: &RoomSummary) -> Vec<Admission> {
    let joined = room.participants.iter().filter(|member| member.state == Membership::Joined);
    joined
        .map(|member| Admission {
            user_id: member.user_id.to_string(),
            name: member.name.clone(),
            role: member.role.as_str().to_owned(),
        })
        .collect()
}

/// Whether the user is in the room and not suspended. Where the room is about a
/// patient, `act` is recorded with it, one row in ten minutes for each member (the
/// room itself has who wrote what and when), and so is whoever is not in it.
///
/// # Errors
/// When the database fails.
pub async fn is_in(app: &App, room_id: Id, user_id: Id, act: Act) -> Result<bool> {
    #[derive(Deserialize)]
    struct Row {
        here: i64,
    }
    let select = Statement::new(
        "SELECT EXISTS (SELECT 1 FROM room_members m JOIN users u ON u.id = m.user_id
                        WHERE m.room_id = ?1 AND m.user_id = ?2 AND m.state = 'joined'
                          AND u.suspended_at IS NULL) AS here",
    );
    let record = Statement::new(
        "INSERT INTO audit (id, patient_id, actor_id, action, subject_id, request_id, at)
         SELECT ?1, r.patient_id, ?2, CASE WHEN m.user_id IS NULL THEN 'record.refused' ELSE ?7 END, r.id, ?3, ?4
         FROM rooms r LEFT JOIN room_members m ON m.room_id = r.id AND m.user_id = ?2 AND m.state = 'joined'
              AND EXISTS (SELECT 1 FROM users u WHERE u.id = ?2 AND u.suspended_at IS NULL)
         WHERE r.id = ?6 AND r.patient_id IS NOT NULL AND (m.user_id IS NULL
           OR (?8 = 1 OR NOT EXISTS (SELECT 1 FROM patient_access p
                        WHERE p.patient_id = r.patient_id AND p.user_id = ?2 AND p.relation = 'self'))
              AND NOT EXISTS (SELECT 1 FROM audit a WHERE a.patient_id = r.patient_id AND a.id >= ?5
                              AND a.actor_id = ?2 AND a.action = ?7 AND a.subject_id = r.id))",
    );
    let record = audit::bind_looks(app, record, user_id)?.bind(room_id).bind(act.as_str());
    let record = record.bind(i64::from(act == Act::Write));
    let row: Option<Row> = audit::read_with(app, select.bind(room_id).bind(user_id), record).await?.first()?;
    Ok(row.is_some_and(|row| row.here != 0))
}

/// What somebody does in a room, as the audit has it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Act {
    /// Read what was said.
    Read,
    /// Say something: of patients themselves too.
    Write,
    /// Connect a socket, to read and to say.
    Connect,
}

impl Act {
    fn as_str(self) -> &'static str {
        match self {
            Self::Read => "room.messages_read",
            Self::Write => "room.message_posted",
            Self::Connect => "room.connected",
        }
    }
}

/// The room, if the user is in it or asked in. That somebody opened, or was refused, a room that is about a
/// patient is recorded with it.
///
/// # Errors
/// When the database fails.
pub async fn room(app: &App, room_id: Id, user_id: Id) -> Result<Option<Room>> {
    const ROOM: &str = "SELECT r.id, r.kind, r.subject_sealed, r.wrapped_key, r.created_at, r.closed_at,
                CASE WHEN m.role = 'patient' OR EXISTS (SELECT 1 FROM care_relationships c
                     WHERE c.patient_id = r.patient_id AND c.practitioner_id = m.user_id AND c.ended_at IS NULL)
                THEN r.patient_id END AS patient_id
         FROM room_members m JOIN rooms r ON r.id = m.room_id JOIN users u ON u.id = m.user_id
         WHERE m.room_id = ?1 AND m.user_id = ?2 AND m.state IN ('invited', 'joined') AND u.suspended_at IS NULL";
    const MEMBERS: &str = "SELECT m.room_id, m.user_id, m.role, m.state, u.name_sealed, u.wrapped_key
         FROM room_members m JOIN users u ON u.id = m.user_id WHERE m.room_id = ?1";
    let record = Statement::new(
        "INSERT INTO audit (id, patient_id, actor_id, action, subject_id, request_id, at)
         SELECT ?1, r.patient_id, ?2, CASE WHEN EXISTS (SELECT 1 FROM room_members m JOIN users u ON u.id = m.user_id
           WHERE m.room_id = r.id AND m.user_id = ?2 AND m.state IN ('invited', 'joined') AND u.suspended_at IS NULL)
           THEN 'room.read' ELSE 'record.refused' END, r.id, ?3, ?4
         FROM rooms r WHERE r.id = ?5 AND r.patient_id IS NOT NULL",
    );
    let record = record.bind(app.new_id()?).bind(user_id).bind(app.request_id()).bind(app.now().0).bind(room_id);
    let rows = app
        .batch(vec![Statement::new(ROOM).bind(room_id).bind(user_id), Statement::new(MEMBERS).bind(room_id), record])
        .await?;
    Ok(assemble(app, &rows)?.pop())
}

/// The room, whoever is in it: for its object, not for a caller.
///
/// # Errors
/// When the database fails.
pub async fn any_room(app: &App, room_id: Id) -> Result<Option<Room>> {
    const ROOM: &str = "SELECT id, kind, subject_sealed, wrapped_key, patient_id, created_at, closed_at
         FROM rooms WHERE id = ?1";
    const MEMBERS: &str = "SELECT m.room_id, m.user_id, m.role, m.state, u.name_sealed, u.wrapped_key
         FROM room_members m JOIN users u ON u.id = m.user_id WHERE m.room_id = ?1";
    let rows = app.batch(vec![Statement::new(ROOM).bind(room_id), Statement::new(MEMBERS).bind(room_id)]).await?;
    Ok(assemble(app, &rows)?.pop())
}

/// Lets a doctor into a room that others opened.
#[must_use]
pub fn admit_doctor(room_id: Id, user_id: Id, now: Timestamp) -> Statement {
    Statement::new(
        "INSERT INTO room_members (room_id, user_id, role, state, since) VALUES (?1, ?2, 'doctor', 'joined', ?3)
         ON CONFLICT (room_id, user_id) DO UPDATE SET role = 'doctor', state = 'joined', since = excluded.since",
    )
    .bind(room_id)
    .bind(user_id)
    .bind(now.0)
}

/// Takes somebody out of a room.
#[must_use]
pub fn dismiss(room_id: Id, user_id: Id, now: Timestamp) -> Statement {
    Statement::new("UPDATE room_members SET state = 'left', since = ?3 WHERE room_id = ?1 AND user_id = ?2")
        .bind(room_id)
        .bind(user_id)
        .bind(now.0)
}

/// A page of the rooms that the user is in or asked into, latest first, and one room more, which tells of the next page. Each
/// record that one shown is about has a row of it, one in ten minutes, unless it is the user's own.
///
/// # Errors
/// When the database fails.
pub async fn rooms(app: &App, user_id: Id, before: &str, shown: usize) -> Result<Vec<RoomSummary>> {
    const LOOKS: &str = "INSERT INTO audit (id, patient_id, actor_id, action, subject_id, request_id, at)
         SELECT substr(?1, 1, 24) || lower(hex(randomblob(6))), r.patient_id, ?2, 'room.listed', r.id, ?3, ?4
         FROM rooms r
         WHERE r.id IN (SELECT room_id FROM room_members
              WHERE user_id = ?2 AND state IN ('invited', 'joined') AND room_id < ?6
              ORDER BY room_id DESC LIMIT ?7)
           AND r.patient_id IS NOT NULL
           AND EXISTS (SELECT 1 FROM users u WHERE u.id = ?2 AND u.suspended_at IS NULL)
           AND NOT EXISTS (SELECT 1 FROM patient_access p
                           WHERE p.patient_id = r.patient_id AND p.user_id = ?2 AND p.relation = 'self')
           AND NOT EXISTS (SELECT 1 FROM audit a WHERE a.patient_id = r.patient_id AND a.id >= ?5
                           AND a.actor_id = ?2 AND a.action = 'room.listed' AND a.subject_id = r.id)";
    const ROOMS: &str = "SELECT r.id, r.kind, r.subject_sealed, r.wrapped_key, r.created_at, r.closed_at,
                CASE WHEN m.role = 'patient' OR EXISTS (SELECT 1 FROM care_relationships c
                     WHERE c.patient_id = r.patient_id AND c.practitioner_id = m.user_id AND c.ended_at IS NULL)
                THEN r.patient_id END AS patient_id
         FROM room_members m JOIN rooms r ON r.id = m.room_id JOIN users u ON u.id = m.user_id
         WHERE m.user_id = ?1 AND m.state IN ('invited', 'joined') AND m.room_id < ?2 AND u.suspended_at IS NULL
         ORDER BY m.room_id DESC LIMIT ?3";
    const MEMBERS: &str = "SELECT m.room_id, m.user_id, m.role, m.state, u.name_sealed, u.wrapped_key
         FROM room_members m JOIN users u ON u.id = m.user_id
         WHERE m.room_id IN (SELECT room_id FROM room_members
              WHERE user_id = ?1 AND state IN ('invited', 'joined') AND room_id < ?2
              ORDER BY room_id DESC LIMIT ?3)";
    let bind = |sql| Statement::new(sql).bind(user_id).bind(before).bind(shown + 1);
    let looks = audit::bind_looks(app, Statement::new(LOOKS), user_id)?.bind(before).bind(shown);
    let rows = app.batch(vec![bind(ROOMS), bind(MEMBERS), looks]).await?;
    Ok(assemble(app, &rows)?.into_iter().map(|room| room.summary).collect())
}

fn assemble(app: &App, rows: &[Rows]) -> Result<Vec<Room>> {
    let [rooms, members, ..] = rows else { return Ok(Vec::new()) };
    let mut by_room: LiteMap<Id, Vec<RoomMember>> = LiteMap::new();
    for row in members.all::<MemberRow>()? {
        by_room.entry(row.room_id).or_default().push(RoomMember {
            user_id: row.user_id,
            name: open_name(app, row.user_id, &row.wrapped_key, &row.name_sealed)?,
            role: row.role,
            state: row.state,
        });
    }
    let rooms = rooms.all::<RoomRow>()?.into_iter().map(|row| {
        let key = DataKey::unwrap_with(&app.config.master_keys, &key_about(&row.id.to_string()), &row.wrapped_key)?;
        let summary = RoomSummary {
            id: row.id,
            kind: row.kind,
            subject: match is_erased(&row.subject_sealed) {
                true => ERASED_NAME.to_owned(),
                false => key.open(&subject_about(row.id), &row.subject_sealed)?,
            },
            patient_id: row.patient_id,
            participants: by_room.remove(&row.id).unwrap_or_default(),
            created_at: Timestamp(row.created_at),
            closed_at: row.closed_at.map(Timestamp),
        };
        Ok(Room { summary, wrapped_key: row.wrapped_key })
    });
    rooms.collect()
}
