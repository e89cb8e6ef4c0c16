/** Splits command lines into words, as a shell and systemd do. */

/** The words of a command line: quotes are removed, variables are not expanded. */
export function splitWords(line: string): readonly string[] {
  return [...line.matchAll(/(?:"((?:\\.|[^"\\])*)"|'([^']*)'|\\(.)|([^\s"'\\]+)|(\s+))/g)].reduce(
    (words: string[], [, double, single, escaped, plain, space]) => {
      if (space !== undefined) return words.at(-1) === "" ? words : [...words, ""];
      const part = double?.replace(/\\(.)/g, "$1") ?? single ?? escaped ?? plain ?? "";
      return [...words.slice(0, -1), (words.at(-1) ?? "") + part];
    },
    [""],
  ).filter((word) => word !== "");
}
