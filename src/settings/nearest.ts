/** "Did you mean": the known word nearest to a mistyped one. */

/** The longest word that can be a mistyped one, in characters: comparing takes a while. */
const MAX_LENGTH = 100;

/**
 * Finds the known word that the user probably meant.
 *
 * @returns The word; null if none is similar enough.
 */
export async function nearest(
  word: string,
  known: readonly string[],
): Promise<string | null> {
  if (known.length === 0 || word.length > MAX_LENGTH) return null;
  // Loaded here because only mistakes need it.
  const module = await import("@std/text/closest-string");
  const closestString: (word: string, known: readonly string[]) => string = module.closestString;
  const found = closestString(word, known);
  return shareLetters(word.toLowerCase(), found.toLowerCase()) ? found : null;
}

/** There is always a closest word, but one with few letters in common would only confuse. */
function shareLetters(word: string, other: string): boolean {
  const left = [...other];
  for (const letter of word) {
    const at = left.indexOf(letter);
    if (at !== -1) left.splice(at, 1);
  }
  const shared = other.length - left.length;
  return shared / Math.max(word.length, other.length) >= 0.6;
}
