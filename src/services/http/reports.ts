import type { ServiceContext } from "../service.ts";
import { thrownValue } from "../../base/thrown.ts";
import { traceAttributes } from "../../base/trace_ids.ts";
import type { HttpReports } from "../../http/conversation/conversation_context.ts";
import { InvalidResponseError } from "../../http/error.ts";
import type { HttpRequest } from "../../http/message.ts";
import { TlsHelloError } from "../../http/codec/request_decoder.ts";

const THREW = "Request failed: the handler threw";
const NO_RESPONSE = "Request failed: the handler returned no valid response";

/**
 * Logs the reports of HTTP conversations.
 *
 * @param routeOf The path of the route that serves a request; null if there is none.
 */
export function reportTo(
  context: ServiceContext,
  routeOf: (request: HttpRequest) => string | null,
): Omit<HttpReports, "answered" | "meter"> {
  const { log } = context;
  return {
    failed(request, thrown) {
      const error = thrownValue(thrown);
      const message = error instanceof InvalidResponseError ? NO_RESPONSE : THREW;
      log.error(message, {
        "http.request.method": request.method,
        "url.path": request.path,
        "http.route": routeOf(request) ?? undefined,
        "sluice.request.id": request.id,
        ...traceAttributes(request.span),
        error,
      });
    },
    broken(request, error) {
      log.warn("Response cut off: the backend did not send all of it", () => ({
        "http.request.method": request.method,
        "url.path": request.path,
        "sluice.request.id": request.id,
        ...traceAttributes(request.span),
        "sluice.upstream.group": request.forwarding?.group,
        "sluice.upstream.address": request.forwarding?.address ?? undefined,
        "sluice.upstream.failure": request.forwarding?.failure ?? undefined,
        "error.message": error.message,
      }));
    },
    refused: ({ id, error, remoteAddr, request }) => {
      if (error instanceof TlsHelloError) void adviseOnce(context);
      log.info("Request refused", () => ({
        "sluice.request.id": id,
        ...traceAttributes(request?.span ?? null),
        "http.request.method": request?.method,
        "url.path": request?.path,
        "client.address": remoteAddr.transport === "tcp" ? remoteAddr.hostname : undefined,
        "http.response.status_code": error.status,
        "sluice.request.reason": error.reason,
      }));
    },
  };
}

/** Warns once across all threads, because a misconfigured client repeats its mistake with each connection. */
async function adviseOnce({ log, shared }: ServiceContext): Promise<void> {
  const said = new Int32Array(await shared("http: TLS advice", 4));
  if (Atomics.exchange(said, 0, 1) !== 0) return;
  log.warn(
    "A client speaks TLS to this port, which speaks plain HTTP: use http:// in its URL, or put " +
      "a proxy that terminates TLS in front of the server",
  );
}
