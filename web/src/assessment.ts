// The symptom check: a description goes in, an assessment comes back, one question at a time refines it.

import type { Api } from "./api";
import { AssessmentView } from "./assessment_view";
import { countries, likelyCountry } from "./countries";
import { element, focusOn, replace } from "./dom";
import { type Field, field, Form, select } from "./form";
import { strings } from "./strings";
import type { Assessment, FindingState, Me } from "./types";

const text = strings.assessment;

export class AssessmentPage {
  readonly root: HTMLElement;
  private readonly heading = element("h1", {}, text.title);
  private readonly content = element("div");
  private readonly form: Form;
  private readonly fields: Record<
    "text" | "age" | "sex" | "pregnancy" | "gestation" | "lactating" | "country" | "conditions" | "medicines" | "record",
    Field
  >;

  constructor(private readonly api: Api, private readonly me: Me) {
    this.fields = this.makeFields();
    const { sex, pregnancy, gestation, lactating } = this.fields;
    const pregnancyPart = element("div", { class: "row" }, pregnancy.root, gestation.root, lactating.root);
    // The server takes a pregnancy with any sex; it is asked for unless it clearly does not apply.
    const showPregnancy = () => {
      pregnancyPart.hidden = sex.control.value === "male";
      gestation.root.hidden = pregnancy.control.value !== "pregnant";
    };
    sex.control.addEventListener("change", showPregnancy);
    pregnancy.control.addEventListener("change", showPregnancy);
    showPregnancy();
    this.form = new Form(
      text.submit,
      this.pointers(),
      [
        this.fields.text.root,
        element("div", { class: "row" }, this.fields.age.root, sex.root, this.fields.country.root),
        pregnancyPart,
        element("details", {}, element("summary", {}, text.more), this.fields.conditions.root, this.fields.medicines.root),
        this.fields.record.root,
      ],
      () => this.submit(),
    );
    this.root = element("div", { class: "page" }, this.heading, element("p", { class: "warning" }, text.warning), this.content);
    this.showForm();
  }

  private makeFields(): AssessmentPage["fields"] {
    const number = (attributes: Record<string, string | number | boolean>) =>
      element("input", { type: "number", inputmode: "decimal", ...attributes });
    const self = this.me.patients.find((each) => each.relation === "self") ?? this.me.patients[0];
    const records = Object.fromEntries(this.me.patients.map((each) => [each.id, each.name]));
    return {
      text: field(text.text, element("textarea", { rows: 4, required: true, maxlength: 5000 }), { hint: text.textHint }),
      age: field(text.age, number({ min: 0, max: 130, step: "any", required: true }), { hint: text.ageHint }),
      sex: field(text.sex, select(text.sexes, { required: true })),
      pregnancy: field(text.pregnancy, select(text.pregnancies)),
      gestation: field(text.gestation, number({ min: 0, max: 45 })),
      lactating: field(text.lactating, element("input", { type: "checkbox" })),
      country: field(
        text.country,
        select({ "": text.countryUnknown, ...countries() }, { value: this.me.country ?? likelyCountry() }),
        { hint: text.countryHint },
      ),
      conditions: field(text.conditions, element("input", { maxlength: 1000 }), { hint: text.listHint }),
      medicines: field(text.medicines, element("input", { maxlength: 1000 }), { hint: text.listHint }),
      record: field(text.record, select({ ...records, "": text.noRecord }, { value: self?.id ?? "" })),
    };
  }

  private pointers(): Map<string, Field> {
    const { fields } = this;
    return new Map([
      ["/text", fields.text],
      ["/patient/age_years", fields.age],
      ["/patient/sex", fields.sex],
      ["/patient/pregnancy", fields.pregnancy],
      ["/patient/gestation_weeks", fields.gestation],
      ["/patient/lactating", fields.lactating],
      ["/patient/country", fields.country],
      ["/patient/conditions", fields.conditions],
      ["/patient/medicines", fields.medicines],
      ["/patient_id", fields.record],
    ]);
  }

  private async submit(): Promise<void> {
    const value = (name: keyof AssessmentPage["fields"]) => this.fields[name].control.value.trim();
    const pregnancy = value("sex") === "male" ? "unknown" : value("pregnancy");
    const patient = {
      age_years: Number(value("age")),
      sex: value("sex"),
      // What was not asked is not said: the server's default is "unknown".
      ...(pregnancy !== "unknown" && { pregnancy }),
      ...(pregnancy === "pregnant" && value("gestation") !== "" && { gestation_weeks: Number(value("gestation")) }),
      ...(value("sex") !== "male" && (this.fields.lactating.control as HTMLInputElement).checked && { lactating: true }),
      ...(value("country") !== "" && { country: value("country") }),
      conditions: commaList(value("conditions")),
      medicines: commaList(value("medicines")),
    };
    const body = {
      patient,
      text: value("text"),
      patient_id: value("record") || null,
      locale: navigator.language.split("-")[0] || "en",
    };
    this.showResult(await this.api.create<Assessment>("/api/v1/assessments", body));
  }

  private showForm(): void {
    replace(this.content, element("section", { class: "card" }, this.form.root));
  }

  private showResult(assessment: Assessment): void {
    const id = encodeURIComponent(assessment.id);
    const view = new AssessmentView(assessment, {
      answer: (finding: string, state: FindingState) =>
        this.api.create<Assessment>(`/api/v1/assessments/${id}/answers`, { answers: [{ finding, state }] }),
      rephrase: () => {
        this.showForm();
        this.fields.text.control.focus();
      },
      restart: () => {
        this.form.root.reset();
        this.fields.sex.control.dispatchEvent(new Event("change"));
        this.form.clear();
        this.showForm();
        focusOn(this.heading);
      },
    });
    replace(this.content, view.root);
    view.focus();
  }
}

function commaList(value: string): string[] {
  return value.split(",").map((each) => each.trim()).filter((each) => each !== "");
}
