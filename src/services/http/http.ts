import { defineService } from "../service.ts";
import { HTTP_OPTIONS, shortestHttpTimeout } from "./options.ts";
import { HTTP_REFUSAL } from "./refusal.ts";

/** HTTP/1.1 (RFC 9112): the files of `--root`, or a few built-in routes. */
export const http = defineService({
  name: "http",
  help: "HTTP/1.1: `GET /` answers `Hello, World!`",
  port: 8000,
  options: [...HTTP_OPTIONS, "lab"],
  refusal: HTTP_REFUSAL,
  shortestTimeout: shortestHttpTimeout,
  async create(context, options, host) {
    // HTTP is by far the largest service, so threads of other services do not load it.
    const { createHttpService } = await import("./http_service.ts");
    const { root, lab } = options;
    if (root !== null && !lab) return await createHttpService(null, context, options, host);
    const { builtinRoutes } = await import("./builtin_routes.ts");
    return await createHttpService(builtinRoutes(options, context), context, options, host);
  },
});
