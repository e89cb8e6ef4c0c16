/** A Dockerfile: the instructions of its last stage, after the reference of the Dockerfile. */
import type { Spot } from "./finding.ts";

/** An instruction. */
export interface Instruction {
  /** In capitals. */
  readonly name: string;
  readonly value: string;
  readonly spot: Spot;
}

/** The last stage, which the image is made of. */
export interface Dockerfile {
  readonly file: string;
  readonly instructions: readonly Instruction[];
}

/** Instructions that may be followed by a file or a script. */
const WITH_HEREDOCS = /^(?:RUN|COPY|ADD)$/i;
/** Where one is announced, by the word that ends it. */
const HEREDOC = /<<-?["']?(\w+)/;

/** Reads the instructions. */
export function parseDockerfile(file: string, text: string): Dockerfile {
  let instructions: Instruction[] = [];
  let joined = "";
  let line = 0;
  let heredoc: string | null = null;
  text.split("\n").forEach((raw, index) => {
    const trimmed = raw.trim();
    if (heredoc !== null) {
      if (trimmed === heredoc) heredoc = null;
      return;
    }
    if (trimmed.startsWith("#") || trimmed === "") return;
    if (joined === "") line = index + 1;
    joined += trimmed.replace(/\\$/, " ");
    if (trimmed.endsWith("\\")) return;
    const [, name = "", value = ""] = /^(\S+)\s+(.*)$/.exec(joined) ?? [];
    joined = "";
    if (WITH_HEREDOCS.test(name)) heredoc = HEREDOC.exec(value)?.[1] ?? null;
    if (name.toUpperCase() === "FROM") instructions = [];
    instructions.push({ name: name.toUpperCase(), value, spot: { file, line } });
  });
  return { file, instructions };
}

/** The last instruction of a name, which alone counts; undefined if there is none. */
export function lastOf(
  { instructions }: Dockerfile,
  name: string,
): Instruction | undefined {
  return instructions.findLast((one) => one.name === name);
}

/** The words of an instruction in the form of JSON; null if it is in that of a shell. */
export function execForm({ value }: Instruction): readonly string[] | null {
  if (!value.startsWith("[")) return null;
  try {
    const words: unknown = JSON.parse(value);
    return Array.isArray(words) ? words.map(String) : null;
  } catch {
    return null;
  }
}
