// What is known of one room: its messages without gaps, what waits to be sent, who is there and has read.
// It knows neither the socket nor the page.

import { uuid } from "./dom";
import type { Message, Participant } from "./types";

export interface Outgoing {
  client_id: string;
  body: string;
  /** `stored`: acknowledged, its own `message` frame still to come. */
  state: "waiting" | "stored" | "refused";
  detail?: string;
}

/** Unsent messages outlive the closing of their room, so that looking at another one loses nothing. By person too:
 * whoever signs in next at this window must not send them. */
const outboxes = new Map<string, Outgoing[]>();

export class RoomLog {
  readonly outbox: Outgoing[];
  readonly participants = new Map<string, Participant>();
  readonly typing = new Map<string, number>();
  private readonly bySeq = new Map<number, Message>();
  private readonly sentIds = new Set<string>();
  /** The first message that is loaded, and the last one up to which none is missing. */
  private firstSeq = 1;
  private contiguous = 0;
  private highest = 0;

  constructor(roomId: string, private readonly myId: string) {
    const key = `${myId} ${roomId}`;
    this.outbox = outboxes.get(key) ?? [];
    outboxes.set(key, this.outbox);
  }

  get lastSeq(): number {
    return this.contiguous;
  }

  get hasGap(): boolean {
    return this.highest > this.contiguous;
  }

  get hasEarlier(): boolean {
    return this.firstSeq > 1;
  }

  get earliest(): number {
    return this.firstSeq;
  }

  get messages(): Message[] {
    return [...this.bySeq.values()].sort((a, b) => a.seq - b.seq);
  }

  /** The newest page of the history: everything before it counts as not loaded, not as missing. */
  startFrom(page: Message[]): void {
    this.firstSeq = page[0]?.seq ?? 1;
    this.contiguous = this.firstSeq - 1;
    for (const message of page) this.add(message);
  }

  prepend(page: Message[]): void {
    for (const message of page) this.bySeq.set(message.seq, message);
    this.firstSeq = page[0]?.seq ?? 1;
  }

  add(message: Message): void {
    this.bySeq.set(message.seq, message);
    this.highest = Math.max(this.highest, message.seq);
    while (this.bySeq.has(this.contiguous + 1)) this.contiguous += 1;
    if (message.sender_id === this.myId && message.client_id) {
      this.sentIds.add(message.client_id);
      this.drop(message.client_id);
    }
    if (message.sender_id) this.typing.delete(message.sender_id);
  }

  queue(body: string): Outgoing {
    const outgoing: Outgoing = { client_id: uuid(), body, state: "waiting" };
    this.outbox.push(outgoing);
    return outgoing;
  }

  acked(clientId: string): void {
    // A repeated send is acknowledged after its message has come: it is not shown twice.
    if (this.sentIds.has(clientId)) this.drop(clientId);
    else this.update(clientId, "stored");
  }

  refused(clientId: string, detail: string): void {
    this.update(clientId, "refused", detail);
  }

  drop(clientId: string): void {
    const index = this.outbox.findIndex((each) => each.client_id === clientId);
    if (index >= 0) this.outbox.splice(index, 1);
  }

  retry(clientId: string): Outgoing | undefined {
    this.update(clientId, "waiting");
    return this.outbox.find((each) => each.client_id === clientId);
  }

  setParticipants(participants: Participant[]): void {
    this.participants.clear();
    this.typing.clear();
    for (const each of participants) this.participants.set(each.user_id, each);
  }

  setOnline(userId: string, online: boolean): void {
    const who = this.participants.get(userId);
    if (who) who.online = online;
    if (!online) this.typing.delete(userId);
  }

  setRead(userId: string, seq: number): void {
    const who = this.participants.get(userId);
    if (who) who.read_seq = Math.max(who.read_seq, seq);
  }

  /** Read by anybody but me. */
  isRead(seq: number): boolean {
    return [...this.participants.values()].some((each) => each.user_id !== this.myId && each.read_seq >= seq);
  }

  nameOf(userId: string): string | null {
    return this.participants.get(userId)?.name ?? null;
  }

  private update(clientId: string, state: Outgoing["state"], detail?: string): void {
    const outgoing = this.outbox.find((each) => each.client_id === clientId);
    if (!outgoing) return;
    outgoing.state = state;
    if (detail === undefined) delete outgoing.detail;
    else outgoing.detail = detail;
  }
}
