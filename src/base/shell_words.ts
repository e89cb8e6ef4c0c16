/** Words as a POSIX shell reads them (XCU, 2.2, Quoting). */

const PLAIN = /^[\w@%+=:,./-]+$/;

/** A word that a shell reads as this text, whatever is in it. */
export function shellWord(text: string): string {
  return PLAIN.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}

/** A command line that a shell reads as these words. */
export function shellLine(words: readonly string[]): string {
  return words.map(shellWord).join(" ");
}
