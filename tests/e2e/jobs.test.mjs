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
    const broken = await database.prepare("SELECT done_at, next_attempt_at FROM outbox WHERE id = 'broken'").first();
    assert.equal(broken.done_at, null);
    assert.ok(broken.next_attempt_at > Date.now(), "another try is planned");
  } finally {
    await server.stop();
  }
});
