// The connection of one room: ticket → socket, reconnection, resending, heartbeat. What it learns goes into
// the log; the page is only told that something changed.

import type { Api } from "./api";
import { Backoff } from "./backoff";
import { explain } from "./form";
import { RoomHistory } from "./history";
import { Problem } from "./http";
import type { RoomLog } from "./room_log";
import type { ServerFrame } from "./types";

export type ConnectionState = "connecting" | "online" | "waiting" | "closed";

const PING_MS = 25_000;
/** Two pings unanswered: a network that went away without a word (sleep, lost Wi-Fi) closes no socket. */
const SILENCE_MS = 60_000;
/** An "off" may be lost with a connection, so a typing mark goes out by itself. */
const TYPING_MS = 6_000;
const TYPING_REPEAT_MS = 3_000;
/** Under the server's 16 KiB a frame, with room for the envelope and for JSON's escapes. */
const LONGEST_BODY_BYTES = 15_000;

export class RoomConnection {
  state: ConnectionState = "connecting";
  /** Why it is closed for good, or the last error of the server that belongs to no message. */
  notice: string | null = null;
  private socket: WebSocket | null = null;
  private readonly backoff = new Backoff();
  private readonly history: RoomHistory;
  private started = false;
  private wantedRead = 0;
  private sentRead = 0;
  private typingSentAt = 0;
  private lastHeard = 0;
  private retryTimer: ReturnType<typeof setTimeout> | undefined;
  private heartbeat: ReturnType<typeof setInterval> | undefined;
  /** Grows with every attempt: what an abandoned one still brings is ignored. */
  private attempt = 0;

  constructor(
    private readonly api: Api,
    private readonly roomId: string,
    readonly log: RoomLog,
    private readonly changed: () => void,
  ) {
    this.history = new RoomHistory(api, this.path, log);
  }

  start(): void {
    this.started = true;
    addEventListener("online", this.wake);
    document.addEventListener("visibilitychange", this.wake);
    this.heartbeat = setInterval(() => this.beat(), PING_MS);
    void this.connect();
  }

  stop(): void {
    this.started = false;
    removeEventListener("online", this.wake);
    document.removeEventListener("visibilitychange", this.wake);
    clearInterval(this.heartbeat);
    this.abandon();
  }

  connectNow(): void {
    this.abandon();
    this.backoff.reset();
    void this.connect();
  }

  /** False when it is too long for one frame. */
  send(body: string): boolean {
    // Measured as it travels: a quote or a line break takes two bytes in JSON.
    if (new TextEncoder().encode(JSON.stringify(body)).length > LONGEST_BODY_BYTES) return false;
    this.transmit(this.log.queue(body));
    this.typingSentAt = 0;
    this.changed();
    return true;
  }

  retry(clientId: string): void {
    const outgoing = this.log.retry(clientId);
    if (outgoing) this.transmit(outgoing);
    this.changed();
  }

  typing(on: boolean): void {
    const now = Date.now();
    if (on ? now - this.typingSentAt < TYPING_REPEAT_MS : this.typingSentAt === 0) return;
    this.typingSentAt = on ? now : 0;
    this.frame({ type: "typing", on });
  }

  read(seq: number): void {
    this.wantedRead = Math.max(this.wantedRead, seq);
    if (this.wantedRead > this.sentRead && this.frame({ type: "read", seq: this.wantedRead })) this.sentRead = this.wantedRead;
  }

  async loadEarlier(): Promise<void> {
    await this.history.loadEarlier();
    this.changed();
  }

  private async connect(): Promise<void> {
    const attempt = ++this.attempt;
    this.become("connecting");
    try {
      // Once: after that the socket replays what was missed.
      await this.history.loadLatest();
      if (attempt !== this.attempt) return;
      this.changed();
      const { ticket } = await this.api.post<{ ticket: string }>(`${this.path}/tickets`, {});
      if (attempt !== this.attempt) return;
      this.open(ticket);
    } catch (error) {
      if (attempt !== this.attempt) return;
      if (error instanceof Problem && [401, 403, 404].includes(error.status)) this.closeForGood(explain(error));
      else this.reconnectLater(error instanceof Problem ? (error.retryAfterS ?? 0) * 1000 : 0);
    }
  }

  private open(ticket: string): void {
    const url = new URL(`${this.path}/socket`, location.href);
    url.protocol = url.protocol.replace("http", "ws");
    url.searchParams.set("ticket", ticket);
    url.searchParams.set("after", String(this.log.lastSeq));
    const socket = new WebSocket(url, "virtual-doctor.v1");
    this.socket = socket;
    this.lastHeard = Date.now();
    socket.onmessage = (event: MessageEvent<unknown>) => {
      if (socket !== this.socket || typeof event.data !== "string") return;
      this.lastHeard = Date.now();
      this.receive(JSON.parse(event.data) as ServerFrame);
    };
    // An error is always followed by a close.
    socket.onclose = () => {
      if (socket === this.socket) this.reconnectLater(0);
    };
  }

  private receive(frame: ServerFrame): void {
    switch (frame.type) {
      case "welcome":
        this.welcomed(frame.participants);
        break;
      case "message":
        this.log.add(frame);
        // At most 500 are replayed after a long absence: the rest comes by REST.
        if (this.log.hasGap) void this.fillGap();
        break;
      case "ack":
        this.log.acked(frame.client_id);
        break;
      case "typing":
        if (frame.on) this.showTyping(frame.user_id);
        else this.log.typing.delete(frame.user_id);
        break;
      case "read":
        this.log.setRead(frame.user_id, frame.seq);
        break;
      case "presence":
        this.log.setOnline(frame.user_id, frame.online);
        break;
      case "error":
        if (frame.client_id) this.log.refused(frame.client_id, frame.detail);
        else this.notice = frame.detail;
        break;
      case "pong":
        return;
    }
    this.changed();
  }

  private welcomed(participants: Parameters<RoomLog["setParticipants"]>[0]): void {
    this.backoff.reset();
    this.notice = null;
    this.log.setParticipants(participants);
    this.become("online");
    // Whatever has no ack may or may not have arrived; with the same client_id it is stored once either way.
    for (const outgoing of this.log.outbox) this.transmit(outgoing);
    this.sentRead = 0;
    if (this.wantedRead > 0) this.read(this.wantedRead);
  }

  private showTyping(userId: string): void {
    const shownAt = Date.now();
    this.log.typing.set(userId, shownAt);
    setTimeout(() => {
      if (this.log.typing.get(userId) !== shownAt) return;
      this.log.typing.delete(userId);
      this.changed();
    }, TYPING_MS);
  }

  private async fillGap(): Promise<void> {
    try {
      await this.history.fillGap();
    } catch (error) {
      this.notice = explain(error);
    }
    this.changed();
  }

  private transmit(outgoing: { client_id: string; body: string; state: string }): void {
    if (outgoing.state !== "waiting") return;
    const { client_id, body } = outgoing;
    this.frame({ type: "send", client_id, body, attachment_ids: [], reply_to: null });
  }

  /** False when there is no connection; what matters is then sent on the next welcome. */
  private frame(frame: object): boolean {
    if (this.state !== "online" || this.socket?.readyState !== WebSocket.OPEN) return false;
    this.socket.send(JSON.stringify(frame));
    return true;
  }

  private beat(): void {
    if (!this.socket) return;
    if (Date.now() - this.lastHeard > SILENCE_MS) this.reconnectLater(0);
    else this.frame({ type: "ping" });
  }

  /** The network or the person is back: no reason to wait any longer. */
  private readonly wake = () => {
    if (document.visibilityState !== "visible" || !this.started) return;
    if (this.state === "waiting") this.connectNow();
    else this.beat();
  };

  private reconnectLater(atLeastMs: number): void {
    this.abandon();
    this.become("waiting");
    this.retryTimer = setTimeout(() => void this.connect(), this.backoff.next(atLeastMs));
  }

  private closeForGood(reason: string): void {
    this.abandon();
    this.notice = reason;
    this.become("closed");
  }

  private abandon(): void {
    this.attempt += 1;
    clearTimeout(this.retryTimer);
    const { socket } = this;
    this.socket = null;
    socket?.close();
  }

  private become(state: ConnectionState): void {
    this.state = state;
    for (const each of this.log.participants.values()) each.online = each.online && state === "online";
    this.changed();
  }

  private get path(): string {
    return `/api/v1/rooms/${encodeURIComponent(this.roomId)}`;
  }
}

