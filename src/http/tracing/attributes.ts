/** What spans tell of requests, by OpenTelemetry's conventions for HTTP. */
import type { Attributes } from "@opentelemetry/api";
import type { HttpRequest } from "../message.ts";
import { believedScheme } from "../forwarding/believed.ts";

/** A request as its span sees it. */
export interface TracedRequest extends
  Pick<
    HttpRequest,
    "method" | "path" | "version" | "headers" | "id" | "remoteAddr"
  > {
  readonly head: { readonly host: string };
  /** Whether the peer is a trusted proxy. */
  readonly isPeerTrusted: boolean;
}

/** The methods that spans are named after: a client may invent any number of others. */
const KNOWN_METHODS: ReadonlySet<string> = new Set([
  ...["GET", "HEAD", "POST", "PUT", "DELETE", "CONNECT", "OPTIONS", "TRACE", "PATCH", "QUERY"],
]);

/**
 * The name of a span.
 *
 * @param route null if none is known.
 */
export function spanName(method: string, route: string | null): string {
  const known = KNOWN_METHODS.has(method) ? method : "HTTP";
  return route === null ? known : `${known} ${route}`;
}

/** The attributes for a method. */
export function methodAttributes(method: string): Attributes {
  if (KNOWN_METHODS.has(method)) return { "http.request.method": method };
  return { "http.request.method": "_OTHER", "http.request.method_original": method };
}

/**
 * What is known of a request once its head has arrived. Not its query: that may hold secrets,
 * and spans go to other hosts.
 *
 * @param worker The number of the lane.
 */
export function requestAttributes(request: TracedRequest, worker: number): Attributes {
  const { method, path, version, remoteAddr, id, isPeerTrusted, headers } = request;
  const attributes = methodAttributes(method);
  attributes["url.path"] = path;
  attributes["url.scheme"] = (isPeerTrusted ? believedScheme(headers) : null) ?? "http";
  attributes["network.protocol.version"] = version;
  if (remoteAddr.transport === "tcp") attributes["client.address"] = remoteAddr.hostname;
  attributes["sluice.request.id"] = id;
  attributes["sluice.worker"] = worker;
  addServer(attributes, request.head.host);
  return attributes;
}

/** Adds the address of a server, from its host with an optional port. */
export function addServer(attributes: Attributes, host: string): void {
  const [, name = "", port] = /^(.*?)(?::(\d+))?$/.exec(host) ?? [];
  if (name === "") return;
  attributes["server.address"] = name;
  if (port !== undefined) attributes["server.port"] = Number(port);
}
