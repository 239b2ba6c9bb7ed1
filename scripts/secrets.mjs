// Keys. Without arguments: makes .dev.vars with random keys, or adds those that
// are missing in it; what is there never changes, for data is sealed under it.
//   node scripts/secrets.mjs key k2    prints a new key for a ring, as `k2:…`
import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, readFileSync, renameSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const FILE = fileURLToPath(new URL("../.dev.vars", import.meta.url));
const PART = fileURLToPath(new URL("../.tools/dev.vars.part", import.meta.url));
const NEEDED = { SIGNING_KEYS: "k1", MASTER_KEYS: "m1", INDEX_KEY: "i1" };
const HEADER = "# Settings and keys of this machine alone, made at random; .dev.vars.example explains each.\n";

const newKey = (kid) => `${kid}:${randomBytes(32).toString("base64url")}`;

const [command, kid] = process.argv.slice(2);
if (command === "key") {
  if (!/^[\w-]+$/.test(kid ?? "")) {
    console.error("✗ a key's id is letters, digits, - and _: make key KID=k2");
    process.exit(1);
  }
  console.log(newKey(kid));
} else {
  const present = existsSync(FILE) ? readFileSync(FILE, "utf8") : HEADER;
  const missing = Object.entries(NEEDED).filter(([name]) => !new RegExp(`^${name}=[ \\t]*\\S`, "m").test(present));
  if (missing.length > 0) {
    const lines = missing.map(([name, id]) => `${name}=${newKey(id)}\n`);
    const gap = present.endsWith("\n") ? "" : "\n";
    // Whole or not at all: half a key would make the next start fail.
    writeFileSync(PART, present + gap + lines.join(""), { mode: 0o600 });
    renameSync(PART, FILE);
    console.log(`✓ .dev.vars: new random ${missing.map(([name]) => name).join(", ")}`);
  }
  chmodSync(FILE, 0o600);
}
