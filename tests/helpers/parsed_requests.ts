/** Reads what the servers of http_backend.ts record. */
import { Buffer } from "node:buffer";
import { createHash } from "node:crypto";
import type { Field } from "../../src/http/message.ts";

/** A request, as a backend has parsed it. */
export interface ParsedRequest {
  /** Distinguishes the connections of a backend. */
  readonly connection: string;
  readonly method: string;
  readonly target: string;
  /** In the order of the request, except in gunicorn; one character per byte. nginx has only some. */
  readonly fields: readonly Field[];
  /** Null if its end has not been received. */
  body: ParsedBody | null;
}

/** The body of a request, as a backend has parsed it. */
export interface ParsedBody {
  readonly length: number;
  /** The hash of its content in hexadecimal digits. */
  readonly sha256: string;
  /** Known to Node and Sluice only. */
  readonly trailers: readonly Field[];
}

/** What the programs write, one line of JSON each. */
type Entry =
  /** The head of a request has been parsed. */
  | {
    event: "begun";
    id: number;
    connection: string;
    method: string;
    target: string;
    fields: Field[];
  }
  /** Its body has been received to its end. */
  | ({ event: "complete"; id: number } & ParsedBody)
  /** nginx tells of a request once only. */
  | {
    event: "answered";
    connection: string;
    status: number;
    method: string;
    target: string;
    body: string;
    fields: Field[];
  }
  /** A request has not been understood. */
  | { event: "refused"; reason: string };

/** What a backend has recorded. */
export interface ParsedRecords {
  readonly requests: readonly ParsedRequest[];
  readonly refused: readonly string[];
}

/** Reads the records in a backend's folder. */
export async function readParsed(folder: string): Promise<ParsedRecords> {
  const requests: ParsedRequest[] = [];
  const refused: string[] = [];
  let open = new Map<number, ParsedRequest>();
  for (const line of await linesOf(`${folder}/parsed`)) {
    const entry: Entry = JSON.parse(line);
    if (entry.event === "begun") {
      const { id, connection, method, target, fields } = entry;
      // A program that was started again counts from 1 again.
      if (id === 1) open = new Map();
      const request = { connection, method, target, fields, body: null };
      open.set(id, request);
      requests.push(request);
    } else if (entry.event === "complete") {
      const request = open.get(entry.id);
      const { length, sha256, trailers } = entry;
      if (request !== undefined) request.body = { length, sha256, trailers };
    } else if (entry.event === "refused") {
      refused.push(entry.reason);
    } else if (entry.method === "" || entry.target === "") {
      refused.push(`${entry.status}`);
    } else {
      requests.push(ofNginx(entry));
    }
  }
  for (const line of await linesOf(`${folder}/log`)) {
    const [, reason] = /\] Invalid request from ip=\S+: (.*)$/.exec(line) ?? [];
    if (reason !== undefined) refused.push(reason);
  }
  return { requests, refused };
}

function ofNginx(entry: Entry & { event: "answered" }): ParsedRequest {
  const { connection, status, method, target, body } = entry;
  return {
    connection,
    method,
    target,
    fields: entry.fields.filter(([, value]) => value !== ""),
    // Another status says that it has not received all of it.
    body: status === 200 || status === 500
      ? { length: body.length, sha256: sha256Of(body), trailers: [] }
      : null,
  };
}

/** The hash of a text of one character per byte, in hexadecimal digits. */
export function sha256Of(text: string): string {
  return createHash("sha256").update(text, "latin1").digest("hex");
}

/** The complete lines of a file, one character per byte; none if it does not exist. */
async function linesOf(path: string): Promise<readonly string[]> {
  try {
    const bytes = await Deno.readFile(path);
    return Buffer.from(bytes).toString("latin1").split("\n").slice(0, -1);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    throw error;
  }
}
