/** Checks the lines of the access log. */
import type { World } from "../world.ts";

/** Milliseconds that a lane may keep a line before it hands it on; a lane that dies loses these. */
const KEPT = 1000;

/** Takes a line of the access log. */
export function takeAccessLine(world: World, line: string): void {
  world.figures.add("access lines");
  world.keepLine(line);
  let entry: Record<string, unknown>;
  try {
    entry = JSON.parse(line);
  } catch {
    world.violations.add("log-lines", `a line of the access log: ${line.slice(0, 200)}`);
    return;
  }
  if ("forged" in entry) world.violations.add("log-lines", "a forged line in the access log");
  const [, id] = /(?:^|&)id=(\d+)$/.exec(String(entry["url.query"] ?? "")) ?? [];
  if (id === undefined) return;
  const request = world.ledger.logged(Number(id));
  if (request !== null && request.lines > 1) {
    world.violations.add("access-log", `${request.lines} lines for the request ${line}`);
  }
}

/** Judges the requests that were answered: each has a line by now. */
export function judgeRequests({ ledger, excuses, violations, timeline }: World): void {
  for (const { id, kind, lane, answered, lines } of ledger.takeAll()) {
    if (answered === null || lines > 0) continue;
    if (lane !== null && excuses.isLost(lane)) continue;
    if (excuses.unlogged.reasonFor(lane, answered, answered + KEPT) !== null) continue;
    const at = timeline.at(answered);
    violations.add("access-log", `no line for request ${id} (${kind}) on lane ${lane}`, at);
  }
}
