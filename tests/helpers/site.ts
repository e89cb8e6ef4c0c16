import { fileURLToPath } from "node:url";
import { openRegularFile } from "../../src/base/regular_file.ts";
import { HttpError } from "../../src/http/error.ts";
import type { BodySource, HttpHandler, HttpResponse } from "../../src/http/message.ts";
import { requestOf } from "./http_request.ts";

/** A size larger than one read. */
export const LARGE = 200_000;
/** The modification time of the files, long ago. */
export const CHANGED = new Date("2024-02-29T12:34:56.789Z");
/** The same in the format of HTTP. */
export const LAST_MODIFIED = "Thu, 29 Feb 2024 12:34:56 GMT";
const decoder = new TextDecoder();

// Opens the C library for good, which would count as a leak of the first test with files.
openRegularFile(fileURLToPath(import.meta.url))?.file.close();

/** A folder with a `root` to serve. Nothing else in the folder may be served. */
export interface Site extends AsyncDisposable {
  readonly folder: string;
  readonly root: string;
  /** Writes a file below the root, and sets its modification time. */
  write(path: string, content?: string | Uint8Array, changed?: Date): Promise<void>;
}

/** @param files Their contents, by path below the root. */
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

/** A response, as a client would see it. */
export interface ResponseParts {
  readonly status: number;
  readonly fields: Readonly<Record<string, string>>;
  readonly text: string;
}

/** Values by name in lower case. */
export type Fields = Readonly<Record<string, string>>;

/** Calls a handler, and reads the whole response. */
export async function ask(
  handler: HttpHandler,
  method: string,
  target: string,
  headers: Fields = {},
): Promise<ResponseParts> {
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

/** Reads a body to its end, then closes it. */
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

/** Requests a file that is larger than one read; returns its body. */
export async function sourceOf(
  handler: HttpHandler,
  path: string,
  headers?: Fields,
): Promise<BodySource> {
  return asSource(await handler(requestOf("GET", path, headers)));
}

/** The body of a response, which must be a source. */
export function asSource({ body = null }: HttpResponse): BodySource {
  if (body !== null && typeof body === "object" && "read" in body) return body;
  throw new TypeError("The body is not a source");
}

/** Bytes that differ by position. */
export function pattern(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, index) => 97 + index % 23);
}

/** A handler that responds with the request's method and path. */
export const FALLBACK: HttpHandler = ({ method, path }) => ({
  body: `fallback: ${method} ${path}`,
});
