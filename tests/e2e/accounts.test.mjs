// Accounts from the mail that verifies an address to the end of a session.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { assertAlike } from "./alike.mjs";
import { Account, PASSWORD, assertProblem, eventually } from "./client.mjs";
import { start } from "./harness.mjs";

let server;
before(async () => (server = await start({ vars: { VERIFY_EMAIL: "on" } })));
after(() => server.stop());

const post = (path, body) => server.api("POST", `/api/v1/auth/${path}`, { body });
const refresh = (refresh_token) => post("refresh", { refresh_token });

async function mail(to, about) {
  return eventually(`a mail "${about}" to ${to}`, async () => (await server.mails(to)).find((mail) => about.test(mail.subject + mail.body)));
}

/** Registers and verifies somebody, by the mail that comes over the queue. */
async function member(fields) {
  const { answer, person } = await server.register(fields);
  assert.equal(answer.status, 202, answer.text);
  const { body } = await mail(person.email, /verify=/);
  const token = body.match(/\/\?verify=([\w-]+)/)[1];
  return { ...person, token };
}

async function signedIn(fields) {
  const { email, token } = await member(fields);
  assert.equal((await post("verify", { token })).status, 200);
  return server.signIn(email);
}

test("who registers gets a mail over the queue whose link verifies the address, once", async () => {
  const { email, token } = await member({ name: "Vera Fied", country: "GB", birth_date: "1980-02-29" });
  assertProblem(await post("login", { email, password: PASSWORD }), 403, "email-not-verified");
  const first = await post("verify", { token });
  assert.deepEqual([first.status, first.body], [200, { status: "verified" }]);
  const second = assertProblem(await post("verify", { token }), 422, "invalid");
  assert.equal(second.errors[0].pointer, "/token");
  const { user } = await server.signIn(email);
  assert.deepEqual([user.email, user.email_verified, user.roles], [email, true, ["patient"]]);
  assert.deepEqual(user.patients.map(({ name, relation }) => [name, relation]), [["Vera Fied", "self"]]);
  assert.equal((await server.mails(email)).length, 1, "one mail");
});

test("registering an address again answers alike, and only its owner learns of it", async () => {
  const { email } = await member();
  const free = await server.register();
  const taken = await server.register({ email: email.toUpperCase(), password: "another password" });
  assert.deepEqual([taken.answer.status, taken.answer.body], [free.answer.status, free.answer.body]);
  await eventually("the second mail", async () => (await server.mails(email)).length === 2);
  const bodies = (await server.mails(email)).map((mail) => mail.body);
  assert.equal(bodies.filter((body) => /verify=/.test(body)).length, 1);
  assertProblem(await post("login", { email, password: "another password" }), 401, "wrong-credentials");
});

test("a refresh gives a new pair, and the same pair again to a retry within ten seconds", async () => {
  const { refreshToken } = await signedIn();
  const next = await refresh(refreshToken);
  assert.equal(next.status, 200, next.text);
  assert.notEqual(next.body.refresh_token, refreshToken);
  assert.equal(next.body.expires_in_s, 900);
  const retry = await refresh(refreshToken);
  assert.deepEqual([retry.status, retry.body], [200, next.body]);
  assert.equal((await refresh(next.body.refresh_token)).status, 200);
});

test("five refreshes with one token at once all get the same pair", async () => {
  const { refreshToken } = await signedIn();
  const answers = await Promise.all(Array.from({ length: 5 }, () => refresh(refreshToken)));
  for (const answer of answers) assert.deepEqual([answer.status, answer.body], [200, answers[0].body]);
});

test("an older token ends the session for everyone, and its owner gets a mail", async () => {
  const account = await signedIn();
  const second = (await refresh(account.refreshToken)).body.refresh_token;
  const third = (await refresh(second)).body.refresh_token;
  assertProblem(await refresh(account.refreshToken), 401, "session-ended");
  assertProblem(await refresh(third), 401, "session-ended");
  await eventually("the mail", async () => (await server.mails(account.user.email)).length === 2);
});

test("the token before the last ends the session once ten seconds have passed", async () => {
  const account = await signedIn();
  const next = (await refresh(account.refreshToken)).body.refresh_token;
  const database = await server.database();
  await database.prepare("UPDATE sessions SET rotated_at = rotated_at - 10001 WHERE user_id = ?").bind(account.id).run();
  assertProblem(await refresh(account.refreshToken), 401, "session-ended");
  assertProblem(await refresh(next), 401, "session-ended");
});

test("a token that was not made here ends nothing", async () => {
  const { refreshToken } = await signedIn();
  assertProblem(await refresh(refreshToken.slice(0, -2) + "AA"), 401, "session-ended");
  assert.equal((await refresh(refreshToken)).status, 200);
});

test("signing out ends this session, or all of them", async () => {
  const first = await signedIn();
  const [second, third] = [await server.signIn(first.user.email), await server.signIn(first.user.email)];
  assert.equal((await first.api("POST", "/api/v1/auth/logout")).status, 204);
  assertProblem(await refresh(first.refreshToken), 401, "session-ended");
  assert.equal((await refresh(second.refreshToken)).status, 200);
  assert.equal((await third.api("POST", "/api/v1/auth/logout", { body: { everywhere: true } })).status, 204);
  assertProblem(await refresh(third.refreshToken), 401, "session-ended");
});

test("one's own account is changed by the version that was read, never over another change", async () => {
  const account = await signedIn({ name: "Old Name", country: "GB" });
  const read = await account.api("GET", "/api/v1/me");
  const etag = read.headers.get("etag");
  assert.match(etag, /^"[^"]+"$/);
  assert.deepEqual([read.body.name, read.body.country], ["Old Name", "GB"]);
  const patch = (body, headers) => account.api("PATCH", "/api/v1/me", { body, headers });
  assertProblem(await patch({ name: "New Name" }), 428, "precondition-required");
  const changed = await patch({ name: "New Name", country: null }, { "if-match": etag });
  assert.equal(changed.status, 200, changed.text);
  assert.deepEqual([changed.body.name, changed.body.country], ["New Name", null]);
  assert.notEqual(changed.headers.get("etag"), etag);
  assertProblem(await patch({ name: "Lost" }, { "if-match": etag }), 412, "stale");
  const again = await account.api("GET", "/api/v1/me");
  assert.deepEqual([again.body.name, again.headers.get("etag")], ["New Name", changed.headers.get("etag")]);
  assertProblem(await patch({ name: null, email: "x@y.example" }, { "if-match": "*" }), 422, "invalid");
});

test("of two changes to one version, one is stored and the other is 412", async () => {
  const account = await signedIn();
  const etag = (await account.api("GET", "/api/v1/me")).headers.get("etag");
  const names = ["One", "Two", "Three", "Four"];
  const patch = (name) => account.api("PATCH", "/api/v1/me", { body: { name }, headers: { "if-match": etag } });
  const statuses = (await Promise.all(names.map(patch))).map((answer) => answer.status);
  assert.deepEqual(statuses.toSorted(), [200, 412, 412, 412]);
  assert.equal((await account.api("GET", "/api/v1/me")).body.name, names[statuses.indexOf(200)]);
});

test("a wrong password and an unknown address answer alike, in body, headers and time", async (t) => {
  const { user } = await signedIn();
  const attempt = (email) => post("login", { email, password: "not the password" });
  await assertAlike(t, 401, { "wrong password": () => attempt(user.email), "unknown address": (i) => attempt(`no-one-${i}@example.org`) });
});

test("registering answers a taken and a free address alike, in body, headers and time", async (t) => {
  const { user } = await signedIn();
  const attempt = (email) => server.register({ email }).then(({ answer }) => answer);
  await assertAlike(t, 202, { "taken address": () => attempt(user.email), "free address": (i) => attempt(`free-${i}@example.org`) });
});

test("an access token of another installation is refused", async () => {
  const account = await signedIn();
  const [head, claims] = account.token.split(".");
  const forged = new Account(server, { access_token: `${head}.${claims}.${"A".repeat(43)}`, user: account.user });
  assertProblem(await forged.api("GET", "/api/v1/me"), 401, "unauthenticated");
  const none = Buffer.from('{"alg":"none","typ":"JWT","kid":"e2e"}').toString("base64url");
  assertProblem(await server.api("GET", "/api/v1/me", { token: `${none}.${claims}.` }), 401, "unauthenticated");
});
