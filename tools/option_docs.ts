/** The parts of the documentation that are generated from the table of options. */
import { defaultOf } from "../src/cli/describe.ts";
import { GROUPS } from "../src/settings/option.ts";
import {
  envName,
  flagName,
  OPTION_KEYS,
  type OptionKey,
  optionOf,
} from "../src/settings/options.ts";

/** The options that people use first. */
const FIRST_OPTIONS: readonly OptionKey[] = [
  ...["mode", "workers", "handler", "service", "root", "bind", "port"] as const,
  ...["maxConnections", "requestTimeout", "accessLog", "watch", "config"] as const,
];

const BEGIN = "<!-- options: written by deno task docs -->";
const END = "<!-- /options -->";

const INTRODUCTION = `# Options

<!-- Written by deno task docs from src/settings/: change the options there. -->

The options of \`sluice serve\` and \`sluice check\`. Each is a flag, an environment variable, and a key
of the configuration file, without the leading dashes; if several set it, the first of these wins.
\`sluice --print-config\` shows every value and where it comes from; \`sluice check\` validates them
all.

- An argument that is a file is short for \`--handler\`, one that is a folder for \`--root\`:
  \`sluice app.ts ./public\`. So it is for \`sluice check\` and \`sluice bench\`.
- A duration is \`500ms\`, \`30s\`, \`2m\`, \`1h\` or \`1d\`; a bare number is seconds.
- A size is \`16kb\`, \`1mb\` or \`1gb\`, in steps of 1024; a bare number is bytes.
- A flag without a value is on, and \`--no-watch\` is \`--watch=false\`.
- A [configuration file](#the-configuration-file) is TOML or JSON with comments, in UTF-8:
  \`max-connections = 5000\`. A key can be set once.

\`sluice bench --help\` and \`sluice load --help\` list the options of these commands.

## The configuration file

It can have two kinds of table, both for the service \`proxy\`. Each \`[upstreams.NAME]\` is a group of
backends: its keys are the options of the [balancer](#balancer) and the
[HTTP balancer](#http-balancer), and what it does not set is as at the top, except for its backends.
\`upstream\` and \`upstream-file\` at the top, on the command line or in the environment make the group
\`default\`. Each \`[[routes]]\` says that the clients of an address go to a group, and the server
listens on that address; clients of all other addresses go to the group of the route without \`bind\`,
or else to \`default\`, or to the only group. With HTTP, a route can be for
[some hosts and paths](balancing.md#routes-by-host-and-path) only. \`--bind\`, \`--host\` and \`--port\`
on the command line replace all addresses of the file. A reload takes new groups and routes, but
what the server listens on changes only on restart.

\`\`\`toml
#:schema ./sluice.schema.json
service = "proxy"
bind = "0.0.0.0:8080"
connect-timeout = "1s"

[upstreams.api]
upstream = ["10.0.0.1:8080,weight=3", "10.0.0.2:8080", "10.0.1.1:8080,backup"]
balance = "least-connections"
health-check = "http:/health"

[upstreams.cache]
upstream = ["srv+tcp://_cache._tcp.service.consul"]
balance = "hash"
resolver = "127.0.0.1:8600"

[[routes]]
bind = "127.0.0.1:6379"
upstream = "cache"

[[routes]]
upstream = "api"
\`\`\`

\`sluice config-schema > sluice.schema.json\` writes a JSON Schema of the file, with which an editor
completes keys and marks mistakes. A TOML file names it in a comment, as above, for editors that use
Taplo; a JSON file has the key \`"$schema": "./sluice.schema.json"\`.
`;

/** The whole of docs/options.md: a table for each group, laid out as \`deno fmt\` would. */
export function optionsPage(): string {
  const sections = GROUPS.map((group) => {
    const keys = OPTION_KEYS.filter((key) => optionOf(key).group === group);
    if (keys.length === 0) return "";
    const head = ["Option", "Default", "Environment", "What it does"];
    const rows = keys.map((key) => {
      const environment = [envName(key), ...optionOf(key).env].map(code).join(", ");
      return [flagsOf(key), defaultText(key), environment, helpOf(key)];
    });
    return `\n## ${group}\n\n${markdownTable(head, rows)}`;
  });
  return INTRODUCTION + sections.join("");
}

/**
 * Replaces the table of the options that people use first.
 *
 * @throws {Error} If the text has no markers around the table.
 */
export function withFirstOptions(text: string): string {
  const begin = text.indexOf(BEGIN);
  const end = text.indexOf(END, begin);
  if (begin === -1 || end === -1) {
    throw new Error(`Cannot write the table of options: expected "${BEGIN}" and "${END}"`);
  }
  const rows = FIRST_OPTIONS.map((key) => [flagsOf(key), defaultText(key), helpOf(key)]);
  const table = markdownTable(["Option", "Default", "What it does"], rows);
  return `${text.slice(0, begin + BEGIN.length)}\n\n${table}\n${text.slice(end)}`;
}

function flagsOf(key: OptionKey): string {
  const { short } = optionOf(key);
  return [...short === "" ? [] : [`-${short}`], flagName(key)].map(code).join(", ");
}

function defaultText(key: OptionKey): string {
  const { text, isLiteral } = defaultOf(optionOf(key));
  return isLiteral ? code(text) : text;
}

function helpOf(key: OptionKey): string {
  const { help, choices } = optionOf(key);
  return choices.length === 0 ? help : `${help} (${choices.map(code).join(", ")})`;
}

/** A table in Markdown, laid out as `deno fmt` would. */
export function markdownTable(
  head: readonly string[],
  rows: readonly (readonly string[])[],
): string {
  const widths = head.map((title, i) =>
    Math.max(title.length, ...rows.map((row) => row[i]?.length ?? 0))
  );
  const rule = widths.map((width) => "-".repeat(width));
  return [head, rule, ...rows].map((row) =>
    `| ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join(" | ")} |\n`
  ).join("");
}

function code(text: string): string {
  return `\`${text}\``;
}
