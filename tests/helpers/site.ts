import { HttpError } from "../../src/http/error.ts";
import type { BodySource, HttpHandler, HttpResponse } from "../../src/http/message.ts";
import { requestOf } from "./http_request.ts";

/** More than is read at a time. */
export const LARGE = 200_000;
/** When the files of the tests were changed last, long ago. */
export const CHANGED = new Date("2024-02-29T12:34:56.789Z");
/** The same, as HTTP writes it. */
export const LAST_MODIFIED = "Thu, 29 Feb 2024 12:34:56 GMT";
const decoder = new TextDecoder();

/** A folder with a root in it, `root`, and things around that must not be served. */
export interface Site extends AsyncDisposable {
  readonly folder: string;
  readonly root: string;
  /** Writes a file, and makes it old. */
  write(path: string, content?: string | Uint8Array, changed?: Date): Promise<void>;
}

/** @param files By their paths below the root. */
export async function makeSite(files: Record<string, string | Uint8Array> = {}): Promise<Site> {
  const folder = await Deno.realPath(await Deno.makeTempDir());
  const root = `${folder}/root`;
  await Deno.mkdir(root);
  const site: Site = {
    folder,
    root,
    async write(path, content = path, changed = CHANGED) {
      const file = `${root}/${path}`;
      await Deno.mkdir(file.slice(0, file.lastIndexOf("/")), { recursive: true });
      if (typeof content === "string") await Deno.writeTextFile(file, content);
      else await Deno.writeFile(file, content);
      await Deno.utime(file, changed, changed);
    },
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
  for (const [path, content] of Object.entries(files)) await site.write(path, content);
  return site;
}

/** What a client would see. */
export interface Answer {
  readonly status: number;
  readonly fields: Readonly<Record<string, string>>;
  readonly text: string;
}

/** Names in lower case, and values. */
export type Fields = Readonly<Record<string, string>>;

/** Calls a handler, and takes the whole of its answer. */
export async function ask(
  handler: HttpHandler,
  method: string,
  target: string,
  headers: Fields = {},
): Promise<Answer> {
  try {
    const response = await handler(requestOf(method, target, headers));
    return {
      status: response.status ?? 200,
      fields: Object.fromEntries(response.headers ?? []),
      text: decoder.decode(await bytesOf(response)),
    };
  } catch (error) {
    if (!(error instanceof HttpError)) throw error;
    return { status: error.status, fields: Object.fromEntries(error.fields), text: "" };
  }
}

async function bytesOf({ body = null }: HttpResponse): Promise<Uint8Array> {
  if (body === null) return new Uint8Array(0);
  if (typeof body === "string") return new TextEncoder().encode(body);
  return body instanceof Uint8Array ? body : await drain(body);
}

/** Reads a body to its end, and closes it. */
export async function drain(source: BodySource): Promise<Uint8Array> {
  const pieces: number[] = [];
  try {
    for (let piece = await source.read(); piece !== null; piece = await source.read()) {
      for (const byte of piece) pieces.push(byte);
    }
  } finally {
    await source.close();
  }
  return Uint8Array.from(pieces);
}

/** The body of a file that is too large for one piece. */
export async function sourceOf(
  handler: HttpHandler,
  path: string,
  headers?: Fields,
): Promise<BodySource> {
  return asSource(await handler(requestOf("GET", path, headers)));
}

/** The body of a response that must be a source. */
export function asSource({ body = null }: HttpResponse): BodySource {
  if (body !== null && typeof body === "object" && "read" in body) return body;
  throw new TypeError("The body is no source");
}

/** Bytes that tell where in them one is. */
export function pattern(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => 97 + index % 23);
}

/** Says what it was asked. */
export const FALLBACK: HttpHandler = ({ method, path }) => ({
  body: `fallback: ${method} ${path}`,
});
