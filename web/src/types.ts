// The parts of the API's answers that this page reads. `schema/openapi.json` is the full contract.

export interface Page<T> { items: T[]; next_cursor: string | null }

export interface SignedIn { expires_in_s: number }
export interface MfaChallenge { mfa_required: true; mfa_token: string; methods: string[] }

export interface PatientLink { id: string; name: string; relation: "self" | "child" | "ward" | "proxy" }
export interface Me {
  id: string;
  email: string;
  name: string;
  /** A role is held in an organization, so it may come as a bare name or with its organization. */
  roles: (string | { role: string })[];
  patients: PatientLink[];
  country?: string | null;
}

export interface Practitioner { id: string; name: string; organization: string | null; organization_id?: string }

// Assessments

export type TriageLevel = "emergency" | "urgent" | "routine" | "self_care";
export type FindingState = "present" | "absent" | "unknown";
export interface Triage {
  level: TriageLevel;
  reasons: { rule: string; text: string; source: string }[];
  actions: { text: string; kind: string }[];
}
export interface Condition {
  id: string;
  name: string;
  icd10: string | null;
  probability: number;
  evidence: { finding: string; weight: number; name?: string }[];
  treatments: unknown[];
}
export interface Question { finding: string; text: string; choices: FindingState[] }
export interface NotAssessed { kind: string; missing?: string | null; medicine?: string | null }
export interface UnknownName { field: string; name: string; did_you_mean: string[] }
export interface Assessment {
  id: string;
  status: "open" | "complete" | "not_understood";
  triage: Triage | null;
  findings: { id: string; state: FindingState; quote?: string | null; name?: string }[];
  conditions: Condition[];
  must_not_miss: { id: string; name: string; icd10: string | null; why: string }[];
  next_question: Question | null;
  not_assessed?: NotAssessed[];
  unknown?: UnknownName[];
  disclaimer: string;
  knowledge_version: string;
}

// Rooms

export interface RoomMember {
  user_id: string;
  name: string;
  role: string;
  /** Somebody who is only invited has not let the room in on anything yet. */
  state?: "invited" | "joined" | "left";
}
export interface Room {
  id: string;
  kind: string;
  subject: string | null;
  participants: RoomMember[];
  last_seq: number;
  patient_id?: string | null;
  read_seq?: number;
}
export interface Participant extends RoomMember { online: boolean; read_seq: number }
export interface Message {
  seq: number;
  id: string;
  client_id: string | null;
  sender_id: string | null;
  kind: "text" | "system" | "assistant";
  body: string;
  sent_at: string;
}
export type ServerFrame =
  | { type: "welcome"; room_id: string; last_seq: number; participants: Participant[] }
  | ({ type: "message" } & Message)
  | { type: "ack"; client_id: string; seq: number; id: string; duplicate: boolean }
  | { type: "typing"; user_id: string; on: boolean }
  | { type: "read"; user_id: string; seq: number }
  | { type: "presence"; user_id: string; online: boolean }
  | { type: "error"; code: string; detail: string; client_id?: string | null }
  | { type: "pong" };

// Medicines and prescriptions

export interface Medicine {
  id: string;
  name: string;
  synonyms: string[];
  brands: string[];
  forms: { form: string; route: string; strengths: string[] }[];
}
export type Severity = "contraindicated" | "major" | "moderate" | "minor";
export interface Alert {
  id: string;
  kind: string;
  severity: Severity;
  medicines: string[];
  mechanism: string | null;
  effect: string | null;
  management: string | null;
  evidence: string | null;
  sources: string[];
  review: string | null;
}
export interface Override { alert: string; reason_code: string; reason: string }
export interface Prescription {
  id: string;
  status: string;
  alerts?: Alert[];
  not_assessed?: NotAssessed[];
  unknown?: UnknownName[];
}
