import type { Service } from "../../core/service.ts";
import type { ConversationOptions } from "../../http/conversation/options.ts";
import { serveHttp } from "../../http/conversation/serve.ts";
import type { ConversationHandler } from "../../http/conversation/conversation_context.ts";
import type { TrustedClients } from "../../http/forwarding/trusted_clients.ts";
import type { HttpHandler, HttpRequest } from "../../http/message.ts";
import type { RequestTracer } from "../../http/tracing/request_tracer.ts";
import type { OptionValues, ServiceContext, ServiceHost } from "../service.ts";
import { type AccessLogOptions, exchangeRecorder } from "./exchange_recorder.ts";
import type { HttpOptions } from "./options.ts";
import { reportTo } from "./reports.ts";

/**
 * Makes a service from a handler, with files before it and compression after it as
 * the options say. Loads only what is needed.
 *
 * @param handler null serves only the files of `root`.
 * @throws {ExitError} If the `root` folder cannot be used.
 */
export async function createHttpService(
  handler: HttpHandler | null,
  context: ServiceContext,
  options: HttpOptions,
  host: ServiceHost,
): Promise<Service> {
  const { root, compress } = options;
  let outermost = handler;
  if (root !== null) {
    const { checkRoot, serveFiles } = await import("../../http/files/files.ts");
    checkRoot(root);
    outermost = serveFiles(root, handler);
  }
  if (outermost === null) throw new Error("Cannot serve: there is neither a handler nor a root");
  if (compress) {
    const { compressing } = await import("../../http/compression/compress.ts");
    outermost = compressing(outermost);
  }
  return await serveRequests(outermost, handler?.routeOf ?? (() => null), context, options, host);
}

/** Makes a service from a handler, with its log, its access log and its trusted proxies. */
export async function serveRequests(
  handler: ConversationHandler,
  routeOf: (request: HttpRequest) => string | null,
  context: ServiceContext,
  options: ConversationOptions & AccessLogOptions & OptionValues<"trustedProxies">,
  host: ServiceHost,
): Promise<Service> {
  const reports = {
    ...reportTo(context, routeOf),
    answered: await exchangeRecorder(options, context, host),
    meter: host.openMeter(),
  };
  const clients = await clientsOf(options);
  const tracer = await tracerOf(context, routeOf, host);
  return serveHttp(handler, options, context.retiring, reports, clients, tracer);
}

async function tracerOf(
  { lane }: ServiceContext,
  routeOf: (request: HttpRequest) => string | null,
  { sampling }: ServiceHost,
): Promise<RequestTracer | null> {
  if (sampling === null) return null;
  const { RequestTracer } = await import("../../http/tracing/request_tracer.ts");
  return new RequestTracer(sampling, lane, routeOf);
}

async function clientsOf(
  { trustedProxies }: OptionValues<"trustedProxies">,
): Promise<TrustedClients | null> {
  if (trustedProxies.length === 0) return null;
  const { TrustedClients } = await import("../../http/forwarding/trusted_clients.ts");
  return new TrustedClients(trustedProxies);
}
