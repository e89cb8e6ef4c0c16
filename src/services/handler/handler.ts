import * as v from "valibot";
import type { Service } from "../../core/service.ts";
import type { ServiceContext, ServiceDefinition } from "../service.ts";
import { EXIT, ExitError } from "../../base/exit.ts";
import { isPlainObject, kindOf } from "../../base/kind_of.ts";
// Not on first use: it looks at the runtime's classes, which a handler may replace.
import { serveFetch } from "../../http/fetch/fetch.ts";
import { installResponse } from "../../http/fetch/response_class.ts";
import type { HttpHandler } from "../../http/message.ts";
import { shortestHttpTimeout } from "../http/options.ts";
import { HTTP_REFUSAL } from "../http/refusal.ts";
import {
  fileUrl,
  HANDLER_OPTIONS,
  HANDLER_PORT,
  importFile,
  type ImportModule,
} from "./handler_file.ts";
import { serveRequests } from "./framing.ts";
import { handlerContext } from "./handler_context.ts";
import { hooksOf } from "./hooks.ts";
import { jsonFault } from "./json_fault.ts";
import { loadError } from "../../base/load_error.ts";
import { IMPORT_ADVICE, isUnmapped } from "./own_module.ts";
import { serveProtocol } from "./protocol.ts";
import type {
  FetchHandler,
  FramedHandler,
  ProtocolHandler,
  RoutesHandler,
  StreamHandler,
} from "./shapes.ts";

/** Options that apply only to handlers that speak HTTP. */
const OPTION_NAMES = { root: "--root", compress: "--compress", accessLog: "--access-log" } as const;
const HTTP_ONLY = Object.keys(OPTION_NAMES) as (keyof typeof OPTION_NAMES)[];
const ACCEPTED = "{ fetch }, { routes }, { serve }, { protocol } or { framing, handle }";
/** The shape of most frameworks, whose objects have other members, too. */
const FETCH = "fetch";
const SHAPES = [FETCH, "routes", "serve", "protocol", "handle"];

// Each message follows the word "expected".
const BYTES = "a whole number of bytes, 1 or more";
const TEXT = "a non-empty string";
const limit = v.optional(
  v.pipe(v.number(BYTES), v.integer(BYTES), v.minValue(1, BYTES)),
);
const expectedKey = (issue: v.StrictObjectIssue) =>
  issue.expected === "never" ? "no such key" : "a value";
const framingSchema = v.variant("type", [
  v.strictObject({ type: v.literal("lines"), limit }, expectedKey),
  v.strictObject({
    type: v.literal("delimiter"),
    delimiter: v.pipe(v.string(TEXT), v.check((text) => text !== "", TEXT)),
    skipNewlines: v.optional(v.boolean("true or false")),
    limit,
  }, expectedKey),
  v.strictObject({
    type: v.literal("length"),
    bytes: v.picklist([1, 2, 4, 8], "1, 2, 4 or 8"),
    endian: v.optional(v.picklist(["big", "little"], `"big" or "little"`)),
    limit,
  }, expectedKey),
], `an object with a type of "lines", "delimiter" or "length"`);

/**
 * Loads a user's module as a service.
 *
 * @param path An absolute path.
 * @param importModule Called once, with the path.
 * @throws {ExitError} 78 if the module cannot be loaded or its default export is
 * not a {@linkcode Handler}.
 */
export async function loadHandler(
  path: string,
  importModule: ImportModule = importFile,
): Promise<ServiceDefinition> {
  const problem = (reason: string, cause?: unknown) =>
    new ExitError(`Cannot use the handler "${path}": ${reason}`, EXIT.config, { cause });
  // Whether it has a use for it is known only once it is loaded.
  installResponse();
  let module: { default?: unknown };
  try {
    module = await importModule(path);
  } catch (error) {
    if (Deno.build.standalone && /\.[mc]?tsx?$/.test(path)) {
      throw problem(`the executable runs only JavaScript, convert it with "deno bundle"`, error);
    }
    const advice = isUnmapped(error) ? `, ${IMPORT_ADVICE}` : "";
    const reason = jsonFault(error, fileUrl(path)) ?? loadError(error);
    throw problem(`${reason}${advice}`, error);
  }
  try {
    return await definitionOf(module.default, path, problem);
  } catch (error) {
    // A getter or a proxy of the user's object may throw anything.
    throw error instanceof ExitError ? error : problem(loadError(error), error);
  }
}

async function definitionOf(
  handler: unknown,
  path: string,
  problem: Problem,
): Promise<ServiceDefinition> {
  if (typeof handler !== "object" || handler === null) {
    const found = handler === undefined
      ? "no default export"
      : `${kindOf(handler)} as its default export`;
    throw problem(`found ${found}, expected ${ACCEPTED}`);
  }
  // Some routers are proxies that have a method for any name.
  const { refusal } = "refusal" in handler ? handler : { refusal: undefined };
  if (refusal !== undefined && typeof refusal !== "string") {
    throw problem(`found a refusal of type ${typeof refusal}, expected a string`);
  }
  const adapted = await adapt(handler as Record<string, unknown>, problem);
  return {
    name: "handler",
    help: path,
    port: HANDLER_PORT,
    options: HANDLER_OPTIONS,
    ...adapted,
    ...hooksOf(handler as Record<string, unknown>, problem),
    refusal: refusal ?? adapted.refusal,
  };
}

type Definition = ServiceDefinition<typeof HANDLER_OPTIONS[number]>;
type Adapted = Pick<Definition, "create" | "refusal" | "shortestTimeout">;
type Problem = (reason: string, cause?: unknown) => ExitError;

async function adapt(handler: Record<string, unknown>, problem: Problem): Promise<Adapted> {
  const shapes = SHAPES.filter((key) => key in handler);
  const [shape] = shapes;
  if (shape === undefined || (shapes.length > 1 && shape !== FETCH)) {
    const keys = Object.keys(handler).join(", ");
    const isOfClass = !isPlainObject(handler) && (keys === "" || Array.isArray(handler));
    const found = isOfClass
      ? `${kindOf(handler)} as its default export`
      : keys === ""
      ? "an empty default export"
      : `a default export with { ${keys} }`;
    throw problem(`found ${found}, expected one of ${ACCEPTED}`);
  }
  if (shape === "routes") return await adaptRoutes(handler as unknown as RoutesHandler, problem);
  if (typeof handler[shape] !== "function") {
    throw problem(`found "${shape}" of type ${typeof handler[shape]}, expected a function`);
  }
  if (shape === FETCH) return await adaptFetch(handler as unknown as FetchHandler);
  if (shape === "handle") checkFraming(handler.framing, problem);
  const create = adaptConnections(shape, handler);
  return {
    refusal: null,
    create(context, options) {
      const option = HTTP_ONLY.find((key) => options[key] !== null && options[key] !== false);
      if (option === undefined) return create(handlerContext(context));
      throw problem(
        `found { ${shape} }, expected { fetch } or { routes } with ${OPTION_NAMES[option]}`,
      );
    },
  };
}

async function adaptFetch(handler: FetchHandler): Promise<Adapted> {
  return await adaptHttp((context) => serveFetch(handler, context));
}

async function adaptRoutes({ routes }: RoutesHandler, problem: Problem): Promise<Adapted> {
  const { checkRoutes, serveRoutes } = await import("../../http/routes/routes.ts");
  const mistake = await checkRoutes(routes);
  if (mistake !== null) throw problem(mistake);
  return await adaptHttp((context) => serveRoutes(routes, context));
}

/** Loads the HTTP service, which the other shapes do without. */
async function adaptHttp(
  createHandler: (context: ServiceContext) => HttpHandler,
): Promise<Adapted> {
  const { createHttpService } = await import("../http/http_service.ts");
  return {
    refusal: HTTP_REFUSAL,
    shortestTimeout: shortestHttpTimeout,
    create: (context, options, host) =>
      createHttpService(createHandler(handlerContext(context)), context, options, host),
  };
}

function adaptConnections(
  shape: string,
  handler: Record<string, unknown>,
): (context: ServiceContext) => Service {
  switch (shape) {
    case "serve": {
      const { serve } = handler as unknown as StreamHandler;
      return (context) => async (connection) => await serve.call(handler, connection, context);
    }
    case "protocol": {
      const { protocol } = handler as unknown as ProtocolHandler;
      return (context) => serveProtocol(() => protocol.call(handler, context));
    }
    default: {
      const framed = handler as unknown as FramedHandler;
      return (context) => serveRequests(framed.framing, framed, context);
    }
  }
}

function checkFraming(framing: unknown, problem: Problem): void {
  const result = v.safeParse(framingSchema, framing);
  if (result.success) return;
  const [issue] = result.issues;
  const where = ["framing", ...issue.path?.map((item) => String(item.key)) ?? []].join(".");
  throw problem(`found ${issue.received} at ${where}, expected ${issue.message}`);
}
