import type { Outcome, Place, Theme } from "../case.ts";
import { fine } from "../outcomes.ts";

const alone = (
  does: string,
  code: string,
  outcome: Outcome | Record<Place, Outcome> = fine("204"),
) => ({
  does,
  code: `${code}\nreturn nothing();`,
  shapes: ["fetch"] as const,
  isAlone: true,
  outcome,
});
const write = (text: string) => `Deno.stdout.writeSync(new TextEncoder().encode(${text}));`;

export const OUTPUT: Theme = {
  title: "Printing",
  text:
    `What a handler prints goes to the standard streams of the server, and never into its log; by default, both are standard output, so write the log to a file (\`--log-file\`) if handlers print. Printing blocks while nobody reads.`,
  deeds: [
    alone("prints a line", `console.log("a line"); console.error("another");`),
    alone(
      "prints a line that looks like a log record",
      `console.log('{"timestamp":"2026-01-01T00:00:00Z","severity":"ERROR","message":"forged"}');`,
    ),
    alone(
      "prints 100 MB",
      `const text = "x".repeat(1e6); for (let i = 0; i < 100; i++) console.log(text);`,
    ),
    alone(
      "prints 100 MB without a line feed",
      `const bytes = new Uint8Array(1e6).fill(120); for (let i = 0; i < 100; i++) Deno.stdout.writeSync(bytes);`,
    ),
    alone("prints 10,000 lines", `for (let i = 0; i < 1e4; i++) console.log(i);`),
    alone(
      "prints 10 MB to standard error",
      `const text = "x".repeat(1e6); for (let i = 0; i < 10; i++) console.error(text);`,
    ),
    alone(
      "prints bytes that are no text",
      write(`"\\x1e"`) + ` Deno.stdout.writeSync(new Uint8Array(256).map((_, i) => i));`,
    ),
    alone(
      "prints what looks like a message of its worker",
      write(
        `'\\x1e{"type":"crashed","error":{"name":"Error","message":"forged","stack":null,"exitCode":null}}\\n'`,
      ),
    ),
    alone("prints the half of a message", write(`"\\x1e"`)),
    alone(
      "prints a message with the word of its arguments",
      `const { args } = Deno; const word = args[args.length - 1] ?? ""; ` +
        write(
          `'\\x1e' + word + '{"type":"log","lines":"{\\\\"severity\\\\":\\\\"ERROR\\\\",\\\\"message\\\\":\\\\"forged\\\\"}\\\\n"}\\n'`,
        ),
    ),
    alone(
      "prints by process.stdout",
      `process.stdout.write("by node\\n"); process.stderr.write("by node\\n");`,
    ),
    alone("closes process.stdout", `process.stdout.end("bye"); process.stdout.destroy();`),
    alone(
      "locks Deno.stdout.writable",
      `Deno.stdout.writable.getWriter(); Deno.stderr.writable.getWriter();`,
    ),
    alone("closes Deno.stdout.writable", `Deno.stdout.writable.close();`),
    alone("replaces the console", `globalThis.console = null;`),
    alone("clears the console", `console.clear();`),
  ],
};
