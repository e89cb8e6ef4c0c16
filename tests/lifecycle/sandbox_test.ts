import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { workers } from "../helpers/modes.ts";
import {
  hasLandlock,
  IS_EXECUTABLE,
  makeEvaluator,
  run,
  startEvaluator,
  withoutLandlock,
} from "../helpers/sandbox.ts";
import { SERVER, startCommand } from "../helpers/server.ts";
import { until } from "../helpers/until.ts";

const SANDBOXED = [...workers("pooled", 1), "--sandbox"];

const folder = await Deno.makeTempDir();
globalThis.addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));
const SECRET = "correct horse battery staple";
await Deno.writeTextFile(`${folder}/secret.txt`, SECRET);
await Deno.writeTextFile(`${folder}/secret.json`, JSON.stringify(SECRET));
await Deno.writeTextFile(`${folder}/secret.js`, `export default ${JSON.stringify(SECRET)};`);
await Deno.writeTextFile(`${folder}/secret.css`, `a { content: "${SECRET}" }`);
await Deno.writeFile(`${folder}/empty.wasm`, Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0));

/** Code that reads a file, by what it does; F is the folder. */
const READS: Record<string, string> = {
  "Deno.readTextFileSync": "return Deno.readTextFileSync(F + '/secret.txt')",
  "Deno.readFile": "return await Deno.readFile(F + '/secret.txt')",
  "Deno.open": "return await Deno.open(F + '/secret.txt')",
  "Deno.readDirSync": "return [...Deno.readDirSync(F)]",
  "Deno.statSync": "return Deno.statSync(F + '/secret.txt')",
  "Deno.realPathSync": "return Deno.realPathSync(F)",
  "Deno.watchFs": "return Deno.watchFs(F)",
  "node:fs readFileSync":
    "return (await import('node:fs')).readFileSync(F + '/secret.txt', 'utf8')",
  "node:fs existsSync": "return (await import('node:fs')).existsSync(F + '/secret.txt')",
  "node:fs/promises": "return await (await import('node:fs/promises')).readFile(F + '/secret.txt')",
  "node:fs statfsSync": "return (await import('node:fs')).statfsSync(F)",
  "node:sqlite": "return new (await import('node:sqlite')).DatabaseSync(F + '/secret.txt')",
  "fetch of a file": "return await (await fetch('file://' + F + '/secret.txt')).text()",
  "fetch of /proc": "return await (await fetch('file:///proc/self/environ')).text()",
  "WebAssembly.compileStreaming":
    "return await WebAssembly.compileStreaming(fetch('file://' + F + '/empty.wasm'))",
  "require": "return (await import('node:module')).createRequire(F + '/')('./secret.json')",
  "require.resolve":
    "return (await import('node:module')).createRequire(F + '/').resolve('./secret.js')",
  "node:vm":
    "return (await import('node:vm')).runInNewContext('d.readTextFileSync(f)', { d: Deno, f: F + '/secret.txt' })",
  "import of text":
    "return (await import('file://' + F + '/secret.txt', { with: { type: 'text' } })).default",
  "import of bytes":
    "return (await import('file://' + F + '/secret.txt', { with: { type: 'bytes' } })).default",
  "import of JSON":
    "return (await import('file://' + F + '/secret.json', { with: { type: 'json' } })).default",
  "import of CSS":
    "return (await import('file://' + F + '/secret.css', { with: { type: 'css' } })).default",
  "import of JavaScript": "return (await import('file://' + F + '/secret.js')).default",
  "import of a path": "return (await import(F + '/secret.js')).default",
  "import of WebAssembly": "return await import('file://' + F + '/empty.wasm')",
  "import of the environment":
    "return (await import('file:///proc/self/' + 'environ', { with: { type: 'text' } })).default",
  "import through a data: module":
    "return (await import('data:text/javascript,export {default} from \"file://' + F + '/secret.js\"')).default",
  "import of text through a data: module":
    "return (await import('data:text/javascript,export {default} from \"file://' + F + '/secret.txt\" with { type: \"text\" }')).default",
  "import through a blob: module":
    "return (await import(URL.createObjectURL(new Blob(['export {default} from \"file://' + F + '/secret.js\"'], { type: 'text/javascript' })))).default",
};

/** Code that does something else that a sandbox must not let it do. */
const DEEDS: Record<string, string> = {
  "Deno.writeTextFileSync": "return Deno.writeTextFileSync(F + '/new', 'x')",
  "Deno.makeTempFileSync": "return Deno.makeTempFileSync()",
  "Deno.removeSync": "return Deno.removeSync(F + '/secret.txt')",
  "Deno.renameSync": "return Deno.renameSync(F + '/secret.txt', F + '/new')",
  "Deno.symlinkSync": "return Deno.symlinkSync('/etc/passwd', F + '/new')",
  "Deno.linkSync": "return Deno.linkSync('/etc/passwd', F + '/new')",
  "Deno.chmodSync": "return Deno.chmodSync(F + '/secret.txt', 0o777)",
  "Deno.chdir": "return Deno.chdir('/')",
  "Deno.umask": "return Deno.umask(0)",
  "node:fs writeFileSync": "return (await import('node:fs')).writeFileSync(F + '/new', 'x')",
  "a heap snapshot": "return (await import('node:v8')).writeHeapSnapshot(F + '/new')",
  "a database attached to another":
    "return new (await import('node:sqlite')).DatabaseSync(':memory:').exec(`attach '${F}/new' as a`)",
  "caches": "return await caches.open('x')",
  "localStorage": "return localStorage.setItem('x', 'y')",
  "Deno.openKv": "return await Deno.openKv()",
  "Deno.env.get": "return Deno.env.get('PATH')",
  "Deno.env.toObject": "return Deno.env.toObject()",
  "Deno.env.set": "return Deno.env.set('PATH', 'x')",
  "process.env": "return process.env.PATH",
  "process.loadEnvFile": "return process.loadEnvFile(F + '/secret.txt')",
  "Deno.hostname": "return Deno.hostname()",
  "Deno.networkInterfaces": "return Deno.networkInterfaces()",
  "Deno.systemMemoryInfo": "return Deno.systemMemoryInfo()",
  "node:os userInfo": "return (await import('node:os')).userInfo()",
  "node:os setPriority": "return (await import('node:os')).setPriority(0, 19)",
  "process.setuid": "return process.setuid(65534)",
  "process.report": "return process.report.getReport()",
  "Deno.Command": "return new Deno.Command('true').outputSync()",
  "node:child_process": "return (await import('node:child_process')).execSync('true')",
  "node:cluster": "return (await import('node:cluster')).default.fork()",
  "Deno.dlopen": "return Deno.dlopen('libc.so.6', {})",
  "Deno.UnsafePointerView":
    "return new Deno.UnsafePointerView(Deno.UnsafePointer.create(1n)).getInt8()",
  "process.dlopen": "return process.dlopen({}, '/lib/x.node')",
  "an extension of a database":
    "return new (await import('node:sqlite')).DatabaseSync(':memory:', { allowExtension: true }).loadExtension('/lib/x.so')",
  "node:inspector": "return new (await import('node:inspector')).Session().connect()",
  "a thread": "return new Worker('data:text/javascript,', { type: 'module' })",
  "a thread that may do more":
    "return new Worker('data:text/javascript,', { type: 'module', deno: { permissions: { read: true } } })",
  "a thread by Reflect.construct":
    "return Reflect.construct(Worker, ['data:text/javascript,', { type: 'module' }], Object)",
  "a thread of node:worker_threads":
    "return new (await import('node:worker_threads')).Worker('', { eval: true })",
  "a thread once the class is mended":
    "Object.setPrototypeOf(Worker, EventTarget); return new Worker('data:text/javascript,', { type: 'module' })",
  "Deno.kill": "return Deno.kill(Deno.pid, 'SIGTERM')",
  "process.kill": "return process.kill(Deno.pid, 'SIGTERM')",
  "process._kill": "return process._kill(Deno.pid, 15)",
  "kill of node:process": "return (await import('node:process')).kill(Deno.pid, 'SIGTERM')",
  "Deno.exit": "return Deno.exit(0)",
  "process.exit": "return process.exit(0)",
  "process.reallyExit": "return process.reallyExit(0)",
  "exit of node:process": "return (await import('node:process')).exit(0)",
  "process.abort": "return process.abort()",
  "close": "return close()",
  "code from the web": "return await import('https://' + 'localhost/x.js')",
  "code from JSR": "return await import('jsr:' + '@std/assert')",
  "a Unix socket to listen on": "return Deno.listen({ transport: 'unix', path: F + '/new' })",
  "a Unix socket to connect to":
    "return await Deno.connect({ transport: 'unix', path: F + '/new' })",
  "Deno.serve on a Unix socket": "return Deno.serve({ path: F + '/new' }, () => new Response())",
};

/** How the runtime refuses to read a file, and the kernel in the executable. */
const UNREADABLE =
  /Requires read access|Permission denied|Module not found: blob|not a valid module type/;

/** How the runtime and the server refuse everything else. */
const REFUSAL = new RegExp(
  [
    "Requires .* access",
    "requires unscoped",
    "the handler is sandboxed",
    "belongs to the server",
    "not supported in workers",
    "Can't escalate",
    "is not defined",
    "is not a function",
    "is not extensible",
    "Not implemented",
    "Module not found",
    "max 0",
  ].join("|"),
);

/** What a sandboxed handler can do and see; docs/operating.md says so. */
const ALLOWED: Record<string, string> = {
  "the network":
    "const l = Deno.listen({ port: 0, hostname: '127.0.0.1' }); const { port } = l.addr; const c = await Deno.connect({ port, hostname: '127.0.0.1' }); c.close(); l.close(); return 'connected'",
  "names of hosts": "return await Deno.resolveDns('localhost', 'A').catch(() => [])",
  "the command line": "return Deno.args",
  "its folder": "return Deno.cwd()",
  "its process": "return [Deno.pid, Deno.memoryUsage()]",
  "paths in stacks": "return new Error('x').stack",
  "standard output":
    "return Deno.stderr.writeSync(new TextEncoder().encode('printed by a sandboxed handler\\n'))",
  "data: modules": "return (await import('data:text/javascript,export default 1')).default",
  "other threads' channels":
    "const c = new BroadcastChannel('x'); c.postMessage(1); c.close(); return 1",
  "WebAssembly": "return await WebAssembly.compile(Uint8Array.of(0, 97, 115, 109, 1, 0, 0, 0))",
  "a database in memory":
    "return new (await import('node:sqlite')).DatabaseSync(':memory:').close()",
};

/** The kernel may lack what the sandbox of the executable needs. */
const ignore = IS_EXECUTABLE && !hasLandlock();
const lacking = ignore ? " (the kernel has no Landlock)" : "";

/** Runs the server until it exits, where the kernel has no Landlock. */
async function runWithoutLandlock(args: readonly string[]) {
  const [program = "", ...rest] = withoutLandlock([...SERVER, ...args]);
  const { code, stderr } = await new Deno.Command(program, { args: rest, stdin: "null" }).output();
  return { code, stderr: new TextDecoder().decode(stderr) };
}

if (IS_EXECUTABLE) {
  Deno.test({
    name: "--sandbox refuses to start where sandboxed code could read files, and says why",
    async fn() {
      await using handler = await makeEvaluator();
      for (const args of [["check"], ["--port", "0"]]) {
        const { code, stderr } = await runWithoutLandlock([...args, ...SANDBOXED, ...handler.args]);
        assertMatch(
          stderr,
          /^sluice: Cannot sandbox the handler: in the executable .*Landlock.*\n$/,
        );
        assertEquals(code, 78);
      }
    },
  });

  Deno.test({
    name: "a reload that turns on a sandbox which does not hold fails, and the old code serves on",
    async fn() {
      const config = `${folder}/sluice.toml`;
      await Deno.writeTextFile(config, "sandbox = false");
      await using handler = await makeEvaluator();
      const args = ["--port", "0", "--config", config, ...workers("pooled", 1), ...handler.args];
      await using server = await startCommand(withoutLandlock([...SERVER, ...args]));
      await Deno.writeTextFile(config, "sandbox = true");
      server.kill("SIGHUP");
      const failed = await server.logged("Cannot reload");
      assertStringIncludes(JSON.stringify(failed), "Cannot sandbox the handler");
      assertEquals(await run(server, "return 1"), "DID 1");
      await Deno.remove(config);
    },
  });
}

Deno.test({
  name: `--sandbox: a handler can read no file, however it tries${lacking}`,
  ignore,
  async fn(t) {
    await using evaluator = await startEvaluator(...SANDBOXED);
    for (const [name, code] of Object.entries(READS)) {
      await t.step(name, async () => {
        const answer = await run(evaluator.server, withFolder(code));
        assertMatch(answer, /^THREW /);
        assertMatch(answer, UNREADABLE);
        assert(!answer.includes(SECRET));
      });
    }
  },
});

Deno.test({
  name:
    `--sandbox denies programs, the environment, threads and signals, and the server lives on${lacking}`,
  ignore,
  async fn(t) {
    await using evaluator = await startEvaluator(...SANDBOXED);
    const { server } = evaluator;
    for (const [name, code] of Object.entries(DEEDS)) {
      await t.step(name, async () => {
        const answer = await run(server, withFolder(code));
        assertMatch(answer, /^THREW /);
        assertMatch(answer, REFUSAL);
      });
    }
    assertEquals([...Deno.readDirSync(folder)].length, 5, "no file is new or gone");
    assertEquals(server.records("Worker crashed"), []);
    server.kill("SIGTERM");
    assertEquals(await server.exited, 0);
  },
});

Deno.test({
  name: `--sandbox allows the network, and what docs/operating.md lists${lacking}`,
  ignore,
  async fn(t) {
    await using evaluator = await startEvaluator(...SANDBOXED);
    for (const [name, code] of Object.entries(ALLOWED)) {
      await t.step(name, async () => assertMatch(await run(evaluator.server, code), /^DID /));
    }
    const { server } = evaluator;
    const printed = "printed by a sandboxed handler";
    await until("it has printed", () => server.stderr.includes(printed));
  },
});

function withFolder(code: string): string {
  return `const F = ${JSON.stringify(folder)}; ${code}`;
}
