// Erasure on the real runtime: what D1, the rooms' objects, the bucket, the cache and the
// queue have left of somebody on the disk, in every byte of every file.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { readFile, readdir } from "node:fs/promises";
import path from "node:path";
import { test } from "node:test";
import { PASSWORD, eventually } from "./client.mjs";
import { newSecrets, start, withTemporaryFolder } from "./harness.mjs";

/** What every marked value has in it, in any case. */
const MARK = "zqmark";
const BIRTH_DATE = "1972-04-05";
const PHONE = "+44 20 7946 0018";

let marks = 0;
const mark = () => `Zqmark${(marks += 1)} value`;
const address = () => `zqmark${(marks += 1)}@example.org`;

/** Every file under a folder. */
async function files(folder) {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const found = entries.filter((entry) => entry.isFile()).map((entry) => path.join(entry.parentPath ?? entry.path, entry.name));
  return Promise.all(found.map(async (name) => ({ name: path.relative(folder, name), bytes: await readFile(name) })));
}

/** Whether these bytes have a text in them, whatever its case. */
const holds = (bytes, text) => bytes.toString("latin1").toLowerCase().includes(text.toLowerCase());

/** A call that must come to this. */
async function ask(person, status, method, where, body, headers = {}) {
  const answer = await person.api(method, where, { body, headers: { "if-match": "*", "idempotency-key": randomUUID(), ...headers } });
  assert.equal(answer.status, status, `${method} ${where}: ${answer.text}`);
  return answer.body;
}

/** A doctor on duty in an organization. */
async function doctor(server, organization) {
  const person = await server.signUp();
  const database = await server.database();
  await database.prepare("INSERT INTO staff (organization_id, user_id, role, created_at) VALUES (?1, ?2, 'doctor', 0)").bind(organization, person.id).run();
  const signedIn = await server.signIn(person.user.email);
  const licence = await signedIn.api("POST", "/api/v1/me/licences", { body: { organization_id: organization, country: "GB", number: mark() } });
  assert.ok(licence.status < 300, licence.text);
  await database.prepare("UPDATE licences SET verified_at = 1, verified_by = ?1 WHERE user_id = ?1").bind(person.id).run();
  await ask(signedIn, 200, "PUT", `/api/v1/organizations/${organization}/duty`, { on: true });
  return signedIn;
}

/** Everything that is written by somebody and of them, each text with a mark of its own. */
async function plant(ann, dana, organization) {
  const [self] = (await ask(ann, 200, "GET", "/api/v1/me")).patients;
  const record = `/api/v1/patients/${self.id}`;
  await ask(ann, 200, "PATCH", "/api/v1/me", { name: mark() });
  await ask(ann, 200, "PATCH", record, {
    gender: mark(), pronouns: mark(), phone: PHONE, emergency_contact: { name: mark(), phone: PHONE, relation: mark() },
  });
  await ask(ann, 200, "POST", "/api/v1/auth/step-up", { password: PASSWORD });
  await ask(ann, 202, "POST", "/api/v1/me/email", { email: address() });
  await ask(ann, 202, "POST", "/api/v1/access-requests", { email: dana.user.email });
  for (const [kind, body] of [
    ["problems", () => ({ name: mark(), note: mark() })],
    ["allergies", () => ({ substance: mark(), reaction: mark(), note: mark() })],
    ["medications", () => ({ name: mark(), dose_text: mark(), note: mark() })],
    ["procedures", () => ({ name: mark(), note: mark() })],
    ["immunizations", () => ({ vaccine: mark(), lot: mark(), note: mark() })],
    ["family-history", () => ({ relation: mark(), condition: mark(), note: mark() })],
    ["social-history", () => ({ occupation: mark(), text: mark() })],
    ["observations", () => ({ code: "weight", value: 61, note: mark() })],
  ]) {
    const entry = await ask(ann, 201, "POST", `${record}/${kind}`, body());
    await ask(ann, 200, "PATCH", `${record}/${kind}/${entry.id}`, body());
  }
  const patient = () => ({ age_years: 54, sex: "female", conditions: [mark()], medicines: [mark()], allergies: [{ substance: mark(), reaction: mark() }] });
  for (const patient_id of [null, self.id]) {
    await ask(ann, 201, "POST", "/api/v1/assessments", { patient: patient(), text: `a cough, ${mark()}`, patient_id });
  }
  const { version } = await ask(ann, 200, "GET", "/api/v1/visits/consent");
  const visitOf = () => ({ patient_id: self.id, organization_id: organization, reason: mark(), consent: { telehealth: true, version } });
  const asked = await ask(ann, 201, "POST", "/api/v1/visits", visitOf());
  const visit = `/api/v1/visits/${asked.id}`;
  const room = (await ask(dana, 200, "POST", `${visit}/accept`)).room_id;
  for (const person of [ann, dana]) assert.equal((await person.post(room, mark())).status, 201);
  const sockets = [await ann.connect(room), await dana.connect(room)];
  await sockets[0].say(mark());
  await sockets[1].take("message", (frame) => holds(Buffer.from(frame.body), MARK));
  await Promise.all(sockets.map((socket) => socket.close()));
  await ask(dana, 200, "PUT", `${visit}/note`, {
    subjective: mark(), objective: mark(), assessment: mark(), plan: mark(), diagnoses: [{ text: mark(), codings: [{ system: mark(), code: mark(), display: mark() }] }],
  });
  await ask(dana, 200, "POST", `${visit}/note/sign`);
  await ask(dana, 201, "POST", `${visit}/note/amendments`, { text: mark() });
  await ask(dana, 200, "POST", `${visit}/close`);
  await ask(dana, 201, "POST", "/api/v1/prescriptions", {
    patient_id: self.id, items: [{ medicine_id: "paracetamol", dose: { value: 500, unit: "mg" }, as_needed: true, instructions: mark() }],
  });
  // One that waits while she goes, a room that nobody else has written in, and what is not let through.
  await ask(ann, 201, "POST", "/api/v1/visits", visitOf());
  await ask(ann, 201, "POST", "/api/v1/rooms", { kind: "consultation", participants: [dana.id], subject: mark() });
  for (const where of ["/api/v1/visits", "/api/v1/rooms", "/api/v1/assessments", `${record}/problems`, "/api/v1/prescriptions"]) {
    const answer = await ann.api("POST", where, { body: { text: mark(), name: [mark()], subject: `${mark()}${"x".repeat(30_000)}`, patient_id: mark() } });
    assert.ok(answer.status >= 400 && answer.status < 500, `${where}: ${answer.status}`);
    assert.ok(!holds(Buffer.from(answer.text), MARK), answer.text);
  }
}

test("after an erasure no byte that is stored tells of the person, and neither does the log", async () => {
  await withTemporaryFolder(async (persist) => {
    // Mails wait: the mailbox of a local installation is read by its developer.
    const vars = { ERASURE_GRACE_DAYS: "0", MAIL_PROVIDER: "none" };
    const server = await start({ persist, secrets: newSecrets(), vars });
    const database = await server.database();
    let seen, known;
    try {
      const organization = randomUUID();
      await database.prepare("INSERT INTO organizations (id, name, created_at) VALUES (?1, 'Clinic', 0)").bind(organization).run();
      const dana = await doctor(server, organization);
      const ann = await server.signUp({ email: address(), name: mark(), birth_date: BIRTH_DATE, country: "GB" });
      await plant(ann, dana, organization);

      const made = await ann.api("POST", "/api/v1/me/export");
      assert.equal(made.status, 202, made.text);
      const copy = await eventually("the copy", async () => {
        const answer = await ann.api("GET", made.headers.get("location"));
        return answer.status === 200 && answer;
      }, 20_000);
      assert.ok(holds(Buffer.from(copy.text), MARK) && copy.text.includes(PHONE));
      const found = new Set(copy.text.match(/zqmark\d+/gi).map((text) => text.toLowerCase()));
      assert.ok(found.size >= 50, `only ${found.size} marks are in the copy`);

      await ask(ann, 202, "POST", "/api/v1/me/erasure", { password: PASSWORD });
      await eventually("the erasure", async () => {
        assert.equal((await server.tick()).outcome, "ok");
        return database.prepare("SELECT 1 FROM erasures WHERE done_at IS NOT NULL").first();
      }, 20_000);
      // Others go on: nothing that names her fails.
      const queue = await dana.api("GET", `/api/v1/organizations/${organization}/queue`);
      assert.equal(queue.body?.counts.total, 0, queue.text);
      for (const { id } of (await ask(dana, 200, "GET", "/api/v1/rooms")).items) {
        const messages = await dana.api("GET", `/api/v1/rooms/${id}/messages`);
        assert.ok(messages.status < 500, messages.text);
      }
      seen = server.logs.map((log) => log.message);
      known = { d1: ann.id, do: ann.id };
    } finally {
      await server.stop();
    }
    const left = await files(persist);
    const names = left.map((file) => file.name).join("\n");
    // What may be read there is: the bytes are those that were meant.
    for (const part of ["d1", "do"]) {
      assert.ok(left.some(({ name, bytes }) => name.includes(`${part}/`) && holds(bytes, known[part])), `nothing of ${part} is on the disk:\n${names}`);
    }
    assert.match(names, /(^|\n|\/)r2\//, names);
    console.log(`${marks} marked values, ${left.length} files, ${seen.length} messages of the log`);
    for (const text of [MARK, BIRTH_DATE, PHONE, PASSWORD]) {
      for (const { name, bytes } of left) assert.ok(!holds(bytes, text), `${text} is in ${name}`);
      for (const message of seen) assert.ok(!holds(Buffer.from(message), text), `${text} is in ${message}`);
    }
  });
});
