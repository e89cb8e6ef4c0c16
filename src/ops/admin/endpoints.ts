/** Every endpoint of the admin port. */
import { backend, drain, logLevel, reload, scale } from "./endpoints/commands.ts";
import { config } from "./endpoints/config.ts";
import { closeConnection, connections } from "./endpoints/connections.ts";
import { dashboard } from "./endpoints/dashboard.ts";
import { events } from "./endpoints/events.ts";
import { healthz, livez, readyz } from "./endpoints/health.ts";
import { login, loginPage, logout } from "./endpoints/login.ts";
import { metrics } from "./endpoints/metrics.ts";
import { status } from "./endpoints/status.ts";
import type { Endpoint } from "./endpoint.ts";

export const ENDPOINTS: readonly Endpoint[] = [
  dashboard,
  livez,
  readyz,
  healthz,
  status,
  metrics,
  config,
  connections,
  events,
  loginPage,
  login,
  logout,
  reload,
  drain,
  scale,
  logLevel,
  backend,
  closeConnection,
];

/** What is at a path: endpoints, and what stands for `:name`. */
interface Found {
  readonly endpoints: readonly Endpoint[];
  readonly name: string;
}

/** Finds the endpoints at a path, one for each method. */
export function endpointsAt(path: string): Found {
  const exact = ENDPOINTS.filter((endpoint) => endpoint.path === path && !path.endsWith("/:name"));
  if (exact.length > 0) return { endpoints: exact, name: "" };
  const end = path.lastIndexOf("/") + 1;
  const pattern = `${path.slice(0, end)}:name`;
  const name = decode(path.slice(end));
  if (name === null || name === "") return { endpoints: [], name: "" };
  return { endpoints: ENDPOINTS.filter((endpoint) => endpoint.path === pattern), name };
}

function decode(text: string): string | null {
  try {
    return decodeURIComponent(text);
  } catch {
    return null;
  }
}
