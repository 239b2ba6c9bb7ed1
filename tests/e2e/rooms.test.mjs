// Rooms by REST: who may see one, and what was said in it.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { assertProblem } from "./client.mjs";
import { start } from "./harness.mjs";

let server, patient, doctor;
before(async () => {
  server = await start();
  ({ patient, doctor } = await server.seedDemo());
});
after(() => server.stop());

test("the history is ascending with exclusive bounds, the last page when there are none", async () => {
  const room = await server.openRoom(patient, doctor);
  const [mine, theirs] = [await patient.connect(room), await doctor.connect(room)];
  const history = async (query) => {
    const answer = await patient.api("GET", `/api/v1/rooms/${room}/messages${query}`);
    assert.equal(answer.status, 200, answer.text);
    return answer.body.items.map((message) => message.seq);
  };
  assert.deepEqual(await history(""), []);
  for (let i = 0; i < 7; i += 1) await mine.say(`number ${i + 1}`);
  assert.deepEqual(await history("?limit=3"), [5, 6, 7]);
  assert.deepEqual(await history("?before=5&limit=3"), [2, 3, 4]);
  assert.deepEqual(await history("?after=2&limit=3"), [3, 4, 5]);
  assert.deepEqual(await history("?after=2&before=5"), [3, 4]);
  assert.deepEqual(await history("?after=7"), []);
  assertProblem(await patient.api("GET", `/api/v1/rooms/${room}/messages?after=-1`), 422, "invalid");
  const posted = await patient.post(room, "by REST", { reply_to: 7 });
  assert.deepEqual([posted.status, posted.body.seq, posted.body.reply_to], [201, 8, 7]);
  assert.equal((await theirs.take("message", (frame) => frame.seq === 8)).body, "by REST");
  assertProblem(await patient.post(room, "x", { reply_to: 99 }), 422, "invalid");
  assertProblem(await patient.post(room, ""), 422, "invalid");
  await Promise.all([mine.close(), theirs.close()]);
});

test("whoever is not in a room does not learn that there is one", async () => {
  const room = await server.openRoom(patient, doctor);
  const stranger = await server.signUp();
  const calls = [["GET", ""], ["GET", "/messages"], ["POST", "/tickets"], ["POST", "/accept"]];
  for (const [method, path] of calls) {
    const [hidden, missing] = [await stranger.api(method, `/api/v1/rooms/${room}${path}`), await stranger.api(method, `/api/v1/rooms/${randomUUID()}${path}`)];
    assertProblem(hidden, 404, "not-found");
    assertProblem(missing, 404, "not-found");
    assertProblem(await server.api(method, `/api/v1/rooms/${room}${path}`), 401, "unauthenticated");
  }
  assertProblem(await stranger.post(room, "let me in"), 404, "not-found");
});

test("a doctor's room is an invitation, which opens when the patient accepts it", async () => {
  const guest = await server.signUp({ name: "Guest" });
  const room = await server.openRoom(doctor, guest, "Your results");
  const state = async () => (await guest.api("GET", `/api/v1/rooms/${room}`)).body.participants.find((who) => who.user_id === guest.id).state;
  assert.equal(await state(), "invited");
  assertProblem(await guest.api("GET", `/api/v1/rooms/${room}/messages`), 404, "not-found");
  const socket = await doctor.connect(room);
  assert.equal((await guest.api("POST", `/api/v1/rooms/${room}/accept`)).status, 200);
  assert.equal(await state(), "joined");
  assertProblem(await guest.api("POST", `/api/v1/rooms/${room}/accept`), 409, "conflict");
  assert.equal((await guest.post(room, "Here I am")).status, 201);
  assert.equal((await socket.take("message")).sender_id, guest.id);
  await socket.close();
});
