import type { Rule } from "../rule.ts";

/** The certificate of a dependency ends soon, or has ended. */
export const certificateEnds: Rule = {
  name: "certificate_ends",
  resolved: "The certificate of the dependency has been renewed",
  find({ now }, { certificate }) {
    if (certificate === 0) return [];
    return now.dependencies.flatMap(({ name, url, certificate_ends }) => {
      if (certificate_ends === null) return [];
      if (Date.parse(certificate_ends) - Date.parse(now.time) >= certificate) return [];
      return [{
        key: `certificate_ends:${name}`,
        severity: "warning" as const,
        summary: `The certificate of dependency ${name} ends on ${certificate_ends.slice(0, 10)}`,
        labels: { dependency: name, url },
      }];
    });
  },
};
