// The parts of the API's answers about visits that this page reads.

import type { TriageLevel } from "./types";

export interface Consent { version: string; text: string }
export interface Visit {
  id: string;
  status: "requested" | "in_progress" | "closed" | "cancelled";
  patient_id: string;
  organization_id: string;
  triage_level: TriageLevel | null;
  reason: string | null;
  room_id: string | null;
  position: number | null;
  ahead: number | null;
  requested_at: string;
  warnings: { code: string; text: string }[];
}
export interface Waiting {
  visit_id: string;
  triage_level: TriageLevel | null;
  waiting_s: number;
  patient: { id: string; name: string } | null;
  reason: string | null;
}
export interface Queue { items: Waiting[]; counts: { total: number } }
export interface Duty { on: boolean; doctors: { id: string; name: string }[] }
export interface Note {
  status: "draft" | "signed";
  subjective: string;
  objective: string;
  assessment: string;
  plan: string;
  diagnoses: { text: string; codings: { system: string; code: string }[] }[];
  signed_at: string | null;
  amendments: { id: string; text: string; signed_at: string }[];
}
