import { createMiddleware } from "hono/factory";
import { addressRefused, badCredential, unauthorized } from "./problem";
import { findIdentity, type Identity } from "./store";

export type Environment = {
  Bindings: { DB: D1Database; CREDENTIALS: KVNamespace };
  Variables: { identity: Identity };
};

/** How long a credential is believed without asking D1: in this isolate, and in KV. */
const ISOLATE_MILLISECONDS = 10_000;
const KV_SECONDS = 60;
const MAX_REMEMBERED = 1_000;

const remembered = new Map<string, { identity: Identity | null; until: number }>();

const CRC_TABLE = Uint32Array.from({ length: 256 }, (_, index) => {
  let crc = index;
  for (let bit = 0; bit < 8; bit++) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1;
  return crc;
});
const BASE62 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz";
const KEY = /^ak_(?:live|test)_[0-9A-Za-z]{43}([0-9A-Za-z]{6})$/;

/** Whether the checksum at the end of a key is right: a mistyped one costs no lookup. */
function isWellFormed(key: string): boolean {
  const checksum = KEY.exec(key)?.[1];
  if (checksum === undefined) return false;
  let crc = 0xffffffff;
  for (let index = 0; index < key.length - checksum.length; index++) {
    crc = CRC_TABLE[(crc ^ key.charCodeAt(index)) & 0xff] ^ (crc >>> 8);
  }
  let expected = 0;
  for (const digit of checksum) expected = expected * 62 + BASE62.indexOf(digit);
  return (crc ^ 0xffffffff) >>> 0 === expected;
}

const utf8 = new TextEncoder();

export async function sha256(bytes: BufferSource): Promise<string> {
  const digest = new Uint8Array(await crypto.subtle.digest("SHA-256", bytes));
  return Array.from(digest, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function remember(hash: string, identity: Identity | null): Identity | null {
  const [oldest] = remembered.keys();
  if (remembered.size >= MAX_REMEMBERED && oldest !== undefined) remembered.delete(oldest);
  remembered.set(hash, { identity, until: Date.now() + ISOLATE_MILLISECONDS });
  return identity;
}

async function identify(
  { DB, CREDENTIALS }: Environment["Bindings"],
  hash: string,
  wait: (promise: Promise<unknown>) => void,
): Promise<Identity | null> {
  const known = remembered.get(hash);
  if (known && known.until > Date.now()) return known.identity;
  remembered.delete(hash);
  const cached = await CREDENTIALS.get<Identity>(`peer:${hash}`, "json");
  if (cached) return remember(hash, cached);
  const identity = await findIdentity(DB, hash);
  if (identity) {
    const text = JSON.stringify(identity);
    wait(CREDENTIALS.put(`peer:${hash}`, text, { expirationTtl: KV_SECONDS }));
  }
  return remember(hash, identity);
}

/** Gates 1 and 2: who calls, whether their role may, and from where. */
export const authenticated = createMiddleware<Environment>(async (context, next) => {
  const token = /^bearer +(\S+)$/i.exec(context.req.header("Authorization") ?? "")?.[1];
  if (token === undefined) throw unauthorized("Not authenticated");
  if (!isWellFormed(token)) throw badCredential();
  const wait = (promise: Promise<unknown>) => context.executionCtx.waitUntil(promise);
  const identity = await identify(context.env, await sha256(utf8.encode(token)), wait);
  const now = Date.now() / 1000;
  if (!identity || identity.revoked_at !== null) throw badCredential();
  if (identity.expires_at !== null && identity.expires_at <= now) throw badCredential();
  if (identity.role !== "Service Account") throw unauthorized("Unauthorized role.");
  // CIDRs are not matched: none of the rows has an allowlist, and one that is there refuses.
  if (identity.api_ip_allowlist !== "[]") throw addressRefused();
  context.set("identity", identity);
  await next();
});
