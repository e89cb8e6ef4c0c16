/** The code blocks of README and docs: each is type-checked, and each handler is served. */
import { assert, assertEquals } from "@std/assert";
import { loadHandler } from "../src/services/handler/handler.ts";
import type { Service } from "../src/core/service.ts";
import { ResourcePools } from "../src/lane/resource_pool.ts";
import { Client } from "./helpers/client.ts";
import { serve } from "./helpers/lane.ts";
import { CONTEXT, HOST } from "./helpers/service_context.ts";
import { settingsWith } from "./helpers/settings.ts";

const ROOT = new URL("../", import.meta.url);
const PAGES = [
  "README.md",
  ...[...Deno.readDirSync(new URL("docs/", ROOT))].map(({ name }) => `docs/${name}`)
    .filter((path) => path.endsWith(".md")).sort(),
];

/** A block of TypeScript in a page. */
interface Block {
  /** The page, and the line before the first one of the block. */
  readonly name: string;
  readonly text: string;
}

const BLOCKS = PAGES.flatMap(blocksOf);

function blocksOf(page: string): Block[] {
  const text = Deno.readTextFileSync(new URL(page, ROOT));
  return [...text.matchAll(/^```ts\n([^]*?)^```$/gm)].map(({ 1: code = "", index }) => ({
    name: `${page}:${text.slice(0, index).split("\n").length}`,
    text: code,
  }));
}

Deno.test("README and docs have code blocks, all of which are TypeScript that says so", () => {
  assert(BLOCKS.length >= 10, `found ${BLOCKS.length} blocks`);
  for (const page of PAGES) {
    const text = Deno.readTextFileSync(new URL(page, ROOT));
    // Of other names, `deno check` would check some, too.
    assertEquals([...text.matchAll(/^```(js|javascript|typescript|tsx|jsx)\b/gm)], [], page);
  }
});

Deno.test("The code blocks of README and docs type-check", async () => {
  const { success, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["check", "--doc-only", ...PAGES],
    cwd: ROOT,
    env: { NO_COLOR: "1" },
  }).output();
  const text = new TextDecoder().decode(stderr);
  assert(success, text);
  for (const page of PAGES) {
    const checked = text.split("\n").filter((line) => line.startsWith(`Check ${page}#`));
    const expected = BLOCKS.filter(({ name }) => name.startsWith(`${page}:`));
    // The runtime does not list what it remembers to have checked before.
    if (checked.length > 0) assertEquals(checked.length, expected.length, page);
  }
});

/** What a client sends to the handlers of the docs, by their shape, and how the answer begins. */
const TALKS: readonly (readonly [shape: RegExp, sent: string, answer: RegExp])[] = [
  [/\broutes:/, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", /^HTTP\/1\.1 200 /],
  [/\bupgrade\(/, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", /^HTTP\/1\.1 426 /],
  [/\bfetch\(/, "GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n", /^HTTP\/1\.1 200 /],
  // Nobody listens at the address that it dials.
  [/\bdial\(/, "a\n", /^$/],
  [/./, "a\n", /^\S.*\n$/],
];

const NO_TALK = [/^/, "", /^/] as const;

for (const { name, text } of BLOCKS) {
  // A test of a handler; tests/testing/ runs such tests.
  if (text.includes("Deno.test(")) continue;
  Deno.test(`The handler at ${name} is served`, async () => {
    const folder = await Deno.makeTempDir();
    try {
      await Deno.writeTextFile(`${folder}/handler.ts`, text);
      const { create, start, stop } = await loadHandler(`${folder}/handler.ts`);
      const pools = new ResourcePools(() => {});
      const context = { ...CONTEXT, pool: pools.pool };
      const service = await create(context, await settingsWith(), HOST);
      await start?.(context);
      await checkServed(service, text);
      await stop?.(context);
      await pools.close();
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}

async function checkServed(service: Service, text: string): Promise<void> {
  const [, sent, answer] = TALKS.find(([shape]) => shape.test(text)) ?? NO_TALK;
  await using serving = await serve(service);
  using client = await Client.connect(serving);
  await client.send(sent);
  await client.end();
  const received = await client.receiveAll();
  assert(answer.test(received), JSON.stringify(received));
}
