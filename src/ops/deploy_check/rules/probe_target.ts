import { formatAddress } from "../../../base/address.ts";
import { isLoopback } from "../../admin/cross_site.ts";
import type { DeployedServer } from "../deployment.ts";
import { error, type Finding } from "../finding.ts";
import type { Pod, ProbeKind } from "../pod.ts";
import type { Tree } from "../tree.ts";
import { portNumber } from "./listening.ts";
import type { Rule } from "./rule.ts";

const KINDS: readonly ProbeKind[] = ["startupProbe", "readinessProbe", "livenessProbe"];
/** The questions that only the admin port answers. */
const HEALTH = /^\/(?:livez|readyz|healthz)(?:\?|$)/;
const SCRAPE_PORT = "prometheus.io/port";

/** What asks the admin port must be able to reach it. */
export const probeTarget: Rule = function* ({ servers }) {
  for (const server of servers) {
    const { pod } = server;
    if (pod === null) continue;
    for (const kind of KINDS) {
      const get = pod.container.get(kind, "httpGet");
      // In the node's own network, the probe can ask the node's loopback.
      if (pod.spec.get("hostNetwork").value === true && get.get("host").exists) continue;
      if (HEALTH.test(get.get("path").text ?? "")) {
        yield* ofPort(server, pod, kind, get.get("port"));
      }
    }
    const scraped = pod.metadata.get("annotations", SCRAPE_PORT);
    if (scraped.exists) yield* ofPort(server, pod, SCRAPE_PORT, scraped);
  }
};

function* ofPort(
  { what, settings: { admin } }: DeployedServer,
  pod: Pod,
  name: string,
  given: Tree,
): Iterable<Finding> {
  const port = portNumber(pod, given);
  if (port === null) {
    return yield error(
      given.spot,
      `${name} asks the port "${given.text}", but the ${what} has no port of that name: expected ` +
        "one of its ports, or a number",
    );
  }
  if (admin === null) {
    return yield error(
      given.spot,
      `${name} asks port ${port}, but the ${what} has no admin port: set --admin 0.0.0.0:${port}, ` +
        "with --admin-token-file",
    );
  }
  if (admin.transport === "unix" || isLoopback(admin.hostname)) {
    return yield error(
      given.spot,
      `${name} asks the address of the pod, but the ${what} has --admin ` +
        `${
          formatAddress(admin)
        }, which only the pod itself reaches: set --admin 0.0.0.0:${port}, ` +
        "with --admin-token-file, or run sluice probe in the container",
    );
  }
  if (admin.port === port) return;
  yield error(
    given.spot,
    `${name} asks port ${port}, but the ${what} has --admin ${formatAddress(admin)}: ask port ` +
      `${admin.port}`,
  );
}
