// Sign-in, its second step, and registration.

import { element, focusOn, replace } from "./dom";
import { field, Form, select } from "./form";
import { send } from "./http";
import type { Session } from "./session";
import { strings } from "./strings";
import type { MfaChallenge } from "./types";

/** Only a machine of one's own serves the development mailbox and the demo accounts. */
const IS_LOCAL = ["localhost", "127.0.0.1", "[::1]"].includes(location.hostname);

export function signInPage(session: Session, signedIn: () => Promise<void>, notice: string | null): HTMLElement {
  const card = element("div", { class: "card narrow" });
  const root = element(
    "main",
    { id: "main", class: "sign-in" },
    element("h1", {}, strings.app),
    element("p", { class: "lead" }, strings.signIn.intro),
    card,
    element("p", { class: "hint center" }, element("a", { href: "/docs" }, strings.signIn.apiDocs)),
  );

  const go = (title: string, ...content: (Node | null)[]) => {
    const heading = element("h2", {}, title);
    replace(card, heading, content);
    if (root.isConnected) focusOn(heading);
  };
  const link = (text: string, action: () => void) => element("button", { type: "button", class: "link", onclick: action }, text);

  function showSignIn(message: string | null): void {
    const email = emailField("username");
    const password = passwordField("current-password");
    const form = new Form(
      strings.signIn.submit,
      new Map([["/email", email], ["/password", password]]),
      [email.root, password.root],
      async () => {
        const challenge = await session.signIn(email.control.value.trim(), password.control.value);
        if (challenge === null) await signedIn();
        else showMfa(challenge);
      },
    );
    go(
      strings.signIn.title,
      message === null ? null : element("p", { class: "notice", role: "status" }, message),
      form.root,
      link(strings.signIn.toRegister, showRegister),
      IS_LOCAL ? element("p", { class: "hint" }, strings.signIn.demo) : null,
    );
  }

  function showMfa(challenge: MfaChallenge): void {
    const methods = Object.fromEntries(challenge.methods.map((name) => [name, name.replaceAll("_", " ")]));
    const method = field(strings.mfa.method, select(methods, { required: true }));
    const code = field(
      strings.mfa.code,
      element("input", { required: true, autocomplete: "one-time-code", spellcheck: "false" }),
      { hint: strings.mfa.codeHint },
    );
    const form = new Form(strings.mfa.submit, new Map([["/method", method], ["/code", code]]), [method.root, code.root], async () => {
      await session.completeMfa(challenge.mfa_token, method.control.value, code.control.value.trim());
      await signedIn();
    });
    go(strings.mfa.title, form.root, link(strings.mfa.back, () => showSignIn(null)));
  }

  function showRegister(): void {
    const name = field(strings.register.name, element("input", { required: true, autocomplete: "name", maxlength: 200 }));
    const email = emailField("email");
    const password = passwordField("new-password", strings.register.passwordHint);
    const birthDate = field(strings.register.birthDate, element("input", { type: "date", autocomplete: "bday" }));
    const fields = new Map([["/name", name], ["/email", email], ["/password", password], ["/birth_date", birthDate]]);
    const form = new Form(strings.register.submit, fields, [...fields.values()].map((each) => each.root), async () => {
      await send({
        method: "POST",
        path: "/api/v1/auth/register",
        body: {
          name: name.control.value.trim(),
          email: email.control.value.trim(),
          password: password.control.value,
          ...(birthDate.control.value && { birth_date: birthDate.control.value }),
          locale: navigator.language.split("-")[0] || "en",
        },
      });
      showCheckEmail(email.control.value.trim());
    });
    go(strings.register.title, form.root, link(strings.register.toSignIn, () => showSignIn(null)));
  }

  function showCheckEmail(email: string): void {
    go(
      strings.register.checkTitle,
      element("p", { role: "status" }, strings.register.checkText(email)),
      IS_LOCAL ? element("p", {}, element("a", { href: "/dev/mail" }, strings.register.devMail)) : null,
      link(strings.signIn.title, () => showSignIn(null)),
    );
  }

  showSignIn(notice);
  return root;
}

function emailField(autocomplete: string) {
  return field(strings.signIn.email, element("input", { type: "email", required: true, autocomplete, spellcheck: "false" }));
}

function passwordField(autocomplete: string, hint?: string) {
  const control = element("input", { type: "password", required: true, autocomplete });
  return field(strings.signIn.password, control, hint === undefined ? {} : { hint });
}
