import type { Rule } from "../rule.ts";

/** What the service needs behind it, and does not answer. */
export const dependencyDown: Rule = {
  name: "dependency_down",
  resolved: "The dependency is back",
  find({ now }) {
    return now.dependencies.filter(({ state }) => state === "down").map((one) => ({
      key: `dependency_down:${one.name}`,
      severity: one.required ? "critical" : "warning",
      summary: `Dependency ${one.name} is down: ${one.reason}`,
      labels: { dependency: one.name, url: one.url },
    }));
  },
};
