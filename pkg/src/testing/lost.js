// A connection that is lost on demand, as `fetch` tells it.

const CODE = "ECONNRESET";

export function lost() {
  const cause = Object.assign(new Error("the stand-in was told to lose it"), { code: CODE });
  return new TypeError("fetch failed", { cause });
}

/** @param {unknown} error */
export const isLost = (error) =>
  error instanceof TypeError && /** @type {{ code?: unknown }} */ (error.cause)?.code === CODE;
