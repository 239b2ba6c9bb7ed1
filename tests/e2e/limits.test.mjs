// Exact limits on workerd: the objects that count, however many ask at once.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { PASSWORD, assertProblem } from "./client.mjs";
import { newSecrets, start, withTemporaryFolder } from "./harness.mjs";

let server;
before(async () => (server = await start({ vars: { RATE_LIMITS: "on" } })));
after(() => server.stop());

const signIn = (from, email, password = "wrong wrong") =>
  server.api("POST", "/api/v1/auth/login", { body: { email, password }, headers: { "cf-connecting-ip": from } });

/** How many of fifty attempts at once were answered by the password check, and how many by the limit. */
async function fifty(attempt) {
  const answers = await Promise.all(Array.from({ length: 50 }, (_, number) => attempt(number)));
  const count = (status) => answers.filter((answer) => answer.status === status).length;
  assert.equal(count(401) + count(429), 50);
  return [count(401), count(429)];
}

test("of fifty attempts at once ten get through to the password check", async () => {
  assert.deepEqual(await fifty(() => signIn("192.0.2.1", "ann@example.org")), [10, 40]);
  assert.deepEqual(await fifty((number) => signIn("192.0.2.2", `p${number}@example.org`)), [10, 40]);
});

test("of fifty addresses at once thirty get through to one account, and its owner from where the owner was before", async () => {
  const { person } = await server.register();
  const home = () => signIn("203.0.113.1", person.email, PASSWORD);
  assert.equal((await home()).status, 200);
  const [through, refused] = await fifty((number) => signIn(`198.51.100.${number + 1}`, person.email));
  // The owner's own attempt took one of the account's thirty; in two minutes it is back.
  assert.deepEqual([through, refused], [29, 21]);
  assert.equal((await home()).status, 200);
  const stranger = await signIn("203.0.113.2", person.email, PASSWORD);
  assertProblem(stranger, 429, "too-many-requests");
  assert.ok(Number(stranger.headers.get("retry-after")) > 0);
});

test("a restart resets no limit", () => withTemporaryFolder(async (persist) => {
  const secrets = newSecrets();
  const attempt = (worker) => worker.api("POST", "/api/v1/auth/login", {
    body: { email: "eve@example.org", password: "wrong wrong" },
    headers: { "cf-connecting-ip": "192.0.2.3" },
  });
  const first = await start({ persist, secrets, vars: { RATE_LIMITS: "on" } });
  try {
    for (let number = 0; number < 10; number += 1) assert.equal((await attempt(first)).status, 401);
  } finally {
    await first.stop();
  }
  const second = await start({ persist, secrets, vars: { RATE_LIMITS: "on" } });
  try {
    assertProblem(await attempt(second), 429, "too-many-requests");
  } finally {
    await second.stop();
  }
}));

test("a limited answer says what is left, and health is not limited", async () => {
  const headers = { "cf-connecting-ip": "192.0.2.9" };
  const answers = [];
  for (let number = 0; number < 2; number += 1) answers.push(await server.api("GET", "/api/v1/conditions", { headers }));
  const left = answers.map((answer) => Number(answer.headers.get("ratelimit").match(/^"signed-out";r=(\d+);t=\d+$/)[1]));
  assert.equal(answers[0].headers.get("ratelimit-policy"), '"signed-out";q=300;w=60');
  assert.ok(left[1] <= left[0] && left[0] === 299, String(left));
  assert.equal((await server.api("GET", "/health")).headers.get("ratelimit"), null);
});
