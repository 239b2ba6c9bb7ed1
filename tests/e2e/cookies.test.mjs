// A browser that signs in with cookies, and sockets that end with their session, on the real runtime.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { assertProblem, PASSWORD, eventually } from "./client.mjs";
import { start } from "./harness.mjs";

/** PUBLIC_URL of wrangler.toml. */
const OURS = "http://localhost:8787";

let server, patient, doctor;
before(async () => {
  server = await start();
  ({ patient, doctor } = await server.seedDemo());
});
after(() => server.stop());

/** What a browser does by itself: keeps cookies, sends them back, says which page calls. */
class Browser {
  cookies = new Map();

  constructor(origin = OURS) {
    this.origin = origin;
  }

  async api(method, path, body, headers = {}) {
    const cookie = [...this.cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const answer = await server.api(method, path, { body, headers: { ...(cookie && { cookie }), ...(this.origin && { origin: this.origin }), ...headers } });
    answer.set = answer.headers.getSetCookie();
    for (const text of answer.set) {
      const [, name, value] = text.match(/^([^=]+)=([^;]*)/);
      if (text.includes("Max-Age=0")) this.cookies.delete(name);
      else this.cookies.set(name, value);
    }
    return answer;
  }

  /** As the page does, with the token off its cookie. */
  change(method, path, body) {
    return this.api(method, path, body, { "x-csrf-token": this.cookies.get("__Host-csrf") ?? "" });
  }

  /** The same cookies in the hands of a page of another origin. */
  at(origin) {
    return Object.assign(new Browser(origin), { cookies: new Map(this.cookies) });
  }
}

async function signedIn(person) {
  const browser = new Browser();
  const answer = await browser.api("POST", "/api/v1/auth/login", { email: person.user.email, password: PASSWORD, cookies: true });
  assert.equal(answer.status, 200, answer.text);
  return { browser, answer };
}

test("the runtime sets three cookies with all their attributes, and the body has no token", async () => {
  const { browser, answer } = await signedIn(patient);
  assert.deepEqual(Object.keys(answer.body).sort(), ["expires_in_s", "user"]);
  const attributes = answer.set.map((text) => text.replace(/=[^;]{40,}/, "=…"));
  assert.deepEqual(attributes, [
    "__Host-access=…; Path=/; Secure; SameSite=Strict; HttpOnly",
    "__Host-refresh=…; Path=/; Secure; SameSite=Strict; HttpOnly",
    "__Host-csrf=…; Path=/; Secure; SameSite=Strict",
  ]);
  assert.equal(answer.headers.get("cache-control"), "no-store");
  assert.equal((await browser.api("GET", "/api/v1/me")).body.id, patient.id);
});

test("a change needs our origin and the session's own token", async () => {
  const { browser } = await signedIn(patient);
  const { browser: other } = await signedIn(patient);
  const room = { kind: "consultation", participants: [doctor.id], subject: "A cough" };
  assertProblem(await browser.api("POST", "/api/v1/rooms", room), 403, "csrf-token");
  assertProblem(await browser.api("POST", "/api/v1/rooms", room, { "x-csrf-token": other.cookies.get("__Host-csrf") }), 403, "csrf-token");
  for (const origin of ["https://evil.example.org", "null", null]) {
    assertProblem(await browser.at(origin).change("POST", "/api/v1/rooms", room), 403, "foreign-origin");
  }
  assert.equal((await browser.change("POST", "/api/v1/rooms", room)).status, 201);
});

test("a refresh rotates the cookies, signing out takes them back, and a copy of them is worth nothing", async () => {
  const { browser } = await signedIn(patient);
  const before = browser.at(OURS);
  const refreshed = await browser.change("POST", "/api/v1/auth/refresh", {});
  assert.equal(refreshed.status, 200, refreshed.text);
  assert.notEqual(browser.cookies.get("__Host-refresh"), before.cookies.get("__Host-refresh"));
  const copy = browser.at(OURS);
  const out = await browser.change("POST", "/api/v1/auth/logout", {});
  assert.deepEqual([out.status, out.set.length, browser.cookies.size], [204, 3, 0]);
  assertProblem(await copy.api("GET", "/api/v1/me"), 401, "unauthenticated");
  assertProblem(await copy.change("POST", "/api/v1/auth/refresh", {}), 401, "session-ended");
  assertProblem(await before.change("POST", "/api/v1/auth/refresh", {}), 401, "session-ended");
});

test("a browser connects from our pages, a program from nowhere, another site not at all", async () => {
  const room = await server.openRoom(patient, doctor);
  const { browser } = await signedIn(patient);
  const ticket = async () => (await browser.change("POST", `/api/v1/rooms/${room}/tickets`)).body.ticket;
  const good = await ticket();
  for (const origin of ["https://evil.example.org", "null", "http://localhost:8788"]) {
    await assert.rejects(server.upgrade(room, good, { origin }), { status: 403 });
  }
  // A refusal has not spent it.
  const ours = await server.upgrade(room, good, { origin: OURS });
  await ours.take("welcome");
  const program = await server.upgrade(room, await ticket());
  await program.take("welcome");
  // The session in the ticket cannot be exchanged.
  const [random] = (await ticket()).split(".");
  await assert.rejects(server.upgrade(room, `${random}.${randomUUID()}`), { status: 401 });
  await assert.rejects(server.upgrade(room, random), { status: 401 });
  await Promise.all([ours.close(), program.close()]);
});

test("signing out closes this session's open sockets at once, in all rooms, and nobody else's", async () => {
  const rooms = [await server.openRoom(patient, doctor), await server.openRoom(patient, doctor)];
  const phone = await server.signIn(patient.user.email);
  const { browser } = await signedIn(patient);
  const desk = [];
  for (const room of rooms) {
    const { ticket } = (await browser.change("POST", `/api/v1/rooms/${room}/tickets`)).body;
    const socket = await server.upgrade(room, ticket, { origin: OURS });
    await socket.take("welcome");
    desk.push(socket);
  }
  const [theirs, other] = [await doctor.connect(rooms[0]), await phone.connect(rooms[0])];
  // The object has to read the sessions off its sockets.
  await server.hibernate(rooms[1]);
  const unused = (await browser.change("POST", `/api/v1/rooms/${rooms[0]}/tickets`)).body.ticket;
  assert.equal((await browser.change("POST", "/api/v1/auth/logout", {})).status, 204);
  for (const { code, reason } of await Promise.all(desk.map((socket) => socket.dismissed()))) {
    assert.deepEqual([code, reason], [4401, "signed out"]);
  }
  await assert.rejects(server.upgrade(rooms[0], unused), { status: 401 });
  await other.say("still here");
  assert.equal((await theirs.take("message")).body, "still here");
  const left = await (await server.database()).prepare("SELECT COUNT(*) AS n FROM room_sessions e JOIN sessions s ON s.id = e.session_id WHERE s.ended_at IS NOT NULL").first("n");
  assert.equal(left, 0);
  await Promise.all([theirs.close(), other.close()]);
});

test("whom an operator suspends is cut off from every room at once, and may come back", async () => {
  const person = await server.signUp();
  const room = await server.openRoom(person, doctor);
  const [socket, theirs] = [await person.connect(room), await doctor.connect(room)];
  const database = await server.database();
  const operator = await server.signUp();
  await database.prepare("INSERT INTO operators (user_id, created_at) VALUES (?1, 0)").bind(operator.id).run();
  const olga = await server.signIn(operator.user.email);
  const users = `/api/v1/users/${person.id}`;
  assert.equal((await olga.api("POST", `${users}/suspend`, { body: { reason: "x" } })).status, 204);
  assert.equal((await socket.dismissed()).code, 4401);
  assert.equal((await theirs.take("presence", (frame) => frame.user_id === person.id && !frame.online)).online, false);
  assert.ok([401, 404].includes((await person.api("POST", `/api/v1/rooms/${room}/tickets`)).status));
  assert.equal((await olga.api("POST", `${users}/reinstate`)).status, 204);
  const again = await eventually("the ticket", async () => {
    const answer = await person.api("POST", `/api/v1/rooms/${room}/tickets`);
    return answer.status === 201 && answer.body.ticket;
  });
  await (await person.connect(room, { ticket: again })).close();
  await theirs.close();
});

test("of sockets that connect while their session ends none stays open", async () => {
  const room = await server.openRoom(patient, doctor);
  for (let round = 0; round < 10; round += 1) {
    const device = await server.signIn(patient.user.email);
    const tickets = await Promise.all(Array.from({ length: 5 }, () => device.ticket(room)));
    const connecting = tickets.map((ticket) => server.upgrade(room, ticket).catch((error) => error));
    const out = device.api("POST", "/api/v1/auth/logout", { body: {} });
    const sockets = (await Promise.all(connecting)).filter((socket) => !(socket instanceof Error));
    assert.equal((await out).status, 204);
    for (const { code } of await Promise.all(sockets.map((socket) => socket.dismissed()))) assert.equal(code, 4401);
  }
});
