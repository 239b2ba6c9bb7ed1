// Prescribing one medicine beside a consultation: form → alerts and reasons, if any → draft → signed.

import type { Api } from "./api";
import { alertCard, interrupts, Overrides } from "./alerts";
import { gaps } from "./assessment_view";
import { element, focusOn, humanise, replace } from "./dom";
import { explain, type Field, field, Form, select } from "./form";
import { Problem } from "./http";
import { MedicineSearch } from "./medicine_search";
import { strings } from "./strings";
import type { Alert, Medicine, NotAssessed, Override, Prescription, Room, UnknownName } from "./types";

const text = strings.prescription;

export function prescriptionPanel(api: Api, room: Room): HTMLElement {
  const title = element("h2", {}, text.title);
  if (!room.patient_id) return element("section", { class: "card panel" }, title, element("p", { class: "hint" }, text.noPatient));
  return element("section", { class: "card panel" }, title, new Panel(api, room.patient_id).root);
}

class Panel {
  readonly root = element("div");
  private readonly fields = new Map<string, Field>();
  private readonly form: Form;
  private readonly alerts = element("div", { class: "alerts" });
  private readonly strengths = element("p", { class: "hint" });
  private readonly medicine: MedicineSearch;
  private readonly dose = number({ min: 0, step: "any", required: true });
  private readonly unit = select(text.units, { required: true });
  private readonly frequency = number({ min: 1, max: 24, required: true });
  private readonly days = number({ min: 1, max: 366, required: true });
  private readonly quantity = number({ min: 0, step: "any", required: true });
  private readonly quantityUnit = select(text.quantityUnits, { required: true });
  private readonly route = select(routes(null), { required: true });
  private readonly asNeeded = element("input", { type: "checkbox" });
  private readonly instructions = element("textarea", { rows: 2, maxlength: 1000 });
  private overrides: Overrides | null = null;

  constructor(private readonly api: Api, private readonly patientId: string) {
    this.medicine = new MedicineSearch(api, (medicine) => this.chose(medicine));
    const add = (pointer: string, label: string, control: Field["control"]) => {
      const made = field(label, control);
      this.fields.set(`/items/0/${pointer}`, made);
      return made.root;
    };
    this.fields.set("/items/0/medicine_id", this.medicine.field);
    const rows = [
      element("div", { class: "row" }, add("dose/value", text.dose, this.dose), add("dose/unit", text.unit, this.unit)),
      element("div", { class: "row" }, add("timing/frequency", text.frequency, this.frequency), add("duration_days", text.duration, this.days)),
      add("as_needed", text.asNeeded, this.asNeeded),
      element("div", { class: "row" }, add("quantity/value", text.quantity, this.quantity), add("quantity/unit", text.quantityUnit, this.quantityUnit)),
      add("route", text.route, this.route),
      add("instructions", text.instructions, this.instructions),
    ];
    this.form = new Form(text.submit, this.fields, [this.medicine.field.root, this.strengths, rows, this.alerts], () => this.submit());
    // An answer to an alert belongs to the prescription that raised it. Changed, it is judged anew.
    this.form.root.addEventListener("change", (event) => {
      if (event.target instanceof Node && !this.alerts.contains(event.target)) this.clearAlerts();
    });
    replace(this.root, this.form.root);
  }

  private chose(medicine: Medicine | null): void {
    this.clearAlerts();
    const available = medicine?.forms.map((each) => `${each.form} ${each.strengths.join(", ")}`).join("; ") ?? "";
    this.strengths.textContent = available === "" ? "" : text.strengths(available);
    const kept = this.route.value;
    replace(this.route, Object.entries(routes(medicine)).map(([value, name]) => element("option", { value }, name)));
    if ([...this.route.options].some((each) => each.value === kept)) this.route.value = kept;
  }

  private clearAlerts(): void {
    this.overrides?.remove();
    this.overrides = null;
    this.alerts.replaceChildren();
    this.form.submitLabel = text.submit;
  }

  private async submit(): Promise<void> {
    const overrides = this.overrides?.values ?? [];
    const item = {
      medicine_id: this.medicine.chosen?.id ?? "",
      dose: { value: Number(this.dose.value), unit: this.unit.value },
      timing: { frequency: Number(this.frequency.value), period: 1, period_unit: "d" },
      as_needed: this.asNeeded.checked,
      route: this.route.value,
      duration_days: Number(this.days.value),
      quantity: { value: Number(this.quantity.value), unit: this.quantityUnit.value },
      instructions: this.instructions.value.trim(),
    };
    const body = { patient_id: this.patientId, items: [item], overrides };
    try {
      this.showDraft(await this.api.create<Prescription>("/api/v1/prescriptions", body));
    } catch (error) {
      if (!isUnsafe(error)) throw error;
      this.showAlerts(error, overrides);
    }
  }

  /** The alerts stand in the form itself, so that reasons and prescription travel, and fail, together. */
  private showAlerts(problem: Problem, kept: Override[]): void {
    const alerts = (problem.body.alerts ?? []) as Alert[];
    this.clearAlerts();
    this.overrides = new Overrides(alerts, this.fields, kept);
    const title = element("h3", {}, text.unsafe);
    const others = alerts.filter((each) => !interrupts(each));
    replace(
      this.alerts,
      element("div", { role: "alert" }, title, element("p", {}, problem.detail)),
      element("p", { class: "hint" }, text.unsafeNote),
      this.overrides.cards,
      others.length > 0 && [element("h4", {}, text.alsoNote), others.map((each) => alertCard(each))],
      unchecked(problem.body.not_assessed as NotAssessed[] | undefined, problem.body.unknown as UnknownName[] | undefined),
    );
    this.form.submitLabel = text.resubmit;
    focusOn(title);
  }

  private showDraft(draft: Prescription): void {
    const title = element("h3", {}, text.draft);
    const error = element("p", { class: "form-error", role: "alert" });
    const sign = element("button", { type: "button", class: "primary", onclick: () => void this.sign(draft, sign, error) }, text.sign);
    const edit = element("button", { type: "button", onclick: () => this.showForm(false) }, text.edit);
    replace(
      this.root,
      title,
      element("p", {}, this.summary()),
      element("p", { class: "hint" }, text.draftNote),
      (draft.alerts ?? []).map((each) => alertCard(each)),
      unchecked(draft.not_assessed, draft.unknown),
      error,
      element("div", { class: "buttons" }, sign, edit),
    );
    focusOn(title);
  }

  private async sign(draft: Prescription, button: HTMLButtonElement, message: HTMLElement): Promise<void> {
    message.textContent = "";
    button.disabled = true;
    try {
      await this.api.create<Prescription>(`/api/v1/prescriptions/${encodeURIComponent(draft.id)}/sign`, {});
    } catch (error) {
      button.disabled = false;
      if (isUnsafe(error)) {
        // The record changed since the draft: back to the form, where the new alerts can be answered.
        const kept = this.overrides?.values ?? [];
        this.showForm(false);
        this.showAlerts(error, kept);
      } else message.textContent = explain(error);
      return;
    }
    const title = element("h3", {}, text.signed);
    const another = element("button", { type: "button", onclick: () => this.showForm(true) }, text.another);
    replace(this.root, title, element("p", { role: "status" }, text.signedNote(this.summary())), another);
    focusOn(title);
  }

  private showForm(empty: boolean): void {
    if (empty) {
      this.form.root.reset();
      this.medicine.clear();
      this.clearAlerts();
    }
    replace(this.root, this.form.root);
    this.medicine.field.control.focus();
  }

  private summary(): string {
    const unit = text.units[this.unit.value as keyof typeof text.units];
    return text.summary(this.medicine.chosen?.name ?? "", this.dose.value, unit, this.frequency.value, this.days.value);
  }
}

function number(attributes: Record<string, string | number | boolean>): HTMLInputElement {
  return element("input", { type: "number", inputmode: "decimal", ...attributes });
}

/** The routes that the medicine has a form for, or all of them while none is chosen. */
function routes(medicine: Medicine | null): Record<string, string> {
  const known = new Set(medicine?.forms.map((each) => each.route));
  return Object.fromEntries([...(known.size > 0 ? known : text.routes)].map((route) => [route, humanise(route)]));
}

function isUnsafe(error: unknown): error is Problem {
  return error instanceof Problem && error.status === 409 && error.slug === "unsafe-prescription";
}

function unchecked(notAssessed: NotAssessed[] = [], unknown: UnknownName[] = []): Node[] {
  const section = gaps(text.notAssessed, notAssessed, unknown);
  return section ? [section, element("p", { class: "hint" }, text.notAssessedNote)] : [];
}
