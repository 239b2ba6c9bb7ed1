// What every path does alike: problems, limits, headers, versions, idempotency.
import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import { after, before, test } from "node:test";
import { assertProblem } from "./client.mjs";
import { start } from "./harness.mjs";

const MIB = 1 << 20;
const LOGIN = "/api/v1/auth/login";
let server;
before(async () => (server = await start()));
after(() => server.stop());

test("/health answers with all headers and no database call", async () => {
  const { status, headers, body } = await server.api("GET", "/health");
  assert.equal(status, 200);
  assert.equal(body.status, "ok");
  assert.ok(body.knowledge_version);
  for (const [name, value] of Object.entries({
    "content-type": "application/json",
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-resource-policy": "same-site",
    "api-version": "2026-11-01",
  })) assert.equal(headers.get(name), value, name);
  assert.match(headers.get("content-security-policy"), /default-src 'none'.*frame-ancestors 'none'/);
  assert.match(headers.get("strict-transport-security"), /max-age=\d{8}/);
  assert.match(headers.get("x-request-id"), /^[0-9a-f-]{36}$/);
  const line = await server.line(headers.get("x-request-id"));
  assert.equal(line.database_calls, 0);
});

test("/ready names each dependency with its latency", async () => {
  const { status, body } = await server.api("GET", "/ready");
  assert.equal(status, 200);
  assert.deepEqual(body.dependencies.map(({ name, ok }) => [name, ok]), [["database", true], ["cache", true]]);
  for (const { latency_ms } of body.dependencies) assert.ok(latency_ms >= 0);
});

test("an unknown path is 404, and so is a malformed id", async () => {
  assertProblem(await server.api("GET", "/api/v1/nothing"), 404, "not-found");
  const { token } = await server.signUp();
  assertProblem(await server.api("GET", "/api/v1/rooms/not-an-id", { token }), 404, "not-found");
});

test("another method is 405 and says which are allowed", async () => {
  const answer = await server.api("DELETE", "/health");
  assertProblem(answer, 405, "method-not-allowed");
  assert.deepEqual(answer.headers.get("allow").split(/,\s*/).sort(), ["GET", "HEAD"]);
  const unheard = await server.raw("PURGE", "/health");
  assertProblem(unheard, 405, "method-not-allowed");
});

test("malformed JSON is 400 with its line and column", async () => {
  const problem = assertProblem(await server.api("POST", LOGIN, { body: '{"email": "x@y.example",\n "password": }' }), 400, "malformed-json");
  assert.deepEqual([problem.line, problem.column], [2, 14]);
});

test("a body over 1 MiB is 413, announced or not", async () => {
  const headers = { "content-type": "application/json" };
  const body = Buffer.alloc(MIB + 1, " ");
  const announced = await server.raw("POST", LOGIN, { headers: { ...headers, "content-length": body.length }, chunks: [body] });
  assertProblem(announced, 413, "payload-too-large");
  const chunks = Array.from({ length: 20 }, () => Buffer.alloc(64 * 1024, " "));
  const chunked = await server.raw("POST", LOGIN, { headers: { ...headers, "transfer-encoding": "chunked" }, chunks });
  assertProblem(chunked, 413, "payload-too-large");
});

test("a body of exactly 1 MiB is read, announced or not", async () => {
  const json = JSON.stringify({ email: "nobody@example.org", password: "x" });
  const body = Buffer.from(json.padEnd(MIB, " "));
  for (const headers of [{ "content-length": MIB }, { "transfer-encoding": "chunked" }]) {
    const answer = await server.raw("POST", LOGIN, { headers: { "content-type": "application/json", ...headers }, chunks: [body] });
    assertProblem(answer, 401, "wrong-credentials");
  }
});

test("another media type is 415", async () => {
  const answer = await server.api("POST", LOGIN, { body: "email=x", headers: { "content-type": "application/x-www-form-urlencoded" } });
  assertProblem(answer, 415, "unsupported-media-type");
});

test("422 names every bad field at once", async () => {
  const body = { email: "no address", password: "short", name: "", birth_date: "1970-02-31", unexpected: 1 };
  const problem = assertProblem(await server.api("POST", "/api/v1/auth/register", { body }), 422, "invalid");
  const pointers = problem.errors.map((error) => error.pointer).sort();
  assert.deepEqual(pointers, ["/birth_date", "/email", "/name", "/password", "/unexpected"]);
  for (const error of problem.errors) assert.ok(error.code && error.message, JSON.stringify(error));
});

test("a bad query parameter is 422 and named as a parameter", async () => {
  const { token } = await server.signUp();
  const problem = assertProblem(await server.api("GET", "/api/v1/rooms?limit=0&cursor=x&colour=red", { token }), 422, "invalid");
  assert.ok(problem.errors.every((error) => error.parameter && !("pointer" in error)), JSON.stringify(problem.errors));
  assert.ok(problem.errors.some((error) => error.parameter === "limit"));
  assert.ok(problem.errors.some((error) => error.parameter === "colour"));
});

test("signed out is 401 and says how to sign in", async () => {
  for (const token of [undefined, "no.such.token"]) {
    const answer = await server.api("GET", "/api/v1/me", { token });
    assertProblem(answer, 401, "unauthenticated");
    assert.equal(answer.headers.get("www-authenticate"), "Bearer");
  }
});

test("a known API-Version is echoed, an unknown one is 400 with those that are known", async () => {
  const known = await server.api("GET", "/health", { headers: { "api-version": "2026-11-01" } });
  assert.equal(known.headers.get("api-version"), "2026-11-01");
  const problem = assertProblem(await server.api("GET", "/health", { headers: { "api-version": "1999-01-01" } }), 400, "unknown-api-version");
  assert.deepEqual(problem.supported, ["2026-11-01"]);
});

test("a host that is not on the list is 421", async () => {
  assertProblem(await server.raw("GET", "/health", { headers: { host: "evil.example" } }), 421, "misdirected");
  const named = await server.raw("GET", "/health", { headers: { host: "LOCALHOST:1234" } });
  assert.equal(named.status, 200);
});

test("a request id is echoed, one that cannot be logged is replaced", async () => {
  const given = await server.api("GET", "/nothing", { headers: { "x-request-id": "my-request.1" } });
  assert.equal(assertProblem(given, 404, "not-found").request_id, "my-request.1");
  const bad = await server.api("GET", "/health", { headers: { "x-request-id": 'a"b' } });
  assert.match(bad.headers.get("x-request-id"), /^[0-9a-f-]{36}$/);
});

test("a trace goes on under its id with a span of ours", async () => {
  const trace = "4bf92f3577b34da6a3ce929d0e0e4736";
  const { headers } = await server.api("GET", "/health", { headers: { traceparent: `00-${trace}-00f067aa0ba902b7-01` } });
  assert.match(headers.get("traceparent"), new RegExp(`^00-${trace}-(?!00f067aa0ba902b7)[0-9a-f]{16}-01$`));
  const fresh = await server.api("GET", "/health", { headers: { traceparent: "00-nonsense" } });
  assert.match(fresh.headers.get("traceparent"), /^00-[0-9a-f]{32}-[0-9a-f]{16}-00$/);
});

test("no other site may read answers by default", async () => {
  const headers = { origin: "https://evil.example", "access-control-request-method": "POST", "access-control-request-headers": "authorization" };
  for (const method of ["GET", "OPTIONS"]) {
    const answer = await server.api(method, "/health", { headers });
    assert.equal(answer.headers.get("access-control-allow-origin"), null, method);
    assert.equal(answer.headers.get("access-control-allow-credentials"), null, method);
  }
});

test("every problem has its page", async () => {
  for (const slug of ["not-found", "invalid", "internal", "malformed-json"]) {
    const page = await server.api("GET", `/problems/${slug}`);
    assert.equal(page.status, 200);
    assert.match(page.headers.get("content-type"), /^text\/html/);
  }
  assertProblem(await server.api("GET", "/problems/no-such-one"), 404, "not-found");
});

test("a failure inside is a 500 that says nothing but its request id; the log knows why", async () => {
  const answer = await server.api("POST", "/dev/failure");
  const problem = assertProblem(answer, 500, "internal");
  assert.doesNotMatch(answer.text + JSON.stringify([...answer.headers]), /5ecr3t/);
  assert.equal(problem.detail, undefined);
  assert.match((await server.line(problem.request_id)).cause, /5ecr3t/);
});

test("development paths are 404 anywhere but in development", async () => {
  const production = await start({ vars: { ENVIRONMENT: "production", VERIFY_EMAIL: "on" } });
  try {
    assert.equal((await production.api("GET", "/health")).status, 200);
    for (const [method, path] of [["POST", "/dev/seed"], ["POST", "/dev/panic"], ["POST", "/dev/failure"], ["GET", "/dev/mail"]]) {
      assertProblem(await production.api(method, path), 404, "not-found");
    }
  } finally {
    await production.stop();
  }
});

test("a worker with a setting that is wrong answers a 500 that names no key", async () => {
  const broken = await start({ secrets: { SIGNING_KEYS: "e2e:c2hvcnQ", MASTER_KEYS: "", INDEX_KEY: "" } });
  try {
    const answer = await broken.api("GET", "/health");
    assertProblem(answer, 500, "internal");
    assert.doesNotMatch(answer.text, /KEY|c2hvcnQ/);
  } finally {
    await broken.stop();
  }
});

test("an Idempotency-Key replays the same answer, and refuses another body", async () => {
  const { patient, doctor } = await server.seedDemo();
  const body = { kind: "consultation", participants: [doctor.id], subject: "Once" };
  const headers = { "idempotency-key": randomUUID() };
  const first = await patient.api("POST", "/api/v1/rooms", { body, headers });
  assert.equal(first.status, 201, first.text);
  const again = await patient.api("POST", "/api/v1/rooms", { body, headers });
  assert.equal(again.status, 201);
  assert.equal(again.headers.get("idempotency-replayed"), "true");
  assert.equal(again.headers.get("location"), first.headers.get("location"));
  assert.deepEqual(again.body, first.body);
  const other = await patient.api("POST", "/api/v1/rooms", { body: { ...body, subject: "Twice" }, headers });
  assertProblem(other, 422, "idempotency-mismatch");
});

test("twins with one Idempotency-Key make one room", async () => {
  const { patient, doctor } = await server.seedDemo();
  const body = { kind: "consultation", participants: [doctor.id], subject: "Twins" };
  const headers = { "idempotency-key": randomUUID() };
  const answers = await Promise.all(Array.from({ length: 5 }, () => patient.api("POST", "/api/v1/rooms", { body, headers })));
  for (const answer of answers) assert.ok([201, 409].includes(answer.status), answer.text);
  const ids = new Set(answers.filter((answer) => answer.status === 201).map((answer) => answer.body.id));
  assert.equal(ids.size, 1);
  const { body: rooms } = await patient.api("GET", "/api/v1/rooms?limit=100");
  assert.equal(rooms.items.filter((room) => room.subject === "Twins").length, 1);
});

test("a list is read page by page with a cursor and a Link, and a forged cursor is refused", async () => {
  const { patient, doctor } = await server.seedDemo();
  for (const subject of ["One", "Two", "Three"]) await server.openRoom(patient, doctor, subject);
  const seen = [];
  let path = "/api/v1/rooms?limit=2";
  for (let pages = 0; path && pages < 10; pages += 1) {
    const answer = await patient.api("GET", path);
    assert.equal(answer.status, 200, answer.text);
    seen.push(...answer.body.items.map((room) => room.id));
    const link = answer.headers.get("link")?.match(/<([^>]+)>;\s*rel="next"/)?.[1];
    assert.equal(Boolean(link), answer.body.next_cursor !== null, "a Link as long as there is a cursor");
    if (pages === 0) await server.openRoom(patient, doctor, "Came in between");
    path = link && new URL(link, server.url).pathname + new URL(link, server.url).search;
  }
  assert.equal(new Set(seen).size, seen.length, "no room twice");
  assert.ok(seen.length >= 3);
  assert.equal((await patient.api("GET", "/api/v1/rooms?cursor=forged")).status, 422);
});
