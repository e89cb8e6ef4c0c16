/** Settings of a balancer that are valid alone, but not together. */
import { EXIT, ExitError } from "../base/exit.ts";
import { type GroupValues, hasBackends, type LoadedGroup } from "./balancer_groups.ts";
import { type Found, quote, RANK } from "./found.ts";
import type { BalancerSources } from "./protocol.ts";

/**
 * Checks that each group that is sticky by cookie has a key to sign the cookie with.
 *
 * @param groups Those of the tables, in their order.
 * @throws {ExitError} 64 if a flag makes it sticky, otherwise 78.
 */
export function checkKeys(
  { top, found, tables }: BalancerSources,
  groups: readonly LoadedGroup[],
): void {
  if (hasBackends(top)) checkKey(top, found.get("sticky"));
  groups.forEach(({ values }, i) =>
    checkKey(values, tables.groups[i]?.found.get("sticky") ?? found.get("sticky"))
  );
}

function checkKey({ sticky, stickyKeyFile }: GroupValues, found: Found<string> | undefined): void {
  if (sticky.kind !== "cookie" || stickyKeyFile !== null || found === undefined) return;
  const { name, value, where, source, exitCode } = found;
  throw new ExitError(
    `Cannot use ${name} ${quote(value)}${where} without ` +
      `${source.from === "file" ? "" : "--"}sticky-key-file: expected a file with a key of at ` +
      "least 32 bytes, such as from openssl rand 32",
    exitCode,
  );
}

/**
 * Checks that no route allows larger bodies than the server, which refuses them before it knows
 * the route.
 *
 * @throws {ExitError} 64 if the limit of the server is a flag, otherwise 78.
 */
export function checkBodySizes({ top, found, tables }: BalancerSources): void {
  const limit = found.get("maxBodySize");
  if (limit === undefined || top.maxBodySize === 0) return;
  for (const route of tables.routes) {
    const { maxBodySize } = route.values;
    if (maxBodySize === null || maxBodySize > 0 && maxBodySize <= top.maxBodySize) continue;
    throw new ExitError(
      `Cannot combine max-body-size ${quote(route.found.get("maxBodySize")?.value)} in ` +
        `${route.place} with ${limit.name} ${quote(limit.value)}${limit.where}: expected at most ` +
        "the limit of the server",
      limit.rank === RANK.flag ? EXIT.usage : EXIT.config,
    );
  }
}
