// The module that workerd starts from: hands events to the Rust in the
// WebAssembly module beside it, and stands in for it when it breaks.
//
// WebAssembly cannot unwind here: after a panic, a trap or an exception that
// crossed its frames, the instance must not run again, and the promises of
// every request inside it will never settle. So each of those is answered a
// 500, and the next event gets a fresh instance.

import {
  __wbg_reset_state as startAfresh,
  fetch as handleFetch,
  initSync,
  internalErrorBody,
  scheduled as handleScheduled,
} from "./assessments_worker.js";
import wasmModule from "./assessments_worker_bg.wasm";

initSync({ module: wasmModule });
const INTERNAL_ERROR = internalErrorBody();

/** Rejects when the present instance breaks; renewed with the instance. */
let instance = watch();

function watch() {
  const { promise, reject } = Promise.withResolvers();
  // Watched by the requests inside the instance; when there are none, a
  // rejection is nobody's concern.
  promise.catch(() => {});
  return { broken: false, breaks: promise, reject };
}

function breakInstance(cause) {
  if (instance.broken) return;
  instance.broken = true;
  console.error("the instance broke and will be replaced:", cause);
  instance.reject(cause);
}

// The panic hook of the `worker` crate sets this flag.
Object.defineProperty(globalThis.__worker_init_state, "criticalError", {
  set: (panicked) => {
    if (panicked) breakInstance(new Error("panic"));
  },
});

// Traps and exceptions surface in the microtask that polled the future. So
// does a late answer to an instance that is gone already, which is harmless.
addEventListener("unhandledrejection", (event) => {
  event.preventDefault();
  if (/previous WASM instance/i.test(String(event.reason))) return;
  breakInstance(event.reason);
});

async function run(handler, ...args) {
  if (instance.broken) {
    instance = watch();
    startAfresh();
  }
  const { breaks } = instance;
  try {
    return await Promise.race([handler(...args), breaks]);
  } catch (cause) {
    breakInstance(cause);
    throw cause;
  }
}

export default {
  async fetch(request, env, context) {
    try {
      return await run(handleFetch, request, env, context);
    } catch {
      return new Response(INTERNAL_ERROR, {
        status: 500,
        headers: {
          "content-type": "application/json",
          "x-coverbase-request-id": crypto.randomUUID(),
        },
      });
    }
  },

  async scheduled(event, env, context) {
    await run(handleScheduled, event, env, context);
  },
};
