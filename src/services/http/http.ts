import type { ServiceDefinition } from "../service.ts";
import { HTTP_REFUSAL } from "./refusal.ts";

/** HTTP/1.1: files of `--root`, or a few routes to begin with. */
export const http: ServiceDefinition = {
  name: "http",
  help: "HTTP/1.1: `GET /` answers `Hello, World!`",
  port: 8000,
  refusal: HTTP_REFUSAL,
  async create(context, http) {
    // A thread of another service does without: it is the largest of all.
    const { createHttpService } = await import("./http_service.ts");
    const { root, lab } = http.order;
    if (root !== null && !lab) return await createHttpService(null, context, http);
    const { builtinRoutes } = await import("./builtin_routes.ts");
    return await createHttpService(builtinRoutes(http.order, context), context, http);
  },
};
