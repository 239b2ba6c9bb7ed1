// Forms that know their fields by JSON Pointer, so that an error of the server lands beside its field.

import { type Child, element, replace, uniqueId } from "./dom";
import { NotSignedIn, Problem, Unreachable } from "./http";
import { strings } from "./strings";

export type Control = HTMLInputElement | HTMLTextAreaElement | HTMLSelectElement;

export interface Field {
  root: HTMLElement;
  control: Control;
  setError(message: string | null): void;
}

export function field(label: string, control: Control, options: { hint?: string } = {}): Field {
  const id = control.id || uniqueId("field");
  control.id = id;
  const hint = options.hint ? element("p", { class: "hint", id: `${id}-hint` }, options.hint) : null;
  const error = element("p", { class: "field-error", id: `${id}-error`, hidden: true });
  control.setAttribute("aria-describedby", [hint?.id, error.id].filter(Boolean).join(" "));
  const isCheck = control instanceof HTMLInputElement && control.type === "checkbox";
  const optional = !control.required && !isCheck && !(control instanceof HTMLSelectElement);
  const caption = element("label", { for: id }, label, optional && element("span", { class: "optional" }, ` (${strings.optional})`));
  const root = element("div", { class: isCheck ? "field check" : "field" }, caption, hint, control, error);
  if (isCheck) root.prepend(control);
  const setError = (message: string | null) => {
    error.hidden = message === null;
    error.textContent = message ?? "";
    if (message === null) control.removeAttribute("aria-invalid");
    else control.setAttribute("aria-invalid", "true");
  };
  // What was said of the old value is not known of the new one.
  control.addEventListener("input", () => setError(null));
  return { root, control, setError };
}

export function select(choices: Record<string, string>, attributes: { required?: boolean; value?: string } = {}): HTMLSelectElement {
  const control = element("select", { required: attributes.required ?? false });
  for (const [value, text] of Object.entries(choices)) control.append(element("option", { value }, text));
  if (attributes.value !== undefined) control.value = attributes.value;
  return control;
}

/** What went wrong in words for a person; the fields are the form's business. */
export function explain(error: unknown): string {
  if (error instanceof Unreachable || error instanceof NotSignedIn) return error.message;
  if (!(error instanceof Problem)) {
    console.error(error);
    return strings.errors.unexpected;
  }
  const parts = [error.detail];
  if (error.retryAfterS !== null) parts.push(strings.errors.retryAfter(error.retryAfterS));
  if (error.status >= 500 && error.requestId) parts.push(strings.errors.reference(error.requestId));
  return parts.join(" ");
}

export class Form {
  readonly root: HTMLFormElement;
  private readonly message = element("div", { class: "form-error", role: "alert" });
  private readonly button: HTMLButtonElement;

  constructor(
    submit: string,
    /** Pointer → field. May gain and lose entries while the form lives. */
    readonly fields: Map<string, Field>,
    body: Child[],
    private readonly action: () => Promise<void>,
  ) {
    this.button = element("button", { type: "submit", class: "primary" }, submit);
    // The browser's own bubbles vanish by themselves; its messages are shown in our places instead.
    this.root = element("form", { novalidate: true }, body, this.message, element("div", { class: "buttons" }, this.button));
    this.root.addEventListener("submit", (event) => {
      event.preventDefault();
      void this.submit();
    });
  }

  set submitLabel(text: string) {
    this.button.textContent = text;
  }

  private async submit(): Promise<void> {
    if (this.button.disabled) return;
    this.clear();
    if (!this.validate()) return;
    this.button.disabled = true;
    this.root.setAttribute("aria-busy", "true");
    try {
      await this.action();
    } catch (error) {
      this.show(error);
    } finally {
      this.button.disabled = false;
      this.root.removeAttribute("aria-busy");
    }
  }

  clear(): void {
    this.message.replaceChildren();
    for (const each of this.fields.values()) each.setError(null);
  }

  private validate(): boolean {
    const shown = [...this.fields.values()].filter((each) => !each.root.closest("[hidden]"));
    const bad = shown.filter((each) => !each.control.validity.valid);
    for (const each of bad) each.setError(each.control.validationMessage);
    if (bad.length > 0) replace(this.message, element("p", {}, strings.errors.checkFields));
    bad[0]?.control.focus();
    return bad.length === 0;
  }

  show(error: unknown): void {
    const errors = error instanceof Problem ? error.errors : [];
    const homeless: string[] = [];
    const bad: Field[] = [];
    for (const each of errors) {
      const owner = this.owner(each.pointer ?? "");
      if (owner === undefined) homeless.push(each.pointer ? `${each.pointer}: ${each.message}` : each.message);
      else {
        owner.setError(each.message);
        bad.push(owner);
      }
    }
    replace(
      this.message,
      element("p", {}, explain(error)),
      homeless.length > 0 && element("ul", {}, homeless.map((text) => element("li", {}, text))),
    );
    bad[0]?.control.focus();
  }

  /** The field itself, the one around the pointer (`/dose` for `/dose/value`), or the first one inside it. */
  private owner(pointer: string): Field | undefined {
    for (let end = pointer.length; end > 0; end = pointer.lastIndexOf("/", end - 1)) {
      const found = this.fields.get(pointer.slice(0, end));
      if (found !== undefined) return visible(found);
    }
    if (pointer === "") return undefined;
    return visible([...this.fields].find(([key]) => key.startsWith(`${pointer}/`))?.[1]);
  }
}

/** An error beside a field that is not shown would not be seen: it goes to the top of the form instead. */
function visible(owner: Field | undefined): Field | undefined {
  const closed = owner?.root.closest("details:not([open])");
  if (closed instanceof HTMLDetailsElement) closed.open = true;
  return owner?.root.closest("[hidden]") ? undefined : owner;
}
