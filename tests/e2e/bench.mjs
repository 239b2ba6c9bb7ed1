// What our request path costs: /health of the built worker against a bare worker
// that answers the same bytes, each on workerd's direct socket, in turns.
// `node tests/e2e/bench.mjs [rounds] [seconds]` after `scripts/build-worker.sh --release`.
import { readFileSync, readdirSync, statSync } from "node:fs";
import net from "node:net";
import path from "node:path";
import { BUILD, Log, LogLevel, Miniflare, convertV4MiniflareOptions, workerOptions } from "./harness.mjs";

const [rounds = 8, seconds = 2] = process.argv.slice(2).map(Number);
const CONNECTIONS = 16;
const TARGET = 2;
/** Larger than any release build: names and checks are still in it. */
const DEBUG_BYTES = 4 << 20;

function children() {
  return new Set(readdirSync("/proc").filter((pid) => {
    try {
      return readFileSync(`/proc/${pid}/stat`, "utf8").match(/\) \S (\d+)/)[1] === String(process.pid);
    } catch {
      return false;
    }
  }));
}

/** CPU of a process so far, in ms; a clock tick is 10 ms on Linux. */
function cpuMs(pid) {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1].split(" ");
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

async function serve(name, options) {
  const before = children();
  const miniflare = new Miniflare(convertV4MiniflareOptions({
    ...options,
    host: "127.0.0.1",
    port: 0,
    cf: false,
    log: new Log(LogLevel.NONE),
    handleStructuredLogs: () => {},
    unsafeDirectSockets: [{ host: "127.0.0.1", port: 0 }],
  }));
  await miniflare.ready;
  const pid = [...children()].find((child) => !before.has(child));
  return { name, miniflare, pid, url: new URL(await miniflare.unsafeGetDirectURL()), rates: [], costs: [] };
}

/** Requests over one kept-alive connection, the next when the last is answered. */
function connection(url, until, count) {
  return new Promise((resolve, reject) => {
    const request = `GET /health HTTP/1.1\r\nhost: ${url.host}\r\n\r\n`;
    const socket = net.connect(url.port, url.hostname, () => socket.write(request));
    let text = "";
    socket.setEncoding("latin1").on("error", reject).on("data", (chunk) => {
      text += chunk;
      const head = text.indexOf("\r\n\r\n");
      if (head < 0) return;
      const length = Number(/content-length: (\d+)/i.exec(text)?.[1]);
      if (!text.startsWith("HTTP/1.1 200") || Number.isNaN(length)) return reject(new Error(text));
      if (text.length < head + 4 + length) return;
      text = "";
      count();
      if (performance.now() < until) return socket.write(request);
      socket.end();
      resolve();
    });
  });
}

async function round(target, milliseconds) {
  let answered = 0;
  const [cpu, began] = [cpuMs(target.pid), performance.now()];
  const all = Array.from({ length: CONNECTIONS }, () => connection(target.url, began + milliseconds, () => (answered += 1)));
  await Promise.all(all);
  return { rate: answered / ((performance.now() - began) / 1000), cost: (cpuMs(target.pid) - cpu) / answered };
}

const median = (values) => values.toSorted((a, b) => a - b)[values.length >> 1];

const wasm = statSync(path.join(BUILD, "index_bg.wasm")).size;
if (wasm > DEBUG_BYTES) console.log(`! ${BUILD} holds a debug build (${(wasm / 1024 / 1024).toFixed(1)} MiB): its figures say nothing`);
const ours = await serve("virtual-doctor", await workerOptions());
const { knowledge_version } = await (await fetch(new URL("/health", ours.url))).json();
const body = JSON.stringify({ status: "ok", knowledge_version });
const bare = await serve("bare", {
  name: "bare",
  compatibilityDate: "2026-11-01",
  modules: true,
  script: `const body = ${JSON.stringify(body)}, init = { headers: { "content-type": "application/json" } };
           export default { fetch: () => new Response(body, init) };`,
});
try {
  for (const target of [ours, bare]) await round(target, 1000);
  for (let i = 0; i < rounds; i += 1) {
    for (const target of i % 2 ? [ours, bare] : [bare, ours]) {
      const { rate, cost } = await round(target, seconds * 1000);
      target.rates.push(rate);
      target.costs.push(cost);
    }
  }
  for (const { name, rates, costs } of [bare, ours]) {
    const spread = `${Math.min(...rates).toFixed(0)} to ${Math.max(...rates).toFixed(0)}`;
    console.log(`${name.padEnd(15)} ${median(rates).toFixed(0).padStart(7)} req/s (${spread}), ${(median(costs) * 1000).toFixed(0)} µs CPU a request`);
  }
  // Each round against its own neighbour, so that what else the machine does weighs on both.
  const rate = median(bare.rates.map((value, at) => value / ours.rates[at]));
  const cost = median(ours.costs.map((value, at) => value / bare.costs[at]));
  console.log(`ratio: ${rate.toFixed(2)} by req/s, ${cost.toFixed(2)} by CPU; target ≤ ${TARGET}: ${Math.max(rate, cost) <= TARGET ? "met" : "not met"}`);
} finally {
  await Promise.all([ours.miniflare.dispose(), bare.miniflare.dispose()]);
}
