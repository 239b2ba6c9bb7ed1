// spin:variables as spin.toml declares them, so that a setting it forgets fails
// the tests. Values come from the environment, as with Spin's own provider.
import { readFileSync } from "node:fs";

const manifest = readFileSync(new URL("../../spin.toml", import.meta.url), "utf8");

export async function get(name) {
  const declared = new RegExp(`^${name} = \\{ (?:default = "([^"]*)"(?:, secret = true)?|required = true.*) \\}$`, "m").exec(manifest);
  if (!declared || !manifest.includes(`\n${name} = "{{ ${name} }}"\n`)) throw { tag: "invalid-name", val: name };
  const value = process.env[`SPIN_VARIABLE_${name.toUpperCase()}`] ?? declared[1];
  if (value === undefined) throw { tag: "provider", val: `${name} is required` };
  return value;
}
