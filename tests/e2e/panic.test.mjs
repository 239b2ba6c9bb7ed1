// A panic aborts the wasm instance with everything on it. What the neighbours get.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertProblem } from "./client.mjs";
import { start } from "./harness.mjs";

let server;
before(async () => (server = await start({ vars: { CHAT_MESSAGES_PER_10_S: "1000" } })));
after(() => server.stop());

/** An answer, or a failure of the test after five seconds: nobody may hang. */
const within = (answer, what) => {
  let timer;
  const late = new Promise((_, reject) => (timer = setTimeout(() => reject(new Error(`${what} hangs`)), 5_000)));
  return Promise.race([answer, late]).finally(() => clearTimeout(timer));
};

test("a panic is the constant 500 and the next request is answered", async () => {
  const answer = await within(server.api("POST", "/dev/panic"), "the panic");
  const problem = assertProblem(answer, 500, "internal");
  assert.deepEqual(Object.keys(problem).sort(), ["instance", "request_id", "status", "title", "type"]);
  assert.equal(problem.instance, "/dev/panic");
  assert.equal(answer.headers.get("cache-control"), "no-store");
  assert.equal((await within(server.api("GET", "/health"), "/health")).status, 200);
});

test("of six requests at once, one of which panics, each is answered 200 or with the constant 500", async (t) => {
  const got = { 200: 0, 500: 0 };
  for (let round = 0; round < 5; round += 1) {
    const paths = [["GET", "/ready"], ["GET", "/ready"], ["GET", "/ready"], ["POST", "/dev/panic"], ["GET", "/ready"], ["GET", "/health"]];
    const answers = await Promise.all(paths.map(([method, path]) => within(server.api(method, path), path)));
    for (const [at, answer] of answers.entries()) {
      if (paths[at][1] === "/dev/panic" || answer.status !== 200) assertProblem(answer, 500, "internal");
      if (paths[at][1] !== "/dev/panic") got[answer.status] += 1;
    }
    assert.equal((await within(server.api("GET", "/ready"), "the next request")).status, 200);
  }
  t.diagnostic(`25 neighbours of 5 panics: ${got[200]} answered 200, ${got[500]} the constant 500`);
});

test("what a request stored before a panic is there after it, and a session goes on", async () => {
  const account = await server.signUp({ name: "Before" });
  await within(server.api("POST", "/dev/panic"), "the panic");
  assert.equal((await within(account.api("GET", "/api/v1/me"), "/me")).body.name, "Before");
});

test("a room's sockets stay open over a panic and get what is said after it", async () => {
  const { patient, doctor } = await server.seedDemo();
  const room = await server.openRoom(patient, doctor);
  const [one, other] = [await patient.connect(room), await doctor.connect(room)];
  await one.say("before");
  await other.take("message", (frame) => frame.body === "before");
  assertProblem(await within(server.api("POST", "/dev/panic"), "the panic"), 500, "internal");
  const { ack } = await one.say("after");
  assert.equal(ack.seq, 2);
  assert.equal((await other.take("message", (frame) => frame.body === "after")).seq, 2);
  await Promise.all([one.close(), other.close()]);
});

test("what was sent while it panicked is stored once when it is sent again", async (t) => {
  const { patient, doctor } = await server.seedDemo();
  const room = await server.openRoom(patient, doctor);
  const socket = await patient.connect(room, { after: 0 });
  const ids = Array.from({ length: 60 }, () => crypto.randomUUID());
  const panics = [];
  for (const [at, client_id] of ids.entries()) {
    socket.send({ type: "send", client_id, body: `number ${at}`, attachment_ids: [], reply_to: null });
    if (at % 2) panics.push(server.api("POST", "/dev/panic"));
    if (at % 5 === 4) await new Promise((wake) => setTimeout(wake, 5));
  }
  for (const answer of panics) await within(answer, "the panic");
  // A client that waits for acks comes back and sends again what was not acked.
  await new Promise((wake) => setTimeout(wake, 500));
  const acked = new Set(socket.frames.filter((frame) => frame.type === "ack").map((frame) => frame.client_id));
  socket.ws.terminate();
  const again = await patient.connect(room, { after: 0 });
  for (const [at, client_id] of ids.entries()) {
    if (!acked.has(client_id)) await again.say(`number ${at}`, { client_id });
  }
  const history = await patient.api("GET", `/api/v1/rooms/${room}/messages?after=0&limit=100`);
  assert.deepEqual(history.body.items.map((message) => message.client_id).sort(), [...ids].sort());
  assert.deepEqual(history.body.items.map((message) => message.seq), ids.map((_, at) => at + 1));
  t.diagnostic(`${acked.size} of ${ids.length} frames were acked at once, beside ${panics.length} panics`);
  await again.close();
});
