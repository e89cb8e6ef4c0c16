import { isHttpError } from "../../http/error.ts";
import type { HttpRequest, HttpResponse } from "../../http/message.ts";
import { crossSiteRefusal, isLoopbackHost } from "./cross_site.ts";
import { problem, problemOf } from "./json.ts";
import type { AdminParts, Endpoint } from "./endpoint.ts";
import { ENDPOINTS, endpointsAt } from "./endpoints.ts";

/** Answers the requests of operators, probes and browsers. */
export class AdminHandler {
  readonly #parts: AdminParts;
  readonly #isOnLoopback: boolean;

  /** @param isOnLoopback Whether the port is bound to an address of the loopback interface. */
  constructor(parts: AdminParts, isOnLoopback: boolean) {
    this.#parts = parts;
    this.#isOnLoopback = isOnLoopback;
  }

  /** Answers a request; all refusals are JSON. */
  async answer(request: HttpRequest): Promise<HttpResponse> {
    try {
      return this.#refusal(request) ?? await this.#serve(request);
    } catch (error) {
      if (isHttpError(error)) return problemOf(error);
      throw error;
    }
  }

  /** Refuses what a page of another site may have sent. */
  #refusal(request: HttpRequest): HttpResponse | null {
    const { access } = this.#parts;
    // With a token, a browser sends its session only to the name that it has it from.
    const host = request.header("host");
    // Probes that speak HTTP/1.0 send none; browsers always do.
    const isOfSite = host !== null && !isLoopbackHost(host);
    if (this.#isOnLoopback && !access.isGuarded && isOfSite) {
      return problem(403, "Cannot answer under this name: expected Host to be localhost, or an IP");
    }
    const reason = crossSiteRefusal(request);
    return reason === null ? null : problem(403, reason);
  }

  async #serve(request: HttpRequest): Promise<HttpResponse> {
    const { access } = this.#parts;
    const { endpoints, name } = endpointsAt(request.path);
    const method = request.method === "HEAD" ? "GET" : request.method;
    const endpoint = endpoints.find((one) => one.method === method);
    const isOpen = endpoint?.isOpen === true;
    const isAdmitted = await (isOpen ? access.admitsAtOnce(request) : access.admits(request));
    if (!isAdmitted && !isOpen) {
      return endpoint?.denied?.() ?? problem(401, "Cannot answer without the token", [CHALLENGE]);
    }
    if (endpoints.length === 0) return notFound(request);
    if (endpoint === undefined) return notAllowed(request, endpoints);
    return await endpoint.serve({ request, isAdmitted, name }, this.#parts);
  }
}

const CHALLENGE = ["WWW-Authenticate", 'Bearer realm="sluice"'] as const;

function notFound({ path }: HttpRequest): HttpResponse {
  const endpoints = ENDPOINTS.map((endpoint) => `${endpoint.method} ${endpoint.path}`);
  return problem(404, `Cannot find ${path}`, [], { endpoints });
}

function notAllowed({ method, path }: HttpRequest, endpoints: readonly Endpoint[]): HttpResponse {
  const allowed = endpoints.flatMap((endpoint) =>
    endpoint.method === "GET" ? ["GET", "HEAD"] : ["POST"]
  );
  return problem(405, `Cannot use ${method} for ${path}: expected ${allowed.join(" or ")}`, [
    ["Allow", allowed.join(", ")],
  ]);
}
