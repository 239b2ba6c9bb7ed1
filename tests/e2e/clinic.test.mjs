// A clinic's day on the real runtime, told through the API alone but for its operator: who comes to work there, a
// mother and her child, a visit from the request to the signed note, and the end of it. And what nobody sees of it.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { PASSWORD, assertProblem, eventually } from "./client.mjs";
import { start } from "./harness.mjs";

const ANY = { "if-match": "*" };
const NOBODY = "01932c07-5d3a-7a00-8000-3a5a2c9e1b10";
let server;
before(async () => (server = await start({ vars: { VERIFY_EMAIL: "on" } })));
after(() => server.stop());

/** The token of the link of this kind that came by mail. */
async function linked(email, kind) {
  const link = new RegExp(`/\\?${kind}=([\\w-]+)`);
  const find = async () => (await server.mails(email)).map((mail) => mail.body.match(link)?.[1]).find(Boolean);
  return eventually(`a mail with a ${kind} link to ${email}`, find);
}

/** Registers, verifies the address by the mail, and signs in. */
async function arrives(name) {
  const email = `${name.toLowerCase()}@example.org`;
  const { answer } = await server.register({ email, name, country: "GB", birth_date: "1985-06-07" });
  assert.equal(answer.status, 202, answer.text);
  const verified = await server.api("POST", "/api/v1/auth/verify", { body: { token: await linked(email, "verify") } });
  assert.equal(verified.status, 200, verified.text);
  return server.signIn(email);
}

/** Accepts the invitation that came by mail; the role counts from the next access token on. */
async function joins(person, role) {
  const token = await linked(person.user.email, "invitation");
  const joined = await ok(200, person, "POST", "/api/v1/invitations/accept", { token });
  assert.equal(joined.role, role);
  return server.signIn(person.user.email, PASSWORD);
}

/** What is answered, with this status. */
async function ok(status, person, method, path, body, headers) {
  const answer = await person.api(method, path, { body, headers });
  assert.equal(answer.status, status, `${method} ${path}: ${answer.text}`);
  return answer.body;
}

/** To them it is as if it were not there: but for what is of the request, the same bytes. */
async function isNotThere(person, path, id) {
  const bare = async (asked) => {
    const { instance, request_id, ...rest } = assertProblem(await person.api("GET", asked), 404, "not-found");
    return rest;
  };
  assert.deepEqual(await bare(path), await bare(path.replace(id, NOBODY)), path);
}

test("a clinic's day", async (t) => {
  let adam, dana, phil, mary, clinic, child, mother, visit, room;
  const ofChild = (rest = "") => `/api/v1/patients/${child}${rest}`;
  const ofMother = (rest = "") => `/api/v1/patients/${mother}${rest}`;

  await t.test("an operator makes the clinic, and its admin is invited", async () => {
    const olga = await arrives("Olga");
    const database = await server.database();
    await database.prepare("INSERT INTO operators (user_id, created_at) VALUES (?, 0)").bind(olga.id).run();
    const operator = await server.signIn(olga.user.email);
    const made = await ok(201, operator, "POST", "/api/v1/organizations", { name: "St Mary", country: "GB", admin_email: "adam@example.org" });
    clinic = `/api/v1/organizations/${made.id}`;
    adam = await arrives("Adam");
    await isNotThere(adam, clinic, made.id);
    adam = await joins(adam, "admin");
    assert.equal((await ok(200, adam, "GET", clinic)).name, "St Mary");
    assertProblem(await operator.api("GET", `${clinic}/staff`), 403, "forbidden");
  });

  await t.test("the admin invites a doctor and a pharmacist, and verifies the doctor's licence", async () => {
    for (const [email, role] of [["dana@example.org", "doctor"], ["phil@example.org", "pharmacist"]]) {
      assert.deepEqual(await ok(202, adam, "POST", `${clinic}/invitations`, { email, role }), { status: "invited" });
    }
    [dana, phil] = [await arrives("Dana"), await arrives("Phil")];
    // An invitation is for its own address.
    const danas = await linked(dana.user.email, "invitation");
    assertProblem(await phil.api("POST", "/api/v1/invitations/accept", { body: { token: danas } }), 422, "invalid");
    [dana, phil] = [await joins(dana, "doctor"), await joins(phil, "pharmacist")];
    assert.deepEqual([dana.user.roles, phil.user.roles], [["patient", "doctor"], ["patient", "pharmacist"]]);
    const licence = { organization_id: clinic.split("/").at(-1), country: "GB", number: "GMC 1234567" };
    assert.equal((await ok(201, dana, "POST", "/api/v1/me/licences", licence)).verified, false);
    assert.deepEqual((await ok(200, phil, "GET", "/api/v1/practitioners")).items, []);
    const verify = `${clinic}/staff/${dana.id}/licences/GB/verify`;
    for (const person of [dana, phil]) assertProblem(await person.api("POST", verify), 403, "forbidden");
    assert.equal((await ok(200, adam, "POST", verify, { number: "GMC 1234567" })).verified, true);
    assert.deepEqual((await ok(200, phil, "GET", "/api/v1/practitioners")).items.map(({ id }) => id), [dana.id]);
    assert.equal((await ok(200, dana, "PUT", `${clinic}/duty`, { on: true }, ANY)).on, true);
  });

  await t.test("a mother registers, adds her child and writes down what is known", async () => {
    mary = await arrives("Mary");
    mother = mary.user.patients[0].id;
    const added = { name: "Kim Little", birth_date: "2020-05-06", relation: "child", country: "GB" };
    child = (await ok(201, mary, "POST", "/api/v1/patients", added)).id;
    await ok(201, mary, "POST", ofChild("/allergies"), { substance: "penicillin", severity: "severe" });
    await ok(201, mary, "POST", ofMother("/problems"), { name: "migraine" });
    for (const person of [adam, dana, phil]) {
      await isNotThere(person, ofChild(), child);
      await isNotThere(person, ofChild("/summary"), child);
      await isNotThere(person, ofMother("/summary"), mother);
    }
  });

  await t.test("she asks for a visit for the child, and it waits", async () => {
    const { version } = await ok(200, mary, "GET", "/api/v1/visits/consent");
    const asked = { patient_id: child, organization_id: clinic.split("/").at(-1), reason: "a barking cough", consent: { telehealth: true, version } };
    visit = `/api/v1/visits/${(await ok(201, mary, "POST", "/api/v1/visits", asked)).id}`;
    const seen = await ok(200, mary, "GET", visit);
    assert.deepEqual([seen.status, seen.position], ["requested", 1]);
    assertProblem(await mary.api("GET", `${clinic}/queue`), 404, "not-found");
    assertProblem(await phil.api("GET", `${clinic}/queue`), 404, "not-found");
    await isNotThere(phil, visit, visit.split("/").at(-1));
    // An admin sees how many wait, not what they say.
    const counted = await adam.api("GET", `${clinic}/queue`);
    assert.equal(counted.body.counts.total, 1, counted.text);
    assert.doesNotMatch(counted.text, /barking/);
    // That somebody waits opens no record yet.
    await isNotThere(dana, ofChild("/summary"), child);
  });

  await t.test("the doctor takes it, and sees the child's record and not the mother's", async () => {
    const { items } = await ok(200, dana, "GET", `${clinic}/queue`);
    assert.deepEqual(items.map((item) => `/api/v1/visits/${item.visit_id}`), [visit]);
    assertProblem(await adam.api("POST", `${visit}/accept`), 404, "not-found");
    const taken = await ok(200, dana, "POST", `${visit}/accept`);
    assert.deepEqual([taken.status, taken.practitioner_id], ["in_progress", dana.id]);
    room = taken.room_id;
    assert.deepEqual((await ok(200, dana, "GET", `${clinic}/queue`)).items, []);
    const summary = await ok(200, dana, "GET", ofChild("/summary"));
    assert.match(JSON.stringify(summary.allergies), /penicillin/);
    await isNotThere(dana, ofMother(), mother);
    await isNotThere(dana, ofMother("/summary"), mother);
    await isNotThere(dana, ofMother("/problems"), mother);
    for (const person of [adam, phil]) await isNotThere(person, ofChild("/summary"), child);
    const [theirs, hers] = [await dana.connect(room), await mary.connect(room)];
    await hers.say("good morning");
    assert.equal((await theirs.take("message")).body, "good morning");
    await Promise.all([theirs.close(), hers.close()]);
    for (const person of [adam, phil]) await isNotThere(person, `/api/v1/rooms/${room}/messages`, room);
  });

  await t.test("she signs the note, which the mother reads and nobody else", async () => {
    const note = { subjective: "barking cough", assessment: "croup", plan: "fluids and rest" };
    await ok(200, dana, "PUT", `${visit}/note`, note, ANY);
    assertProblem(await mary.api("GET", `${visit}/note`), 404, "not-found");
    assert.equal((await ok(200, dana, "POST", `${visit}/note/sign`)).status, "signed");
    assertProblem(await dana.api("PUT", `${visit}/note`, { body: note, headers: ANY }), 409, "conflict");
    const read = await ok(200, mary, "GET", `${visit}/note`);
    assert.deepEqual([read.status, read.assessment], ["signed", "croup"]);
    for (const person of [adam, phil]) await isNotThere(person, `${visit}/note`, visit.split("/").at(-1));
    assert.equal((await ok(200, dana, "POST", `${visit}/close`)).status, "closed");
  });

  await t.test("the mother ends the relationship, and to the doctor the child is not there", async () => {
    const team = await ok(200, mary, "GET", ofChild("/care-team"));
    assert.deepEqual(team.items.map((member) => member.practitioner_id), [dana.id]);
    const end = ofChild(`/care-team/${dana.id}`);
    assertProblem(await dana.api("DELETE", end, { headers: ANY }), 403, "forbidden");
    await ok(204, mary, "DELETE", end, undefined, { "if-match": `"${team.items[0].version}"` });
    for (const rest of ["", "/summary", "/allergies", "/timeline", "/care-team"]) await isNotThere(dana, ofChild(rest), child);
    // What she wrote herself she may read still.
    assert.equal((await ok(200, dana, "GET", `${visit}/note`)).status, "signed");
    assert.match(JSON.stringify(await ok(200, mary, "GET", ofChild("/summary"))), /penicillin/);
  });

  await t.test("the mother sees who opened the record, and who was refused it", async () => {
    const { items } = await ok(200, mary, "GET", ofChild("/audit?limit=100"));
    const acts = new Set(items.filter((entry) => entry.actor?.user_id === dana.id).map((entry) => entry.act));
    for (const action of ["summary.read", "note.signed", "record.refused"]) assert.ok(acts.has(action), `${action}: ${[...acts]}`);
    assertProblem(await dana.api("GET", ofChild("/audit")), 404, "not-found");
  });
});
