/** The configurations of other servers in docs/balancing.md: each is valid for its program. */
import { assertEquals } from "@std/assert";
import { runTool, testWith } from "./helpers/tools.ts";

const PAGE = new URL("../docs/balancing.md", import.meta.url);

/** How each program checks a configuration in a folder. */
const CHECKS = {
  nginx: (folder: string, file: string) => ["-t", "-e", "stderr", "-p", folder, "-c", file],
  haproxy: (_folder: string, file: string) => ["-c", "-f", file],
};

for (const [program, args] of Object.entries(CHECKS)) {
  testWith(program, `docs/balancing.md has a configuration that ${program} takes`, async () => {
    const text = await Deno.readTextFile(PAGE);
    const blocks = [...text.matchAll(new RegExp(`^\`\`\`${program}\\n([^]*?)^\`\`\`$`, "gm"))];
    assertEquals(blocks.length, 1);
    const folder = await Deno.makeTempDir();
    try {
      await Deno.mkdir(`${folder}/logs`);
      const file = `${folder}/config`;
      await Deno.writeTextFile(file, blocks[0]?.[1] ?? "");
      const { code, stderr } = await runTool(program, args(folder, file));
      assertEquals(code, 0, stderr);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}
