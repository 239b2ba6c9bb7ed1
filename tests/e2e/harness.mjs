// Runs the built worker on workerd, through Miniflare: D1 with the migrations
// applied, KV, the queue with its consumer, Durable Objects, the clock. All of it
// comes from wrangler.toml; secrets are new for each run.
import { randomBytes } from "node:crypto";
import { mkdtemp, readFile, readdir, rm } from "node:fs/promises";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { Client } from "./client.mjs";

export const ROOT = fileURLToPath(new URL("../..", import.meta.url));
/** Where the worker was built; E2E_BUILD points to another place. */
export const BUILD = path.resolve(process.env.E2E_BUILD ?? path.join(ROOT, "build"));

const require = createRequire(import.meta.url);
const wranglerRequire = createRequire(require.resolve("wrangler/package.json"));
const { Miniflare, convertV4MiniflareOptions, Log, LogLevel } = wranglerRequire("miniflare");
export { Miniflare, convertV4MiniflareOptions, Log, LogLevel };

const key = () => `e2e:${randomBytes(32).toString("base64url")}`;
export const newSecrets = () => ({ SIGNING_KEYS: key(), MASTER_KEYS: key(), INDEX_KEY: key() });

/** The worker's modules: the entry as it is, importing what was built. */
async function modules() {
  const files = [
    ["ESModule", "src/platform/cloudflare/entry.mjs", path.join(ROOT, "src/platform/cloudflare/entry.mjs")],
    ["ESModule", "build/index.js", path.join(BUILD, "index.js")],
    ["CompiledWasm", "build/index_bg.wasm", path.join(BUILD, "index_bg.wasm")],
  ];
  return Promise.all(files.map(async ([type, name, file]) => ({ type, path: path.join(ROOT, name), contents: await readFile(file) })));
}

/** wrangler.toml as Miniflare wants it. */
export async function workerOptions({ vars = {}, secrets = newSecrets(), consumer = true } = {}) {
  const { unstable_readConfig } = require("wrangler");
  const config = unstable_readConfig({ config: path.join(ROOT, "wrangler.toml") }, { hideWarnings: true });
  const byBinding = (list, value) => Object.fromEntries(list.map((item) => [item.binding ?? item.name, value(item)]));
  const consumers = consumer ? config.queues.consumers : [];
  return {
    name: config.name,
    modules: await modules(),
    modulesRoot: ROOT,
    compatibilityDate: config.compatibility_date,
    compatibilityFlags: config.compatibility_flags,
    // A suite signs up more people from one address than anybody does; the tests of limits switch them on.
    bindings: { ...config.vars, ...(vars.ENVIRONMENT !== "production" && { RATE_LIMITS: "off" }), ...secrets, ...vars },
    d1Databases: byBinding(config.d1_databases, (item) => item.database_id),
    kvNamespaces: byBinding(config.kv_namespaces, (item) => item.id),
    r2Buckets: byBinding(config.r2_buckets, (item) => item.bucket_name),
    queueProducers: byBinding(config.queues.producers, (item) => ({ queueName: item.queue })),
    queueConsumers: Object.fromEntries(consumers.map((item) => [item.queue, {
      maxBatchSize: item.max_batch_size,
      maxBatchTimeout: item.max_batch_timeout,
      maxRetries: item.max_retries,
      deadLetterQueue: item.dead_letter_queue,
    }])),
    durableObjects: byBinding(config.durable_objects.bindings, (item) => ({ className: item.class_name, useSQLite: true })),
    unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }],
  };
}

async function migrate(database) {
  const known = await database.prepare("SELECT name FROM sqlite_master WHERE name = 'guard'").first();
  if (known) return;
  const { unstable_splitSqlQuery } = require("wrangler");
  const directory = path.join(ROOT, "migrations");
  for (const name of (await readdir(directory)).filter((name) => name.endsWith(".sql")).sort()) {
    const sql = await readFile(path.join(directory, name), "utf8");
    await database.batch(unstable_splitSqlQuery(sql).map((statement) => database.prepare(statement)));
  }
}

/** A worker that runs, and a client of it. */
class Server extends Client {
  constructor(url, miniflare, logs, options) {
    super(url);
    Object.assign(this, { miniflare, logs, options });
  }

  database() {
    return this.miniflare.getD1Database("DB");
  }

  /** What the clock triggers. */
  async tick() {
    const worker = await this.miniflare.getWorker();
    return worker.scheduled({ cron: "* * * * *" });
  }

  /** Puts a job to the queue, as the worker does. */
  async enqueue(jobId) {
    const queue = await this.miniflare.getQueueProducer("JOBS");
    await queue.send(jobId);
  }

  /** Throws a room's object out of memory; its sockets sleep on. */
  hibernate(roomId) {
    return this.miniflare.unsafeEvictDurableObject(this.options.name, "RoomObject", { name: roomId, webSockets: "hibernate" });
  }

  /** The log line of a request, once it is written: those of a burst leave together. */
  async line(requestId) {
    for (let tries = 0; ; tries += 1) {
      const line = this.lines().find((line) => line.request_id === requestId);
      if (line || tries === 100) return line;
      await new Promise((resolve) => setTimeout(resolve, 20));
    }
  }

  /** What was logged as one JSON object a line. */
  lines() {
    return this.logs.flatMap((log) => log.message.split("\n")).flatMap((line) => {
      try {
        return [JSON.parse(line)];
      } catch {
        return [];
      }
    });
  }

  stop() {
    return this.miniflare.dispose();
  }
}

/**
 * Starts a worker on a port of its own.
 * @param options.vars settings over those of wrangler.toml
 * @param options.secrets those of an earlier run, with its `persist` directory
 * @param options.persist where data outlives the worker; none is memory and a temporary folder
 * @param options.consumer false leaves what is queued in the queue
 */
export async function start(options = {}) {
  const { persist } = options;
  const logs = [];
  const worker = await workerOptions(options);
  const miniflare = new Miniflare(convertV4MiniflareOptions({
    ...worker,
    host: "127.0.0.1",
    port: 0,
    cf: false,
    log: new Log(LogLevel.NONE),
    handleStructuredLogs: (log) => logs.push(log),
    ...(persist && { resourcePersistencePath: persist }),
  }));
  await miniflare.ready;
  await migrate(await miniflare.getD1Database("DB"));
  return new Server(await miniflare.unsafeGetDirectURL(), miniflare, logs, worker);
}

/** A folder that is removed when `work` is done. */
export async function withTemporaryFolder(work) {
  const folder = await mkdtemp(path.join(tmpdir(), "e2e-"));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}
