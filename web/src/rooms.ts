// The list of consultations, opening one, and the room that is open beside it.

import type { Api } from "./api";
import { ChatView } from "./chat_view";
import { element, replace } from "./dom";
import { explain, field, Form, select } from "./form";
import { strings } from "./strings";
import type { Me, Page, Practitioner, Room } from "./types";

const text = strings.rooms;
/** There is no push for a new room: the list asks, gently, while somebody looks. */
const POLL_MS = 15_000;

interface Options {
  mayOpen: boolean;
  /** What stands beside an open room. */
  panel?: (room: Room) => HTMLElement;
  notice?: string;
}

export class RoomsPage {
  readonly root: HTMLElement;
  private readonly list = element("ul", { class: "room-list" });
  private readonly error = element("p", { class: "form-error", role: "alert" });
  private readonly more = element("button", { type: "button", hidden: true, onclick: () => void this.loadMore() }, strings.showMore);
  private readonly pane = element("div", { class: "room-pane" });
  private rooms: Room[] = [];
  private cursor: string | null = null;
  private drawn = "";
  private openId: string | null = null;
  private chat: ChatView | null = null;
  private poll: ReturnType<typeof setInterval> | undefined;
  private isShown = false;
  private readonly opener: HTMLDetailsElement | null;

  constructor(private readonly api: Api, private readonly me: Me, private readonly options: Options) {
    const opener = options.mayOpen ? element("details", { class: "card opener" }, element("summary", {}, text.open)) : null;
    opener?.addEventListener("toggle", () => void this.fillOpener(opener));
    this.opener = opener;
    const side = element("div", { class: "room-side" }, element("h1", {}, text.title), options.notice && element("p", { class: "hint" }, options.notice),
      opener, element("nav", { "aria-label": text.list }, this.list), this.more, this.error);
    this.root = element("div", { class: "rooms" }, side, this.pane);
  }

  /** `new` stands in the address for opening one. */
  show(wanted: string | null): void {
    const id = wanted === "new" ? null : wanted;
    if (wanted === "new" && this.opener) {
      this.opener.open = true;
      // Once the page is in the document.
      setTimeout(() => this.opener?.querySelector("summary")?.focus());
    }
    if (!this.isShown) {
      this.isShown = true;
      this.poll = setInterval(() => {
        if (document.visibilityState === "visible") void this.refresh();
      }, POLL_MS);
    } else if (id === this.openId && id !== null) return;
    this.closeChat();
    this.openId = id;
    this.root.classList.toggle("open", id !== null);
    replace(this.pane, element("p", { class: "hint center" }, id === null ? text.pick : strings.loading));
    this.draw();
    void this.refresh().then(() => this.openRoom(id));
  }

  hide(): void {
    this.isShown = false;
    clearInterval(this.poll);
    this.closeChat();
    this.openId = null;
  }

  private closeChat(): void {
    this.chat?.stop();
    this.chat = null;
  }

  private async openRoom(id: string | null): Promise<void> {
    if (id === null || id !== this.openId || this.chat !== null) return;
    try {
      // The list is a page long; a link may lead to an older room.
      const room = this.rooms.find((each) => each.id === id) ?? (await this.api.get<Room>(`/api/v1/rooms/${encodeURIComponent(id)}`));
      if (id !== this.openId || !this.isShown) return;
      if (this.isInvited(room)) {
        this.showInvitation(room);
        return;
      }
      const back = this.backLink();
      this.chat = new ChatView(this.api, this.me, room, back);
      replace(this.pane, this.chat.root, this.options.panel?.(room));
      this.chat.start();
      this.chat.heading.focus();
    } catch (error) {
      if (id === this.openId) replace(this.pane, element("p", { class: "form-error", role: "alert" }, explain(error)));
    }
  }

  private isInvited(room: Room): boolean {
    return room.participants.some((each) => each.user_id === this.me.id && each.state === "invited");
  }

  private backLink(): HTMLElement {
    return element("a", { class: "back", href: "#/rooms" }, `‹ ${text.back}`);
  }

  /** To accept opens the record, so it is said what it means before anything is done. */
  private showInvitation(room: Room): void {
    const others = room.participants.filter((each) => each.user_id !== this.me.id && each.state !== "invited");
    const heading = element("h2", { tabindex: -1 }, text.invitedTitle);
    const form = new Form(text.accept, new Map(), [
      element("p", {}, text.invitedBy(others.map((each) => each.name).join(", "))),
      element("p", {}, element("strong", {}, room.subject || text.noSubject)),
      element("p", { class: "notice" }, text.invitedNote),
    ], async () => {
      await this.api.post<Room>(`/api/v1/rooms/${encodeURIComponent(room.id)}/accept`, {});
      await this.refresh();
      await this.openRoom(room.id);
    });
    replace(this.pane, element("section", { class: "card invitation", "aria-label": text.invitedTitle }, this.backLink(), heading, form.root));
    heading.focus();
  }

  private async refresh(): Promise<void> {
    try {
      const page = await this.api.get<Page<Room>>("/api/v1/rooms", { limit: 50 });
      const fresh = new Set(page.items.map((each) => each.id));
      const older = this.rooms.length > page.items.length ? this.rooms.filter((each) => !fresh.has(each.id)) : [];
      // Further pages that were loaded stay, and so does their cursor.
      if (older.length === 0) this.cursor = page.next_cursor;
      this.rooms = [...page.items, ...older];
      this.error.textContent = "";
    } catch (error) {
      this.error.textContent = explain(error);
    }
    this.draw();
  }

  private async loadMore(): Promise<void> {
    try {
      const page = await this.api.get<Page<Room>>("/api/v1/rooms", { limit: 50, cursor: this.cursor ?? undefined });
      const known = new Set(this.rooms.map((each) => each.id));
      this.rooms.push(...page.items.filter((each) => !known.has(each.id)));
      this.cursor = page.next_cursor;
    } catch (error) {
      this.error.textContent = explain(error);
    }
    this.draw();
  }

  private draw(): void {
    this.more.hidden = this.cursor === null;
    const wanted = JSON.stringify([this.rooms, this.openId]);
    if (wanted === this.drawn) return;
    this.drawn = wanted;
    // Drawn anew the link under the keyboard is another node: the focus goes over to it.
    const focused = document.activeElement instanceof HTMLElement ? document.activeElement.dataset.room : undefined;
    replace(this.list, this.rooms.length === 0 ? element("li", { class: "hint" }, text.none) : this.rooms.map((room) => this.item(room)));
    if (focused) this.list.querySelector<HTMLElement>(`[data-room="${CSS.escape(focused)}"]`)?.focus();
  }

  private item(room: Room): HTMLElement {
    const others = room.participants.filter((each) => each.user_id !== this.me.id).map((each) => each.name);
    const unread = room.read_seq === undefined || room.id === this.openId ? 0 : room.last_seq - room.read_seq;
    return element("li", {}, element(
      "a",
      { href: `#/rooms/${encodeURIComponent(room.id)}`, "data-room": room.id, "aria-current": room.id === this.openId ? "true" : null },
      element("strong", {}, room.subject || text.noSubject),
      element("span", {}, others.join(", ")),
      this.isInvited(room) && element("span", { class: "badge" }, text.invited),
      unread > 0 && element("span", { class: "badge" }, text.unread(unread)),
    ));
  }

  /** Filled when it is first opened: most visits need no list of doctors. */
  private async fillOpener(opener: HTMLDetailsElement): Promise<void> {
    if (!opener.open || opener.childElementCount > 1) return;
    const content = element("div", {}, element("p", { role: "status" }, strings.loading));
    opener.append(content);
    try {
      const doctors = await this.api.get<Page<Practitioner>>("/api/v1/practitioners", { limit: 100 });
      replace(content, doctors.items.length === 0 ? element("p", { class: "hint" }, text.noDoctors) : this.openForm(doctors.items).root);
    } catch (error) {
      content.remove();
      opener.open = false;
      this.error.textContent = explain(error);
    }
  }

  private openForm(doctors: Practitioner[]): Form {
    const names = doctors.map((each) => [each.id, each.organization ? `${each.name} – ${each.organization}` : each.name]);
    const doctor = field(text.doctor, select({ "": text.chooseDoctor, ...Object.fromEntries(names) }, { required: true }));
    const patients = Object.fromEntries(this.me.patients.map((each) => [each.id, each.name]));
    const patient = field(text.patient, select(patients, { required: true }));
    const subject = field(text.subject, element("input", { required: true, maxlength: 200 }), { hint: text.subjectHint });
    const fields = new Map([["/participants", doctor], ["/patient_id", patient], ["/subject", subject]]);
    const form = new Form(text.submit, fields, [
      element("p", { class: "hint" }, text.openNote),
      doctor.root,
      this.me.patients.length > 1 ? patient.root : null,
      subject.root,
    ], async () => {
      const room = await this.api.create<{ id: string }>("/api/v1/rooms", {
        kind: "consultation",
        participants: [doctor.control.value],
        subject: subject.control.value.trim(),
        ...(patient.control.value && { patient_id: patient.control.value }),
      });
      form.root.reset();
      if (this.opener) this.opener.open = false;
      location.hash = `#/rooms/${room.id}`;
    });
    // A single patient is not asked for, so there is nothing to get wrong.
    if (this.me.patients.length <= 1) fields.delete("/patient_id");
    return form;
  }
}
