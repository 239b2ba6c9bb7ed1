// Start: follow the link of a verification mail, go on with the session of this browser or ask to sign in, then show
// the pages of the role.

import { Api } from "./api";
import { element, replace } from "./dom";
import { explain } from "./form";
import { Home } from "./home";
import { Session } from "./session";
import { signInPage } from "./signin";
import { strings } from "./strings";
import type { Me } from "./types";
import { takeVerificationToken, verifyPage } from "./verify";

const app = document.getElementById("app")!;
const session = new Session();
const api = new Api(session);
let home: Home | null = null;

function showSignIn(notice: string | null = null): void {
  home?.dispose();
  home = null;
  replace(app, signInPage(session, showHome, notice));
  app.querySelector("input")?.focus();
}

async function showHome(): Promise<void> {
  const me = await api.get<Me>("/api/v1/me");
  home?.dispose();
  home = new Home(api, me, () => {
    // The next person at this window must not see or send what this one wrote: a new page forgets it all.
    void session.signOut().finally(() => location.replace("/"));
  });
  replace(app, home.root);
  home.start();
}

async function start(): Promise<void> {
  replace(app, element("p", { class: "center", role: "status" }, strings.loading));
  try {
    if (session.resume()) await showHome();
    else showSignIn();
  } catch (error) {
    if (!session.isSignedIn) return showSignIn(strings.errors.signedOut);
    // The session may still be good, so it is not thrown away for want of a network.
    const retry = element("button", { type: "button", class: "primary", onclick: () => void start() }, strings.retry);
    replace(app, element("main", { class: "card narrow", role: "alert" }, element("p", {}, explain(error)), retry));
  }
}

session.onEnded = () => {
  // While starting, `start` itself goes on to the sign-in page.
  if (home !== null) showSignIn(strings.errors.signedOut);
};
// Another window of this browser has signed in somebody else, or signed out: this page is not theirs.
session.onReplaced = () => location.reload();
const token = takeVerificationToken();
if (token === null) void start();
else replace(app, verifyPage(token, () => void start()));
