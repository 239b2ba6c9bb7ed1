// Each port's contract on workerd: the same code that the native tests run.
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { start } from "./harness.mjs";

let server;
before(async () => {
  server = await start();
});
after(() => server.stop());

test("workerd keeps every port's contract", async () => {
  const answer = await server.api("POST", "/dev/contracts");
  assert.equal(answer.status, 200, answer.text);
  assert.ok(answer.body.length >= 8, answer.text);
  for (const { port, broken } of answer.body) assert.equal(broken, null, port);
});
