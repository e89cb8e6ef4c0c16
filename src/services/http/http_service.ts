import type { Service } from "../../core/service.ts";
import { serveHttp } from "../../http/conversation/serve.ts";
import type { Exchange } from "../../http/exchange.ts";
import type { HttpHandler } from "../../http/message.ts";
import type { ServiceContext, ServiceHost } from "../service.ts";
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
  const reports = {
    ...reportTo(context, handler?.routeOf ?? (() => null)),
    answered: await accessRecorder(options, host),
  };
  return serveHttp(outermost, options, context.retiring, reports);
}

/** Records requests in the access log; null if there is none. */
async function accessRecorder(
  { accessLog, accessLogFormat }: HttpOptions,
  host: ServiceHost,
): Promise<((exchange: Exchange) => void) | null> {
  if (accessLog === null) return null;
  const { accessLine } = await import("../../http/access_log/access_log.ts");
  const lineOf = accessLine(accessLogFormat);
  return (exchange) => host.recordAccess(lineOf(exchange));
}
