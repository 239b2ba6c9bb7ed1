// The frame around the pages: header, navigation by the address's hash, one page shown at a time.

import type { Api } from "./api";
import { AssessmentPage } from "./assessment";
import { DeskPage } from "./desk";
import { element, focusOn, replace } from "./dom";
import { prescriptionPanel } from "./prescription";
import { RoomsPage } from "./rooms";
import { strings } from "./strings";
import type { Me } from "./types";
import { VisitPage } from "./visit";

export class Home {
  readonly root: HTMLElement;
  private readonly main = element("main", { id: "main" });
  private readonly links = new Map<string, HTMLAnchorElement>();
  private readonly rooms: RoomsPage;
  /** Kept while the person looks at a consultation: an assessment under way must not be lost. */
  private readonly assessment: AssessmentPage | null;
  private readonly desk: DeskPage | null;
  private readonly visit: VisitPage | null;
  private shown = "";
  private readonly follow = () => this.route(true);

  constructor(api: Api, me: Me, signOut: () => void) {
    const roles = new Set(me.roles.map((role) => (typeof role === "string" ? role : role.role)));
    const isDoctor = roles.has("doctor");
    const isStaff = isDoctor || roles.has("pharmacist") || roles.has("admin") || roles.has("operator");
    this.rooms = new RoomsPage(api, me, {
      mayOpen: !isStaff,
      ...(isDoctor && { panel: (room) => prescriptionPanel(api, room) }),
      ...(isStaff && !isDoctor && { notice: strings.rooms.otherRole }),
    });
    this.assessment = isStaff ? null : new AssessmentPage(api, me);
    this.desk = isDoctor ? new DeskPage(api, me) : null;
    this.visit = isStaff ? null : new VisitPage(api, me);
    if (this.assessment) this.addLink("symptoms", strings.nav.symptoms);
    if (this.visit) this.addLink("visit", strings.nav.visit);
    if (this.desk) this.addLink("desk", strings.nav.desk);
    this.addLink("rooms", strings.nav.rooms);
    this.root = element(
      "div",
      { class: "home" },
      // A link to #main would be taken for a page by the router.
      element("button", { type: "button", class: "skip", onclick: () => focusOn(this.main) }, strings.skip),
      element(
        "header",
        { class: "top" },
        element("span", { class: "brand" }, strings.app),
        element("nav", { "aria-label": strings.nav.label }, ...this.links.values()),
        element("span", { class: "who" }, element("span", { class: "visually-hidden" }, strings.nav.signedInAs("")), me.name),
        element("button", { type: "button", onclick: signOut }, strings.signIn.signOut),
      ),
      this.main,
    );
  }

  start(): void {
    addEventListener("hashchange", this.follow);
    this.route(false);
  }

  dispose(): void {
    removeEventListener("hashchange", this.follow);
    this.hidePages();
  }

  private hidePages(): void {
    this.rooms.hide();
    this.desk?.hide();
    this.visit?.hide();
  }

  private addLink(name: string, text: string): void {
    this.links.set(name, element("a", { href: `#/${name}` }, text));
  }

  private route(moveFocus: boolean): void {
    const [, wanted = "", id = ""] = location.hash.split("/");
    const name = this.links.has(wanted) ? wanted : (this.links.keys().next().value ?? "rooms");
    for (const [each, link] of this.links) {
      if (each === name) link.setAttribute("aria-current", "page");
      else link.removeAttribute("aria-current");
    }
    const found = { symptoms: this.assessment, visit: this.visit, desk: this.desk, rooms: this.rooms }[name] ?? this.rooms;
    if (this.shown !== name) this.hidePages();
    if (found === this.rooms || found === this.desk || found === this.visit) found.show(id || null);
    const page = found;
    document.title = `${this.links.get(name)?.textContent ?? ""} – ${strings.app}`;
    if (this.shown !== name) replace(this.main, page.root);
    // A room moves the focus itself, once it is there.
    if (moveFocus && this.shown !== name && id === "") focusOn(this.main.querySelector("h1") ?? this.main);
    this.shown = name;
  }
}
