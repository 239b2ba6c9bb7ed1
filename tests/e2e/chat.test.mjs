// The protocol of a room's socket, frame by frame.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { SUBPROTOCOL, assertProblem } from "./client.mjs";
import { start } from "./harness.mjs";

/** Enough to send more than one replay holds, little enough to reach. */
const RATE = 520;
let server, patient, doctor, early;
before(async () => {
  server = await start({ vars: { CHAT_MESSAGES_PER_10_S: String(RATE) } });
  ({ patient, doctor } = await server.seedDemo());
  const room = await server.openRoom(patient, doctor);
  early = { room, ticket: await patient.ticket(room), at: Date.now() };
});
after(() => server.stop());

/** A new room with a socket of each, quiet. */
async function meeting() {
  const room = await server.openRoom(patient, doctor);
  const [mine, theirs] = [await patient.connect(room), await doctor.connect(room)];
  for (const socket of [mine, theirs]) await socket.settled();
  const end = () => Promise.all([mine.close(), theirs.close()]);
  return { room, mine, theirs, end };
}

const messages = (frames) => frames.filter((frame) => frame.type === "message");
const seqs = (frames) => messages(frames).map((frame) => frame.seq);
const refusedWith = (status) => (error) => error.status === status;

test("welcome comes first and says who is here", async () => {
  const room = await server.openRoom(patient, doctor);
  const socket = await patient.connect(room, { after: 0 });
  assert.equal(socket.ws.protocol, SUBPROTOCOL);
  const { room_id, last_seq, participants } = socket.welcome;
  assert.deepEqual([room_id, last_seq], [room, 0]);
  assert.deepEqual(participants.map(({ user_id, name, role, online, read_seq }) => [user_id, name, role, online, read_seq]).sort(), [
    [patient.id, "Pat Demo", "patient", true, 0],
    [doctor.id, "Dr Dana Demo", "doctor", false, 0],
  ].sort());
  await socket.close();
});

test("the subprotocol is chosen among several, and not claimed where it was not offered", async () => {
  const room = await server.openRoom(patient, doctor);
  const several = await patient.connect(room, { protocols: ["other", SUBPROTOCOL] });
  assert.equal(several.ws.protocol, SUBPROTOCOL);
  const none = await patient.connect(room, { protocols: [] });
  assert.equal(none.ws.protocol, "");
  await Promise.all([several.close(), none.close()]);
});

test("a message reaches everyone, its sender too, on every device", async () => {
  const { room, mine, theirs, end } = await meeting();
  const tablet = await patient.connect(room);
  const { client_id, ack } = await mine.say("Hello, “doctor” 👋\u0000");
  assert.deepEqual([ack.seq, ack.duplicate], [1, false]);
  const { type, sent_at, ...message } = await mine.take("message");
  assert.deepEqual(message, {
    seq: 1, id: ack.id, client_id, sender_id: patient.id, kind: "text", body: "Hello, “doctor” 👋\u0000", reply_to: null, attachments: [],
  });
  assert.match(sent_at, /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/);
  assert.match(ack.id, /^[0-9a-f]{8}-[0-9a-f]{4}-7/);
  for (const socket of [theirs, tablet]) assert.deepEqual(await socket.take("message"), { type, sent_at, ...message });
  await theirs.say("Yes?", { reply_to: 1 });
  assert.equal((await mine.take("message")).reply_to, 1);
  await tablet.close();
  await end();
});

test("the same client_id again is acked with the first seq and delivered once", async () => {
  const { room, mine, theirs, end } = await meeting();
  const { client_id, ack } = await mine.say("once");
  const again = await mine.say("something else", { client_id });
  assert.deepEqual(again.ack, { ...ack, duplicate: true });
  const rest = await patient.api("POST", `/api/v1/rooms/${room}/messages`, { body: { client_id, body: "by REST" } });
  assert.deepEqual([rest.status, rest.body.seq, rest.body.body], [200, 1, "once"]);
  // The name is the author's own: another's message of the same name is another message.
  assert.equal((await theirs.say("mine", { client_id })).ack.seq, 2);
  assert.deepEqual(seqs(await theirs.settled()), [1, 2]);
  await end();
});

test("two hundred at once from both sides are one sequence without gaps", async () => {
  const { mine, theirs, end } = await meeting();
  const said = Array.from({ length: 200 }, (_, at) => (at % 2 ? mine : theirs).say(`number ${at}`));
  const acked = (await Promise.all(said)).map(({ ack }) => ack.seq);
  assert.deepEqual(acked.toSorted((a, b) => a - b), Array.from({ length: 200 }, (_, at) => at + 1));
  const [left, right] = [await mine.settled(), await theirs.settled()];
  assert.deepEqual(seqs(left), Array.from({ length: 200 }, (_, at) => at + 1));
  assert.deepEqual(messages(left), messages(right));
  await end();
});

test("typing reaches the others alone, and ends with the message or by itself", async () => {
  const { mine, theirs, end } = await meeting();
  mine.send({ type: "typing", on: true });
  assert.deepEqual(await theirs.take("typing"), { type: "typing", user_id: patient.id, on: true });
  await mine.say("done");
  assert.equal((await theirs.take("typing")).on, false);
  theirs.send({ type: "typing", on: true });
  assert.equal((await mine.take("typing")).on, true);
  // Nobody says that it ended: the room's alarm does, after six seconds.
  assert.equal((await mine.take("typing", undefined, 9_000)).on, false);
  assert.ok(!(await theirs.settled()).some((frame) => frame.type === "typing"));
  await end();
});

test("a read mark moves forward only, is told to the others and kept", async () => {
  const { room, mine, theirs, end } = await meeting();
  for (const body of ["one", "two", "three"]) await mine.say(body);
  theirs.send({ type: "read", seq: 2 });
  assert.deepEqual(await mine.take("read"), { type: "read", user_id: doctor.id, seq: 2 });
  theirs.send({ type: "read", seq: 1 });
  theirs.send({ type: "read", seq: 99 });
  assert.equal((await mine.take("read")).seq, 3);
  const later = await patient.connect(room);
  assert.equal(later.welcome.participants.find((who) => who.user_id === doctor.id).read_seq, 3);
  await later.close();
  await end();
});

test("presence is told with the first socket and the last", async () => {
  const { room, mine, theirs } = await meeting();
  const second = await doctor.connect(room);
  await second.close();
  assert.ok(!(await mine.settled()).some((frame) => frame.type === "presence"));
  await theirs.close();
  assert.deepEqual(await mine.take("presence"), { type: "presence", user_id: doctor.id, online: false });
  const back = await doctor.connect(room);
  assert.deepEqual(await mine.take("presence"), { type: "presence", user_id: doctor.id, online: true });
  back.ws.terminate();
  assert.equal((await mine.take("presence")).online, false);
  await mine.close();
});

test("after on connect replays what was missed before anything new, and sync asks for it again", async () => {
  const { room, mine, end } = await meeting();
  for (const body of ["one", "two", "three"]) await mine.say(body);
  const back = await patient.connect(room, { after: 1 });
  assert.deepEqual(back.welcome.last_seq, 3);
  await mine.say("four");
  assert.deepEqual(seqs(await back.settled()), [2, 3, 4]);
  back.send({ type: "sync", after: 2 });
  assert.deepEqual(seqs(await back.settled()), [3, 4]);
  const fresh = await patient.connect(room);
  assert.deepEqual(await fresh.settled(), []);
  await Promise.all([back.close(), fresh.close()]);
  await end();
});

test("at most the last 500 are replayed, and the rate limit refuses what is too much", async () => {
  // Of its own, so that its messages count against nobody else's rate.
  const talker = await server.signUp();
  const room = await server.openRoom(talker, doctor);
  const socket = await talker.connect(room);
  const ids = Array.from({ length: RATE + 5 }, () => randomUUID());
  for (const client_id of ids) socket.send({ type: "send", client_id, body: "much", attachment_ids: [], reply_to: null });
  const frames = await socket.settled();
  assert.equal(frames.filter((frame) => frame.type === "ack").length, RATE);
  const refused = frames.filter((frame) => frame.type === "error");
  assert.deepEqual(refused.map((frame) => [frame.code, frame.client_id]), ids.slice(RATE).map((id) => ["rate_limited", id]));
  const answer = await talker.post(room, "by REST");
  assertProblem(answer, 429, "too-many-requests");
  assert.match(answer.headers.get("retry-after"), /^([1-9]|10)$/);
  const back = await talker.connect(room, { after: 0 });
  assert.deepEqual(seqs(await back.settled()), Array.from({ length: 500 }, (_, at) => RATE - 499 + at));
  await Promise.all([socket.close(), back.close()]);
});

test("a bad frame gets an error and the socket stays; the 20th closes it", async () => {
  const { mine, theirs, end } = await meeting();
  const bad = [
    ["no json", "invalid_json"], ["[]", "invalid_frame"], ['{"type":"shout"}', "unknown_type"], ['{"kind":"ping"}', "unknown_type"],
    ['{"type":"read","seq":"3"}', "invalid_frame"], [Buffer.from("{}"), "binary_frame"], ['{"type":"ping","more":1}', "invalid_frame"],
  ];
  for (const [frame, code] of bad) {
    mine.send(frame);
    const error = await mine.take("error");
    assert.equal(error.code, code, String(frame));
    assert.ok(error.detail);
  }
  // What is well formed but refused is no bad frame, and says which message it was about.
  const client_id = randomUUID();
  mine.send({ type: "send", client_id, body: " ", attachment_ids: [], reply_to: null });
  const empty = await mine.take("error");
  assert.deepEqual([empty.code, empty.client_id], ["body_empty", client_id]);
  for (let i = bad.length; i < 19; i += 1) mine.send("{");
  assert.equal((await mine.settled()).length, 19 - bad.length);
  mine.send("{");
  assert.equal((await mine.closed).code, 1008);
  assert.equal((await theirs.take("presence")).online, false);
  await end();
});

test("a frame over 16 KiB closes the socket, one of 16 KiB does not", async () => {
  const { mine, end } = await meeting();
  mine.send(JSON.stringify({ type: "ping" }).padEnd(16 * 1024, " "));
  await mine.take("pong");
  mine.send(JSON.stringify({ type: "ping" }).padEnd(16 * 1024 + 1, " "));
  assert.equal((await mine.closed).code, 1009);
  await end();
});

test("a ticket works once, and for its room alone", async () => {
  const [room, other] = [await server.openRoom(patient, doctor), await server.openRoom(patient, doctor)];
  const { status, body } = await patient.api("POST", `/api/v1/rooms/${room}/tickets`);
  assert.deepEqual([status, body.expires_in_s], [201, 30]);
  await assert.rejects(server.upgrade(other, body.ticket), refusedWith(401));
  const socket = await patient.connect(room, { ticket: body.ticket });
  assert.equal(socket.welcome.participants.find((who) => who.online).user_id, patient.id);
  await assert.rejects(server.upgrade(room, body.ticket), refusedWith(401));
  await assert.rejects(server.upgrade(room, "made-up"), refusedWith(401));
  await assert.rejects(server.upgrade(randomUUID(), "made-up"), refusedWith(401));
  const plain = await server.api("GET", `/api/v1/rooms/${room}/socket?ticket=${await patient.ticket(room)}`);
  assertProblem(plain, 400, "malformed-request");
  await socket.close();
});

test("hibernation loses no socket, no count and no message", async () => {
  const { room, mine, theirs, end } = await meeting();
  await mine.say("before");
  for (let i = 0; i < 10; i += 1) mine.send("{");
  await mine.settled();
  await theirs.settled();
  await server.hibernate(room);
  assert.equal((await theirs.say("after")).ack.seq, 2);
  for (const socket of [mine, theirs]) assert.deepEqual(seqs(await socket.settled()), [2]);
  await server.hibernate(room);
  assert.equal((await patient.post(room, "by REST")).body.seq, 3);
  assert.deepEqual(seqs(await theirs.settled()), [3]);
  await server.hibernate(room);
  for (let i = 0; i < 10; i += 1) mine.send("{");
  assert.equal((await mine.closed).code, 1008, "ten bad frames before and ten after are twenty");
  assert.equal((await theirs.take("presence")).online, false);
  await server.hibernate(room);
  const back = await patient.connect(room, { after: 0 });
  assert.deepEqual(back.welcome.participants.map((who) => who.online), [true, true]);
  assert.deepEqual(seqs(await back.settled()), [1, 2, 3]);
  await back.close();
  await end();
});

test("a ticket is of no use after half a minute", async () => {
  // Taken before all other tests, so that little of it is left to wait for.
  await new Promise((wake) => setTimeout(wake, early.at + 30_500 - Date.now()));
  await assert.rejects(server.upgrade(early.room, early.ticket), refusedWith(401));
});
