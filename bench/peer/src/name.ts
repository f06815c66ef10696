import type { CreateRequest } from "./request";
import type { Item, Vendor } from "./store";

const MAX_CHARACTERS = 255;
const TOKEN = /\{\{(vendor:name|service:name|cycle|year|date)\}\}/g;

/** The name that was given, or one by the format, or the usual one. */
export function chooseName(
  { name, assessment_name_format: format }: CreateRequest,
  vendor: Vendor,
  services: Item[],
  now: Date,
): string {
  const given = name?.trim();
  if (given) return given;
  const year = String(now.getUTCFullYear());
  const cycle = vendor.assessed_before ? "reassessment" : "initial";
  const values: Record<string, string> = {
    "vendor:name": vendor.name,
    "service:name": services.map((service) => service.name).join(", "),
    cycle,
    year,
    date: now.toISOString().slice(0, 10),
  };
  const rendered = format?.replace(TOKEN, (_, token: string) => values[token] ?? "").trim();
  const chosen = rendered || `${year} ${vendor.name} ${cycle}`;
  return [...chosen].slice(0, MAX_CHARACTERS).join("");
}
