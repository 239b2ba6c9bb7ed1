// One assessment on the page. Under an emergency what to do comes before anything else.

import { element, focusOn, humanise, icon, replace, sourceNode } from "./dom";
import { explain } from "./form";
import { strings } from "./strings";
import type { Assessment, Condition, FindingState, NotAssessed, Question, Triage, TriageLevel, UnknownName } from "./types";

const text = strings.assessment;

/** Octagon, triangle, square, circle: the level can be told without its colour, and is always named too. */
const SHAPES: Record<TriageLevel, string> = {
  emergency: "M8 1h8l7 7v8l-7 7H8l-7-7V8zM11 6v8h2V6zM11 16v2h2v-2z",
  urgent: "M12 2l11 20H1zM11 9v7h2V9zM11 18v2h2v-2z",
  routine: "M3 3h18v18H3zM11 7v6l5 3 1-1.7-4-2.4V7z",
  self_care: "M12 1a11 11 0 1 0 0 22 11 11 0 0 0 0-22zM6 12l2-2 3 3 5-6 2 1.7-7 8.3z",
};

interface Actions {
  answer(finding: string, state: FindingState): Promise<Assessment>;
  rephrase(): void;
  restart(): void;
}

export class AssessmentView {
  readonly root = element("div", { class: "assessment" });
  private focusTarget: HTMLElement | null = null;

  constructor(private assessment: Assessment, private readonly actions: Actions) {
    this.render();
  }

  focus(): void {
    if (this.focusTarget) focusOn(this.focusTarget);
  }

  private render(): void {
    const { triage, next_question: question } = this.assessment;
    const isEmergency = triage?.level === "emergency";
    const asked = question && this.questionSection(question, isEmergency);
    const head = triage ? this.triageSection(triage) : this.notUnderstoodSection();
    const details = this.details();
    replace(
      this.root,
      head,
      // In an emergency nothing stands between the person and the reasons; the question can wait.
      isEmergency ? [details, asked] : [asked, details],
      this.footer(),
    );
  }

  private triageSection(triage: Triage): HTMLElement {
    const { name, meaning } = text.level[triage.level];
    const isEmergency = triage.level === "emergency";
    const title = element("h2", {}, isEmergency ? text.emergencyTitle : name);
    this.focusTarget = title;
    const label = element(
      "p",
      { class: "level" },
      icon(SHAPES[triage.level]),
      element("span", { class: "visually-hidden" }, `${text.triageLabel}: `),
      element("strong", {}, name),
      ` – ${meaning}`,
    );
    const todo = triage.actions.length > 0 && [
      !isEmergency && element("h3", {}, text.actions),
      element("ul", { class: "actions" }, triage.actions.map((each) => element("li", {}, each.kind === "call" ? callable(each.text) : each.text))),
    ];
    const reasons = triage.reasons.length > 0 && [
      element("h3", {}, text.reasons),
      element("ul", {}, triage.reasons.map((each) =>
        element("li", {}, each.text, " ", element("small", {}, `${text.source} `, sourceNode(each.source))))),
    ];
    return element(
      "section",
      { class: `triage ${triage.level}` },
      // Only what is to be done is shouted at a screen reader; the reasons are read in turn.
      isEmergency ? element("div", { role: "alert" }, title, todo, label) : element("div", {}, title, label, todo),
      reasons,
    );
  }

  private notUnderstoodSection(): HTMLElement {
    const title = element("h2", {}, text.notUnderstoodTitle);
    this.focusTarget = title;
    return element(
      "section",
      { class: "card" },
      title,
      element("p", {}, text.notUnderstood),
      element("button", { type: "button", onclick: this.actions.rephrase }, text.rephrase),
    );
  }

  private questionSection(question: Question, isEmergency: boolean): HTMLElement {
    const title = element("h2", {}, isEmergency ? text.questionOptional : text.question);
    const wording = element("p", { class: "question", id: "question" }, question.text);
    const error = element("p", { class: "form-error", role: "alert" });
    const buttons = question.choices.map((state) =>
      element("button", { type: "button", "aria-describedby": "question", onclick: () => void this.answer(question, state, buttons, error) }, text.answer[state]));
    return element("section", { class: "card" }, title, wording, element("div", { class: "buttons", role: "group", "aria-labelledby": "question" }, buttons), error);
  }

  private async answer(question: Question, state: FindingState, buttons: HTMLButtonElement[], error: HTMLElement): Promise<void> {
    error.textContent = "";
    for (const button of buttons) button.disabled = true;
    const levelBefore = this.assessment.triage?.level;
    try {
      this.assessment = await this.actions.answer(question.finding, state);
    } catch (failure) {
      error.textContent = explain(failure);
      for (const button of buttons) button.disabled = false;
      buttons.find((button) => button.textContent === text.answer[state])?.focus();
      return;
    }
    this.render();
    // A changed level is the news; otherwise the person goes on with the next question.
    const next = this.root.querySelector<HTMLElement>("#question");
    if (levelBefore === this.assessment.triage?.level && next) focusOn(next);
    else this.focus();
  }

  private details(): HTMLElement {
    const { status, findings, conditions, must_not_miss, not_assessed = [], unknown = [], next_question } = this.assessment;
    return element(
      "div",
      { class: "details" },
      status === "complete" && !next_question && element("p", { class: "notice" }, text.complete),
      findings.length > 0 && element("section", { class: "card" }, element("h2", {}, text.understood), element("ul", { class: "findings" },
        findings.map((each) => element("li", {}, element("strong", {}, each.name ?? humanise(each.id)), ` – ${text.state[each.state]} `,
          each.quote && element("q", {}, each.quote))))),
      must_not_miss.length > 0 && element("section", { class: "card" }, element("h2", {}, text.mustNotMiss), element("p", { class: "hint" }, text.mustNotMissNote),
        element("ul", {}, must_not_miss.map((each) => element("li", {}, element("strong", {}, each.name), code(each.icd10), ` – ${each.why}`)))),
      this.assessment.triage && element("section", { class: "card" }, element("h2", {}, text.conditionsTitle), element("p", { class: "hint" }, text.conditionsNote),
        conditions.length > 0 ? element("ol", { class: "conditions" }, conditions.map(conditionItem)) : element("p", {}, text.noConditions)),
      gaps(text.notAssessed, not_assessed, unknown),
    );
  }

  private footer(): HTMLElement {
    return element(
      "footer",
      {},
      element("p", {}, element("a", { class: "button", href: `#/visit/${encodeURIComponent(this.assessment.id)}` }, text.visit), " ", element("a", { class: "button", href: "#/rooms/new" }, text.talk), " ",
        element("button", { type: "button", onclick: this.actions.restart }, text.again)),
      element("p", { class: "hint" }, this.assessment.disclaimer),
      element("p", { class: "hint" }, text.version(this.assessment.knowledge_version)),
    );
  }
}

function conditionItem(condition: Condition): HTMLElement {
  return element(
    "li",
    {},
    element("div", { class: "condition" },
      element("span", {}, element("strong", {}, condition.name), code(condition.icd10)),
      element("meter", { min: 0, max: 1, value: condition.probability, "aria-label": text.probabilityLabel(condition.name) }),
      element("span", { class: "probability" }, text.probability(condition.probability))),
    condition.evidence.length > 0 && element("details", {}, element("summary", {}, text.evidence), element("ul", {},
      condition.evidence.map((each) => element("li", {}, `${each.name ?? humanise(each.finding)}: ${text.weight(each.weight)}`)))),
  );
}

function code(icd10: string | null): HTMLElement | null {
  return icd10 ? element("span", { class: "code" }, ` ${icd10}`) : null;
}

/** What could not be judged or recognised is said: silence never means safe. */
export function gaps(title: string, notAssessed: NotAssessed[], unknown: UnknownName[]): HTMLElement | null {
  if (notAssessed.length + unknown.length === 0) return null;
  return element(
    "section",
    { class: "card" },
    notAssessed.length > 0 && [element("h2", {}, title), element("ul", {}, notAssessed.map((each) => {
      const subject = [each.medicine, humanise(each.kind)].filter(Boolean).join(" – ");
      return element("li", {}, each.missing ? text.missing(subject, humanise(each.missing)) : subject);
    }))],
    unknown.length > 0 && [element("h2", {}, text.unknown), element("ul", {}, unknown.map((each) =>
      element("li", {}, each.name, each.did_you_mean.length > 0 && ` – ${text.didYouMean(each.did_you_mean.join(", "))}`)))],
  );
}

/** "Call 999 now": on a telephone the number is one touch away. Two digits ("within 10 minutes") are no number to call. */
function callable(sentence: string): Node[] {
  return sentence.split(/(\+?\d{3,})/).map((part) =>
    /^\+?\d{3,}$/.test(part) ? element("a", { href: `tel:${part}` }, part) : document.createTextNode(part));
}
