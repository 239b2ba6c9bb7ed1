// A room on the page. Messages are added and changed in place: a screen reader must hear each of them once.

import type { Api } from "./api";
import { RoomConnection } from "./chat";
import { element, replace, timeNode } from "./dom";
import { explain } from "./form";
import { RoomLog, type Outgoing } from "./room_log";
import { strings } from "./strings";
import type { Me, Message, Room } from "./types";

const text = strings.chat;
/** After this long without a key one is no longer writing. */
const IDLE_MS = 4_000;

interface Line { root: HTMLElement; status: HTMLElement | null; shown: string }

export class ChatView {
  readonly root: HTMLElement;
  readonly heading: HTMLElement;
  private readonly log: RoomLog;
  private readonly connection: RoomConnection;
  private readonly lines = new Map<string, Line>();
  private readonly list = element("ol", { class: "messages", role: "log", "aria-label": text.log, "aria-live": "off", tabindex: 0 });
  private readonly state = element("p", { class: "connection", role: "status" });
  private readonly people = element("ul", { class: "people" });
  private readonly typing = element("p", { class: "typing" });
  private readonly input = element("textarea", { id: "composer", rows: 2, "aria-describedby": "composer-hint composer-error", enterkeyhint: "send" });
  private readonly error = element("p", { class: "field-error", id: "composer-error", role: "alert" });
  private readonly earlier = element("button", { type: "button", hidden: true, onclick: () => void this.loadEarlier() }, text.earlier);
  private readonly latest = element("button", { type: "button", hidden: true, class: "latest", onclick: () => this.toLatest() }, text.latest);
  private atLatest = true;
  private idle: ReturnType<typeof setTimeout> | undefined;
  private readonly seen = () => this.markRead();

  constructor(api: Api, private readonly me: Me, private readonly room: Room, back: HTMLElement) {
    this.log = new RoomLog(room.id, me.id);
    this.connection = new RoomConnection(api, room.id, this.log, () => this.render());
    this.heading = element("h2", { tabindex: -1 }, room.subject || strings.rooms.noSubject);
    const composer = element(
      "form",
      { class: "composer", onsubmit: (event) => this.submit(event) },
      element("label", { for: "composer" }, text.label),
      this.input,
      element("button", { type: "submit", class: "primary" }, text.send),
      element("p", { class: "hint", id: "composer-hint" }, text.hint),
      this.error,
    );
    this.input.addEventListener("keydown", (event) => this.key(event));
    this.input.addEventListener("input", () => this.wrote());
    this.list.addEventListener("scroll", () => this.scrolled(), { passive: true });
    const head = element("header", {}, back, this.heading, this.people, this.state);
    this.root = element("section", { class: "chat card", "aria-label": room.subject ?? strings.rooms.noSubject }, head, this.earlier, this.list, this.latest, this.typing, composer);
  }

  start(): void {
    document.addEventListener("visibilitychange", this.seen);
    this.connection.start();
  }

  stop(): void {
    document.removeEventListener("visibilitychange", this.seen);
    clearTimeout(this.idle);
    this.connection.typing(false);
    this.connection.stop();
  }

  private render(): void {
    this.renderState();
    this.renderPeople();
    const wanted = new Set<string>();
    let before: Element | null = this.list.firstElementChild;
    const place = (key: string, line: Line) => {
      wanted.add(key);
      if (line.root === before) before = before.nextElementSibling;
      else this.list.insertBefore(line.root, before);
    };
    for (const message of this.log.messages) place(this.keyOf(message), this.messageLine(message));
    for (const outgoing of this.log.outbox) place(outgoing.client_id, this.outgoingLine(outgoing));
    for (const [key, line] of this.lines) {
      if (wanted.has(key)) continue;
      line.root.remove();
      this.lines.delete(key);
    }
    this.earlier.hidden = !this.log.hasEarlier;
    if (this.atLatest) this.list.scrollTop = this.list.scrollHeight;
    this.latest.hidden = this.atLatest;
    this.markRead();
    // The history is not news: only what comes after the first welcome is read out.
    if (this.connection.state === "online") setTimeout(() => this.list.setAttribute("aria-live", "polite"), 1000);
  }

  private renderState(): void {
    const { state, notice } = this.connection;
    const shown = [text.state[state], notice].filter(Boolean).join(" ");
    if (this.state.dataset.shown === shown) return;
    this.state.dataset.shown = shown;
    this.state.className = `connection ${state}`;
    const now = element("button", { type: "button", onclick: () => this.connection.connectNow() }, text.reconnect);
    replace(this.state, element("span", { class: "dot", "aria-hidden": "true" }), shown, state === "waiting" && [" ", now]);
  }

  private renderPeople(): void {
    const others = [...this.log.participants.values()].filter((each) => each.user_id !== this.me.id);
    if (others.length === 0) replace(this.people, this.room.participants.filter((each) => each.user_id !== this.me.id).map((each) => element("li", {}, each.name)));
    else replace(this.people, others.map((each) => element("li", { class: each.online ? "online" : "offline" }, text.presence(each.name, each.online))));
    const names = [...this.log.typing.keys()].filter((id) => id !== this.me.id).map((id) => this.log.nameOf(id) ?? text.unknownSender);
    this.typing.textContent = names.length > 0 ? text.typing(names) : "";
  }

  private messageLine(message: Message): Line {
    const mine = message.sender_id === this.me.id;
    const key = this.keyOf(message);
    let line = this.lines.get(key);
    // An outgoing line stays the same node when its message comes, so it is neither moved nor read out again.
    if (!line) {
      line = this.makeLine(mine ? "mine" : message.kind, this.senderOf(message), message.body);
      this.lines.set(key, line);
    }
    const read = mine && this.log.isRead(message.seq);
    this.setStatus(line, mine ? (read ? "read" : "sent") : "received", () => [timeNode(message.sent_at), mine && ` · ${read ? text.read : text.stored}`]);
    return line;
  }

  private outgoingLine(outgoing: Outgoing): Line {
    const key = outgoing.client_id;
    let line = this.lines.get(key);
    if (!line) {
      line = this.makeLine("mine", text.you, outgoing.body);
      this.lines.set(key, line);
    }
    this.setStatus(line, `${outgoing.state} ${outgoing.detail ?? ""}`, () => {
      if (outgoing.state === "stored") return [text.stored];
      if (outgoing.state === "waiting") return [text.waiting];
      return [
        element("span", { class: "refused", role: "alert" }, text.refused(outgoing.detail ?? "")),
        element("button", { type: "button", onclick: () => this.connection.retry(key) }, strings.retry),
        element("button", { type: "button", onclick: () => this.discard(key) }, text.discard),
      ];
    });
    return line;
  }

  private makeLine(kind: string, sender: string, body: string): Line {
    const status = element("span", { class: "message-status" });
    const root = element("li", { class: `message ${kind}` }, element("span", { class: "sender" }, sender), element("p", { class: "body" }, body), status);
    return { root, status, shown: "" };
  }

  private setStatus(line: Line, shown: string, content: () => (Node | string | false)[]): void {
    if (line.shown === shown || !line.status) return;
    line.shown = shown;
    line.root.dataset.status = shown.split(" ")[0] ?? "";
    replace(line.status, content());
  }

  /** My own go by the id that I gave them before they had another; somebody else's must not pass for mine. */
  private keyOf(message: Message): string {
    return (message.sender_id === this.me.id ? message.client_id : null) ?? message.id;
  }

  private senderOf(message: Message): string {
    if (message.kind === "system") return text.system;
    if (message.kind === "assistant") return text.assistant;
    if (message.sender_id === this.me.id) return text.you;
    const member = this.room.participants.find((each) => each.user_id === message.sender_id);
    return member?.name ?? (message.sender_id && this.log.nameOf(message.sender_id)) ?? text.unknownSender;
  }

  private submit(event: Event): void {
    event.preventDefault();
    const body = this.input.value.trim();
    this.error.textContent = "";
    if (body === "") return;
    this.atLatest = true;
    if (this.connection.send(body)) this.input.value = "";
    else this.error.textContent = text.tooLong;
    clearTimeout(this.idle);
    this.input.focus();
  }

  private key(event: KeyboardEvent): void {
    // While an input method composes a character, Enter belongs to it.
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) this.submit(event);
  }

  private wrote(): void {
    clearTimeout(this.idle);
    const writing = this.input.value.trim() !== "";
    this.connection.typing(writing);
    if (writing) this.idle = setTimeout(() => this.connection.typing(false), IDLE_MS);
  }

  private discard(clientId: string): void {
    this.log.drop(clientId);
    this.render();
    this.input.focus();
  }

  private async loadEarlier(): Promise<void> {
    const fromEnd = this.list.scrollHeight - this.list.scrollTop;
    this.list.setAttribute("aria-live", "off");
    try {
      await this.connection.loadEarlier();
      this.list.scrollTop = this.list.scrollHeight - fromEnd;
      this.list.focus();
    } catch (error) {
      this.error.textContent = explain(error);
    }
  }

  private scrolled(): void {
    this.atLatest = this.list.scrollHeight - this.list.scrollTop - this.list.clientHeight < 40;
    this.latest.hidden = this.atLatest;
    this.markRead();
  }

  private toLatest(): void {
    this.atLatest = true;
    this.list.scrollTop = this.list.scrollHeight;
    this.list.focus();
  }

  /** Read is what was on a visible screen; a window in the background has read nothing. */
  private markRead(): void {
    if (this.atLatest && document.visibilityState === "visible" && this.log.lastSeq > 0) this.connection.read(this.log.lastSeq);
  }
}
