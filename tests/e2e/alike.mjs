// That two kinds of calls cannot be told apart by whoever sends them: neither by what is answered, nor by how long it takes.
import assert from "node:assert/strict";

const TRIES = 100;
const WARM_UP = 5;
/** What belongs to one request alone. */
const OF_REQUEST = ["date", "x-request-id", "traceparent"];

const median = (times) => times.toSorted((a, b) => a - b)[times.length >> 1];

/** Time, and all of an answer but what is of the request. */
async function attempt(send, i) {
  const began = performance.now();
  const answer = await send(i);
  const took = performance.now() - began;
  const headers = [...answer.headers].filter(([name]) => !OF_REQUEST.includes(name));
  const text = answer.text.replaceAll(answer.headers.get("x-request-id"), "");
  return { took, same: JSON.stringify([answer.status, headers, text]) };
}

/**
 * Asserts that the two give the same answers, with this status, in times whose medians are within 10%.
 * @param calls two calls by the names of what they are about; each gets a number that it had not before
 */
export async function assertAlike(t, status, calls) {
  const kinds = Object.entries(calls).map(([name, send]) => ({ name, send, times: [] }));
  const answers = new Set();
  for (let i = 0; i < WARM_UP + TRIES; i += 1) {
    // Who is first changes, so that neither is always behind the other's garbage.
    for (const { send, times } of i % 2 ? kinds : kinds.toReversed()) {
      const { took, same } = await attempt(send, i);
      answers.add(same);
      if (i >= WARM_UP) times.push(took);
    }
  }
  assert.equal(answers.size, 1, [...answers].join("\n"));
  assert.equal(JSON.parse([...answers][0])[0], status, [...answers][0]);
  const [a, b] = kinds.map(({ times }) => median(times));
  t.diagnostic(`medians of ${TRIES}: ${kinds[0].name} ${a.toFixed(2)} ms, ${kinds[1].name} ${b.toFixed(2)} ms`);
  assert.ok(Math.abs(a - b) / Math.max(a, b) < 0.1, `${a} and ${b} ms are more than 10% apart`);
}
