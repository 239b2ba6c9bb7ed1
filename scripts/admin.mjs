// `make admin EMAIL=…`: makes a person who has registered the first operator of
// an installation. Once: where there is an operator already, nothing changes.
// ENV=staging or ENV=production does it there, and needs INDEX_KEY in the environment.
import { spawnSync } from "node:child_process";
import { createHmac, randomBytes } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const ROOT = fileURLToPath(new URL("..", import.meta.url));

function fail(sentence) {
  console.error(`✗ ${sentence}`);
  process.exit(1);
}

/** The key of the blind index, as `kid:base64url`. */
function indexKey(isLocal) {
  const file = `${ROOT}.dev.vars`;
  const local = isLocal && existsSync(file) ? /^INDEX_KEY=\s*["']?([^\s"',]+)/m.exec(readFileSync(file, "utf8"))?.[1] : undefined;
  const text = process.env.INDEX_KEY ?? local;
  if (!text) fail(isLocal ? ".dev.vars has no INDEX_KEY: run 'make dev' once" : "INDEX_KEY must be in the environment, as it was set for this installation");
  const key = Buffer.from(text.slice(text.indexOf(":") + 1), "base64url");
  if (key.length !== 32) fail("INDEX_KEY is not a kid and 32 bytes in base64url");
  return key;
}

/** UUIDv7: milliseconds, then randomness. */
function newId(now) {
  const bytes = randomBytes(16);
  bytes.writeUIntBE(now, 0, 6);
  bytes[6] = (bytes[6] & 0x0f) | 0x70;
  bytes[8] = (bytes[8] & 0x3f) | 0x80;
  const hex = bytes.toString("hex");
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join("-");
}

const email = (process.env.EMAIL ?? "").trim().toLowerCase();
if (!/^[^\s@]+@[^\s@]+$/.test(email)) fail("say whom: make admin EMAIL=name@example.org");
const where = process.env.ENV || "local";
if (!["local", "staging", "production"].includes(where)) fail(`ENV is local, staging or production, not ${where}`);
const isLocal = where === "local";

const index = createHmac("sha256", indexKey(isLocal)).update(email).digest("base64url");
const now = Date.now();
const audit = newId(now);
// No word of the caller's stands in the SQL: the index is base64url, ids and times are made here.
const who = `FROM users WHERE email_index = '${index}'`;
// An address that nobody has confirmed may be anybody's; a local installation sends no real mail.
const fit = `suspended_at IS NULL${isLocal ? "" : " AND email_verified_at IS NOT NULL"}`;
const sql = [
  `INSERT INTO operators (user_id, created_at)
   SELECT id, ${now} ${who} AND ${fit} AND NOT EXISTS (SELECT 1 FROM operators)`,
  `INSERT INTO audit (id, actor_id, action, subject_id, request_id, at)
   SELECT '${audit}', NULL, 'operator.appointed', id, 'make-admin', ${now} ${who} AND changes() = 1`,
  `SELECT (SELECT count(*) FROM operators) AS operators,
          (SELECT count(*) FROM audit WHERE id = '${audit}') AS appointed,
          (SELECT count(*) ${who}) AS known,
          (SELECT count(*) ${who} AND ${fit}) AS fit,
          (SELECT count(*) FROM operators o JOIN users u ON u.id = o.user_id WHERE u.email_index = '${index}') AS was_already`,
].join(";\n");

const target = isLocal ? ["--local"] : ["--env", where, "--remote"];
const run = spawnSync("wrangler", ["d1", "execute", "DB", ...target, "--json", "--yes", "--command", sql], {
  cwd: ROOT,
  encoding: "utf8",
  env: { ...process.env, WRANGLER_SEND_METRICS: "false" },
});
if (run.error || run.status !== 0) {
  process.stderr.write(`${run.stdout ?? ""}${run.stderr ?? ""}`);
  fail(`the ${where} database did not take it${isLocal ? ": run 'make migrate' first if it is new" : ""}`);
}
const outcome = JSON.parse(run.stdout.slice(run.stdout.indexOf("["))).at(-1).results[0];
if (outcome.appointed === 1) {
  console.log(`✓ ${email} is the first operator of the ${where} installation, from the next sign-in on; it is in the audit as ${audit}`);
} else if (outcome.was_already === 1) {
  fail(`${email} is an operator already; nothing was changed`);
} else if (outcome.operators > 0) {
  fail("there is an operator already, and this makes the first one only; nothing was changed");
} else if (outcome.known === 0) {
  fail(`nobody has registered as ${email}: register first, then run this again`);
} else {
  fail(`${email} is suspended${isLocal ? "" : " or has not confirmed the address"}; nothing was changed`);
}
