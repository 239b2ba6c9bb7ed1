// A visit on the real runtime: twenty who try at once over D1, the room's object after a hand-over, triggers of D1.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { assertProblem } from "./client.mjs";
import { start } from "./harness.mjs";

let server, database, version;
const organization = randomUUID();

/** Somebody who practises in the organization, with a licence of another country, on duty. */
async function doctor() {
  const person = await server.signUp();
  await database.prepare("INSERT INTO staff (organization_id, user_id, role, created_at) VALUES (?1, ?2, 'doctor', 0)").bind(organization, person.id).run();
  await database.prepare("INSERT INTO licences (user_id, organization_id, country, number_sealed, verified_at, created_at) VALUES (?2, ?1, 'IE', '', 1, 0)").bind(organization, person.id).run();
  const signedIn = await server.signIn(person.user.email);
  const duty = await signedIn.api("PUT", `/api/v1/organizations/${organization}/duty`, { body: { on: true }, headers: { "if-match": "*" } });
  assert.equal(duty.status, 200, duty.text);
  return signedIn;
}

async function request(patient) {
  const me = await patient.api("GET", "/api/v1/me");
  const body = { patient_id: me.body.patients[0].id, organization_id: organization, reason: "a cough", consent: { telehealth: true, version } };
  const answer = await patient.api("POST", "/api/v1/visits", { body });
  assert.equal(answer.status, 201, answer.text);
  return `/api/v1/visits/${answer.body.id}`;
}

before(async () => {
  server = await start();
  database = await server.database();
  await database.prepare("INSERT INTO organizations (id, name, created_at) VALUES (?1, 'Clinic', 0)").bind(organization).run();
  const reader = await server.signUp();
  version = (await reader.api("GET", "/api/v1/visits/consent")).body.version;
});
after(() => server.stop());

test("of twenty accepts at once exactly one gets the visit", async () => {
  const doctors = [];
  for (let i = 0; i < 4; i += 1) doctors.push(await doctor());
  const visit = await request(await server.signUp());
  const tries = Array.from({ length: 20 }, (_, i) => doctors[i % 4].api("POST", `${visit}/accept`));
  const answers = await Promise.all(tries);
  // The winner's own repetitions get the same visit again.
  const winners = new Set(answers.filter((answer) => answer.status === 200).map((answer) => answer.body.practitioner_id));
  assert.equal(winners.size, 1);
  assert.ok(answers.every((answer) => answer.status === 200 || answer.status === 409));
  const rooms = new Set(answers.filter((answer) => answer.status === 200).map((answer) => answer.body.room_id));
  assert.equal(rooms.size, 1);
});

test("the room is there at once, and a hand-over closes it to the first doctor's open socket", async () => {
  const [first, second, patient] = [await doctor(), await doctor(), await server.signUp()];
  const visit = await request(patient);
  const taken = await first.api("POST", `${visit}/accept`);
  assert.equal(taken.status, 200, taken.text);
  const room = taken.body.room_id;
  const [theirs, mine] = [await first.connect(room), await patient.connect(room)];
  await mine.say("hello");
  assert.equal((await theirs.take("message")).body, "hello");
  const handed = await first.api("POST", `${visit}/hand-over`, { body: { practitioner_id: second.id } });
  assert.equal(handed.status, 200, handed.text);
  assert.equal((await theirs.dismissed()).code, 4403);
  assertProblem(await first.api("GET", `/api/v1/rooms/${room}/messages`), 404, "not-found");
  const socket = await second.connect(room);
  await mine.say("good morning");
  assert.equal((await socket.take("message", (frame) => frame.body === "good morning")).body, "good morning");
  await Promise.all([mine.close(), socket.close()]);
});

test("a signed note changes neither by the API nor by SQL", async () => {
  const [practitioner, patient] = [await doctor(), await server.signUp()];
  const visit = await request(patient);
  assert.equal((await practitioner.api("POST", `${visit}/accept`)).status, 200);
  assertProblem(await practitioner.api("POST", `${visit}/close`), 409, "conflict");
  const written = await practitioner.api("PUT", `${visit}/note`, { body: { plan: "rest" }, headers: { "if-match": '"0"' } });
  assert.equal(written.status, 200, written.text);
  assertProblem(await patient.api("GET", `${visit}/note`), 404, "not-found");
  assert.equal((await practitioner.api("POST", `${visit}/note/sign`)).status, 200);
  assertProblem(await practitioner.api("PUT", `${visit}/note`, { body: { plan: "x" }, headers: { "if-match": "*" } }), 409, "conflict");
  await assert.rejects(database.prepare("UPDATE visit_notes SET content_sealed = '' WHERE status = 'signed'").run(), /signed note cannot change/);
  await assert.rejects(database.prepare("DELETE FROM visit_notes WHERE status = 'signed'").run(), /signed note cannot be deleted/);
  const amended = await practitioner.api("POST", `${visit}/note/amendments`, { body: { text: "three weeks" } });
  assert.equal(amended.status, 201, amended.text);
  assert.equal((await practitioner.api("POST", `${visit}/close`)).body.status, "closed");
  assert.deepEqual((await patient.api("GET", `${visit}/note`)).body.amendments, [amended.body]);
});
