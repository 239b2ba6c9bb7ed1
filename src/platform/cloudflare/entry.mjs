// The worker's entry: the generated shim, and around it the one thing that a
// panic needs from outside. A panic aborts the wasm instance, so nothing inside
// can answer; the shim makes a new instance for the next request, and this says
// to everyone who was on the old one that it was not their fault.
import Instance, { LimiterObject, RoomObject } from "../../../build/index.js";

export { LimiterObject, RoomObject };

function internal(request, error) {
  const id = crypto.randomUUID();
  const path = new URL(request.url).pathname;
  // The cause is for the log; the answer has the id alone.
  console.log(JSON.stringify({ level: "error", event: "panic", request_id: id, cause: String(error) }));
  const problem = {
    type: "/problems/internal",
    title: "Something went wrong here",
    status: 500,
    instance: path,
    request_id: id,
  };
  return new Response(JSON.stringify(problem), {
    status: 500,
    headers: {
      "content-type": "application/problem+json",
      "cache-control": "no-store",
      "x-content-type-options": "nosniff",
      "x-request-id": id,
    },
  });
}

// A panic leaves the promises of the instance hanging, its own and its neighbours'.
const state = globalThis.__worker_init_state;
const inFlight = new Set();
let aborted = state.criticalError;
Object.defineProperty(state, "criticalError", {
  get: () => aborted,
  set(value) {
    aborted = value;
    if (value) for (const fail of inFlight) fail(new Error("the instance was aborted by a panic"));
  },
});

async function unlessAborted(work) {
  let fail;
  const abort = new Promise((_, reject) => inFlight.add((fail = reject)));
  try {
    return await Promise.race([work, abort]);
  } finally {
    inFlight.delete(fail);
  }
}

// The shim's handlers as they are: its class, two proxies around each, would cost
// a small request more than its answer. Constructing one renews an aborted instance.
const handlers = Instance.prototype;

function run(handler, event, env, ctx) {
  if (aborted) new Instance(ctx, env);
  try {
    return handler.call({ env, ctx }, event);
  } catch (error) {
    state.criticalError ||= error instanceof WebAssembly.RuntimeError;
    throw error;
  }
}

export default {
  fetch(request, env, ctx) {
    try {
      const answer = run(handlers.fetch, request, env, ctx);
      if (answer instanceof Response) return answer;
      return unlessAborted(answer).catch((error) => internal(request, error));
    } catch (error) {
      return internal(request, error);
    }
  },
  queue: (batch, env, ctx) => run(handlers.queue, batch, env, ctx),
  scheduled: (controller, env, ctx) => run(handlers.scheduled, controller, env, ctx),
};
