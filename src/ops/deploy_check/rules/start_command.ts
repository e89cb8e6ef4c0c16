import { error } from "../finding.ts";
import type { Rule } from "./rule.ts";

/** A shell between does not pass signals on: the server would not drain, but be killed. */
export const startCommand: Rule = function* ({ servers }) {
  for (const { what, start } of servers) {
    if (start === null || !start.isShell) continue;
    yield error(
      start.spot,
      `The ${what} starts the server by a shell, which does not pass TERM on: the server is ` +
        'killed instead of drained; write the words as a list such as ["sluice", "app.ts"], or ' +
        "put exec before the command",
    );
  }
};
