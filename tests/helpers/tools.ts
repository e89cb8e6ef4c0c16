/**
 * Tests that need programs besides Deno. If a program is missing, its tests are
 * ignored under names that say why; with `REQUIRE_TOOLS=1`, as in CI, they fail.
 */
import { type ModeUnderTest, testEachMode, testEachPlace } from "./modes.ts";

const REQUIRE_TOOLS = Deno.env.get("REQUIRE_TOOLS") === "1";

/** Registers a test that cannot run if there is an obstacle, such as "zsh is not installed". */
export function testUnless(
  obstacle: string | null,
  name: string,
  run: () => void | Promise<void>,
): void {
  if (obstacle === null) Deno.test(name, run);
  else registerMissing(obstacle, name);
}

/** Registers a test that needs a program. */
export function testWith(tool: string, name: string, run: () => void | Promise<void>): void {
  testUnless(missing(tool), name, run);
}

/** Registers a test that needs a program, once for every mode. */
export function testEachModeWith(
  tool: string,
  promise: string,
  run: (mode: ModeUnderTest) => Promise<void>,
): void {
  const obstacle = missing(tool);
  if (obstacle === null) testEachMode(promise, run);
  else registerMissing(obstacle, promise);
}

/** Registers a test that needs a program, once for a mode of each place. */
export function testEachPlaceWith(
  tool: string,
  promise: string,
  run: (mode: ModeUnderTest) => Promise<void>,
): void {
  const obstacle = missing(tool);
  if (obstacle === null) testEachPlace(promise, run);
  else registerMissing(obstacle, promise);
}

function registerMissing(obstacle: string, name: string): void {
  Deno.test({
    name: `${name} (${obstacle})`,
    ignore: !REQUIRE_TOOLS,
    fn() {
      throw new Error(`Cannot run the test: ${obstacle}, and REQUIRE_TOOLS is set`);
    },
  });
}

/** The programs that are not installed. Fails the test instead if programs are required. */
export function missingTools(tools: readonly string[]): readonly string[] {
  const missing = tools.filter((tool) => findTool(tool) === null);
  if (REQUIRE_TOOLS && missing.length > 0) {
    throw new Error(
      `Cannot run the test: ${missing.join(", ")} not installed, and REQUIRE_TOOLS is set`,
    );
  }
  return missing;
}

function missing(tool: string): string | null {
  return findTool(tool) === null ? `${tool} is not installed` : null;
}

/** The path of a program; null if it is not installed. */
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

/** Milliseconds; longer than any tool takes. */
const DEADLINE = 60_000;

interface ToolOutput {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs a program to completion. */
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
