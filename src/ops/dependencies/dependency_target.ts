import { parseHostname } from "../../base/address.ts";
import type { HealthCheck } from "../../settings/health_settings.ts";
import { type Dependency, DEPENDENCY_PORTS } from "../../settings/dependency.ts";
import type { Target } from "../../upstream/health/target.ts";

/** Successes and failures in a row after which a dependency is up or down, as for backends. */
const RISE = 2;
const FALL = 3;

/** What is checked of a dependency. Its host may be a name, which is resolved for each check. */
export function dependencyTarget({ url, interval, timeout }: Dependency): Target {
  const { protocol, hostname, port } = new URL(url);
  return {
    address: {
      transport: "tcp",
      hostname: parseHostname(hostname) ?? hostname,
      port: port === "" ? DEPENDENCY_PORTS[protocol] ?? 0 : Number(port),
    },
    health: {
      check: checkOf(new URL(url)),
      sendProxy: "none",
      interval,
      timeout,
      rise: RISE,
      fall: FALL,
      port: null,
      startState: "up",
    },
  };
}

function checkOf(url: URL): HealthCheck {
  const { protocol, host, hostname, pathname, search } = url;
  const path = decodeURIComponent(pathname.slice(1));
  const user = decodeURIComponent(url.username);
  switch (protocol) {
    case "redis:":
      return {
        kind: "redis",
        user: user || null,
        password: decodeURIComponent(url.password) || null,
        database: Number(path),
      };
    case "postgres:":
    case "postgresql:":
      return { kind: "postgres", user: user || "postgres", database: path || user || "postgres" };
    case "http:":
    case "https:":
      return {
        kind: "http",
        path: `${pathname}${search}`,
        host,
        status: [{ from: 200, to: 399 }],
        body: null,
        ...protocol === "https:" ? { serverName: parseHostname(hostname) ?? hostname } : {},
      };
    default:
      return { kind: "tcp" };
  }
}
