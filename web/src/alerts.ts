// Safety alerts of a prescription, and the form part that answers those which interrupt.

import { element, humanise, icon, sourceNode } from "./dom";
import { type Field, field, select } from "./form";
import { strings } from "./strings";
import type { Alert, Override } from "./types";

const text = strings.prescription;
const STOP = "M8 1h8l7 7v8l-7 7H8l-7-7V8zM5 10v4h14v-4z";
const WARN = "M12 2l11 20H1zM11 9v7h2V9zM11 18v2h2v-2z";

/** Only these stop a prescription; the others inform. */
export function interrupts(alert: Alert): boolean {
  return alert.severity === "contraindicated" || alert.severity === "major";
}

export function alertCard(alert: Alert, override?: HTMLElement): HTMLElement {
  const facts: [string, string | null][] = [
    [text.alert.effect, alert.effect],
    [text.alert.mechanism, alert.mechanism],
    [text.alert.management, alert.management],
    [text.alert.evidence, alert.evidence],
    [text.alert.review, alert.review],
  ];
  return element(
    "article",
    { class: `alert ${alert.severity}` },
    element("h4", {}, icon(interrupts(alert) ? STOP : WARN), `${text.severity[alert.severity]}: ${alert.medicines.map(humanise).join(" + ")} (${humanise(alert.kind)})`,
      override && element("span", { class: "must" }, ` – ${text.mustAnswer}`)),
    element(
      "dl",
      {},
      facts.filter(([, value]) => value).map(([name, value]) => [element("dt", {}, name), element("dd", {}, value)]),
      alert.sources.length > 0 && [element("dt", {}, text.alert.sources),
        element("dd", {}, element("ul", {}, alert.sources.map((source) => element("li", {}, sourceNode(source)))))],
    ),
    override,
  );
}

/** Reason fields, one pair an interrupting alert, registered under the pointers that the server will use. */
export class Overrides {
  readonly cards: HTMLElement[];
  private readonly answers: { alert: string; code: Field; reason: Field }[] = [];

  constructor(alerts: Alert[], private readonly fields: Map<string, Field>, kept: Override[]) {
    this.cards = alerts.filter(interrupts).map((alert, index) => {
      const before = kept.find((each) => each.alert === alert.id);
      const code = field(text.reasonCode, select({ "": text.chooseReason, ...text.reasonCodes }, { required: true, value: before?.reason_code ?? "" }));
      const reason = field(text.reason, element("textarea", { rows: 2, required: true, maxlength: 1000 }));
      reason.control.value = before?.reason ?? "";
      fields.set(`/overrides/${index}/reason_code`, code);
      fields.set(`/overrides/${index}/reason`, reason);
      this.answers.push({ alert: alert.id, code, reason });
      return alertCard(alert, element("fieldset", {}, element("legend", {}, text.override), code.root, reason.root));
    });
  }

  get values(): Override[] {
    return this.answers.map(({ alert, code, reason }) => ({
      alert,
      reason_code: code.control.value,
      reason: reason.control.value.trim(),
    }));
  }

  /** Takes its fields out of the form: they must not be required of the next version of the prescription. */
  remove(): void {
    for (const pointer of [...this.fields.keys()]) if (pointer.startsWith("/overrides/")) this.fields.delete(pointer);
  }
}
