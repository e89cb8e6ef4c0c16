const OOM_SCORE_ADJ = "/proc/self/oom_score_adj";
/** The highest adjustment. */
const MOST = 1000;
/** Half of all memory: more than the parent of a lane ever uses alone. */
const RAISE = 500;

/**
 * Has the system choose this process before its parent when memory runs out: proc(5),
 * /proc/pid/oom_score_adj, which a process may always raise.
 *
 * @returns Whether it could; not on other systems, nor without permission.
 */
export function offerToOomKiller(): boolean {
  try {
    const adjustment = Number(Deno.readTextFileSync(OOM_SCORE_ADJ));
    Deno.writeTextFileSync(OOM_SCORE_ADJ, String(Math.min(MOST, adjustment + RAISE)));
    return true;
  } catch {
    return false;
  }
}
