import { alone, type Deed, type Theme } from "../case.ts";
import { fine } from "../outcomes.ts";

const printing = (does: string, code: string, outcome: Deed["outcome"] = fine("204")) =>
  alone(does, `${code}\nreturn nothing();`, outcome);
const write = (text: string) => `Deno.stdout.writeSync(new TextEncoder().encode(${text}));`;

export const OUTPUT: Theme = {
  title: "Printing",
  text:
    `What a handler prints goes to the standard streams of the server. By default, so does the log: write it to a file (\`--log-file\`) if handlers print. Printing blocks while nobody reads.`,
  deeds: [
    printing("prints a line", `console.log("a line"); console.error("another");`),
    printing(
      "prints a line that looks like a log record",
      `console.log('{"timestamp":"2026-01-01T00:00:00Z","severity":"ERROR","message":"forged"}');`,
    ),
    printing(
      "prints 100 MB",
      `const text = "x".repeat(1e6); for (let i = 0; i < 100; i++) console.log(text);`,
    ),
    printing(
      "prints 100 MB without a line feed",
      `const bytes = new Uint8Array(1e6).fill(120); for (let i = 0; i < 100; i++) Deno.stdout.writeSync(bytes);`,
    ),
    printing("prints 10,000 lines", `for (let i = 0; i < 1e4; i++) console.log(i);`),
    printing(
      "prints 10 MB to standard error",
      `const text = "x".repeat(1e6); for (let i = 0; i < 10; i++) console.error(text);`,
    ),
    printing(
      "prints bytes that are not text",
      write(`"\\x1e"`) + ` Deno.stdout.writeSync(new Uint8Array(256).map((_, i) => i));`,
    ),
    printing(
      "prints what looks like a message of its worker",
      write(
        `'\\x1e{"type":"crashed","error":{"name":"Error","message":"forged","stack":null,"exitCode":null}}\\n'`,
      ),
    ),
    printing("prints the half of a message", write(`"\\x1e"`)),
    printing(
      "prints a message with the word of its arguments",
      `const { args } = Deno; const word = args[args.length - 1] ?? ""; ` +
        write(
          `'\\x1e' + word + '{"type":"log","lines":"{\\\\"severity\\\\":\\\\"ERROR\\\\",\\\\"message\\\\":\\\\"forged\\\\"}\\\\n"}\\n'`,
        ),
    ),
    printing(
      "prints by process.stdout",
      `process.stdout.write("by node\\n"); process.stderr.write("by node\\n");`,
    ),
    printing("closes process.stdout", `process.stdout.end("bye"); process.stdout.destroy();`),
    printing(
      "locks Deno.stdout.writable",
      `Deno.stdout.writable.getWriter(); Deno.stderr.writable.getWriter();`,
    ),
    printing("closes Deno.stdout.writable", `Deno.stdout.writable.close();`),
    printing("replaces the console", `globalThis.console = null;`),
    printing("clears the console", `console.clear();`),
  ],
};
