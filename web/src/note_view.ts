// The note of a visit: a form for its doctor until it is signed, afterwards what it says.

import type { Api } from "./api";
import { element, focusOn, replace, timeNode } from "./dom";
import { explain, type Field, field, Form } from "./form";
import { strings } from "./strings";
import type { Note } from "./visit_types";

const text = strings.note;
const PARTS = ["subjective", "objective", "assessment", "plan"] as const;

/** What a signed note says. */
export function signedNote(note: Note): HTMLElement {
  const part = (name: string, content: string) => content !== "" && [element("dt", {}, name), element("dd", { class: "body" }, content)];
  const diagnoses = note.diagnoses.map((each) => [each.text, ...each.codings.map((coding) => coding.code)].join(" · ")).join("\n");
  const amendment = (each: Note["amendments"][number]) => element("li", {}, timeNode(each.signed_at), " ", each.text);
  return element(
    "section",
    { class: "card", "aria-label": text.title },
    element("h3", { tabindex: -1 }, text.title),
    element("p", { class: "hint" }, `${text.signed} `, note.signed_at && timeNode(note.signed_at)),
    element("dl", {}, PARTS.map((name) => part(text.parts[name], note[name])), part(text.diagnoses, diagnoses)),
    note.amendments.length > 0 && [element("h4", {}, text.amendments), element("ul", {}, note.amendments.map(amendment))],
  );
}

/** The note of a visit to its doctor. `onSigned` is told once it can be closed. */
export class NoteForm {
  readonly root = element("div", {}, element("p", { role: "status" }, strings.loading));
  private readonly saved = element("p", { role: "status", class: "hint" });
  private readonly error = element("p", { class: "form-error", role: "alert" });
  private etag = '"0"';

  constructor(private readonly api: Api, private readonly path: string, private readonly onSigned: () => void) {
    void this.load();
  }

  private async load(): Promise<void> {
    try {
      const note = await this.api.get<Note>(this.path, undefined, undefined, (etag) => (this.etag = etag));
      if (note.status === "signed") this.showSigned(note);
      else this.showForm(note);
    } catch (error) {
      replace(this.root, element("p", { class: "form-error", role: "alert" }, explain(error)));
    }
  }

  private showForm(note: Note): void {
    const area = (name: (typeof PARTS)[number]) => {
      const control = element("textarea", { rows: 3, maxlength: 20000 });
      control.value = note[name];
      return field(text.parts[name], control);
    };
    const fields = new Map<string, Field>(PARTS.map((name) => [`/${name}`, area(name)]));
    const lines = element("textarea", { rows: 2, maxlength: 4000 });
    // The codes that the server added are its own to add again.
    lines.value = note.diagnoses.map((each) => each.text).join("\n");
    const diagnoses = field(text.diagnoses, lines, { hint: text.diagnosesHint });
    fields.set("/diagnoses", diagnoses);
    const save = async () => {
      const content = Object.fromEntries(PARTS.map((name) => [name, fields.get(`/${name}`)?.control.value ?? ""]));
      const named = lines.value.split("\n").map((each) => each.trim()).filter((each) => each !== "");
      const kept = (named: string) => note.diagnoses.find((each) => each.text === named)?.codings ?? [];
      const body = { ...content, diagnoses: named.map((each) => ({ text: each, codings: kept(each) })) };
      await this.api.put<Note>(this.path, body, this.etag, (etag) => (this.etag = etag));
      this.saved.textContent = text.saved;
    };
    const form = new Form(text.save, fields, [...fields.values()].map((each) => each.root), save);
    const sign = element("button", { type: "button", onclick: () => void this.sign(save, sign) }, text.sign);
    replace(this.root, element("section", { class: "card", "aria-label": text.title }, element("h3", {}, text.title), form.root, this.saved, this.error,
      element("p", { class: "hint" }, text.signHint), element("div", { class: "buttons" }, sign)));
  }

  /** What stands in the form is what is signed, so it is saved first. */
  private async sign(save: () => Promise<void>, button: HTMLButtonElement): Promise<void> {
    this.error.textContent = "";
    button.disabled = true;
    try {
      await save();
      this.showSigned(await this.api.post<Note>(`${this.path}/sign`, {}));
    } catch (error) {
      this.error.textContent = explain(error);
    } finally {
      button.disabled = false;
    }
  }

  private showSigned(note: Note): void {
    const shown = signedNote(note);
    replace(this.root, shown);
    const title = shown.querySelector("h3");
    if (title) focusOn(title);
    this.onSigned();
  }
}
