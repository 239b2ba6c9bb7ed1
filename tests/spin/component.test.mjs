// The Spin component from outside: requests by HTTP, and a restart in between.
import assert from "node:assert/strict";
import { fork } from "node:child_process";
import { randomBytes } from "node:crypto";
import { once } from "node:events";
import { mkdtempSync, openSync, rmSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { fileURLToPath } from "node:url";

const output = new URL("../../target/spin/", import.meta.url);
const directory = mkdtempSync(join(tmpdir(), "spin-"));
const key = () => `test:${randomBytes(32).toString("base64url")}`;
const environment = {
  DATABASE: join(directory, "database.sqlite"),
  SPIN_VARIABLE_ENVIRONMENT: "development",
  SPIN_VARIABLE_VERIFY_EMAIL: "off",
  SPIN_VARIABLE_SIGNING_KEYS: key(),
  SPIN_VARIABLE_MASTER_KEYS: key(),
  SPIN_VARIABLE_INDEX_KEY: key(),
  SPIN_VARIABLE_ARGON2_MEMORY_KIB: "1024",
};
const log = openSync(new URL("host.log", output), "w");
const account = { email: "pat@example.org", password: "correct horse battery" };

let host;
let origin;

async function start() {
  const probe = createServer().listen(0, "127.0.0.1");
  await once(probe, "listening");
  const { port } = probe.address();
  await once(probe.close(), "close");
  origin = `http://127.0.0.1:${port}`;
  host = fork(fileURLToPath(new URL("host.mjs", import.meta.url)), [new URL("component.js", output).href, `${port}`], {
    env: environment,
    stdio: ["ignore", log, log, "ipc"],
  });
  const exit = once(host, "exit").then(() => assert.fail("the host ended: see target/spin/host.log"));
  await Promise.race([once(host, "message"), exit]);
}

async function stop() {
  host.removeAllListeners("exit");
  host.kill();
  await once(host, "exit");
}

async function call(path, { body, token } = {}) {
  const headers = { ...(token && { authorization: `Bearer ${token}` }), ...(body && { "content-type": "application/json" }) };
  const response = await fetch(origin + path, { method: body ? "POST" : "GET", headers, body: body && JSON.stringify(body) });
  const text = await response.text();
  return { status: response.status, headers: response.headers, body: text && JSON.parse(text) };
}

const login = (password = account.password) => call("/api/v1/auth/login", { body: { ...account, password } });

before(start);
after(async () => {
  await stop();
  rmSync(directory, { recursive: true });
});

test("health and dependencies", async () => {
  const health = await call("/health");
  assert.deepEqual([health.status, health.body.status], [200, "ok"]);
  const ready = await call("/ready");
  assert.deepEqual([ready.status, ready.body.dependencies.map(({ ok }) => ok)], [200, [true, true]]);
});

test("an interaction interrupts", async () => {
  const medicines = [{ name: "simvastatin" }, { name: "clarithromycin" }];
  const { status, body } = await call("/api/v1/medicines/check", { body: { patient: {}, medicines } });
  assert.equal(status, 200);
  assert.deepEqual(body.checked.map(({ id }) => id), ["simvastatin", "clarithromycin"]);
  const alert = body.alerts.find(({ kind }) => kind === "interaction");
  assert.ok(["major", "contraindicated"].includes(alert?.severity), `alerts: ${JSON.stringify(body.alerts)}`);
});

test("an account is registered and signs in", async () => {
  const register = () => call("/api/v1/auth/register", { body: { ...account, name: "Pat" } });
  assert.equal((await register()).status, 202);
  const { status, body } = await login();
  assert.equal(status, 200);
  assert.ok(body.access_token && body.refresh_token);
  const me = await call("/api/v1/me", { token: body.access_token });
  assert.deepEqual([me.status, me.body.email], [200, account.email]);

  assert.equal((await login("not the password")).status, 401);
  assert.equal((await call("/api/v1/me")).status, 401);
  // The same answer for a known address: the unique index refuses, and the batch is rolled back.
  assert.equal((await register()).status, 202);
  const mails = await call("/dev/mail?format=json");
  assert.equal(mails.body.length, 2, "each registration sent its mail at once");
});

test("a guarded batch that changes nothing is rolled back", async () => {
  assert.equal((await call("/api/v1/auth/verify", { body: { token: "unknown" } })).status, 422);
});

test("a body over 1 MiB is refused", async () => {
  const { status, headers } = await call("/api/v1/auth/login", { body: { ...account, password: "x".repeat(2 ** 20) } });
  assert.deepEqual([status, headers.get("content-type")], [413, "application/problem+json"]);
});

test("accounts survive a restart", async () => {
  await stop();
  await start();
  assert.equal((await login()).status, 200);
});
