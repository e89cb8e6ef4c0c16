/** "Did you mean": the known word that is nearest to a mistaken one. */

/**
 * Finds the known word that a mistaken word was probably meant to be.
 *
 * @returns The word; null when none is near enough to be worth a hint.
 */
export async function nearest(
  word: string,
  known: readonly string[],
): Promise<string | null> {
  if (known.length === 0) return null;
  // Loaded here because only mistakes need it.
  const module = await import("@std/text/closest-string");
  const closestString: (word: string, known: readonly string[]) => string = module.closestString;
  const found = closestString(word, known);
  return shareLetters(word.toLowerCase(), found.toLowerCase()) ? found : null;
}

/**
 * The closest word always exists, however far away it is; a hint that has
 * little in common with what was typed only confuses.
 */
function shareLetters(word: string, other: string): boolean {
  const left = [...other];
  for (const letter of word) {
    const at = left.indexOf(letter);
    if (at !== -1) left.splice(at, 1);
  }
  const shared = other.length - left.length;
  return shared / Math.max(word.length, other.length) >= 0.6;
}
