// A patient's visit: asked for after an assessment, waited for, then the room, at last the note.

import type { Api } from "./api";
import { element, focusOn, replace } from "./dom";
import { explain, field, Form, select } from "./form";
import { Problem } from "./http";
import { signedNote } from "./note_view";
import { strings } from "./strings";
import type { Me, Page, Practitioner } from "./types";
import type { Consent, Note, Visit } from "./visit_types";

const text = strings.visit;
const POLL_MS = 10_000;

export class VisitPage {
  private readonly heading = element("h1", {}, text.title);
  private readonly content = element("div");
  private readonly status = element("p", { role: "status", "aria-live": "polite" });
  private readonly error = element("p", { class: "form-error", role: "alert" });
  readonly root = element("div", { class: "page" }, this.heading, this.status, this.error, this.content);
  private poll: ReturnType<typeof setInterval> | undefined;
  private shown = "";

  constructor(private readonly api: Api, private readonly me: Me) {}

  /** `assessmentId` is what led here, if anything did. */
  show(assessmentId: string | null): void {
    this.hide();
    this.shown = "";
    this.poll = setInterval(() => {
      if (document.visibilityState === "visible" && this.shown !== "form") void this.refresh(null);
    }, POLL_MS);
    void this.refresh(assessmentId);
  }

  hide(): void {
    clearInterval(this.poll);
  }

  private async refresh(assessmentId: string | null): Promise<void> {
    try {
      const lists = await Promise.all(this.me.patients.map((each) => this.api.get<Page<Visit>>("/api/v1/visits", { patient_id: each.id, limit: 5 })));
      const visits = lists.flatMap((list) => list.items);
      const open = visits.find((each) => each.status === "requested" || each.status === "in_progress");
      this.error.textContent = "";
      if (open) this.showVisit(open);
      else if (this.shown !== "form") await this.showForm(assessmentId, visits.find((each) => each.status === "closed"));
    } catch (error) {
      this.error.textContent = explain(error);
    }
  }

  /** Drawn again only when something changed: a screen reader hears each place once. */
  private showVisit(visit: Visit): void {
    const drawn = `${visit.id} ${visit.status} ${visit.position}`;
    if (drawn === this.shown) return;
    this.shown = drawn;
    if (visit.status === "requested") {
      this.status.textContent = text.waiting(visit.position ?? 1, visit.ahead ?? 0);
      const cancel = element("button", { type: "button", onclick: () => void this.cancel(visit) }, text.cancel);
      replace(this.content, element("section", { class: "card" }, element("p", {}, visit.reason), element("p", { class: "hint" }, text.stay), cancel));
      return;
    }
    this.status.textContent = text.taken;
    replace(this.content, element("section", { class: "card" }, visit.room_id && element("a", { class: "button", href: `#/rooms/${encodeURIComponent(visit.room_id)}` }, text.enter)));
  }

  private async cancel(visit: Visit): Promise<void> {
    try {
      await this.api.post<Visit>(`/api/v1/visits/${encodeURIComponent(visit.id)}/cancel`, {});
      this.shown = "";
      await this.refresh(null);
      focusOn(this.heading);
    } catch (error) {
      this.error.textContent = explain(error);
    }
  }

  private async showForm(assessmentId: string | null, last: Visit | undefined): Promise<void> {
    this.shown = "form";
    const [doctors, consent] = await Promise.all([
      this.api.get<Page<Practitioner>>("/api/v1/practitioners", { limit: 100 }),
      this.api.get<Consent>("/api/v1/visits/consent"),
    ]);
    this.status.textContent = "";
    const organizations = Object.fromEntries(doctors.items.map((each) => [each.organization_id ?? "", each.organization ?? each.name]));
    const organization = field(text.organization, select({ "": text.choose, ...organizations }, { required: true }));
    const patient = field(text.patient, select(Object.fromEntries(this.me.patients.map((each) => [each.id, each.name])), { required: true }));
    const reason = field(text.reason, element("textarea", { rows: 3, required: true, maxlength: 2000 }));
    const agree = field(consent.text, element("input", { type: "checkbox", required: true }));
    const emergency = element("div", { role: "alert" });
    const fields = new Map([["/organization_id", organization], ["/patient_id", patient], ["/reason", reason], ["/consent", agree]]);
    let acknowledged = false;
    const ask = async () => {
      try {
        await this.api.create<Visit>("/api/v1/visits", {
          patient_id: patient.control.value || this.me.patients[0]?.id,
          organization_id: organization.control.value,
          ...(assessmentId && { assessment_id: assessmentId }),
          reason: reason.control.value.trim(),
          consent: { telehealth: true, version: consent.version },
          ...(acknowledged && { acknowledged_emergency: true }),
        });
        this.shown = "";
        await this.refresh(null);
        focusOn(this.heading);
      } catch (error) {
        if (!(error instanceof Problem) || error.slug !== "emergency-first") throw error;
        acknowledged = true;
        const actions = (error.body.actions ?? []) as { text: string }[];
        replace(emergency, element("h2", {}, text.emergency), element("ul", { class: "actions" }, actions.map((each) => element("li", {}, each.text))), element("p", {}, text.emergencyNote));
        form.submitLabel = text.askAnyway;
      }
    };
    const form: Form = new Form(text.ask, fields, [organization.root, this.me.patients.length > 1 ? patient.root : null, reason.root, agree.root, emergency], ask);
    replace(this.content, element("section", { class: "card" }, element("p", { class: "hint" }, text.intro), form.root));
    if (last) await this.showLastNote(last);
  }

  private async showLastNote(last: Visit): Promise<void> {
    try {
      this.content.append(signedNote(await this.api.get<Note>(`/api/v1/visits/${encodeURIComponent(last.id)}/note`)));
    } catch (error) {
      // A visit may end without a note.
      if (!(error instanceof Problem) || error.status !== 404) throw error;
    }
  }
}
