// A room under bad lines and a server that is killed: what was acked is stored
// once, `seq` has no gap, and everyone ends with the same list.
// CHAOS_SEED=… repeats a run as far as timing allows.
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { Client } from "./client.mjs";
import { newSecrets, withTemporaryFolder } from "./harness.mjs";

const CLIENTS = 4;
const EACH = 50;
const ALL = CLIENTS * EACH;
const KILL_AT = [60, 130];
const CUT = 0.1;

const pause = (ms) => new Promise((wake) => setTimeout(wake, ms));

/** Mulberry32. */
function seeded(seed) {
  return () => {
    seed = (seed + 0x6d2b79f5) | 0;
    let t = Math.imul(seed ^ (seed >>> 15), 1 | seed);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** The server as a process group that can be killed whole, workerd with it. */
class Process {
  constructor(options) {
    this.options = JSON.stringify(options);
  }

  async start() {
    const script = fileURLToPath(new URL("serve.mjs", import.meta.url));
    this.child = spawn(process.execPath, [script, this.options], { detached: true, stdio: ["pipe", "pipe", "inherit"] });
    const ended = once(this.child, "exit").then(() => Promise.reject(new Error("the server did not start")));
    const [url] = await Promise.race([once(createInterface(this.child.stdout), "line"), ended]);
    ended.catch(() => {});
    return url;
  }

  async kill() {
    const exit = once(this.child, "exit");
    process.kill(-this.child.pid, "SIGKILL");
    await exit;
  }
}

/** A client as it should be: keeps what it has, sends again what was not acked. */
class Chatter {
  list = [];
  acks = new Map();
  wrong = [];
  cuts = 0;
  resent = 0;

  constructor(account, room, random) {
    Object.assign(this, { account, room, random });
    this.ids = Array.from({ length: EACH }, () => randomUUID());
    this.sent = new Set();
  }

  get done() {
    return this.acks.size === EACH;
  }

  absorb(socket) {
    for (const frame of socket.frames.splice(0)) {
      if (frame.type === "message") {
        if (frame.seq === this.list.length + 1) this.list.push(frame);
        else this.wrong.push(`got ${frame.seq} after ${this.list.length}`);
      } else if (frame.type === "ack") {
        const before = this.acks.get(frame.client_id);
        if (before !== undefined && before !== frame.seq) this.wrong.push(`${frame.client_id} acked as ${before} and ${frame.seq}`);
        this.acks.set(frame.client_id, frame.seq);
      } else if (frame.type === "error") {
        this.wrong.push(`error ${frame.code}: ${frame.detail}`);
      }
    }
  }

  /** One connection, until it is cut, or all is acked and `until` is there. */
  async session(until) {
    const socket = await this.account.connect(this.room, { after: this.list.length });
    const open = () => socket.ws.readyState === 1;
    try {
      const waiting = this.ids.filter((id) => !this.acks.has(id));
      for (const client_id of waiting) {
        if (!open()) return;
        this.resent += this.sent.has(client_id);
        this.sent.add(client_id);
        socket.send({ type: "send", client_id, body: `${this.account.id} ${this.ids.indexOf(client_id)}`, attachment_ids: [], reply_to: null });
        if (this.random() < CUT) {
          this.cuts += 1;
          return;
        }
        await pause(this.random() * 60);
        this.absorb(socket);
      }
      while (open() && !(this.done && this.list.length >= until())) {
        await pause(10);
        this.absorb(socket);
      }
    } finally {
      socket.ws.terminate();
      this.absorb(socket);
    }
  }

  async run(until, deadline) {
    while (!this.done || this.list.length < until()) {
      if (Date.now() > deadline) throw new Error(`not done in time: ${this.acks.size} acked, ${this.list.length} received`);
      // No server, or one that is just going down: try again, as clients do.
      await this.session(until).catch(() => pause(100));
    }
  }
}

test("200 messages over cut lines and two kills are each stored once, in one order for all", async (t) => {
  const seed = Number(process.env.CHAOS_SEED ?? Date.now() % 2 ** 31);
  t.diagnostic(`CHAOS_SEED=${seed}`);
  await withTemporaryFolder(async (persist) => {
    const server = new Process({ persist, secrets: newSecrets(), vars: { CHAT_MESSAGES_PER_10_S: "10000" } });
    const client = new Client(await server.start());
    try {
      const { doctor } = await client.seedDemo();
      const guests = [];
      for (let i = 1; i < CLIENTS; i += 1) guests.push(await client.signUp({ name: `Guest ${i}` }));
      const opened = await doctor.api("POST", "/api/v1/rooms", {
        body: { kind: "consultation", participants: guests.map((guest) => guest.id), subject: "Chaos" },
      });
      assert.equal(opened.status, 201, opened.text);
      const room = opened.body.id;
      for (const guest of guests) assert.equal((await guest.api("POST", `/api/v1/rooms/${room}/accept`)).status, 200);

      const chatters = [doctor, ...guests].map((account, at) => new Chatter(account, room, seeded(seed + at)));
      const acked = () => chatters.reduce((sum, chatter) => sum + chatter.acks.size, 0);
      const deadline = Date.now() + 90_000;
      const killer = async () => {
        for (const at of KILL_AT) {
          while (acked() < at && Date.now() < deadline) await pause(5);
          await server.kill();
          client.url = (await server.start()).replace(/\/$/, "");
        }
      };
      await Promise.all([killer(), ...chatters.map((chatter) => chatter.run(() => ALL, deadline))]);

      const stored = [];
      for (let after = 0; ; after = stored.at(-1).seq) {
        const page = await doctor.api("GET", `/api/v1/rooms/${room}/messages?after=${after}&limit=100`);
        assert.equal(page.status, 200, page.text);
        if (page.body.items.length === 0) break;
        stored.push(...page.body.items);
      }
      assert.deepEqual(stored.map((message) => message.seq), Array.from({ length: ALL }, (_, at) => at + 1));
      assert.equal(new Set(stored.map((message) => `${message.sender_id} ${message.client_id}`)).size, ALL, "each once");
      for (const chatter of chatters) {
        assert.deepEqual(chatter.wrong, []);
        for (const [client_id, seq] of chatter.acks) assert.equal(stored[seq - 1].client_id, client_id);
        assert.deepEqual(chatter.list.map(({ type, ...message }) => message), stored);
      }
      const sum = (field) => chatters.reduce((total, chatter) => total + chatter[field], 0);
      t.diagnostic(`${KILL_AT.length} kills, ${sum("cuts")} cut lines, ${sum("resent")} frames sent again, ${stored.length} messages`);
    } finally {
      await server.kill().catch(() => {});
    }
  });
});
