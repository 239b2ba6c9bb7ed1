// A doctor's desk: who waits, taking one, and the visit with its room, the patient's summary and the note.

import type { Api } from "./api";
import { ChatView } from "./chat_view";
import { element, focusOn, humanise, replace } from "./dom";
import { explain, select } from "./form";
import { Problem } from "./http";
import { NoteForm } from "./note_view";
import { prescriptionPanel } from "./prescription";
import { strings } from "./strings";
import type { Me, Page, Practitioner, Room } from "./types";
import type { Duty, Queue, Visit, Waiting } from "./visit_types";

const text = strings.desk;
const POLL_MS = 10_000;

export class DeskPage {
  private readonly heading = element("h1", {}, text.title);
  private readonly status = element("p", { role: "status", "aria-live": "polite" });
  private readonly error = element("p", { class: "form-error", role: "alert" });
  private readonly content = element("div");
  readonly root = element("div", { class: "page" }, this.heading, this.status, this.error, this.content);
  private organizations: { id: string; name: string }[] | null = null;
  private organization = "";
  private duty: Duty | null = null;
  private chat: ChatView | null = null;
  private poll: ReturnType<typeof setInterval> | undefined;
  private openId: string | null = null;
  private drawn = "";

  constructor(private readonly api: Api, private readonly me: Me) {}

  show(visitId: string | null): void {
    this.hide();
    this.openId = visitId;
    this.drawn = "";
    replace(this.content, element("p", { role: "status" }, strings.loading));
    if (visitId !== null) {
      void this.attempt(() => this.openVisit(visitId));
      return;
    }
    this.poll = setInterval(() => {
      if (document.visibilityState === "visible") void this.attempt(() => this.refresh());
    }, POLL_MS);
    void this.attempt(() => this.refresh());
  }

  hide(): void {
    clearInterval(this.poll);
    this.chat?.stop();
    this.chat = null;
  }

  private async attempt(what: () => Promise<void>): Promise<void> {
    try {
      await what();
      this.error.textContent = "";
    } catch (error) {
      this.error.textContent = explain(error);
    }
  }

  private path(end: string): string {
    return `/api/v1/organizations/${encodeURIComponent(this.organization)}/${end}`;
  }

  private async findOrganizations(): Promise<void> {
    if (this.organizations !== null) return;
    const all = await this.api.get<Page<Practitioner>>("/api/v1/practitioners", { limit: 100 });
    const own = all.items.filter((each) => each.id === this.me.id);
    this.organizations = own.map((each) => ({ id: each.organization_id ?? "", name: each.organization ?? "" }));
    this.organization = this.organizations[0]?.id ?? "";
  }

  private async refresh(): Promise<void> {
    await this.findOrganizations();
    if (this.organization === "") {
      replace(this.content, element("p", { class: "hint" }, text.nowhere));
      return;
    }
    const [queue, duty, own] = await Promise.all([
      this.api.get<Queue>(this.path("queue"), { limit: 100 }),
      this.api.get<Duty>(this.path("duty")),
      this.api.get<Page<Visit>>("/api/v1/visits", { limit: 20 }),
    ]);
    if (this.openId !== null) return;
    this.duty = duty;
    const running = own.items.filter((each) => each.status === "in_progress");
    this.status.textContent = text.waiting(queue.counts.total);
    // Drawn again only when something changed, so that the focus is not taken from under somebody's hand.
    const drawn = JSON.stringify([queue.items.map((each) => [each.visit_id, Math.floor(each.waiting_s / 60)]), duty.on, running.map((each) => each.id)]);
    if (drawn === this.drawn) return;
    this.drawn = drawn;
    const focused = document.activeElement instanceof HTMLElement ? document.activeElement.dataset.key : undefined;
    replace(this.content, this.dutyCard(duty), this.runningCard(running), this.queueCard(queue.items));
    if (focused) this.content.querySelector<HTMLElement>(`[data-key="${CSS.escape(focused)}"]`)?.focus();
  }

  private dutyCard(duty: Duty): HTMLElement {
    const toggle = element("button", {
      type: "button",
      "aria-pressed": duty.on ? "true" : "false",
      "data-key": "duty",
      onclick: () => void this.attempt(async () => {
        await this.api.put(this.path("duty"), { on: !duty.on }, "*");
        await this.refresh();
      }),
    }, text.onDuty);
    const where = select(Object.fromEntries((this.organizations ?? []).map((each) => [each.id, each.name])), { value: this.organization });
    where.setAttribute("aria-label", text.organization);
    where.addEventListener("change", () => {
      this.organization = where.value;
      this.drawn = "";
      void this.attempt(() => this.refresh());
    });
    return element("section", { class: "card" }, (this.organizations ?? []).length > 1 && where, toggle, !duty.on && element("p", { class: "hint" }, text.offDuty));
  }

  private runningCard(visits: Visit[]): HTMLElement | null {
    if (visits.length === 0) return null;
    const item = (visit: Visit) => element("li", {}, element("a", { href: `#/desk/${encodeURIComponent(visit.id)}`, "data-key": visit.id }, text.goOn(new Date(visit.requested_at))));
    return element("section", { class: "card" }, element("h2", {}, text.running), element("ul", {}, visits.map(item)));
  }

  private queueCard(items: Waiting[]): HTMLElement {
    const level = (each: Waiting) => (each.triage_level === null ? text.notAssessed : strings.assessment.level[each.triage_level].name);
    const item = (each: Waiting) => element("li", { class: `triage ${each.triage_level ?? ""}` },
      element("strong", {}, level(each)), ` · ${text.minutes(Math.floor(each.waiting_s / 60))} · ${each.patient?.name ?? ""}`,
      element("p", {}, each.reason),
      element("button", { type: "button", class: "primary", disabled: !this.duty?.on, "data-key": each.visit_id, onclick: () => void this.take(each) }, text.take(each.patient?.name ?? "")));
    return element("section", { class: "card" }, element("h2", {}, text.queue),
      items.length === 0 ? element("p", { class: "hint" }, text.empty) : element("ol", {}, items.map(item)));
  }

  private async take(waiting: Waiting): Promise<void> {
    await this.attempt(async () => {
      await this.api.post<Visit>(`/api/v1/visits/${encodeURIComponent(waiting.visit_id)}/accept`, {});
      location.hash = `#/desk/${waiting.visit_id}`;
    });
  }

  private async openVisit(id: string): Promise<void> {
    const path = `/api/v1/visits/${encodeURIComponent(id)}`;
    await this.findOrganizations();
    const visit = await this.api.get<Visit>(path);
    this.organization = visit.organization_id;
    this.duty = await this.api.get<Duty>(this.path("duty"));
    const room = visit.room_id === null ? null : await this.api.get<Room>(`/api/v1/rooms/${encodeURIComponent(visit.room_id)}`);
    if (this.openId !== id) return;
    this.status.textContent = "";
    const back = element("a", { class: "back", href: "#/desk" }, `‹ ${text.back}`);
    const summary = element("section", { class: "card", "aria-label": text.summary });
    void this.showSummary(visit.patient_id, summary);
    const close = element("button", { type: "button", onclick: () => void this.leave(`${path}/close`, {}) }, text.close);
    const note = new NoteForm(this.api, `${path}/note`, () => close.focus());
    if (room) this.chat = new ChatView(this.api, this.me, room, back);
    replace(this.content, room ? null : back, element("p", {}, visit.reason), this.chat?.root, summary, note.root,
      room && prescriptionPanel(this.api, room), this.endCard(path, close));
    this.chat?.start();
    focusOn(this.heading);
  }

  private async showSummary(patientId: string, section: HTMLElement): Promise<void> {
    const title = element("h3", {}, text.summary);
    try {
      const summary = await this.api.get<Record<string, unknown>>(`/api/v1/patients/${encodeURIComponent(patientId)}/summary`);
      const shown = Object.entries(summary).filter(([, value]) => value !== null && !(Array.isArray(value) && value.length === 0));
      const lines = shown.map(([name, value]) => [element("dt", {}, humanise(name)), element("dd", {}, inWords(value))]);
      replace(section, title, element("dl", {}, lines));
    } catch (error) {
      const missing = error instanceof Problem && error.status === 404;
      replace(section, title, element("p", { class: missing ? "hint" : "form-error", role: "status" }, missing ? text.noSummary : explain(error)));
    }
  }

  private endCard(path: string, close: HTMLButtonElement): HTMLElement {
    const colleagues = (this.duty?.doctors ?? []).filter((each) => each.id !== this.me.id);
    const to = select({ "": text.chooseColleague, ...Object.fromEntries(colleagues.map((each) => [each.id, each.name])) });
    to.setAttribute("aria-label", text.colleague);
    const reason = select(text.reasons);
    reason.setAttribute("aria-label", text.withoutNote);
    const handOver = element("button", { type: "button", onclick: () => {
      if (to.value !== "") void this.leave(`${path}/hand-over`, { practitioner_id: to.value });
    } }, text.handOver);
    const without = element("button", { type: "button", onclick: () => void this.leave(`${path}/close`, { reason: reason.value }) }, text.closeWithout);
    return element("section", { class: "card" }, element("h3", {}, text.end), element("div", { class: "buttons" }, close), reason, without, to, handOver);
  }

  private async leave(path: string, body: unknown): Promise<void> {
    await this.attempt(async () => {
      await this.api.post<Visit>(path, body);
      location.hash = "#/desk";
    });
  }
}

/** What came, without markup: a list by line, an object by its fields. */
function inWords(value: unknown): string {
  if (Array.isArray(value)) return value.map(inWords).join("; ");
  if (value === null || typeof value !== "object") return String(value ?? "");
  const fields = Object.entries(value).filter(([name, each]) => each !== null && each !== "" && name !== "id" && name !== "codings");
  return fields.map(([name, each]) => `${humanise(name)}: ${inWords(each)}`).join(", ");
}
