/** Programs of others that drive the server, where they are installed. */
import { type ModeUnderTest, testEachMode } from "./modes.ts";

/** What a tool has said. */
export interface ToolOutput {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Longer, in milliseconds, than any of them takes. */
const DEADLINE = 60_000;

/** The path of a program; null where it is not installed. */
export function findTool(name: string): string | null {
  const folders = (Deno.env.get("PATH") ?? "").split(":");
  return folders.map((folder) => `${folder}/${name}`).find(isFile) ?? null;
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return false;
  }
}

/** Runs a tool to its end. */
export async function runTool(
  name: string,
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
): Promise<ToolOutput> {
  const { code, stdout, stderr } = await new Deno.Command(name, {
    args: [...args],
    env: { ...env },
    stdin: "null",
    signal: AbortSignal.timeout(DEADLINE),
  }).output();
  const decoder = new TextDecoder();
  return { code, stdout: decoder.decode(stdout), stderr: decoder.decode(stderr) };
}

/** Defines a test; one that is ignored, and says why, where the tool is not installed. */
export function testWith(tool: string, promise: string, run: () => Promise<void>): void {
  if (findTool(tool) !== null) Deno.test(promise, run);
  else ignore(tool, promise);
}

/** Defines a test for every mode, or as {@linkcode testWith}. */
export function testEachModeWith(
  tool: string,
  promise: string,
  run: (mode: ModeUnderTest) => Promise<void>,
): void {
  if (findTool(tool) !== null) testEachMode(promise, run);
  else ignore(tool, promise);
}

function ignore(tool: string, promise: string): void {
  Deno.test({ name: `${promise} (${tool} is not installed)`, ignore: true, fn() {} });
}
