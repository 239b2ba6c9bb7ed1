// The console, by the handful: a write to it costs as much as all the rest of a
// small answer. A lone line leaves at once; those of a burst leave together, none
// later than the window. Kept here and not in the wasm, so that a panic loses none.
import { waitUntil } from "cloudflare:workers";

const WINDOW_MS = 100;
const MOST_LINES = 200;

let lines = [];
let written = 0;
let waiting = false;

function write() {
  if (lines.length > 0) console.log(lines.join("\n"));
  lines = [];
  written = Date.now();
}

export function log(line) {
  lines.push(line);
  if (lines.length >= MOST_LINES || Date.now() - written >= WINDOW_MS) return write();
  if (waiting) return;
  waiting = true;
  waitUntil(scheduler.wait(WINDOW_MS).then(() => {
    waiting = false;
    write();
  }));
}
