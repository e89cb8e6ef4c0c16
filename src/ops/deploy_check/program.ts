/** Finds the arguments of Sluice in a command line. */
import { splitWords } from "./words.ts";

/** What Sluice is called: the executable, the package, or the image. */
const EXECUTABLE = /(?:^|[/\\])sluice(?:\.exe)?$/;
const PACKAGE = /^(?:npm:|jsr:)?@sluice\/sluice(?:@[^/]*)?$/;

/** The arguments after the word that names Sluice, also in a script; null if none does. */
export function argumentsIn(words: readonly string[]): readonly string[] | null {
  const script = scriptOf(words);
  if (script !== null) {
    const parts = script.split(/[;&|\n]/).map((part) => argumentsIn(splitWords(part)));
    return parts.find((args) => args !== null) ?? null;
  }
  const at = words.findIndex((word) => EXECUTABLE.test(word) || PACKAGE.test(word));
  return at === -1 ? null : words.slice(at + 1);
}

/** Whether an image is one of Sluice by its name: `registry.example/sluice:1.2`. */
export function isImageOfSluice(image: string): boolean {
  const [name = ""] = (image.split("/").at(-1) ?? "").split(/[:@]/);
  return name.split(/[-_.]/).includes("sluice");
}

/** Whether a command starts a shell that starts the server, and stays. */
export function isShell(words: readonly string[]): boolean {
  const script = scriptOf(words);
  return script !== null && !/(?:^|[;&|\s])exec\s/.test(script);
}

/** The script of a command that starts a shell; null for another command. */
function scriptOf([program = "", flag = "", script = ""]: readonly string[]): string | null {
  return /(?:^|\/)(?:ba|da|a|z)?sh$/.test(program) && /^-\w*c$/.test(flag) ? script : null;
}
