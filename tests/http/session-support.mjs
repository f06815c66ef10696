// Tokens of sessions as anyone could make them, good and bad: signed with Node's
// own cryptography, so that nothing of the Worker's is checked against itself.

import { createHash, createHmac, createPrivateKey, generateKeyPairSync, sign } from "node:crypto";

/** @typedef {import("node:crypto").JsonWebKey} JsonWebKey */

/** How algorithms sign, by the names that headers have for them. */
const SIGNERS = {
  ES256: (data, key) => sign("sha256", data, { key, dsaEncoding: "ieee-p1363" }),
  RS256: (data, key) => sign("sha256", data, key),
  EdDSA: (data, key) => sign(null, data, key),
};

const encoded = (value) =>
  Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");

/**
 * A key pair as a provider has it: the private JWK to sign with, the public one to
 * publish.
 *
 * @param {"ES256" | "RS256" | "EdDSA"} algorithm
 * @param {string} kid
 * @param {number} [bits]
 */
export function makeKey(algorithm, kid, bits = 2048) {
  const pair = {
    ES256: () => generateKeyPairSync("ec", { namedCurve: "P-256" }),
    RS256: () => generateKeyPairSync("rsa", { modulusLength: bits }),
    EdDSA: () => generateKeyPairSync("ed25519"),
  }[algorithm]();
  const privateJwk = pair.privateKey.export({ format: "jwk" });
  const publicJwk = { ...pair.publicKey.export({ format: "jwk" }), kid, use: "sig" };
  return { algorithm, kid, privateJwk, publicJwk };
}

/**
 * The name by which the Worker's own tokens call their key (RFC 7638).
 *
 * @param {JsonWebKey} key
 */
export function thumbprint({ crv, kty, x, y }) {
  const members = JSON.stringify({ crv, kty, x, y });
  return createHash("sha256").update(members).digest("base64url");
}

/**
 * A token. `signature` replaces the right one.
 *
 * @param {object} header
 * @param {object | string} claims
 * @param {JsonWebKey | null} key
 * @param {{ algorithm?: string, signature?: string }} [options]
 */
export function makeToken(header, claims, key, { algorithm = "ES256", signature } = {}) {
  const signed = `${encoded(header)}.${encoded(claims)}`;
  if (signature !== undefined || key === null) return `${signed}.${signature ?? ""}`;
  const privateKey = createPrivateKey({ key, format: "jwk" });
  const bytes = SIGNERS[algorithm](Buffer.from(signed), privateKey);
  return `${signed}.${bytes.toString("base64url")}`;
}

/** A token that takes a public key for a secret. */
export function makeHmacToken(header, claims, secret) {
  const signed = `${encoded({ ...header, alg: "HS256" })}.${encoded(claims)}`;
  return `${signed}.${createHmac("sha256", secret).update(signed).digest("base64url")}`;
}

/** What a token says. */
export function claimsOf(token) {
  return JSON.parse(Buffer.from(token.split(".")[1], "base64url").toString("utf8"));
}

/** The present in seconds. */
export const now = () => Math.floor(Date.now() / 1000);
