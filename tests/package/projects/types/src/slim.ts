// The entry without the module has the same names, and `init`.

import type { VendorId } from "assessments-edge";
import { AssessmentsClient, init, parseId } from "assessments-edge/slim";

declare const bytes: Uint8Array<ArrayBuffer>;

export async function use(): Promise<void> {
  await init("/assessments.wasm");
  await init(new URL("https://cdn.example/assessments.wasm"));
  await init(new Request("/assessments.wasm"));
  await init(fetch("/assessments.wasm"));
  await init(bytes);
  await init(bytes.buffer);
  await init(new WebAssembly.Module(bytes));
  // @ts-expect-error It cannot do without.
  await init();
}

// Ids of both entries are of the same type.
export const vendor: VendorId = parseId("x", "vendor").id;
export const client = new AssessmentsClient({ baseUrl: "https://api.example", token: "t" });
