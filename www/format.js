// Numbers and times as people read them.

import { language, texts } from "./texts.js";

const number = new Intl.NumberFormat(language);
const percent = new Intl.NumberFormat(language, { style: "percent", maximumFractionDigits: 1 });
const instant = new Intl.DateTimeFormat(language, { dateStyle: "long", timeStyle: "long" });
const moment = new Intl.DateTimeFormat(language, { dateStyle: "medium", timeStyle: "short" });
const day = new Intl.DateTimeFormat(language, { dateStyle: "long", timeZone: "UTC" });
const relative = new Intl.RelativeTimeFormat(language, { numeric: "auto" });

/** @type {[Intl.RelativeTimeFormatUnit, number][]} */
const UNITS = [
  ["year", 31_536_000],
  ["month", 2_592_000],
  ["week", 604_800],
  ["day", 86_400],
  ["hour", 3_600],
  ["minute", 60],
];

export const formatNumber = (/** @type {number} */ value) => number.format(value);

/** A fraction as percent, whatever its size. */
export const formatPercent = (/** @type {number} */ fraction) => percent.format(fraction);

/** Unix seconds as an exact instant. */
export const formatInstant = (/** @type {number} */ seconds) => instant.format(seconds * 1000);

/** Unix seconds to the minute, where the exact instant is near. */
export const formatMoment = (/** @type {number} */ seconds) => moment.format(seconds * 1000);

/**
 * Unix seconds as seen from now.
 *
 * @param {number} seconds
 */
export function formatRelative(seconds) {
  const distance = seconds - Date.now() / 1000;
  for (const [unit, size] of UNITS) {
    if (Math.abs(distance) >= size) return relative.format(Math.trunc(distance / size), unit);
  }
  return texts.time.now;
}

/**
 * `YYYY-MM-DD` as a date; a text that is none stays as it is.
 *
 * @param {string} text
 */
export function formatDay(text) {
  const time = Date.parse(text);
  return Number.isNaN(time) ? text : day.format(time);
}

/** What turns the direction of the text after it, beyond its own end: U+202E and its like. */
const TURNS = /[\u202a-\u202e\u2066-\u2069]/g;

/**
 * A text that others wrote, with a mark in place of each character that would turn the
 * direction of what follows. It still needs a `bdi` around it.
 *
 * @param {string} text
 */
export const withMarks = (text) =>
  text.replace(TURNS, (turn) => `‹U+${turn.charCodeAt(0).toString(16).toUpperCase()}›`);

/**
 * An id short enough for a line: its prefix, its first and its last digits.
 *
 * @param {string} id
 */
export function shortId(id) {
  const [prefix, digits = ""] = id.split("_");
  return digits.length > 12 ? `${prefix}_${digits.slice(0, 4)}…${digits.slice(-4)}` : id;
}
