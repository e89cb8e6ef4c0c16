/** Static files: GET and HEAD with preconditions, ranges and compressed variants. */
import { HttpError } from "../error.ts";
import type { BodySource, Field, HttpHandler, HttpRequest, HttpResponse } from "../message.ts";
import { evaluate, isSameVersion, type Validators, validatorsOf } from "./file_conditions.ts";
import { filePath } from "./file_path.ts";
import { type ByteRange, parseRange } from "./file_range.ts";
import { FileRoot, type FoundFile, INDEX } from "./file_root.ts";
import { fileType } from "./file_type.ts";
import { chooseVariant, type Variant } from "./file_variants.ts";
import { OpenFile, PIECE } from "./open_file.ts";

export { checkRoot } from "./file_root.ts";

const ALLOW: Field = ["Allow", "GET, HEAD"];

/** How often to try a file that is being replaced. */
const TRIES = 3;

/**
 * Makes a handler that serves the files of a folder, with `index.html` for folders
 * inside it. Clients that accept them get `app.js.br` or `app.js.gz` in place of
 * `app.js`. Hidden files are not served, except for `/.well-known/`. Responses have
 * no Cache-Control: clients revalidate, or use heuristics.
 *
 * @param root Absolute.
 * @param fallback Handles requests for anything but a file; null responds with 404.
 */
export function serveFiles(root: string, fallback: HttpHandler | null): HttpHandler {
  const files = new FileRoot(root);
  return (request) => {
    const path = filePath(request.path);
    const response = path === null ? null : respond(files, path, request);
    if (response !== null) return response;
    if (fallback !== null) return fallback(request);
    throw new HttpError(404, "no such file");
  };
}

/** @returns null if there is no such file. */
function respond(files: FileRoot, path: string, request: HttpRequest): HttpResponse | null {
  for (let tries = 0; tries < TRIES; tries++) {
    const found = files.find(path);
    if (found === null) return null;
    if (request.method === "OPTIONS") return { status: 204, headers: [ALLOW] };
    if (request.method !== "GET" && request.method !== "HEAD") {
      throw new HttpError(405, "files are read-only", [ALLOW]);
    }
    if (found === "folder") return redirect(request);
    const response = send(found, path, request);
    if (response !== null) return response;
  }
  throw new HttpError(503, "the file is being replaced", [["Retry-After", "1"]]);
}

/**
 * Redirects to the path with a trailing slash, which relative links in the index
 * need. The path begins with a single slash, so this never leads to another host.
 */
function redirect({ path, query }: HttpRequest): HttpResponse {
  return { status: 301, headers: [["Location", `${path}/${query === "" ? "" : `?${query}`}`]] };
}

/** @returns null if the file was replaced after it was found. */
function send(found: FoundFile, path: string, request: HttpRequest): HttpResponse | null {
  const variant = chooseVariant(found, request.header("accept-encoding"));
  using file = OpenFile.open(variant.file);
  if (file === null) return null;
  const validators = validatorsOf(file, variant.coding, Date.now());
  const verdict = evaluate(request, validators);
  if (verdict === "failed") throw new HttpError(412, "the file does not match the precondition");
  if (verdict === "unchanged") return { status: 304, headers: versionFields(validators, variant) };
  const range = rangeOf(request, validators, file.size);
  const headers: Field[] = [
    ["Content-Type", fileType(path.endsWith("/") ? INDEX : path)],
    ["X-Content-Type-Options", "nosniff"],
    ["Accept-Ranges", "bytes"],
    ["Last-Modified", new Date(validators.modified).toUTCString()],
    ...versionFields(validators, variant),
  ];
  if (variant.coding !== null) headers.push(["Content-Encoding", variant.coding]);
  if (range !== null) headers.push(contentRange(`${range.start}-${range.end - 1}`, file.size));
  const body = bodyOf(file, range ?? { start: 0, end: file.size }, request.method);
  return body === null ? null : { status: range === null ? 200 : 206, headers, body };
}

/** The fields that a 304 has as well (RFC 9110, 15.4.5). */
function versionFields({ tag }: Validators, { varies }: Variant): Field[] {
  return varies ? [["ETag", tag], ["Vary", "Accept-Encoding"]] : [["ETag", tag]];
}

/** @returns null for the whole file. */
function rangeOf(request: HttpRequest, validators: Validators, size: number): ByteRange | null {
  const value = request.method === "GET" ? request.header("range") : null;
  if (value === null || !isSameVersion(request, validators)) return null;
  const range = parseRange(value, size);
  if (range !== "unsatisfiable") return range;
  throw new HttpError(416, "the range is outside the file", [contentRange("*", size)]);
}

function contentRange(range: string, size: number): Field {
  return ["Content-Range", `bytes ${range}/${size}`];
}

/** @returns null if the file has changed since it was opened. */
function bodyOf(
  file: OpenFile,
  { start, end }: ByteRange,
  method: string,
): Uint8Array | BodySource | null {
  const length = end - start;
  if (method === "HEAD") return { length, read: () => Promise.resolve(null), close: () => {} };
  return length <= PIECE ? file.readPart(start, length) : file.stream(start, length);
}
