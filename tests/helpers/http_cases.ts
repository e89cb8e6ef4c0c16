import { HttpError } from "../../src/http/error.ts";
import type { RequestLimits } from "../../src/http/codec/request_decoder.ts";
import { type Decoded, type DecodedRequest, WIDE } from "./decoding.ts";

/**
 * A case of the HTTP tests, from a file such as:
 *
 * ```text
 * # RFC 9112, 7.1: a chunk
 * limits: maxHeaderSize 300, maxBodySize 3
 * > POST / HTTP/1.1\r\n
 * > Host: a\r\n
 * > Transfer-Encoding: chunked\r\n
 * > \r\n
 * > 3\r\nabc\r\n
 * > 0\r\n\r\n
 *
 * POST / HTTP/1.1
 * host: a
 * transfer-encoding: chunked
 *
 * "abc"
 * ```
 *
 * Lines after ">" are sent: `\r`, `\n`, `\t`, `\0`, `\\` and `\xff` are bytes,
 * `\(ab*40)` is `ab` forty times, and the line breaks of the file are ignored.
 * The rest is the expected result, as {@linkcode describe} formats it.
 */
export interface HttpCase {
  /** Such as `RFC 9112, 7.1`. */
  readonly section: string;
  readonly title: string;
  readonly limits: RequestLimits;
  readonly stream: Uint8Array;
  /** As {@linkcode describe} formats it. */
  readonly expected: string;
}

/** Reads all cases of a folder, sorted by section. */
export function readCases(folder: URL): HttpCase[] {
  return [...Deno.readDirSync(folder)].map(({ name }) => {
    try {
      return parseCase(Deno.readTextFileSync(new URL(name, folder)));
    } catch (error) {
      throw new Error(`Cannot read the case ${name}`, { cause: error });
    }
  }).sort((a, b) =>
    `${a.section}: ${a.title}`.localeCompare(`${b.section}: ${b.title}`, "en", { numeric: true })
  );
}

function parseCase(text: string): HttpCase {
  const [, section, title, limits, sent, expected] =
    /^# (.+?): (.+)\n(?:limits: (.+)\n)?((?:> .*\n)+)\n([\s\S]+)$/.exec(text) ?? [];
  if (section === undefined || title === undefined || sent === undefined) {
    throw new Error(
      "Expected a title, optional limits, lines to send, an empty line, and a result",
    );
  }
  return {
    section,
    title,
    limits: limitsOf(limits),
    stream: unescape(sent.replaceAll(/^> /gm, "").replaceAll("\n", "")),
    expected: expected?.trimEnd() ?? "",
  };
}

function limitsOf(text: string | undefined): RequestLimits {
  const limits: Record<string, number> = { ...WIDE };
  for (const [, name = "", value] of text?.matchAll(/(\w+) (\d+)/g) ?? []) {
    if (limits[name] === undefined) throw new Error(`There is no limit "${name}"`);
    limits[name] = Number(value);
  }
  return { ...WIDE, ...limits };
}

const ESCAPES: Readonly<Record<string, string>> = {
  r: "\r",
  n: "\n",
  t: "\t",
  0: "\0",
  "\\": "\\",
};

function unescape(text: string): Uint8Array {
  const repeated = text.replaceAll(
    /\\\((.+?)\*(\d+)\)/g,
    (_, what: string, count: string) => what.repeat(Number(count)),
  );
  const characters = repeated.replaceAll(/\\(x[0-9a-f]{2}|.)/g, (_, name: string) => {
    if (name.length > 1) return String.fromCharCode(parseInt(name.slice(1), 16));
    const character = ESCAPES[name];
    if (character === undefined) throw new Error(`There is no escape "\\${name}"`);
    return character;
  });
  return bytesOf(characters);
}

/** Encodes each character as the byte with its code. */
export function bytesOf(characters: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(characters, (character) => character.charCodeAt(0));
}

/** Escapes bytes as the cases do. */
export function escape(characters: string): string {
  // deno-lint-ignore no-control-regex
  return characters.replaceAll(/[\0-\x1f\\\x7f-\xff]/g, (character) => {
    const [name] = Object.entries(ESCAPES).find(([, value]) => value === character) ?? [];
    return `\\${name ?? `x${character.charCodeAt(0).toString(16).padStart(2, "0")}`}`;
  });
}

/** Formats the result of a decoder, as the cases do. */
export function describe({ requests, ending }: Decoded): string {
  const parts = requests.map(describeRequest);
  if (ending instanceof HttpError) parts.push(`${ending.status} ${ending.reason}`);
  else if (ending !== "between") parts.push(`(the ${ending} is incomplete)`);
  else if (parts.length === 0) parts.push("(nothing)");
  return parts.join("\n\n");
}

function describeRequest(request: DecodedRequest): string {
  const { method, target, minor, host, keepAlive, expectsContinue, fields, body } = request;
  const lines = [
    `${method} ${target} HTTP/1.${minor}`,
    ...fields.map(([name, value]) => `${name}: ${escape(value)}`.trimEnd()),
  ];
  const named = fields.find(([name]) => name === "host")?.[1] ?? "";
  if (host !== named) lines.push(`(for ${host})`);
  if (!keepAlive) lines.push("(closes)");
  if (expectsContinue) lines.push("(waits for 100)");
  if (body !== "") lines.push("", `"${escape(body)}"`);
  return lines.join("\n");
}
