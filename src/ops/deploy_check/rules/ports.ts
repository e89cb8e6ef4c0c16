import { formatAddress } from "../../../base/address.ts";
import { isLoopback } from "../../admin/cross_site.ts";
import type { DeployedServer } from "../deployment.ts";
import { error, type Finding, warning } from "../finding.ts";
import { type Pod, selects } from "../pod.ts";
import type { Tree } from "../tree.ts";
import { listening, portNumber } from "./listening.ts";
import type { Rule } from "./rule.ts";

/** What a Service and a container offer, something must listen on. */
export const ports: Rule = function* ({ servers, resources }) {
  for (const server of servers) {
    const { pod } = server;
    // With other containers in the pod, a port may be theirs.
    if (pod === null || pod.spec.get("containers").items.length > 1) continue;
    for (const { kind, name, tree } of resources) {
      if (kind !== "Service" || !selects(tree.get("spec", "selector"), pod)) continue;
      for (const port of tree.get("spec", "ports").items) {
        const target = port.get("targetPort");
        yield* ofTarget(server, pod, name, target.exists ? target : port.get("port"));
      }
    }
    for (const port of pod.container.get("ports").items) {
      const { number, spot } = port.get("containerPort");
      const all = listening(server.settings);
      if (number === null || all.some((address) => address.port === number)) continue;
      yield warning(
        spot,
        `containerPort is ${number}, but the ${server.what} listens on ` +
          `${all.map(formatAddress).join(" and ")}: make them agree`,
      );
    }
  }
};

function* ofTarget(
  { what, settings }: DeployedServer,
  pod: Pod,
  service: string,
  target: Tree,
): Iterable<Finding> {
  const port = portNumber(pod, target);
  if (port === null) {
    return yield error(
      target.spot,
      `Service "${service}" sends clients to the port "${target.text}", but the ${what} has no ` +
        "port of that name: name one of its ports",
    );
  }
  const all = listening(settings);
  const found = all.filter((address) => address.port === port);
  if (found.length === 0) {
    return yield error(
      target.spot,
      `Service "${service}" sends clients to port ${port}, but the ${what} listens on ` +
        `${all.map(formatAddress).join(" and ")}: make them agree`,
    );
  }
  if (!found.every(({ hostname }) => isLoopback(hostname))) return;
  yield error(
    target.spot,
    `Service "${service}" sends clients to port ${port}, but the ${what} listens on ` +
      `${found.map(formatAddress).join(" and ")}, which only the pod itself reaches: set --host ` +
      "0.0.0.0",
  );
}
