/** Reads the process that a Dockerfile starts. */
import { dirname, join } from "node:path";
import { type Candidate, startOf } from "./candidate.ts";
import { type Dockerfile, execForm, type Instruction, lastOf } from "./dockerfile.ts";
import { argumentsIn, isImageOfSluice, isShell } from "./program.ts";
import { splitWords } from "./words.ts";

/** How many folders around that of the Dockerfile may be the context. */
const MOST_LEVELS = 3;

/** The process of an image; null if its stage names none, so that its base does. */
export function processOfImage(dockerfile: Dockerfile): Candidate | null {
  const entrypoint = lastOf(dockerfile, "ENTRYPOINT");
  const command = lastOf(dockerfile, "CMD");
  const main = entrypoint ?? command;
  if (main === undefined) return null;
  const from = lastOf(dockerfile, "FROM");
  const words = [...wordsOf(entrypoint), ...wordsOf(command)];
  const named = argumentsIn(words);
  const isOwnImage = isImageOfSluice(from?.value.split(/\s/)[0] ?? "");
  const signal = lastOf(dockerfile, "STOPSIGNAL");
  const what = `image of "${dockerfile.file}"`;
  return {
    what,
    spot: main.spot,
    isSluice: named !== null || isOwnImage,
    start: startOf(named ?? (isOwnImage ? wordsOf(command) : null), environmentOf(dockerfile), {
      cwd: lastOf(dockerfile, "WORKDIR")?.value ?? "/",
      file: (path) => copiedFile(dockerfile, path),
    }),
    server: {
      what,
      spot: main.spot,
      stopLimit: null,
      memory: null,
      processors: null,
      writable: null,
      start: { isShell: startsShell(main), spot: main.spot },
      stopSignal: signal === undefined ? null : { name: signal.value.trim(), spot: signal.spot },
      hasLimits: false,
      pod: null,
      unit: null,
    },
  };
}

/**
 * The text of a file that the image copies from its context, which is the folder of the
 * Dockerfile or one around it. Any other may be mounted later, and counts as empty.
 */
function copiedFile({ file, instructions }: Dockerfile, path: string): string {
  for (const { name, value } of instructions) {
    const [source = "", target] = value.split(/\s+/).filter((word) => !word.startsWith("--"));
    if (name !== "COPY" || target !== path) continue;
    for (let folder = dirname(file), i = 0; i <= MOST_LEVELS; folder = join(folder, ".."), i++) {
      const text = readIfThere(join(folder, source));
      if (text !== null) return text;
    }
  }
  return path.endsWith(".toml") ? "" : "{}";
}

function readIfThere(path: string): string | null {
  try {
    return Deno.readTextFileSync(path);
  } catch { // It is made by the build, or the context is elsewhere.
    return null;
  }
}

function wordsOf(instruction: Instruction | undefined): readonly string[] {
  if (instruction === undefined) return [];
  return execForm(instruction) ?? splitWords(instruction.value.replace(/^exec\s+/, ""));
}

function startsShell(instruction: Instruction): boolean {
  const words = execForm(instruction);
  return isShell(words ?? ["/bin/sh", "-c", instruction.value]);
}

function environmentOf({ instructions }: Dockerfile): Readonly<Record<string, string>> {
  const pairs = instructions.filter(({ name }) => name === "ENV").flatMap(({ value }) =>
    /^\w+=/.test(value)
      ? splitWords(value).map((pair) => {
        const at = pair.indexOf("=");
        return [pair.slice(0, at), pair.slice(at + 1)] as const;
      })
      : [[value.split(/\s+/)[0] ?? "", value.replace(/^\S+\s+/, "")] as const]
  );
  return Object.fromEntries(pairs);
}
