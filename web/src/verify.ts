// The link of the verification mail, `/?verify=TOKEN`: confirms the address and says what became of it.

import { element, focusOn, replace } from "./dom";
import { explain } from "./form";
import { Problem, send } from "./http";
import { strings } from "./strings";

const text = strings.verify;

/** The token of the link that brought the person here. It works once, so it leaves the address bar. */
export function takeVerificationToken(): string | null {
  const url = new URL(location.href);
  const token = url.searchParams.get("verify");
  if (token === null) return null;
  url.searchParams.delete("verify");
  history.replaceState(null, "", url);
  return token;
}

/** Shows the outcome, and goes on when the person has read it. */
export function verifyPage(token: string, goOn: () => void): HTMLElement {
  const card = element("div", { class: "card narrow" });
  const root = element("main", { id: "main", class: "sign-in" }, element("h1", {}, strings.app), card);

  function show(title: string, message: string, role: "status" | "alert", next: string, action: () => void): void {
    const heading = element("h2", {}, title);
    replace(card, heading, element("p", { role }, message), element("button", { type: "button", class: "primary", onclick: action }, next));
    focusOn(heading);
  }

  async function verify(): Promise<void> {
    replace(card, element("p", { role: "status" }, text.working));
    try {
      await send({ method: "POST", path: "/api/v1/auth/verify", body: { token } });
      show(text.doneTitle, text.done, "status", text.goOn, goOn);
    } catch (error) {
      // The server has decided about the token, or nothing is known of it and asking again is right.
      if (error instanceof Problem && error.status === 422) show(text.failedTitle, text.failed, "alert", text.goOn, goOn);
      else show(text.unclearTitle, explain(error), "alert", strings.retry, () => void verify());
    }
  }

  // Once it is in the document, so that the heading can take the focus.
  setTimeout(() => void verify());
  return root;
}
