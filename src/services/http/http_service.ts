import type { Service } from "../../core/service.ts";
import type { HttpContext, ServiceContext } from "../service.ts";
import type { HttpHandler } from "../../http/message.ts";
import { serveHttp } from "../../http/conversation/serve.ts";
import { reportTo } from "./reports.ts";

/**
 * A service of a handler, with what the settings put around it: files before
 * it, compression after it. What is not asked for is not loaded.
 *
 * @param handler null where there are only the files of a root.
 * @throws {ExitError} If the folder of files cannot be used.
 */
export async function createHttpService(
  handler: HttpHandler | null,
  context: ServiceContext,
  http: HttpContext,
): Promise<Service> {
  const { root, compress } = http.order;
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
  const reports = { ...reportTo(context), answered: http.record };
  return serveHttp(outermost, http.order, context.retiring, reports);
}
