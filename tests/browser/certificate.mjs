// A certificate for a server of this machine that browsers are told to take as it is: made
// anew at each start, and never kept.

import { createHash, generateKeyPairSync, randomBytes, sign } from "node:crypto";

/** Types of DER. */
const [INTEGER, BITS, OID, TEXT, TIME, SEQUENCE, SET] = [2, 3, 6, 12, 23, 0x30, 0x31];
/** ecdsa-with-SHA256, and a name's common name. */
const ECDSA_SHA256 = Buffer.from("2a8648ce3d040302", "hex");
const COMMON_NAME = Buffer.from("550403", "hex");
const DAY_MS = 24 * 60 * 60 * 1_000;

/**
 * A value of DER.
 *
 * @param {number} type
 * @param {...Buffer} contents
 */
function der(type, ...contents) {
  const content = Buffer.concat(contents);
  const { length } = content;
  const bytes = length > 0xff ? [0x82, length >> 8, length & 0xff] : [0x81, length];
  return Buffer.concat([Buffer.from([type, ...(length < 0x80 ? [length] : bytes)]), content]);
}

/** @param {number} at Milliseconds. */
const time = (at) =>
  der(
    TIME,
    Buffer.from(
      `${new Date(at)
        .toISOString()
        .replace(/[-:T]|\.\d+/g, "")
        .slice(2)}`,
    ),
  );

/**
 * A key and a certificate that it signed itself, as PEM; `spki` is the hash of the key by
 * which a browser can be told to take it.
 */
export function selfSigned() {
  const { privateKey, publicKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
  const spki = publicKey.export({ type: "spki", format: "der" });
  const algorithm = der(SEQUENCE, der(OID, ECDSA_SHA256));
  const name = der(
    SEQUENCE,
    der(SET, der(SEQUENCE, der(OID, COMMON_NAME), der(TEXT, Buffer.from("localhost")))),
  );
  const body = der(
    SEQUENCE,
    der(INTEGER, Buffer.concat([Buffer.from([1]), randomBytes(8)])),
    algorithm,
    name,
    der(SEQUENCE, time(Date.now() - DAY_MS), time(Date.now() + DAY_MS)),
    name,
    spki,
  );
  const signature = sign("sha256", body, privateKey);
  const certificate = der(
    SEQUENCE,
    body,
    algorithm,
    der(BITS, Buffer.concat([Buffer.from([0]), signature])),
  );
  const lines = certificate.toString("base64").replace(/.{64}/g, "$&\n");
  return {
    spki: createHash("sha256").update(spki).digest("base64"),
    key: privateKey.export({ type: "pkcs8", format: "pem" }),
    cert: `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`,
  };
}
