/** Keeps the pages of other sites from using the admin port through the browser of an operator. */
import { isLocalhost, parseHostname } from "../../base/address.ts";
import type { HttpRequest } from "../../http/message.ts";

/** What browsers may open by a link of another site: it only shows a page. */
const PAGES = ["/", "/login"];

/**
 * Checks where a request comes from.
 *
 * @returns Why it is refused; null if it is not. What is no browser sends none of these fields.
 */
export function crossSiteRefusal(request: HttpRequest): string | null {
  const site = request.header("sec-fetch-site");
  if (site !== null && site !== "same-origin" && site !== "none" && !isNavigation(request)) {
    return "Cannot answer a request of another site";
  }
  const origin = request.header("origin");
  if (origin !== null && !isSameOrigin(origin, request.header("host"))) {
    return "Cannot answer a request of another origin";
  }
  return null;
}

/** Whether a person follows a link to a page. */
function isNavigation(request: HttpRequest): boolean {
  return request.method === "GET" && PAGES.includes(request.path) &&
    request.header("sec-fetch-mode") === "navigate" &&
    request.header("sec-fetch-dest") === "document";
}

function isSameOrigin(origin: string, host: string | null): boolean {
  // A proxy in front of this port may speak https.
  const match = /^https?:\/\/([^/]+)$/i.exec(origin);
  return host !== null && match?.[1]?.toLowerCase() === host.toLowerCase();
}

/**
 * Whether a Host field names the loopback interface. The name of another site may be made to lead
 * to this machine; then the pages of that site count as same-origin (DNS rebinding), but their
 * requests carry its name.
 */
export function isLoopbackHost(host: string): boolean {
  const match = /^(\[[^\]]*\]|[^:]*)(?::\d{1,5})?$/.exec(host);
  const hostname = parseHostname(match?.[1] ?? "");
  return hostname !== null && isLoopback(hostname);
}

/** Whether a host without a port and brackets is `localhost`, or an address of the loopback interface. */
export function isLoopback(hostname: string): boolean {
  if (isLocalhost(hostname) || hostname === "::1") return true;
  return /^127(?:\.\d{1,3}){3}$/.test(hostname);
}
