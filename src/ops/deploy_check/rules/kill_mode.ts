import { warning } from "../finding.ts";
import type { Rule } from "./rule.ts";

/** What KillMode leaves processes of workers behind. */
const LEAVING = ["process", "none"];

/** Processes of workers must not outlive a server that was killed. */
export const killMode: Rule = function* ({ servers }) {
  for (const { what, unit, settings: { mode } } of servers) {
    const given = unit?.get("KillMode") ?? null;
    if (given === null || mode !== "forked" || !LEAVING.includes(given.value)) continue;
    yield warning(
      given.spot,
      `The ${what} has KillMode=${given.value}, so that a killed server in --mode forked leaves ` +
        "its workers behind: remove it, workers leave TERM to the server; or set KillMode=mixed",
    );
  }
};
