// Requests and responses as the WebAssembly module takes and gives them: each part that
// crosses the boundary by itself costs more than all of them as one text. No header has a line
// feed in it.

/**
 * The headers of requests that the module looks at; it says so once.
 *
 * @type {string[]}
 */
let wanted = [];

/** @param {string} names Separated by line feeds. */
export function want(names) {
  wanted = names.split("\n");
}

/**
 * Method, URL, and those of the wanted headers that there are, each as its number, a colon and
 * its value, in lines.
 *
 * @param {Request} request
 */
export function head({ method, url, headers }) {
  let lines = `${method}\n${url}`;
  for (let number = 0; number < wanted.length; number++) {
    const value = headers.get(wanted[number]);
    if (value !== null) lines += `\n${number}:${value}`;
  }
  return lines;
}

/**
 * Reads a body, in time and no further than the limit. Resolves to null if there is more, and
 * rejects with the reason if it breaks off or does not end.
 *
 * @param {Request} request
 * @param {number} limit Bytes.
 * @param {number} milliseconds
 * @returns {Promise<Uint8Array | null>}
 */
export function body(request, limit, milliseconds) {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(reject, milliseconds, "it did not end in time");
    read(request, limit).then(
      (bytes) => {
        clearTimeout(timer);
        resolve(bytes);
      },
      (cause) => {
        clearTimeout(timer);
        reject(String(cause?.message ?? cause));
      },
    );
  });
}

/**
 * @param {Request} request
 * @param {number} limit
 */
async function read(request, limit) {
  // The platform holds a body to the length that it declares.
  const declared = request.headers.get("content-length");
  if (declared !== null) {
    if (Number(declared) > limit) return null;
    const whole = new Uint8Array(await request.arrayBuffer());
    return whole.length > limit ? null : whole;
  }
  if (!request.body) return new Uint8Array();
  /** @type {Uint8Array[]} */
  const chunks = [];
  let length = 0;
  for await (const chunk of request.body) {
    length += chunk.length;
    if (length > limit) return null;
    chunks.push(chunk);
  }
  const whole = new Uint8Array(length);
  let start = 0;
  for (const chunk of chunks) {
    whole.set(chunk, start);
    start += chunk.length;
  }
  return whole;
}

/**
 * Texts of headers that many responses have, as a response takes them.
 *
 * @type {Record<string, string>[]}
 */
const blocks = [];
/** @type {Map<string, number>} */
const numbers = new Map();

/**
 * The number of a text of headers, each a name, a line feed and a value, in lines.
 *
 * @param {string} headers
 */
export function register(headers) {
  let number = numbers.get(headers);
  if (number === undefined) {
    number = blocks.push(parsed(headers)) - 1;
    numbers.set(headers, number);
  }
  return number;
}

/** @param {string} headers */
function parsed(headers) {
  const lines = headers.split("\n");
  /** @type {Record<string, string>} */
  const found = {};
  for (let at = 0; at + 1 < lines.length; at += 2) found[lines[at]] = lines[at + 1];
  return found;
}

/**
 * A response with the headers of that number, and one of its own.
 *
 * @param {number} status
 * @param {number} headers
 * @param {string} name
 * @param {string} value
 * @param {string} [content]
 */
export function respond(status, headers, name, value, content) {
  const init = { status, headers: { ...blocks[headers], [name]: value } };
  return new Response(content ?? null, init);
}

/**
 * The same with headers that few responses have.
 *
 * @param {number} status
 * @param {string} headers
 * @param {string} name
 * @param {string} value
 * @param {string} [content]
 */
export function respondWith(status, headers, name, value, content) {
  const init = { status, headers: { ...parsed(headers), [name]: value } };
  return new Response(content ?? null, init);
}
