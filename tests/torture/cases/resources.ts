import { alone, type Deed, type Outcome, type Theme } from "../case.ts";
import { blocks, fails, fine } from "../outcomes.ts";

const taking = (
  does: string,
  code: string,
  outcome: Deed["outcome"],
  options: readonly string[] = [],
) => alone(does, code, outcome, { options });
const fs = `const fs = process.getBuiltinModule("node:fs");`;

const OUT_OF_MEMORY: Outcome = { answer: "closed or silence", records: [], next: "SIGTRAP" };
const OVERFLOWS = {
  ...{ main: OUT_OF_MEMORY, thread: OUT_OF_MEMORY },
  process: { answer: "closed", records: ["Worker crashed <- Error: Process"], next: "new" },
} as const;
/** No new client is accepted while no descriptor is free. */
const STARVED: Outcome = {
  ...fine("204"),
  records: ["Cannot accept: the system has no room"],
};
const CRASHED: Outcome = { answer: "204 or closed", records: ["Worker crashed"], next: "new" };

export const RESOURCES: Theme = {
  title: "Using up and taking away",
  text:
    `Heap and descriptors belong to the process. When the heap is full, only \`--mode forked\` keeps the server; when no descriptor is left, no client is accepted until one is closed.`,
  deeds: [
    taking(
      "overflows the heap",
      "const kept = []; for (;;) kept.push(new Array(1e5).fill({}));",
      OVERFLOWS,
    ),
    taking(
      "overflows the heap a little at a time",
      "const kept = globalThis.kept = []; for (;;) { for (let i = 0; i < 1e6; i++) kept.push({ i }); await null; }",
      OVERFLOWS,
    ),
    taking(
      "makes a string that is too long",
      `"x".repeat(2 ** 30); return nothing();`,
      fails("RangeError"),
    ),
    taking(
      "makes an array that is too long",
      `new Array(2 ** 32); return nothing();`,
      fails("RangeError"),
    ),
    taking(
      "allocates ArrayBuffers without end",
      `const kept = []; try { for (;;) kept.push(new ArrayBuffer(2 ** 40)); } finally { kept.length = 0; }`,
      fails("RangeError"),
    ),
    taking(
      "opens 10,000 timers",
      `for (let i = 0; i < 1e4; i++) setTimeout(() => {}, 50); return nothing();`,
      fine("204"),
    ),
    taking(
      "makes 100,000 promises that never settle",
      `globalThis.kept = Array.from({ length: 1e5 }, () => new Promise(() => {})); return nothing();`,
      fine("204"),
    ),
    {
      ...taking(
        "opens files until none is left",
        `globalThis.kept = []; try { for (;;) kept.push(Deno.openSync("/dev/null")); } catch {} return nothing();`,
        STARVED,
      ),
      harmsReload: ["main", "thread"],
      note: "Except in `forked` mode, a reload fails until files are closed.",
    },
    {
      ...taking(
        "opens files until none is left, for 3 seconds",
        `const kept = []; try { for (;;) kept.push(Deno.openSync("/dev/null")); } catch {} setTimeout(() => { kept.forEach((file) => file.close()); console.log("closed"); }, 3000); return nothing();`,
        STARVED,
      ),
      passing: "closed",
    },
    taking(
      "closes the descriptors from 3 to 40",
      `${fs} for (let fd = 3; fd < 40; fd++) try { fs.closeSync(fd); } catch {} return nothing();`,
      fine("204"),
    ),
    taking(
      "closes the descriptors of its standard streams",
      `${fs} for (let fd = 0; fd < 3; fd++) try { fs.closeSync(fd); } catch {} return nothing();`,
      { ...{ main: fine("204"), thread: fine("204") }, process: CRASHED },
    ),
    taking("closes Deno.stdin", `Deno.stdin.close(); return nothing();`, fine("204")),
    taking("closes Deno.stdout", `Deno.stdout.close(); return nothing();`, fine("204")),
    taking("closes Deno.stderr", `Deno.stderr.close(); return nothing();`, fine("204")),
    taking(
      "cancels Deno.stdin.readable",
      `await Deno.stdin.readable.cancel().catch(() => {}); return nothing();`,
      fine("204"),
    ),
    taking(
      "reads standard input",
      `setTimeout(() => { try { Deno.stdin.readSync(new Uint8Array(9)); } catch {} }, 1); return nothing();`,
      blocks("204 or closed or silence"),
      ["--worker-timeout", "3s"],
    ),
    taking(
      "reads standard input asynchronously",
      `Deno.stdin.read(new Uint8Array(9)).catch(() => {}); return nothing();`,
      fine("204"),
    ),
    taking(
      "listens on the server's port",
      `const { port } = info.localAddr; try { Deno.listen({ port, hostname: "127.0.0.1" }); } catch (error) { return new Response(error.name); } return nothing();`,
      fine(`200 "AddrInUse"`),
    ),
    taking("changes the working directory", `Deno.chdir("/"); return nothing();`, fine("204")),
    taking("changes the umask", `Deno.umask(0o777); return nothing();`, fine("204")),
    taking(
      "empties the environment",
      `for (const key of Object.keys(Deno.env.toObject())) Deno.env.delete(key); return nothing();`,
      fine("204"),
    ),
    taking(
      "sets PATH, HOME and TMPDIR to nothing",
      `Deno.env.set("PATH", ""); Deno.env.set("HOME", "/nowhere"); Deno.env.set("TMPDIR", "/nowhere"); return nothing();`,
      fine("204"),
    ),
    {
      ...taking(
        "takes away its own permissions",
        `for (const name of ["net", "read", "write", "run", "env", "sys", "ffi"]) Deno.permissions.revokeSync({ name }); return nothing();`,
        fine("204"),
      ),
      harmsReload: ["main", "thread"],
      note: "Except in `forked` mode, the server can no longer reload, nor write its log.",
    },
    taking(
      "starts a program that holds its streams",
      `new Deno.Command("sleep", { args: ["3"], stdin: "inherit", stdout: "inherit", stderr: "inherit" }).spawn().unref(); return nothing();`,
      fine("204"),
    ),
    taking(
      "sets process.title to a name with line feeds",
      `process.title = "a\\nb"; return nothing();`,
      fine("204"),
    ),
    taking(
      "lowers its priority",
      `process.getBuiltinModule("node:os").setPriority(19); return nothing();`,
      fine("204"),
    ),
  ],
};
