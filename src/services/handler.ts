import * as v from "valibot";
import type { Connection } from "../core/connection.ts";
import type { Service, ServiceContext, ServiceDefinition } from "../core/service.ts";
import { EXIT, ExitError } from "../exit.ts";
import { firstLine, HANDLER_PORT, importFile, type ImportModule } from "./handler_file.ts";
import { type Framing, type RequestHandler, serveRequests } from "./framing.ts";
import { type Protocol, serveProtocol } from "./protocol.ts";

/** The whole conversation as one function of the connection. */
export interface StreamHandler {
  serve(connection: Connection, context: ServiceContext): void | Promise<void>;
}

/** A protocol object for each connection. */
export interface ProtocolHandler {
  protocol(context: ServiceContext): Protocol;
}

/** Requests cut out of the stream, one response each. */
export interface FramedHandler<Request = string | Uint8Array> extends RequestHandler<Request> {
  readonly framing: Framing;
}

/** What a user's module may export by default, and what every kind may add. */
export type Handler =
  & (StreamHandler | ProtocolHandler | FramedHandler<string> | FramedHandler<Uint8Array>)
  & {
    /** What a client is told when the server is full. */
    readonly refusal?: string;
  };

const ACCEPTED = "{ serve }, { protocol } or { framing, handle }";

// Each message completes the word "wanted".
const BYTES = "a whole number of bytes, 1 or more";
const TEXT = "a text that is not empty";
const limit = v.optional(
  v.pipe(v.number(BYTES), v.integer(BYTES), v.minValue(1, BYTES)),
);
const wantedKey = (issue: v.StrictObjectIssue) =>
  issue.expected === "never" ? "no such key" : "a value";
const framingSchema = v.variant("type", [
  v.strictObject({ type: v.literal("lines"), limit }, wantedKey),
  v.strictObject({
    type: v.literal("delimiter"),
    delimiter: v.pipe(v.string(TEXT), v.check((text) => text !== "", TEXT)),
    limit,
  }, wantedKey),
  v.strictObject({
    type: v.literal("length"),
    bytes: v.picklist([1, 2, 4, 8], "1, 2, 4 or 8"),
    endian: v.optional(v.picklist(["big", "little"], `"big" or "little"`)),
    limit,
  }, wantedKey),
], `an object with a type of "lines", "delimiter" or "length"`);

/**
 * Loads a user's module as a service.
 *
 * @param path Absolute.
 * @param importModule Called once, for the path.
 * @throws {ExitError} 78 if it cannot be loaded or its default export is none
 * of {@linkcode Handler}.
 */
export async function loadHandler(
  path: string,
  importModule: ImportModule = importFile,
): Promise<ServiceDefinition> {
  const problem = (reason: string, cause?: unknown) =>
    new ExitError(`Cannot use the handler "${path}": ${reason}`, EXIT.config, { cause });
  let module: { default?: unknown };
  try {
    module = await importModule(path);
  } catch (error) {
    if (Deno.build.standalone && /\.[mc]?tsx?$/.test(path)) {
      throw problem(`the executable takes JavaScript, make it with "deno bundle"`, error);
    }
    throw problem(firstLine(error), error);
  }
  const handler = module.default;
  if (typeof handler !== "object" || handler === null) {
    throw problem(`found a default export of type ${typeof handler}, wanted ${ACCEPTED}`);
  }
  const { refusal } = handler as { refusal?: unknown };
  if (refusal !== undefined && typeof refusal !== "string") {
    throw problem(`found a refusal of type ${typeof refusal}, wanted a string`);
  }
  return {
    name: "handler",
    help: path,
    port: HANDLER_PORT,
    refusal: refusal ?? null,
    create: adapt(handler as Record<string, unknown>, problem),
  };
}

type Adapter = (context: ServiceContext) => Service;

function adapt(handler: Record<string, unknown>, problem: (reason: string) => ExitError): Adapter {
  const shapes = ["fetch", "serve", "protocol", "handle"].filter((key) => key in handler);
  const [shape] = shapes;
  if (shape === undefined || shapes.length > 1) {
    const keys = Object.keys(handler).join(", ");
    throw problem(`found a default export with { ${keys} }, wanted one of ${ACCEPTED}`);
  }
  if (typeof handler[shape] !== "function") {
    throw problem(`found "${shape}" of type ${typeof handler[shape]}, wanted a function`);
  }
  switch (shape) {
    case "serve": {
      const { serve } = handler as unknown as StreamHandler;
      return (context) => async (connection) => await serve.call(handler, connection, context);
    }
    case "protocol": {
      const { protocol } = handler as unknown as ProtocolHandler;
      return (context) => serveProtocol(() => protocol.call(handler, context));
    }
    case "handle": {
      const framed = handler as unknown as FramedHandler;
      checkFraming(handler.framing, problem);
      return (context) => serveRequests(framed.framing, framed, context);
    }
    default:
      throw problem(`found { fetch }, which this version does not serve yet, wanted ${ACCEPTED}`);
  }
}

function checkFraming(framing: unknown, problem: (reason: string) => ExitError): void {
  const result = v.safeParse(framingSchema, framing);
  if (result.success) return;
  const [issue] = result.issues;
  const where = ["framing", ...issue.path?.map((item) => String(item.key)) ?? []].join(".");
  throw problem(`found ${issue.received} at ${where}, wanted ${issue.message}`);
}
