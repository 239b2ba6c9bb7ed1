// A worker in a process of its own, for tests that kill it:
// `node serve.mjs '{"persist": …, "secrets": …, "vars": …}'` prints its URL as a line.
import { start } from "./harness.mjs";

const server = await start(JSON.parse(process.argv[2] ?? "{}"));
console.log(server.url);
// Whoever started it is gone: so is this.
process.stdin.resume().on("end", () => server.stop().then(() => process.exit()));
