/** The parts of a valid request target. */

/** The path, still percent-encoded; `*` for that of OPTIONS. */
export function pathIn(target: string): string {
  const query = target.indexOf("?");
  const path = query === -1 ? target : target.slice(0, query);
  return path.startsWith("/") || path === "*" ? path : path.replace(/^\w+:\/\/[^/]+/, "") || "/";
}

/** The part after the question mark; empty if there is none. */
export function queryIn(target: string): string {
  const query = target.indexOf("?");
  return query === -1 ? "" : target.slice(query + 1);
}
