/** A check that JSON parsers leave out: of keys that are written twice, they take the last. */

/** A comment, a string, a bracket, or a comma or colon. */
const TOKEN = /\/\/.*|\/\*[^]*?\*\/|"(?:[^"\\]|\\[^])*"|[[\]{}:,]/g;

/**
 * Finds a key of the outermost object that is written twice.
 *
 * @param text JSON whose syntax has been checked; it may have comments.
 * @returns The key, and where it is written again; null if there is none.
 */
export function findRepeatedKey(text: string): { key: string; position: number } | null {
  const keys = new Set<string>();
  let depth = 0;
  let isKeyNext = false;
  for (const { 0: token, index: position } of text.matchAll(TOKEN)) {
    if (token.startsWith("/")) continue;
    if (isKeyNext && token.startsWith('"')) {
      const key: string = JSON.parse(token);
      if (keys.has(key)) return { key, position };
      keys.add(key);
    }
    if (token === "{" || token === "[") depth++;
    else if (token === "}" || token === "]") depth--;
    isKeyNext = depth === 1 && (token === "{" || token === ",");
  }
  return null;
}
