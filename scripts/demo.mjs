// Plays one consultation against a running server and prints it as a story. It
// fails if any answer is not the right one.
//   node scripts/demo.mjs              the whole story
//   node scripts/demo.mjs --accounts   makes the demo accounts and prints them
// BASE_URL is http://localhost:8787 unless it is set; only a development server has what this needs.
import assert from "node:assert/strict";
import { randomBytes, randomUUID } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";

const BASE_URL = (process.env.BASE_URL ?? "http://localhost:8787").replace(/\/+$/, "");
const PASSWORD_FILE = new URL("../.tools/demo-password", import.meta.url);
const PEOPLE = ["patient", "doctor", "pharmacist", "admin"].map((name) => `${name}@demo.example`);
const WAIT_MS = 15_000;

// ---- telling

const WIDTH = 92;
let checks = 0;

/** Breaks a text into lines that hang under a label. */
function say(label, text) {
  const indent = label.length + 2;
  const lines = [""];
  for (const word of String(text).split(/\s+/)) {
    const last = lines.length - 1;
    if (lines[last].length + word.length + 1 > WIDTH - indent && lines[last] !== "") lines.push(word);
    else lines[last] += (lines[last] === "" ? "" : " ") + word;
  }
  console.log(`  ${label}${lines.join(`\n${" ".repeat(indent)}`)}`);
}
const tell = (text) => say("", text);
const title = (text) => console.log(`\n${text}\n${"─".repeat(text.length)}`);

/** States what must be true; the story stops where it is not. */
function must(condition, what, answer) {
  checks += 1;
  if (condition) return;
  throw new Error(`${what} – but the server answered:\n${JSON.stringify(answer, null, 2)?.slice(0, 2000)}`);
}

const percent = (share) => (share < 0.01 ? "under 1%" : `${Math.round(share * 100)}%`);

// ---- calling

async function call(method, path, { body, token } = {}) {
  const headers = {};
  if (body !== undefined) headers["content-type"] = "application/json";
  if (token) headers.authorization = `Bearer ${token}`;
  const response = await fetch(BASE_URL + path, { method, headers, body: body && JSON.stringify(body), signal: AbortSignal.timeout(WAIT_MS) });
  const text = await response.text();
  let answer = text;
  try {
    answer = JSON.parse(text);
  } catch {
    // Not every answer is JSON: /dev/seed has none.
  }
  return { status: response.status, answer };
}

async function expect(status, method, path, options) {
  const result = await call(method, path, options);
  must(result.status === status, `${method} ${path} should answer ${status}, and answered ${result.status}`, result.answer);
  return result.answer;
}

const get = (token, path) => expect(200, "GET", path, { token });
const create = (token, path, body) => expect(201, "POST", path, { token, body });

async function signIn(email, password) {
  const answer = await expect(200, "POST", "/api/v1/auth/login", { body: { email, password } });
  return { token: answer.access_token, user: answer.user };
}

/** Asks again until there is something, for what a queue does in its own time. */
async function until(what, ask) {
  for (const began = Date.now(); Date.now() - began < WAIT_MS; ) {
    const found = await ask();
    if (found) return found;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`${what} did not come within ${WAIT_MS / 1000} s`);
}

// ---- accounts

function password() {
  if (!existsSync(PASSWORD_FILE)) {
    mkdirSync(new URL("./", PASSWORD_FILE), { recursive: true });
    writeFileSync(PASSWORD_FILE, `${randomBytes(12).toString("base64url")}\n`, { mode: 0o600 });
  }
  chmodSync(PASSWORD_FILE, 0o600);
  return readFileSync(PASSWORD_FILE, "utf8").trim();
}

async function seed() {
  const chosen = password();
  const { status, answer } = await call("POST", "/dev/seed", { body: { password: chosen } });
  must(status !== 404, `${BASE_URL} is not a development server, and demo accounts are made on no other`, answer);
  must(status === 204, "POST /dev/seed should make the demo accounts", answer);
  return chosen;
}

function tellAccounts(chosen) {
  // Unbroken, to be copied.
  console.log(`  Demo accounts: ${PEOPLE.join(", ")}`);
  console.log(`  Their password, of this database only: ${chosen} (also in .tools/demo-password)`);
}

// ---- the story

async function register() {
  title("1. A patient registers");
  const email = `sam.${randomBytes(4).toString("hex")}@demo.example`;
  const secret = randomBytes(12).toString("base64url");
  const person = { email, password: secret, name: "Sam Taylor", birth_date: "1972-03-14", country: "GB" };
  const answer = await expect(202, "POST", "/api/v1/auth/register", { body: person });
  must(answer.status === "check_email", "registering should say to check the mail", answer);
  tell(`Sam Taylor, 54, registers as ${email}. The answer is “check your e-mail”, as it would be for an address that is taken.`);
  const mail = await until("the verification mail", async () => {
    const { answer: mails } = await call("GET", "/dev/mail?format=json");
    return Array.isArray(mails) && mails.find((each) => each.recipient === email);
  });
  const link = /https?:\/\/\S+\?verify=([\w-]+)/.exec(mail.body);
  must(link !== null, "the mail should hold a link with a token", mail);
  say("Mail: ", `“${mail.subject}”, with the link ${link[0].slice(0, -36)}…`);
  const body = { token: link[1] };
  const verified = await expect(200, "POST", "/api/v1/auth/verify", { body });
  must(verified.status === "verified", "the link should verify the address", verified);
  await expect(422, "POST", "/api/v1/auth/verify", { body });
  tell("The link works, and a second time it does not.");
  const sam = await signIn(email, secret);
  must(sam.user.email_verified === true, "the address should be verified after that", sam.user);
  must(sam.user.patients.length === 1 && sam.user.patients[0].relation === "self", "Sam should have a record of his own", sam.user);
  tell("Sam signs in and has one patient record: his own.");
  return { ...sam, patientId: sam.user.patients[0].id };
}

function tellAssessment(answer) {
  say("How soon: ", answer.triage.level.replace("_", " "));
  for (const reason of answer.triage.reasons.slice(0, 2)) say("Why: ", `${reason.text} [${reason.source}]`);
  const likely = answer.conditions.slice(0, 3).map((each) => `${each.name} ${percent(each.probability)}`);
  say("May be: ", `${likely.join(" · ")} (estimates that no clinician has reviewed)`);
}

async function emergency(sam) {
  title("2. An emergency is recognised");
  const text = "crushing chest pain for 30 minutes going into my left arm, sweating";
  say("Sam writes: ", `“${text}”`);
  const answer = await create(sam.token, "/api/v1/assessments", {
    patient: { age_years: 54, sex: "male", pregnancy: "not_pregnant", conditions: ["hypertension"], medicines: ["amlodipine"], country: "GB" },
    text,
    findings: [{ id: "smoker", state: "present" }],
    vitals: { heart_rate_per_min: 104 },
    patient_id: null,
    encounter_id: null,
    locale: "en",
  });
  must(answer.triage?.level === "emergency", "crushing chest pain into the arm should be an emergency", answer.triage);
  must(answer.triage.reasons.length > 0 && answer.triage.reasons.every((each) => each.source), "each reason should name its source", answer.triage);
  const [first] = answer.triage.actions;
  must(first?.kind === "call" && first.text.includes("999"), "the first thing to do should be to call 999", answer.triage.actions);
  const quoted = answer.findings.filter((each) => each.state === "present" && each.quote);
  must(quoted.length >= 3 && quoted.every((each) => text.includes(each.quote)), "what was understood should be quoted from the text", answer.findings);
  must(answer.conditions[0]?.id === "myocardial_infarction", "a heart attack should be the likeliest", answer.conditions[0]);
  const total = answer.conditions.reduce((sum, each) => sum + each.probability, 0);
  must(total <= 1, "the probabilities should make at most 1", total);
  say("Understood: ", quoted.map((each) => `“${each.quote}”`).join(", "));
  say("Do first: ", first.text);
  tellAssessment(answer);
  say("Not to be missed: ", answer.must_not_miss.map((each) => each.name).join(", "));
}

async function milder(sam) {
  title("3. A milder case, and one question");
  const text = "sore throat and runny nose for 2 days";
  say("On another day: ", `“${text}”`);
  const patient = { age_years: 54, sex: "male", country: "GB" };
  const before = await create(sam.token, "/api/v1/assessments", { patient, text, patient_id: sam.patientId });
  must(["self_care", "routine"].includes(before.triage?.level), "a cold should be no emergency", before.triage);
  must(before.status === "open" && before.next_question !== null, "there should be a next question", before);
  tellAssessment(before);
  const { finding, text: question } = before.next_question;
  say("Question: ", question);
  say("Sam: ", "No.");
  const answers = { answers: [{ finding, state: "absent" }] };
  const after = await expect(200, "POST", `/api/v1/assessments/${before.id}/answers`, { token: sam.token, body: answers });
  must(after.findings.some((each) => each.id === finding && each.state === "absent"), "the answer should be among the findings", after.findings);
  must(after.next_question?.finding !== finding, "the same question should not come again", after.next_question);
  must(["self_care", "routine"].includes(after.triage?.level), "it should still be no emergency", after.triage);
  const share = (answer) => answer.conditions.find((each) => each.id === before.conditions[0].id)?.probability ?? 0;
  must(share(after) !== share(before), "the answer should weigh", after.conditions);
  tell(`“${before.conditions[0].name}” goes from ${percent(share(before))} to ${percent(share(after))}.`);
  const read = await get(sam.token, `/api/v1/assessments/${before.id}`);
  assert.deepEqual(read.conditions, after.conditions, "the stored assessment should be the one that was answered");
}

/** A socket of a room that keeps what it was told. */
class Socket {
  constructor(url) {
    this.frames = [];
    this.waiting = [];
    this.socket = new WebSocket(url, "virtual-doctor.v1");
    this.opened = new Promise((resolve, reject) => {
      this.socket.onopen = resolve;
      this.socket.onerror = () => reject(new Error(`no socket: ${url.split("?")[0]}`));
    });
    this.socket.onmessage = (event) => {
      this.frames.push(JSON.parse(event.data));
      for (const look of [...this.waiting]) look();
    };
  }

  /** The first frame, come or to come, that fits. */
  next(what, fits) {
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => reject(new Error(`${what} did not come over the socket; what came: ${JSON.stringify(this.frames)}`)), WAIT_MS);
      const look = () => {
        const found = this.frames.find(fits);
        if (!found) return;
        clearTimeout(timer);
        this.waiting.splice(this.waiting.indexOf(look), 1);
        resolve(found);
      };
      this.waiting.push(look);
      look();
    });
  }

  send(frame) {
    this.socket.send(JSON.stringify(frame));
  }
}

async function enter(person, roomId) {
  const { ticket } = await expect(201, "POST", `/api/v1/rooms/${roomId}/tickets`, { token: person.token, body: {} });
  const url = `${BASE_URL.replace(/^http/, "ws")}/api/v1/rooms/${roomId}/socket?ticket=${ticket}&after=0`;
  const socket = new Socket(url);
  await socket.opened;
  must(socket.socket.protocol === "virtual-doctor.v1", "the subprotocol should be agreed", socket.socket.protocol);
  await socket.next("a welcome", (frame) => frame.type === "welcome");
  return socket;
}

async function consultation(sam, doctor) {
  title("4. Sam and a doctor talk");
  const closed = await call("GET", `/api/v1/prescriptions?patient_id=${sam.patientId}`, { token: doctor.token });
  must(closed.status === 404, "a doctor whom Sam has not turned to should not even learn of his record", closed.answer);
  tell("Before Sam turns to her, his record does not exist for Dr Demo: 404.");
  const practitioners = await get(sam.token, "/api/v1/practitioners?limit=100");
  must(practitioners.items.some((each) => each.id === doctor.user.id), "the doctor should be among the practitioners", practitioners);
  const opening = { kind: "consultation", participants: [doctor.user.id], subject: "Sore throat", patient_id: sam.patientId };
  const room = await create(sam.token, "/api/v1/rooms", opening);
  await get(doctor.token, `/api/v1/prescriptions?patient_id=${sam.patientId}`);
  tell("Sam opens a room with her, which opens his record to her.");

  const [hers, his] = [await enter(doctor, room.id), await enter(sam, room.id)];
  await hers.next("Sam's presence", (frame) => frame.type === "presence" && frame.user_id === sam.user.id && frame.online);
  tell("Both are connected over WebSockets; she sees him come in.");
  const lines = [
    [his, hers, sam, "Good morning. My throat hurts. I take simvastatin."],
    [hers, his, doctor, "Good morning, Mr Taylor. Since when? Any fever?"],
    [his, hers, sam, "Two days, no fever."],
  ];
  for (const [from, to, person, body] of lines) {
    from.send({ type: "typing", on: true });
    await to.next("a typing mark", (frame) => frame.type === "typing" && frame.user_id === person.user.id);
    const client_id = randomUUID();
    const began = performance.now();
    const message = { type: "send", client_id, body, attachment_ids: [], reply_to: null };
    from.send(message);
    const heard = await to.next("the message", (frame) => frame.type === "message" && frame.client_id === client_id);
    const took = Math.round(performance.now() - began);
    const ack = await from.next("an ack", (frame) => frame.type === "ack" && frame.client_id === client_id);
    must(heard.body === body && heard.sender_id === person.user.id && ack.seq === heard.seq, "the message should arrive as it was sent", [heard, ack]);
    say(`${person.user.name}: `, `${body} (after ${took} ms)`);
    if (person === sam && body === lines[0][3]) {
      from.send(message);
      const again = await from.next("a second ack", (frame) => frame.type === "ack" && frame.duplicate);
      must(again.seq === ack.seq, "a message that is sent again should be the same message", again);
    }
  }
  const history = await get(sam.token, `/api/v1/rooms/${room.id}/messages`);
  const said = history.items.filter((each) => each.kind === "text");
  assert.deepEqual(said.map((each) => each.body), lines.map((line) => line[3]), "the history should be what was said, once each");
  tell("One message was sent twice, as after a lost connection: it is in the history once.");
  hers.socket.close();
  his.socket.close();
}

const TWICE_A_DAY = { frequency: 2, period: 1, period_unit: "d" };
const ONCE_A_DAY = { frequency: 1, period: 1, period_unit: "d" };
const MEDICINES = {
  simvastatin: { medicine_id: "simvastatin", dose: { value: 40, unit: "mg" }, timing: ONCE_A_DAY, route: "oral", duration_days: 90 },
  clarithromycin: { medicine_id: "clarithromycin", dose: { value: 500, unit: "mg" }, timing: TWICE_A_DAY, route: "oral", duration_days: 7 },
  warfarin: { medicine_id: "warfarin", dose: { value: 3, unit: "mg" }, timing: ONCE_A_DAY, route: "oral", duration_days: 90 },
  ibuprofen: { medicine_id: "ibuprofen", dose: { value: 400, unit: "mg" }, timing: { frequency: 3, period: 1, period_unit: "d" }, route: "oral", duration_days: 3 },
};

function prescription(sam, names, overrides = []) {
  return { patient_id: sam.patientId, items: names.map((name) => ({ ...MEDICINES[name], as_needed: false })), overrides };
}

/** Those that must be decided about. */
const interrupting = (answer) => (answer.alerts ?? []).filter((each) => ["major", "contraindicated"].includes(each.severity));

/** The alert of the refusal that is about exactly these two. */
function refusal(problem, names) {
  must(problem.type === "/problems/unsafe-prescription", "it should be refused as unsafe", problem);
  const about = (alert) => alert.kind === "interaction" && names.every((name) => alert.medicines.includes(name));
  const alert = problem.alerts?.find(about);
  must(alert !== undefined, `there should be an alert about ${names.join(" and ")}`, problem);
  must(alert.mechanism && alert.effect && alert.management && alert.sources.length > 0, "the alert should explain itself", alert);
  return alert;
}

function tellAlert(alert) {
  say("Refused: ", `${alert.medicines.join(" + ")}: ${alert.severity} (${alert.review})`);
  say("Mechanism: ", alert.mechanism);
  say("Effect: ", alert.effect);
  say("Instead: ", alert.management);
  say("Source: ", alert.sources[0]);
}

/** Orders, and answers what concerns meals and drinks alone as a doctor does: by telling the patient. */
async function write(doctor, order) {
  const first = await call("POST", "/api/v1/prescriptions", { token: doctor.token, body: order });
  const open = interrupting(first.answer);
  if (first.status !== 409 || !open.every((each) => ["food", "alcohol"].includes(each.kind))) {
    must(first.status === 201, "the prescription should be written", first.answer);
    return first.answer;
  }
  for (const each of open) say("Alert: ", `${each.medicines.join(" + ")}, ${each.kind}: ${each.effect} ${each.management} Dr Demo tells Sam.`);
  const overrides = open.map((each) => ({ alert: each.id, reason_code: "other", reason: "The patient was told." }));
  return create(doctor.token, "/api/v1/prescriptions", { ...order, overrides });
}

async function sign(doctor, draft) {
  must(draft.status === "draft", "it should be a draft", draft);
  const signed = await expect(200, "POST", `/api/v1/prescriptions/${draft.id}/sign`, { token: doctor.token });
  must(signed.status === "signed" && signed.signature, "it should be signed", signed);
  return signed;
}

async function contraindicated(sam, doctor) {
  title("5. A contraindicated order is refused");
  const path = "/api/v1/prescriptions";
  await sign(doctor, await write(doctor, prescription(sam, ["simvastatin"])));
  tell("Dr Demo signs the simvastatin that Sam takes. Then she orders clarithromycin.");
  const order = prescription(sam, ["clarithromycin"]);
  const problem = await expect(409, "POST", path, { token: doctor.token, body: order });
  const alert = refusal(problem, ["simvastatin", "clarithromycin"]);
  must(alert.severity === "contraindicated", "the two should be contraindicated", alert);
  tellAlert(alert);
  const overrides = interrupting(problem).map((each) => ({ alert: each.id, reason_code: "other", reason: "I want to." }));
  const forced = await expect(403, "POST", path, { token: doctor.token, body: { ...order, overrides } });
  must(forced.type === "/problems/step-up-required", "a reason alone should not override a contraindication", forced);
  tell("A reason alone does not override a contraindication.");
}

async function overridden(sam, doctor) {
  title("6. A dangerous order needs a reason");
  const path = "/api/v1/prescriptions";
  const order = prescription(sam, ["warfarin", "ibuprofen"]);
  const problem = await expect(409, "POST", path, { token: doctor.token, body: order });
  const alert = refusal(problem, ["warfarin", "ibuprofen"]);
  must(alert.severity === "major", "warfarin with ibuprofen should be major", alert);
  tellAlert(alert);
  const reason = "Three days only, with omeprazole; INR on day 3.";
  const overrides = interrupting(problem).map((each) => ({ alert: each.id, reason_code: "will_monitor", reason }));
  const signed = await sign(doctor, await create(doctor.token, path, { ...order, overrides }));
  must(signed.overrides.some((each) => each.alert === alert.id && each.reason === reason), "the reason should stay with it", signed);
  say("Dr Demo: ", `will monitor – “${reason}”`);
  tell("With the reason it is signed, and the reason stays in it. Signed, it cannot change.");
  const seen = await get(sam.token, `${path}/${signed.id}`);
  must(seen.signature === signed.signature, "Sam should read the same prescription", seen);
  await expect(409, "POST", `${path}/${signed.id}/sign`, { token: doctor.token });
  const { token } = await signIn("patient@demo.example", password());
  await expect(404, "GET", `${path}/${signed.id}`, { token });
  tell("Sam can read it. For another patient it does not exist: 404.");
}

async function unknown() {
  title("7. What is not known is said");
  const patient = { age_years: 54, sex: "male", allergies: [], conditions: [] };
  const medicines = [{ name: "warfarin" }, { name: "Zorvexin forte" }, { name: "ibuprofin" }];
  const answer = await expect(200, "POST", "/api/v1/medicines/check", { body: { patient, medicines } });
  const said = (name) => answer.unknown.find((each) => each.field === "medicines" && each.name === name);
  must(said("Zorvexin forte") !== undefined, "an invented medicine should be unknown", answer.unknown);
  must(said("ibuprofin")?.did_you_mean.includes("ibuprofen"), "a slip of the pen should be unknown, with what it may have meant", answer.unknown);
  must(answer.checked.length === 1 && answer.checked[0].id === "warfarin", "only warfarin should count as checked", answer.checked);
  must(answer.checked[0].covers.length > 0, "it should be said for what warfarin was checked", answer.checked);
  tell("Warfarin, “Zorvexin forte” and “ibuprofin” are checked together.");
  for (const each of answer.unknown) {
    say("Unknown: ", `“${each.name}”${each.did_you_mean.length > 0 ? `. Did you mean ${each.did_you_mean.join(", ")}?` : ", and nothing like it"}`);
  }
  say("Checked: ", `warfarin, for ${answer.checked[0].covers.join(", ")}`);
  tell("Nothing is guessed: silence never means safe.");
}

async function play() {
  const began = performance.now();
  await expect(200, "GET", "/health");
  console.log(`A consultation, played against ${BASE_URL}. Nobody in it is real, and nothing it says is medical advice.`);
  const chosen = await seed();
  const sam = await register();
  await emergency(sam);
  await milder(sam);
  const doctor = await signIn("doctor@demo.example", chosen);
  must(doctor.user.roles.includes("doctor"), "the demo doctor should be a doctor", doctor.user);
  await consultation(sam, doctor);
  await contraindicated(sam, doctor);
  await overridden(sam, doctor);
  await unknown();
  console.log(`\nAll ${checks} answers were right, in ${((performance.now() - began) / 1000).toFixed(1)} s.`);
  tellAccounts(chosen);
}

try {
  if (process.argv.includes("--accounts")) tellAccounts(await seed());
  else await play();
  process.exit(0);
} catch (error) {
  const refused = error.cause?.code === "ECONNREFUSED";
  console.error(`\n✗ ${refused ? `nothing answers at ${BASE_URL}: start it with 'make dev' in another window` : error.message}`);
  process.exit(1);
}
