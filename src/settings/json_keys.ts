/** A check that JSON parsers leave out: of keys that are written twice, they take the last. */

/** A comment, a string, a bracket, or a comma or colon. */
const TOKEN = /\/\/.*|\/\*[^]*?\*\/|"(?:[^"\\]|\\[^])*"|[[\]{}:,]/g;

/**
 * Finds a key that is written twice in the same object.
 *
 * @param text JSON whose syntax has been checked; it may have comments.
 * @returns The key, and where it is written again; null if there is none.
 */
export function findRepeatedKey(text: string): { key: string; position: number } | null {
  /** The keys of each object that is open, outermost first; null for a list. */
  const open: (Set<string> | null)[] = [];
  let isKeyNext = false;
  for (const { 0: token, index: position } of text.matchAll(TOKEN)) {
    if (token.startsWith("/")) continue;
    const keys = open.at(-1) ?? null;
    if (isKeyNext && keys !== null && token.startsWith('"')) {
      const key: string = JSON.parse(token);
      if (keys.has(key)) return { key, position };
      keys.add(key);
    }
    if (token === "{" || token === "[") open.push(token === "{" ? new Set() : null);
    else if (token === "}" || token === "]") open.pop();
    isKeyNext = token === "{" || token === ",";
  }
  return null;
}
