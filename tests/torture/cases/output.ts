import { alone, type Deed, type Theme } from "../case.ts";
import { fine } from "../outcomes.ts";

const printing = (does: string, code: string, outcome: Deed["outcome"] = fine("204")) =>
  alone(does, `${code}\nreturn nothing();`, outcome);
const WARNING = { answer: "204", records: ["another"], next: "same" } as const;
const write = (text: string) => `Deno.stdout.writeSync(new TextEncoder().encode(${text}));`;

export const OUTPUT: Theme = {
  title: "Printing",
  text:
    `What a handler prints with \`console\` becomes a record of the log, whatever it looks like; at most 8 MB are logged in one turn of the event loop. What it writes to the standard streams itself goes there, and blocks while nobody reads. By default, the log goes to standard output, too: write it to a file (\`--log-file\`) if handlers do that.`,
  deeds: [
    printing("prints a line", `console.log("a line"); console.warn("another");`, WARNING),
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
      `const bytes = new Uint8Array(1e6).fill(120); for (let i = 0; i < 10; i++) Deno.stderr.writeSync(bytes);`,
    ),
    printing(
      "prints more in a turn than is logged",
      `const text = "x".repeat(1e5); for (let i = 0; i < 500; i++) console.log(text);`,
      { ...WARNING, records: ["A handler prints too much at once"] },
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
