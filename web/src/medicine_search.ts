// A combobox (ARIA 1.2) over GET /medicines: the text is a search, the choice is a medicine with an id.

import type { Api } from "./api";
import { element, replace, uniqueId } from "./dom";
import { explain, type Field, field } from "./form";
import { strings } from "./strings";
import type { Medicine, Page } from "./types";

const text = strings.prescription;
const WAIT_MS = 250;

export class MedicineSearch {
  readonly field: Field;
  chosen: Medicine | null = null;
  private readonly listId = uniqueId("medicines");
  private readonly input = element("input", {
    required: true,
    role: "combobox",
    "aria-autocomplete": "list",
    "aria-expanded": "false",
    "aria-controls": this.listId,
    autocomplete: "off",
    spellcheck: "false",
  });
  private readonly list = element("ul", { id: this.listId, role: "listbox", class: "options", hidden: true, "aria-label": text.medicine });
  private readonly status = element("p", { class: "visually-hidden", role: "status" });
  private found: Medicine[] = [];
  private active = -1;
  private timer: ReturnType<typeof setTimeout> | undefined;
  private running: AbortController | null = null;

  constructor(private readonly api: Api, private readonly onChoose: (medicine: Medicine | null) => void) {
    this.field = field(text.medicine, this.input, { hint: text.medicineHint });
    this.field.root.classList.add("combobox");
    this.field.root.append(this.list, this.status);
    this.input.addEventListener("input", () => this.typed());
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.input.addEventListener("blur", () => this.close());
    this.choose(null);
  }

  clear(): void {
    this.input.value = "";
    this.choose(null);
  }

  private typed(): void {
    this.choose(null);
    clearTimeout(this.timer);
    this.running?.abort();
    const search = this.input.value.trim();
    if (search.length < 2) this.close();
    else this.timer = setTimeout(() => void this.search(search), WAIT_MS);
  }

  private async search(search: string): Promise<void> {
    const running = new AbortController();
    this.running = running;
    try {
      const page = await this.api.get<Page<Medicine>>("/api/v1/medicines", { search, limit: 10 }, running.signal);
      if (running.signal.aborted || document.activeElement !== this.input) return;
      this.found = page.items;
      this.active = -1;
      this.draw();
      this.status.textContent = text.results(this.found.length);
    } catch (error) {
      if (!running.signal.aborted) this.field.setError(explain(error));
    }
  }

  private draw(): void {
    replace(this.list, this.found.length === 0 ? element("li", { class: "hint" }, text.results(0)) : this.found.map((medicine, index) => {
      const other = [...medicine.synonyms, ...medicine.brands].slice(0, 4).join(", ");
      return element(
        "li",
        {
          id: `${this.listId}-${index}`,
          role: "option",
          "aria-selected": index === this.active ? "true" : "false",
          // Before blur, which would close the list under the pointer.
          onmousedown: (event) => {
            event.preventDefault();
            this.take(index);
          },
        },
        medicine.name,
        other && element("small", {}, ` ${other}`),
      );
    }));
    this.list.hidden = false;
    this.input.setAttribute("aria-expanded", "true");
    if (this.active >= 0) this.input.setAttribute("aria-activedescendant", `${this.listId}-${this.active}`);
    else this.input.removeAttribute("aria-activedescendant");
    this.list.children[this.active]?.scrollIntoView({ block: "nearest" });
  }

  private key(event: KeyboardEvent): void {
    if (this.list.hidden || this.found.length === 0) return;
    const count = this.found.length;
    if (event.key === "ArrowDown") this.active = (this.active + 1) % count;
    else if (event.key === "ArrowUp") this.active = (this.active - 1 + count) % count;
    else if (event.key === "Escape") return this.close();
    else if (event.key === "Enter") {
      // Enter chooses; it must not submit a form whose medicine is half typed.
      event.preventDefault();
      return this.take(Math.max(this.active, 0));
    } else return;
    event.preventDefault();
    this.draw();
  }

  private take(index: number): void {
    const medicine = this.found[index];
    if (!medicine) return;
    this.input.value = medicine.name;
    this.choose(medicine);
    this.close();
  }

  private choose(medicine: Medicine | null): void {
    const changed = this.chosen !== medicine;
    this.chosen = medicine;
    // A name that was typed but not chosen is no medicine: the form's own validation says so.
    this.input.setCustomValidity(medicine ? "" : text.medicineMissing);
    if (medicine) this.field.setError(null);
    if (changed) this.onChoose(medicine);
  }

  private close(): void {
    this.list.hidden = true;
    this.input.setAttribute("aria-expanded", "false");
    this.input.removeAttribute("aria-activedescendant");
  }
}
