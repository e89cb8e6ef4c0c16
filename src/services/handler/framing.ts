import type { Connection } from "../../core/connection.ts";
import { IncompleteReadError, LimitExceededError, PeerError } from "../../core/errors.ts";
import type { Service } from "../../core/service.ts";
import type { ServiceContext } from "../service.ts";

/**
 * How requests are cut out of a stream. Lines and delimited requests are text
 * (UTF-8), a line without its end and a delimited request with its delimiter;
 * length-prefixed ones are bytes, without the prefix. Answers are framed alike:
 * a line gets its end, a length-prefixed answer its prefix; where requests are
 * delimited, an answer is written as it is.
 */
export type Framing =
  | { readonly type: "lines"; readonly limit?: number }
  | { readonly type: "delimiter"; readonly delimiter: string; readonly limit?: number }
  | {
    readonly type: "length";
    /** Bytes of the prefix, which counts the bytes that follow it. */
    readonly bytes: 1 | 2 | 4 | 8;
    /** Order of the prefix; the default is `big`, as networks have it. */
    readonly endian?: "big" | "little";
    readonly limit?: number;
  };

/** One request in, one response out, no I/O. */
export interface RequestHandler<Request = string | Uint8Array> {
  /**
   * @param request Text or bytes, as {@linkcode Framing} says; bytes are good until the response.
   * @returns The response; null or undefined is none.
   */
  handle(
    request: Request,
    context: ServiceContext,
  ): Response | null | undefined | Promise<Response | null | undefined>;
}
type Response = string | Uint8Array;

/** The most bytes of a request when its framing does not say, a line's end or a delimiter included. */
export const DEFAULT_FRAME_LIMIT = 64 * 1024;

interface Codec<Request> {
  read(connection: Connection): Promise<Request | null>;
  encode(response: Response): Uint8Array | string;
}

const LINE_FEED = new Uint8Array([10]);
const NO_BYTES = new Uint8Array(0);
const encoder = new TextEncoder();
const decoder = new TextDecoder();

/** A service of a request handler: reads a request, writes its response, and again. */
export function serveRequests<Request extends string | Uint8Array>(
  framing: Framing,
  handler: RequestHandler<Request>,
  context: ServiceContext,
): Service {
  // The framing decides between text and bytes; the handler was written for it.
  const codec = createCodec(framing) as Codec<Request>;
  return async (connection) => {
    let request: Request | null;
    while ((request = await codec.read(connection)) !== null) {
      connection.beginRequest();
      const response = await handler.handle(request, context);
      if (response === null || response === undefined) continue;
      if (typeof response !== "string" && !(response instanceof Uint8Array)) {
        // A handler in JavaScript; the connection would take it for a failure of the client.
        throw new TypeError(
          `Cannot answer: handle gave a ${typeof response}, wanted text, bytes or nothing`,
        );
      }
      await connection.write(codec.encode(response));
    }
  };
}

function createCodec(framing: Framing): Codec<string | Uint8Array> {
  const limit = framing.limit ?? DEFAULT_FRAME_LIMIT;
  switch (framing.type) {
    case "lines":
      return {
        read: (connection) => connection.readLine(limit),
        encode: (response) =>
          typeof response === "string" ? `${response}\n` : concat(response, LINE_FEED),
      };
    case "delimiter": {
      const delimiter = encoder.encode(framing.delimiter);
      return {
        read: async (connection) => {
          const request = await connection.readUntil(delimiter, limit);
          return request === null ? null : decoder.decode(request);
        },
        encode: (response) => response,
      };
    }
    case "length":
      return lengthPrefix(framing.bytes, framing.endian ?? "big", limit);
  }
}

function lengthPrefix(bytes: number, endian: "big" | "little", limit: number): Codec<Uint8Array> {
  const max = bytes === 8 ? Number.MAX_SAFE_INTEGER : 2 ** (8 * bytes) - 1;
  return {
    read: async (connection) => {
      const prefix = await connection.readExactly(bytes);
      if (prefix === null) return null;
      const length = decodeLength(prefix, endian);
      if (length > limit) throw new LimitExceededError(limit);
      if (length === 0) return NO_BYTES;
      // The prefix was the first part of a request: an end from here on is in its middle.
      const body = await connection.readExactly(length);
      if (body === null) throw new IncompleteReadError(NO_BYTES);
      return body;
    },
    encode: (response) => {
      const body = typeof response === "string" ? encoder.encode(response) : response;
      if (body.length > max) {
        throw new PeerError(
          `Cannot frame a response: ${body.length} bytes, a prefix of ${bytes} bytes counts to ${max}`,
        );
      }
      return concat(encodeLength(body.length, bytes, endian), body);
    },
  };
}

// Arithmetic, not shifts: those end at 32 bits. A prefix of 8 bytes beyond 2^53
// becomes imprecise, and is refused by any limit long before.
function decodeLength(prefix: Uint8Array, endian: "big" | "little"): number {
  const digits = endian === "big" ? prefix : prefix.toReversed();
  return digits.reduce((length, byte) => length * 256 + byte, 0);
}

function encodeLength(length: number, bytes: number, endian: "big" | "little"): Uint8Array {
  const prefix = new Uint8Array(bytes);
  for (let i = bytes - 1, rest = length; i >= 0; i--, rest = Math.floor(rest / 256)) {
    prefix[i] = rest % 256;
  }
  return endian === "big" ? prefix : prefix.reverse();
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array {
  const joined = new Uint8Array(a.length + b.length);
  joined.set(a);
  joined.set(b, a.length);
  return joined;
}
