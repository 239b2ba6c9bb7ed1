// Links by mail on the runtime itself: over D1, the queue and the mailbox, and that
// neither answers nor their times tell whether an address has an account.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertAlike } from "./alike.mjs";
import { PASSWORD, assertProblem, eventually } from "./client.mjs";
import { start } from "./harness.mjs";

const NEW_PASSWORD = "another horse battery";
let server;
before(async () => (server = await start({ vars: { VERIFY_EMAIL: "on" } })));
after(() => server.stop());

const post = (path, body) => server.api("POST", `/api/v1/auth/${path}`, { body });

/** The tokens of the links of this kind that an address was sent, latest first; waits for so many. */
async function tokens(email, kind, count = 1) {
  return eventually(`${count} mails with a ${kind} link to ${email}`, async () => {
    const links = (await server.mails(email)).map((mail) => mail.body.match(new RegExp(`/\\?${kind}=([\\w-]+)`))?.[1]).filter(Boolean);
    return links.length >= count && links;
  });
}

/** Registers and verifies somebody. */
async function member() {
  const { answer, person } = await server.register();
  assert.equal(answer.status, 202, answer.text);
  const [token] = await tokens(person.email, "verify");
  assert.equal((await post("verify", { token })).status, 200);
  return person.email;
}

test("the link of a reset sets a new password once, ends every session and is told of by mail", async () => {
  const email = await member();
  const sessions = [await server.signIn(email), await server.signIn(email)];
  const asked = await post("password-reset", { email: email.toUpperCase() });
  assert.deepEqual([asked.status, asked.body], [202, { status: "check_email" }]);
  const [token] = await tokens(email, "reset");
  const changed = await post("password-reset/confirm", { token, password: NEW_PASSWORD });
  assert.deepEqual([changed.status, changed.body], [200, { status: "password_changed" }]);
  for (const { refreshToken } of sessions) assertProblem(await post("refresh", { refresh_token: refreshToken }), 401, "session-ended");
  assertProblem(await post("login", { email, password: PASSWORD }), 401, "wrong-credentials");
  await server.signIn(email, NEW_PASSWORD);
  const again = assertProblem(await post("password-reset/confirm", { token, password: PASSWORD }), 422, "invalid");
  assert.equal(again.errors[0].pointer, "/token");
  await eventually("the mail about it", async () => (await server.mails(email)).some((mail) => mail.subject === "Your password was changed"));
});

test("of five confirmations with one token at once, one sets the password", async () => {
  const email = await member();
  await post("password-reset", { email });
  const [token] = await tokens(email, "reset");
  const passwords = Array.from({ length: 5 }, (_, n) => `the password of twin ${n}`);
  const answers = await Promise.all(passwords.map((password) => post("password-reset/confirm", { token, password })));
  assert.deepEqual(answers.map((answer) => answer.status).toSorted(), [200, 422, 422, 422, 422]);
  await server.signIn(email, passwords[answers.findIndex((answer) => answer.status === 200)]);
});

test("asking again ends the older link, and a link ends after its 30 minutes", async () => {
  const email = await member();
  await post("password-reset", { email });
  const [first] = await tokens(email, "reset");
  await post("password-reset", { email });
  const second = (await tokens(email, "reset", 2)).find((token) => token !== first);
  assertProblem(await post("password-reset/confirm", { token: first, password: NEW_PASSWORD }), 422, "invalid");
  const database = await server.database();
  await database.prepare("UPDATE email_tokens SET expires_at = expires_at - 1800000 WHERE purpose = 'reset'").run();
  assertProblem(await post("password-reset/confirm", { token: second, password: NEW_PASSWORD }), 422, "invalid");
  await server.signIn(email);
});

test("another verification mail takes the place of the first", async () => {
  const { person: { email } } = await server.register();
  const [first] = await tokens(email, "verify");
  const asked = await post("verification", { email });
  assert.deepEqual([asked.status, asked.body], [202, { status: "check_email" }]);
  const second = (await tokens(email, "verify", 2)).find((token) => token !== first);
  assertProblem(await post("verify", { token: first }), 422, "invalid");
  assert.equal((await post("verify", { token: second })).status, 200);
  await server.signIn(email);
});

for (const path of ["password-reset", "verification"]) {
  test(`${path} answers a known and an unknown address alike, in body, headers and time`, async (t) => {
    // Who waits to be verified is known to both: a mail goes out each time.
    const { answer, person } = await server.register();
    assert.equal(answer.status, 202, answer.text);
    await assertAlike(t, 202, { "known address": () => post(path, { email: person.email }), "unknown address": (i) => post(path, { email: `no-one-${i}@example.org` }) });
  });
}
