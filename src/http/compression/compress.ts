/** Compression of responses, for clients that accept it. */
import {
  type BodySource,
  type Field,
  type HttpHandler,
  type HttpRequest,
  type HttpResponse,
  isSource,
} from "../message.ts";
import { chooseCoding } from "./accept_encoding.ts";
import { bytesSource, CompressedBody, readAll } from "./compressed_body.ts";

type Coding = "gzip" | "br";

/**
 * The runtime's names for the codings, in order of preference: at the runtime's
 * level, brotli makes a response of 64 KiB only 5% smaller than gzip, and takes
 * almost three times as long.
 */
const FORMATS: Readonly<Record<Coding, CompressionFormat>> = { gzip: "gzip", br: "brotli" };

/** Bytes below which compression does not pay off. */
const MIN_SIZE = 1024;
/** Maximum bytes of a body that is compressed as a whole, so that it can be sent with its length. */
const MAX_WHOLE = 64 * 1024;

/** Statuses of responses with no body, or a part of one (RFC 9110, 15.3.5 to 15.3.7). */
const NOT_WHOLE: ReadonlySet<number> = new Set([204, 205, 206]);

/** Types that are text, or compress as well as text, but are not named `text/`. */
const TYPES: ReadonlySet<string> = new Set([
  "application/graphql",
  "application/javascript",
  "application/json",
  "application/rtf",
  "application/toml",
  "application/wasm",
  "application/x-javascript",
  "application/x-www-form-urlencoded",
  "application/xml",
  "application/yaml",
  "font/otf",
  "font/ttf",
  "image/bmp",
  "image/vnd.microsoft.icon",
  "image/x-icon",
]);
const SUFFIX = /\+(?:json|xml|yaml|text)$/;
/** Not compressed: the compressor would hold events back. */
const EVENTS = "text/event-stream";

const NO_TRANSFORM = /\bno-transform\b/i;
const VARIES = /(?:^|,)\s*(?:accept-encoding|\*)\s*(?:,|$)/i;
/** Fields that do not apply to the compressed body. */
const LOST: ReadonlySet<string> = new Set(["content-length", "accept-ranges"]);

const NO_FIELDS: readonly Field[] = [];
const encoder = new TextEncoder();

/**
 * Compresses the responses of a handler that have a compressible type and at least
 * 1 KiB, or an unknown length. A handler opts out with `Cache-Control: no-transform`,
 * as it should for streams that must not be delayed. `text/event-stream` is never
 * compressed.
 */
export function compressing(handler: HttpHandler): HttpHandler {
  return (request) => {
    const response = handler(request);
    return response instanceof Promise
      ? response.then((settled) => compress(request, settled))
      : compress(request, response);
  };
}

function compress(
  request: HttpRequest,
  response: HttpResponse,
): HttpResponse | Promise<HttpResponse> {
  const { status = 200, headers = NO_FIELDS, body = null } = response;
  if (status === 304) return revalidated(request, response);
  if (NOT_WHOLE.has(status) || !isLarge(request, response) || !isCompressible(headers)) {
    return response;
  }
  const coding = codingFor(request);
  if (coding === null) return { ...response, headers: withVary(headers) };
  const encoded = { ...response, headers: encodedFields(headers, coding) };
  if (request.method === "HEAD" || body === null) return { ...encoded, body: unread(body) };
  const compressed = compressedBody(body, FORMATS[coding]);
  return compressed instanceof Promise
    ? compressed.then((bytes) => ({ ...encoded, body: bytes }))
    : { ...encoded, body: compressed };
}

/** The client of a 304 may have the compressed version, whose tag is weak. */
function revalidated(request: HttpRequest, response: HttpResponse): HttpResponse {
  const { headers } = response;
  if (headers === undefined || codingFor(request) === null) return response;
  return { ...response, headers: headers.map(weakened) };
}

/** Whether the body is, or may be, large enough. A response to HEAD may have only its length. */
function isLarge({ method }: HttpRequest, { headers = NO_FIELDS, body = null }: HttpResponse) {
  if (body !== null) return body.length === null || body.length >= MIN_SIZE;
  return method === "HEAD" &&
    headers.some(([name, value]) => isNamed(name, "content-length") && Number(value) >= MIN_SIZE);
}

function isCompressible(fields: readonly Field[]): boolean {
  let isOfType = false;
  for (const [name, value] of fields) {
    if (isNamed(name, "content-encoding")) return false;
    if (isNamed(name, "cache-control") && NO_TRANSFORM.test(value)) return false;
    if (isNamed(name, "content-type")) isOfType = isCompressibleType(value);
  }
  return isOfType;
}

function isCompressibleType(value: string): boolean {
  const [type = ""] = value.toLowerCase().split(";");
  const name = type.trim();
  return name !== EVENTS && (name.startsWith("text/") || SUFFIX.test(name) || TYPES.has(name));
}

let supported: readonly Coding[] | null = null;

function codingFor(request: HttpRequest): Coding | null {
  supported ??= (Object.keys(FORMATS) as Coding[]).filter(isSupported);
  return chooseCoding(request.header("accept-encoding"), supported);
}

/** Whether the runtime supports a coding: older ones lack brotli. */
function isSupported(coding: Coding): boolean {
  try {
    new CompressionStream(FORMATS[coding]);
    return true;
  } catch {
    return false;
  }
}

function compressedBody(
  body: string | Uint8Array | BodySource,
  format: CompressionFormat,
): Promise<Uint8Array> | BodySource {
  if (isSource(body)) return new CompressedBody(body, format);
  const bytes = typeof body === "string" ? encoder.encode(body) : body;
  const compressed = new CompressedBody(bytesSource(bytes), format);
  return bytes.length <= MAX_WHOLE ? readAll(compressed) : compressed;
}

/** A body of unknown length that is never sent. */
function unread(body: string | Uint8Array | BodySource | null): BodySource {
  return {
    length: null,
    readsRequest: false,
    read: () => Promise.resolve(null),
    close: (reason) => isSource(body) ? body.close(reason) : undefined,
  };
}

function encodedFields(fields: readonly Field[], coding: Coding): readonly Field[] {
  const kept = fields.filter(([name]) => !LOST.has(name.toLowerCase())).map(weakened);
  return [...withVary(kept), ["Content-Encoding", coding]];
}

/** Weakens an entity tag: the uncompressed version has other bytes (RFC 9110, 8.8.1). */
function weakened(field: Field): Field {
  const [name, value] = field;
  return isNamed(name, "etag") && !value.startsWith("W/") ? [name, `W/${value}`] : field;
}

function withVary(fields: readonly Field[]): readonly Field[] {
  const isVary = ([name]: Field) => isNamed(name, "vary");
  if (fields.some((field) => isVary(field) && VARIES.test(field[1]))) return fields;
  const values = fields.filter(isVary).map(([, value]) => value);
  return [
    ...fields.filter((field) => !isVary(field)),
    ["Vary", [...values, "Accept-Encoding"].join(", ")],
  ];
}

/** @param wanted In lower case. */
function isNamed(name: string, wanted: string): boolean {
  return name.length === wanted.length && name.toLowerCase() === wanted;
}
