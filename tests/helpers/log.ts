import { assert } from "@std/assert";
import { type Log, openLog } from "../../src/log/log.ts";
import type { LogSettings } from "../../src/log/log_style.ts";

/** One line of a JSON log. */
export type LogLine = Record<string, unknown>;

const LOG_URL = new URL("../../src/log/log.ts", import.meta.url).href;
const CONFIG = new URL("../../deno.json", import.meta.url).pathname;

/** Runs a body with a temporary folder. */
export async function inLogFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir({ prefix: "sluice-log-" });
  try {
    await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

/** Opens a log that writes to a file and does not rotate it. */
export function openLogTo(file: string, others: Partial<LogSettings> = {}): Promise<Log> {
  return openLog({ level: "info", format: "auto", file, maxSize: 0, maxFiles: 1, ...others });
}

/** Every line of a file; each must be JSON. */
export async function linesOf(path: string): Promise<LogLine[]> {
  const text = await Deno.readTextFile(path);
  assert(text === "" || text.endsWith("\n"), `${path} ends within a line`);
  return text.split("\n").slice(0, -1).map((line) => JSON.parse(line));
}

/**
 * The arguments of the runtime to run a program.
 *
 * @param body Its code, which can use `openLog`, and `settings` for standard output.
 * @param permissions Flags of the runtime; without any, everything is allowed.
 */
export async function logProgram(
  folder: string,
  body: string,
  ...permissions: string[]
): Promise<string[]> {
  const path = `${folder}/program.ts`;
  await Deno.writeTextFile(
    path,
    `import { openLog } from ${JSON.stringify(LOG_URL)};
     const settings = { level: "info", format: "auto", file: null, maxSize: 0, maxFiles: 1 } as const;
     ${body}`,
  );
  const allowed = permissions.length === 0 ? ["-A"] : permissions;
  return ["run", "--no-check", "--no-prompt", "--quiet", ...allowed, "--config", CONFIG, path];
}
