/** The variables in compose files, after "Interpolation" of the Compose Specification. */
import { dirname, join } from "node:path";
import { splitWords } from "./words.ts";

/** `$$`, `$NAME`, `${NAME}` and `${NAME:-default}`, innermost first. */
const VARIABLE = /\$(?:(\$)|([A-Za-z_]\w*)|\{([A-Za-z_]\w*)(?:(:?[-?+])([^{}]*))?\})/g;
/** How deep defaults of defaults are followed. */
const MOST_LEVELS = 5;
/** Stands for `$$` until all is replaced. */
const DOLLAR = "\0";

/** A text with the values of its variables; those that are not set are empty. */
export function interpolate(text: string, variables: Readonly<Record<string, string>>): string {
  let rest = text;
  for (let i = 0; i < MOST_LEVELS && rest.includes("$"); i++) {
    rest = rest.replace(
      VARIABLE,
      (_, dollar, plain?: string, name = plain, operator = "", other = "") => {
        if (dollar !== undefined) return DOLLAR;
        const value = variables[name];
        const isSet = value !== undefined && !(operator.startsWith(":") && value === "");
        if (operator.endsWith("+")) return isSet ? other : "";
        return isSet ? value : operator.endsWith("-") ? other : "";
      },
    );
  }
  return rest.replaceAll(DOLLAR, "$");
}

/** The variables of the file `.env` beside a compose file; those of a shell are not known. */
export function variablesBeside(file: string): Readonly<Record<string, string>> {
  return variablesIn(join(dirname(file), ".env"));
}

/** The variables of a file such as `env_file` names; none if it is not there. */
export function variablesIn(path: string): Readonly<Record<string, string>> {
  const lines = readLines(path).map((line) => line.trim()).filter((line) => /^[^#]/.test(line));
  return Object.fromEntries(lines.map((line) => {
    const at = line.indexOf("=");
    return [line.slice(0, at), splitWords(line.slice(at + 1)).join(" ")] as const;
  }));
}

function readLines(path: string): readonly string[] {
  try {
    return Deno.readTextFileSync(path).split("\n");
  } catch { // It is on another machine, or not there yet.
    return [];
  }
}
