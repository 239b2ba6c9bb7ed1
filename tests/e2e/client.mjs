// What a client of the API does: calls, accounts, rooms, sockets. It knows
// nothing of how the worker is run, only its URL.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import http from "node:http";
import WebSocket from "ws";

export const SUBPROTOCOL = "virtual-doctor.v1";
export const PASSWORD = "correct horse battery";
/** A request that hangs fails its test, not the whole run. */
const PATIENCE_MS = 15_000;

/** Waits until `look` gives something, and gives it back. */
export async function eventually(what, look, ms = 10_000) {
  for (const until = Date.now() + ms; ; ) {
    const found = await look();
    if (found) return found;
    if (Date.now() > until) throw new Error(`${what}: not within ${ms} ms`);
    await new Promise((wake) => setTimeout(wake, 50));
  }
}

/** A problem document in full (RFC 9457). */
export function assertProblem(answer, status, slug) {
  assert.equal(answer.status, status, answer.text);
  assert.equal(answer.headers.get("content-type"), "application/problem+json");
  const { type, title, instance, request_id } = answer.body;
  assert.equal(type, `/problems/${slug}`);
  assert.equal(answer.body.status, status);
  assert.ok(title, "a title");
  assert.ok(instance.startsWith("/"), "the path as instance");
  assert.ok(request_id, "a request id");
  assert.equal(answer.headers.get("x-request-id"), request_id);
  return answer.body;
}

/** One person who is signed in. */
export class Account {
  constructor(client, signedIn) {
    this.client = client;
    this.token = signedIn.access_token;
    this.refreshToken = signedIn.refresh_token;
    this.user = signedIn.user;
    this.id = signedIn.user.id;
  }

  api(method, path, options = {}) {
    return this.client.api(method, path, { token: this.token, ...options });
  }

  async ticket(roomId) {
    const answer = await this.api("POST", `/api/v1/rooms/${roomId}/tickets`);
    assert.equal(answer.status, 201, answer.text);
    return answer.body.ticket;
  }

  /** A socket with its `welcome` taken. */
  async connect(roomId, options = {}) {
    const ticket = options.ticket ?? (await this.ticket(roomId));
    const socket = await this.client.upgrade(roomId, ticket, options);
    socket.welcome = await socket.take("welcome");
    return socket;
  }

  post(roomId, body, more = {}) {
    return this.api("POST", `/api/v1/rooms/${roomId}/messages`, { body: { client_id: randomUUID(), body, ...more } });
  }
}

export class Client {
  constructor(url) {
    this.url = String(url).replace(/\/$/, "");
  }

  /** A request; a body that is no string is sent as JSON. */
  async api(method, path, { token, body, headers = {} } = {}) {
    const response = await fetch(this.url + path, {
      method,
      headers: {
        ...(token && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { "content-type": "application/json" }),
        ...headers,
      },
      body: body === undefined || typeof body === "string" ? body : JSON.stringify(body),
      signal: AbortSignal.timeout(PATIENCE_MS),
    });
    const text = await response.text();
    const json = /\bjson\b/.test(response.headers.get("content-type") ?? "");
    return { status: response.status, headers: response.headers, text, body: json ? JSON.parse(text) : undefined };
  }

  /** A request as it is on the wire: any header, any body, chunked or not. */
  raw(method, path, { headers = {}, chunks = [] } = {}) {
    return new Promise((resolve, reject) => {
      const request = http.request(this.url + path, { method, headers, agent: false });
      request.on("response", async (response) => {
        let text = "";
        for await (const chunk of response.setEncoding("utf8")) text += chunk;
        resolve({ status: response.statusCode, headers: new Headers(response.headers), text, body: text && JSON.parse(text) });
      });
      request.on("error", reject);
      for (const chunk of chunks) request.write(chunk);
      request.end();
    });
  }

  async signIn(email, password = PASSWORD) {
    const answer = await this.api("POST", "/api/v1/auth/login", { body: { email, password } });
    assert.equal(answer.status, 200, answer.text);
    return new Account(this, answer.body);
  }

  register(fields = {}) {
    const person = { email: `${randomUUID()}@example.org`, password: PASSWORD, name: "Sam Sample", ...fields };
    return this.api("POST", "/api/v1/auth/register", { body: person }).then((answer) => ({ answer, person }));
  }

  /** Registers somebody new and signs in at once, as VERIFY_EMAIL=off allows. */
  async signUp(fields = {}) {
    const { answer, person } = await this.register(fields);
    assert.equal(answer.status, 202, answer.text);
    return this.signIn(person.email, person.password);
  }

  /** The demo accounts, signed in: `{patient, doctor}`. */
  async seedDemo() {
    const answer = await this.api("POST", "/dev/seed", { body: { password: PASSWORD } });
    assert.equal(answer.status, 204, answer.text);
    const [patient, doctor] = await Promise.all(["patient", "doctor"].map((who) => this.signIn(`${who}@demo.example`)));
    return { patient, doctor };
  }

  /** A patient's room with a doctor. */
  async openRoom(patient, doctor, subject = "A cough") {
    const body = { kind: "consultation", participants: [doctor.id], subject };
    const answer = await patient.api("POST", "/api/v1/rooms", { body });
    assert.equal(answer.status, 201, answer.text);
    return answer.body.id;
  }

  async mails(to) {
    const answer = await this.api("GET", "/dev/mail?format=json");
    assert.equal(answer.status, 200, answer.text);
    return answer.body.filter((mail) => mail.recipient === to);
  }

  /** The upgrade alone; rejects with the answer where it is refused. */
  upgrade(roomId, ticket, { after, protocols = [SUBPROTOCOL], origin } = {}) {
    const query = new URLSearchParams({ ticket, ...(after !== undefined && { after: String(after) }) });
    const url = `${this.url.replace(/^http/, "ws")}/api/v1/rooms/${roomId}/socket?${query}`;
    return new RoomSocket(new WebSocket(url, protocols, { handshakeTimeout: PATIENCE_MS / 3, origin })).opened;
  }
}

/** A socket whose frames wait until somebody takes them. */
export class RoomSocket {
  frames = [];
  #wanted = [];

  constructor(ws) {
    this.ws = ws;
    ws.on("message", (data) => this.#arrived(JSON.parse(data)));
    this.closed = new Promise((resolve) => ws.on("close", (code, reason) => resolve({ code, reason: String(reason) })));
    this.opened = new Promise((resolve, reject) => {
      ws.on("open", () => resolve(this));
      ws.on("error", reject);
      ws.on("unexpected-response", (_, response) => {
        reject(Object.assign(new Error(`the upgrade was answered ${response.statusCode}`), { status: response.statusCode }));
        ws.terminate();
      });
    });
    // A refusal that nobody waits for any more is none.
    this.opened.catch(() => {});
  }

  #arrived(frame) {
    const at = this.#wanted.findIndex((wanted) => wanted.match(frame));
    if (at < 0) this.frames.push(frame);
    else this.#wanted.splice(at, 1)[0].resolve(frame);
  }

  /** The first frame of this type (and that `match` accepts), now or when it arrives. */
  take(type, match = () => true, ms = 5_000) {
    const wanted = (frame) => frame.type === type && match(frame);
    const at = this.frames.findIndex(wanted);
    if (at >= 0) return Promise.resolve(this.frames.splice(at, 1)[0]);
    return new Promise((resolve, reject) => {
      const entry = { match: wanted, resolve: (frame) => (clearTimeout(timer), resolve(frame)) };
      const timer = setTimeout(() => {
        this.#wanted.splice(this.#wanted.indexOf(entry), 1);
        reject(new Error(`no ${type} frame within ${ms} ms; there are ${JSON.stringify(this.frames)}`));
      }, ms);
      this.#wanted.push(entry);
    });
  }

  send(frame) {
    this.ws.send(typeof frame === "string" || Buffer.isBuffer(frame) ? frame : JSON.stringify(frame));
  }

  /** Sends a message and waits for its ack and for itself. */
  async say(body, { client_id = randomUUID(), ...more } = {}) {
    this.send({ type: "send", client_id, body, attachment_ids: [], reply_to: null, ...more });
    const ack = await this.take("ack", (frame) => frame.client_id === client_id);
    return { client_id, ack };
  }

  /** All that has arrived by now: the answer to a ping comes after it. */
  async settled() {
    this.send({ type: "ping" });
    await this.take("pong");
    return this.frames.splice(0);
  }

  /** The server's close, without waiting for the runtime to let go of the connection, which takes it up to 10 s. */
  async dismissed(ms = 2_000) {
    await eventually("a close by the server", () => this.ws.readyState !== WebSocket.OPEN, ms);
    this.ws.terminate();
    return this.closed;
  }

  async close() {
    this.ws.close();
    return this.closed;
  }
}
