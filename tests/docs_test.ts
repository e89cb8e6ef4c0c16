import { assert, assertEquals } from "@std/assert";
import { EXIT } from "../src/base/exit.ts";
import { SIGNAL_NAMES } from "../src/base/signals.ts";
import { isCommandName } from "../src/cli/commands/registry.ts";
import { loadSettings } from "../src/settings/load.ts";
import { envName, flagName, OPTION_KEYS } from "../src/settings/options.ts";
import { PROXY_KEYS } from "../src/settings/proxy_options.ts";
import { GENERATED_PAGES } from "../tools/generated_pages.ts";

const ROOT = new URL("../", import.meta.url);

/** The text of a file, by its path from the project's root. */
function read(path: string): string {
  return Deno.readTextFileSync(new URL(path, ROOT));
}

const PAGES = [
  "README.md",
  ...[...Deno.readDirSync(new URL("docs/", ROOT))].map(({ name }) => `docs/${name}`)
    .filter((path) => path.endsWith(".md")).sort(),
];

for (const { path, update } of GENERATED_PAGES) {
  Deno.test(`${path} has the current options, as written by deno task docs`, () => {
    const text = read(path);
    assertEquals(update(text), text);
  });
}

Deno.test("docs/options.md has every option with its flag and its name in the environment", () => {
  const lines = read("docs/options.md").split("\n");
  for (const key of OPTION_KEYS) {
    const names = [flagName(key), envName(key)].map((name) => `\`${name}\``);
    const rows = lines.filter((line) => names.every((name) => line.includes(name)));
    assertEquals(rows.length, 1, key);
  }
});

Deno.test("docs/balancing.md has every option of a group", () => {
  const text = read("docs/balancing.md");
  for (const key of PROXY_KEYS) assert(text.includes(flagName(key)), key);
});

Deno.test("the configuration files in docs are valid", async () => {
  const files = PAGES.flatMap((page) => [...read(page).matchAll(/^```toml\n([^]*?)^```$/gm)])
    .map(([, text = ""]) => text);
  assert(files.length >= 2, `found ${files.length} files`);
  for (const text of files) {
    await loadSettings({
      flags: { config: ["a.toml"] },
      environment: {},
      readFile: () => Promise.resolve(text),
      cwd: "/",
    });
  }
});

Deno.test("docs/operating.md has every signal and every exit code", () => {
  const text = read("docs/operating.md");
  for (const name of SIGNAL_NAMES) assert(text.includes(name.slice("SIG".length)), name);
  for (const code of Object.values(EXIT)) assert(text.includes(`\n| ${code} `), String(code));
});

Deno.test("README.md serves only folders and handlers that exist, or that it writes", () => {
  const written = ["app.ts"];
  const words = [...read("README.md").matchAll(/^deno run -A main\.ts ([\w./]+)/gm)]
    .map(([, word = ""]) => word)
    .filter((word) => !isCommandName(word) && !written.includes(word));
  assertEquals(words, ["./docs"]);
  for (const word of words) assert(isThere(new URL(word, ROOT).pathname), word);
});

/** The anchors of a page, derived from its headings as Markdown hosts do. */
function anchorsOf(text: string): string[] {
  return [...text.matchAll(/^#+ (.+)$/gm)].map(([, heading = ""]) =>
    heading.toLowerCase().replaceAll(/[^\w\- ]/g, "").replaceAll(" ", "-")
  );
}

for (const page of PAGES) {
  Deno.test(`${page} links to files and headings that exist`, () => {
    for (const [, target = ""] of read(page).matchAll(/\]\(([^)\s]+)\)/g)) {
      if (/^\w+:/.test(target)) continue;
      const { pathname, hash } = new URL(target, new URL(page, ROOT));
      assert(isThere(pathname), `${target}: no such file`);
      if (hash === "") continue;
      const anchors = anchorsOf(Deno.readTextFileSync(pathname));
      assert(anchors.includes(hash.slice(1)), `${target}: no such heading`);
    }
  });
}

Deno.test("README.md lists each page of docs in its table", () => {
  for (const page of PAGES.filter((page) => page.startsWith("docs/"))) {
    assert(read("README.md").includes(`\n| [${page}](${page}) `), page);
  }
});

Deno.test("each picture in docs/pictures is shown or linked by a page", () => {
  const pages = PAGES.map(read).join("\n");
  const unused = [...Deno.readDirSync(new URL("docs/pictures/", ROOT))]
    .filter(({ name }) => !pages.includes(`pictures/${name})`)).map(({ name }) => name);
  assertEquals(unused, []);
});

function isThere(path: string): boolean {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
}
