import type { BackendStatus } from "../../status/upstream_status.ts";
import type { Rule } from "../rule.ts";

/** Backends that are lost, by health checks or for failures. One that drains is not. */
export const backendDown: Rule = {
  name: "backend_down",
  resolved: "The backend is back",
  find({ now }) {
    return now.upstreams.flatMap(({ name, backends }) =>
      backends.filter(isLost).map((backend) => ({
        key: `backend_down:${name}/${backend.address}`,
        severity: "warning" as const,
        summary: `Backend ${backend.address} of ${name} is down: ${reasonOf(backend)}`,
        labels: { group: name, backend: backend.address },
      }))
    );
  },
};

/** One that was just found has to prove itself first, and is not lost. */
function isLost({ state, ejected_until, last_check }: BackendStatus): boolean {
  return state === "down" ? last_check !== null : state === "up" && ejected_until !== null;
}

function reasonOf({ state, reason }: BackendStatus): string {
  return state === "down" ? reason ?? "its check fails" : "it is ejected for its failures";
}
