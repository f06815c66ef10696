// What each person used last in an organization, to be offered first. It is this browser's
// own, and goes with what else the browser keeps of the organization.

import { session } from "./session.js";
import { readSharedJson, writeShared } from "./tab.js";

/** @import { Choice } from "./parts/picker.js" */

/** @typedef {"vendors" | "control_sets" | "users" | "workflows"} Kind */

/** So many of a kind are kept, the one that was used last first. */
const MOST = 5;
/** So many people of one browser are remembered. */
const MOST_PEOPLE = 5;

const nameOf = (/** @type {string} */ organization) => `assessments.recents.${organization}`;
const person = () => (session.me?.user ?? session.me?.key)?.id ?? "";

/**
 * By person, and by kind.
 *
 * @returns {Record<string, Partial<Record<Kind, Choice[]>>>}
 */
const read = () => readSharedJson(nameOf(session.organization ?? "")) ?? {};

/**
 * What whoever is connected used last of a kind.
 *
 * @param {Kind} kind
 * @returns {Choice[]}
 */
export const recents = (kind) => read()[person()]?.[kind] ?? [];

/**
 * Notes what whoever is connected used now.
 *
 * @param {Partial<Record<Kind, Choice[]>>} used
 */
export function noteUsed(used) {
  if (!session.me) return;
  const { [person()]: mine = {}, ...others } = read();
  for (const kind of /** @type {Kind[]} */ (Object.keys(used))) {
    const now = (used[kind] ?? []).map(({ id, name }) => ({ id, name }));
    const before = (mine[kind] ?? []).filter(({ id }) => !now.some((one) => one.id === id));
    mine[kind] = [...now, ...before].slice(0, MOST);
  }
  const rest = Object.entries(others).slice(-(MOST_PEOPLE - 1));
  const all = Object.fromEntries([...rest, [person(), mine]]);
  writeShared(nameOf(session.organization ?? ""), JSON.stringify(all));
}

/** @param {string} organization */
export const forgetRecents = (organization) => writeShared(nameOf(organization), undefined);
