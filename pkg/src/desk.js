// Handing values over to the module, and reading what it tells of them: both lie
// in its memory, so that a call is one crossing. What the words mean stands in
// src/js/handed.rs and src/js/desk.rs.
//
// Nobody else runs between `begin` and the call, or while an answer is read: what
// may run code of the caller's, such as a getter, has been read before.

import { bytes, call, functions, look, start, words } from "./core.js";
import { MAX_DEPTH, MAX_UNITS } from "./generated/tables.js";
import { missing } from "./platform.js";

/** Marks of values that are no strings. */
const NULL = -1;
const BOOLEAN = -2;
const NUMBER = -3;
const ILL_FORMED = -4;
const LIST = -5;
const OBJECT = -6;
const REQUEST = -7;
const ABSENT = -8;
/** An object whose members nobody asks for. */
const OPAQUE = -9;
const NUMERIC = -10;
/** How many words each mark takes, those of items and members left out. */
const SIZES = [0, 1, 1, 3, 2, 3, 2, 2, 1, 1, 1];

/** Room at first: for a request of some thirty ids. */
const FIRST_WORDS = 256;
const FIRST_BYTES = 4_096;

/** Stands for a value that is no list and nothing of JSON but an object. */
export const OTHER = {};
/** Stands for a number whose value nobody asks for. */
export const SOME_NUMBER = {};

/** A list that was not read to its end. */
export class Begun {
  /**
   * @param {ArrayLike<unknown>} from
   * @param {number} entries -1, which is more than any has, until somebody counts.
   * @param {unknown[]} items Those that were read.
   */
  constructor(from, entries, items) {
    this.from = from;
    this.entries = entries;
    this.items = items;
  }
}

/**
 * Whose memory the room is in, where it begins, and how large it is.
 *
 * @type {typeof functions | undefined}
 */
let owner;
let wordsFrom = 0;
let bytesFrom = 0;
let wordsRoom = 0;
let bytesRoom = 0;
/** @type {Uint8Array<ArrayBuffer>} */
let room;
/** The next word. */
let at = 0;
/**
 * The strings, one behind the other. They are written at once: that is several
 * times faster than one by one.
 */
let strings = "";
/**
 * Where the words of strings are that were cut, if any was.
 *
 * @type {Set<number> | undefined}
 */
let cut;
/** Whether strings may be no Unicode text: then other characters stand where they have none. */
let mayBeIll = false;

/** @type {TextEncoder | undefined} */
let encoder;
/** @type {TextDecoder | undefined} */
let decoder;
/**
 * 64 bits, and the same as two words.
 *
 * @type {Float64Array<ArrayBuffer>}
 */
let number;
/** @type {Int32Array<ArrayBuffer>} */
let halves;

/** Begins to hand values over, in the order of `value` and its siblings. */
export function begin(takesIll = false) {
  start();
  if (owner !== functions) {
    owner = functions;
    number = new Float64Array(1);
    halves = new Int32Array(number.buffer);
    wordsRoom = 0;
    bytesRoom = 0;
    reserve(FIRST_WORDS, FIRST_BYTES);
  } else if (room.length === 0) view();
  at = 1;
  strings = "";
  mayBeIll = takesIll;
  cut = undefined;
}

/**
 * @param {number} wordCount
 * @param {number} byteCount
 */
function reserve(wordCount, byteCount) {
  wordsRoom = Math.max(wordsRoom, wordCount);
  bytesRoom = Math.max(bytesRoom, byteCount);
  wordsFrom = call("reserve", wordsRoom, bytesRoom) >>> 2;
  // The memory may have grown. A minifier (SWC's) that puts the call into the brackets below
  // would have the words looked at before it; across another call it does not.
  look();
  bytesFrom = words[wordsFrom] >>> 0;
  view();
}

function view() {
  room = bytes.subarray(bytesFrom, bytesFrom + bytesRoom);
}

/**
 * Calls an export, which finds what was handed over.
 *
 * @param {Parameters<typeof call>[0]} name
 * @param {number | boolean} [first]
 * @param {number | boolean} [second]
 */
export function ask(name, first, second) {
  const units = strings.length;
  if (units * 3 > bytesRoom) reserve(wordsRoom, units * 3);
  encoder ??= make("TextEncoder", () => new TextEncoder());
  let { written } = encoder.encodeInto(strings, room);
  // ASCII takes a byte for each unit.
  if (written !== units) written = writeOneByOne(encoder);
  strings = "";
  words[wordsFrom] = written;
  return call(name, first, second);
}

/**
 * Writes the strings where units are no bytes, and marks what is no Unicode text:
 * the halves of a pair may stand in two strings.
 *
 * @param {TextEncoder} encoder
 */
function writeOneByOne(encoder) {
  let end = 0;
  for (let place = 1; place < at; place += 2) {
    const word = words[wordsFrom + place];
    if (word < 0) {
      place += SIZES[-word] - 2;
      continue;
    }
    const from = words[wordsFrom + place + 1];
    const text = strings.slice(from, from + word);
    const { written } = encoder.encodeInto(text, room.subarray(end));
    if (written !== word && !mayBeIll && !cut?.has(place) && /\p{Surrogate}/u.test(text)) {
      words[wordsFrom + place] = ILL_FORMED;
      continue;
    }
    words[wordsFrom + place] = written;
    words[wordsFrom + place + 1] = end;
    end += written;
  }
  return end;
}

/**
 * Makes room for so many words.
 *
 * @param {number} count
 */
function need(count) {
  if (at + count > wordsRoom) reserve(2 * (at + count), bytesRoom);
}

/** @param {number} word */
function put(word) {
  need(1);
  words[wordsFrom + at++] = word;
}

/**
 * Hands over a text, as far as one can be of use.
 *
 * @param {string} text
 */
export function string(text) {
  need(2);
  words[wordsFrom + at] = Math.min(text.length, MAX_UNITS);
  words[wordsFrom + at + 1] = strings.length;
  if (text.length > MAX_UNITS) {
    cut ??= new Set();
    cut.add(at);
    strings += text.slice(0, MAX_UNITS);
  } else strings += text;
  at += 2;
}

/**
 * Hands over a plain value: of JSON, `undefined` for what is not there, `Begun`, or
 * `OTHER`. Nobody looks deeper than JSON may be nested.
 *
 * @param {unknown} given
 * @param {number} [depth]
 */
export function value(given, depth = MAX_DEPTH) {
  if (typeof given === "string") return string(given);
  if (given === undefined) return put(ABSENT);
  if (given === null) return put(NULL);
  if (typeof given === "boolean") return put(BOOLEAN);
  if (typeof given === "number") {
    number[0] = given;
    put(NUMBER);
    put(halves[0]);
    return put(halves[1]);
  }
  if (Array.isArray(given)) return list(given, given.length, depth);
  if (given instanceof Begun) return list(given.items, given.entries, depth);
  if (given === SOME_NUMBER) return put(NUMERIC);
  if (given === OTHER || depth === 0) return put(OPAQUE);
  put(OBJECT);
  const size = at;
  put(0);
  for (const [key, member] of Object.entries(/** @type {object} */ (given))) {
    string(key);
    value(member, depth - 1);
  }
  words[wordsFrom + size] = at - size - 1;
}

/**
 * @param {unknown[]} items
 * @param {number} entries
 * @param {number} depth
 */
function list(items, entries, depth) {
  put(LIST);
  put(entries);
  const size = at;
  put(0);
  if (depth > 0) {
    for (let index = 0; index < items.length; index++) {
      const item = items[index];
      if (typeof item === "string") string(item);
      else value(item, depth - 1);
    }
  }
  words[wordsFrom + size] = at - size - 1;
}

/**
 * Hands over a request by the values of its fields.
 *
 * @param {unknown[]} values
 */
export function request(values) {
  put(REQUEST);
  const size = at;
  put(0);
  for (let index = 0; index < values.length; index++) {
    const member = values[index];
    if (member === undefined) put(ABSENT);
    else if (typeof member === "string") string(member);
    else value(member);
  }
  words[wordsFrom + size] = at - size - 1;
}

/** What is told: its words, its text, and how much of both was read. */
let next = 0;
let stop = 0;
let text = "";
let textFrom = 0;
let textRead = 0;
let isAscii = true;

/**
 * Begins to read what was told, at this address.
 *
 * @param {number} address
 */
export function open(address) {
  next = address >>> 2;
  textFrom = words[next++] >>> 0;
  const length = words[next++];
  stop = (address >>> 2) + words[next++];
  textRead = 0;
  text = length ? decoded(textFrom, textFrom + length) : "";
  isAscii = text.length === length;
}

/**
 * @param {number} from
 * @param {number} to
 */
function decoded(from, to) {
  // A mark of the order of bytes is a character like any other here.
  decoder ??= make("TextDecoder", () => new TextDecoder("utf-8", { ignoreBOM: true }));
  return decoder.decode(bytes.subarray(from, to));
}

/** Whether there is more. */
export const hasMore = () => next < stop;

/** The next word, where that has a meaning of its own. */
export const word = () => words[next++];

/** The next value: a text, a number, or nothing. */
export function told() {
  const length = words[next++];
  if (length === TOLD_NUMBER) return words[next++];
  if (length < 0) return undefined;
  const from = textRead;
  textRead += length;
  return isAscii ? text.slice(from, textRead) : decoded(textFrom + from, textFrom + textRead);
}
/** Before a number that is told. */
const TOLD_NUMBER = -2;

/** The next value, where that is a number. */
export const toldNumber = () => /** @type {number} */ (told());

/** The next value, where that is a text. */
export const toldText = () => /** @type {string} */ (told());

/**
 * Makes one of the platform's own, which nobody touches before there is need of it.
 *
 * @template Codec
 * @param {string} name
 * @param {() => Codec} construct
 */
function make(name, construct) {
  try {
    return construct();
  } catch (cause) {
    throw missing(name, cause);
  }
}
