import { createHash } from "node:crypto";
import type { Field, HttpResponse } from "../../http/message.ts";
import { COMMON } from "./json.ts";

/**
 * A response with a page. A browser runs the scripts and applies the styles that stand in it, and
 * nothing else: neither others that find their way into it, nor any from another host.
 */
export function html(page: string, status = 200, fields: readonly Field[] = []): HttpResponse {
  return {
    status,
    headers: [
      ...COMMON,
      ["Content-Type", "text/html; charset=utf-8"],
      ["Content-Security-Policy", policyOf(page)],
      ...fields,
    ],
    body: page,
  };
}

/** The Content-Security-Policy of a page. */
export function policyOf(page: string): string {
  return [
    "default-src 'none'",
    `script-src ${hashes(page, "script")}`,
    `style-src ${hashes(page, "style")}`,
    "connect-src 'self'",
    "img-src 'self' data:",
    "form-action 'self'",
    "base-uri 'none'",
    "frame-ancestors 'none'",
  ].join("; ");
}

/** The hashes of the elements of a kind. */
function hashes(page: string, name: "script" | "style"): string {
  const elements = page.matchAll(new RegExp(`<${name}\\b[^>]*>([^]*?)</${name}>`, "gi"));
  const found = [...elements].map(([, text = ""]) =>
    `'sha256-${createHash("sha256").update(text).digest("base64")}'`
  );
  return found.length === 0 ? "'none'" : [...new Set(found)].join(" ");
}
