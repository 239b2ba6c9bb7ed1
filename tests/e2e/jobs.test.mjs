// Jobs are as durable as the change that asked for them: what the queue loses
// the sweep finds, and nothing is done twice.
import assert from "node:assert/strict";
import { test } from "node:test";
import { eventually } from "./client.mjs";
import { newSecrets, start, withTemporaryFolder } from "./harness.mjs";

const pause = (ms) => new Promise((wake) => setTimeout(wake, ms));

test("a job whose queue message was lost is offered again by the clock, and sends one mail", async () => {
  await withTemporaryFolder(async (persist) => {
    const secrets = newSecrets();
    // A queue that nobody reads, and that ends with the process.
    const first = await start({ persist, secrets, consumer: false });
    const { answer, person } = await first.register();
    assert.equal(answer.status, 202, answer.text);
    await first.stop();

    const server = await start({ persist, secrets });
    try {
      const database = await server.database();
      const rows = () => database.prepare("SELECT id, done_at, payload_sealed FROM outbox").all().then((answer) => answer.results);
      const [job] = await rows();
      assert.equal(job.done_at, null);

      // Too early: the queue may still have it.
      assert.equal((await server.tick()).outcome, "ok");
      await pause(1500);
      assert.deepEqual(await server.mails(person.email), []);

      await database.prepare("UPDATE outbox SET next_attempt_at = next_attempt_at - 60000").run();
      assert.equal((await server.tick()).outcome, "ok");
      await eventually("the mail", async () => (await server.mails(person.email)).length === 1);
      const [done] = await eventually("the job's end", async () => (await rows())[0].done_at && rows());
      assert.equal(done.payload_sealed, "", "the address is not kept once the mail is sent");

      // Neither another sweep nor a message that is delivered twice sends another.
      await server.tick();
      await Promise.all([server.enqueue(job.id), server.enqueue(job.id), server.enqueue("no such job")]);
      await pause(2500);
      assert.equal((await server.mails(person.email)).length, 1);
    } finally {
      await server.stop();
    }
  });
});

test("a job that cannot be done is tried again later, and the others are done meanwhile", async () => {
  const server = await start();
  try {
    const database = await server.database();
    await database.prepare("INSERT INTO outbox (id, kind, payload_sealed, created_at, next_attempt_at) VALUES ('broken', 'send_mail', 'e2e.AAAA', 0, 0)").run();
    assert.equal((await server.tick()).outcome, "ok");
    const { person } = await server.register();
    await eventually("the mail", async () => (await server.mails(person.email)).length === 1);
    const broken = await eventually("the try", async () => {
      const row = await database.prepare("SELECT * FROM outbox WHERE id = 'broken'").first();
      return row.last_error && row;
    });
    assert.deepEqual([broken.done_at, broken.dead_at, broken.attempts, broken.last_error], [null, null, 1, "unreadable"]);
    // Within half a minute, wherever the jitter fell.
    assert.ok(broken.next_attempt_at > broken.last_attempt_at, "another try is planned");
    assert.ok(broken.next_attempt_at <= Date.now() + 30_000, "and soon");
  } finally {
    await server.stop();
  }
});

test("a job that was given up is shown to the operator, and sends its mail when it is replayed", async () => {
  await withTemporaryFolder(async (persist) => {
    const secrets = newSecrets();
    // A queue that nobody reads, so that the job can be given up before it is done.
    const first = await start({ persist, secrets, consumer: false });
    const olga = await first.signUp();
    const { person } = await first.register();
    let database = await first.database();
    const job = await database.prepare("SELECT MAX(id) AS id FROM outbox").first();
    await database.prepare("UPDATE outbox SET dead_at = 1, last_error = 'provider_422', next_attempt_at = 9007199254740991 WHERE id = ?").bind(job.id).run();
    await database.prepare("INSERT INTO operators (user_id, created_at) VALUES (?, 0)").bind(olga.id).run();
    await first.stop();

    const server = await start({ persist, secrets });
    try {
      const operator = await server.signIn(olga.user.email);
      await server.enqueue(job.id);
      await pause(2500);
      assert.deepEqual(await server.mails(person.email), [], "what was given up is done by no message");

      const path = "/api/v1/operations/dead-letters";
      const { body } = await operator.api("GET", path);
      assert.deepEqual(body.items.map(({ id, kind, last_error }) => [id, kind, last_error]), [[job.id, "send_mail", "provider_422"]]);
      assert.equal((await server.api("GET", path, { token: olga.token })).status, 403, "a token from before knows no operator");
      const replayed = await operator.api("POST", `${path}/${job.id}/replay`);
      assert.deepEqual([replayed.status, replayed.body], [202, { status: "waiting" }]);
      await eventually("the mail", async () => (await server.mails(person.email)).length === 1);
      assert.equal((await operator.api("POST", `${path}/${job.id}/replay`)).status, 404);
    } finally {
      await server.stop();
    }
  });
});
