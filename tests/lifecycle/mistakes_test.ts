import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { fileURLToPath } from "node:url";
import { runMain, SERVER } from "../helpers/server.ts";

interface Mistake {
  readonly args: readonly string[];
  readonly env?: Record<string, string>;
  readonly code: number;
  /** Matches the line on standard error. */
  readonly message: RegExp;
}

const folder = await Deno.makeTempDir();
const file = (name: string, text: string) => {
  Deno.writeTextFileSync(`${folder}/${name}`, text);
  return `${folder}/${name}`;
};
const directory = (name: string) => {
  Deno.mkdirSync(`${folder}/${name}`);
  return `${folder}/${name}`;
};
globalThis.addEventListener("unload", () => Deno.removeSync(folder, { recursive: true }));

const fifo = (name: string) => {
  new Deno.Command("mkfifo", { args: [`${folder}/${name}`] }).outputSync();
  return `${folder}/${name}`;
};
const link = (name: string, target: string) => {
  Deno.symlinkSync(target, `${folder}/${name}`);
  return `${folder}/${name}`;
};

const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
const taken = String(listener.addr.port);
globalThis.addEventListener("unload", () => listener.close());

const MISTAKES: Record<string, Mistake> = {
  "a misspelled option": {
    args: ["--idel-timeout", "3s"],
    code: 64,
    message: /--idel-timeout.*--idle-timeout/,
  },
  "an unknown option": { args: ["--zzz"], code: 64, message: /--zzz/ },
  "a command that does not exist": { args: ["server"], code: 64, message: /"server".*serve/ },
  "a superfluous argument": { args: ["status", "a", "b"], code: 64, message: /"b"/ },
  "an argument that does not exist": {
    args: [`${folder}/none.ts`],
    code: 66,
    message: /none\.ts": no such file or folder/,
  },
  "an argument that is a FIFO": {
    args: [fifo("target")],
    code: 66,
    message: /target": it is neither a file nor a folder/,
  },
  "a file together with a handler": {
    args: [file("one.ts", ""), "--handler", "x.ts"],
    code: 64,
    message: /the argument ".*\/one\.ts" with --handler: expected only one/,
  },
  "a file together with a service": {
    args: ["--service", "http", file("two.ts", "")],
    code: 64,
    message: /the argument ".*\/two\.ts" with --service: expected only one/,
  },
  "a folder together with a root": {
    args: ["--root", "x", directory("one")],
    code: 64,
    message: /the argument ".*\/one" with --root: expected only one/,
  },
  "a folder together with a service other than HTTP": {
    args: ["--service", "echo", directory("two")],
    code: 64,
    message: /the argument ".*\/two" with --service "echo": expected --service http/,
  },
  "a port beyond 65535": { args: ["--port", "70000"], code: 64, message: /--port "70000".*65535/ },
  "a negative port": { args: ["--port", "-1"], code: 64, message: /--port "-1"/ },
  "a missing value": { args: ["--port"], code: 64, message: /--port/ },
  "an invalid duration": {
    args: ["--idle-timeout", "abc"],
    code: 64,
    message: /--idle-timeout "abc".*30s/,
  },
  "a mode that does not exist": { args: ["--mode", "asink"], code: 64, message: /"asink".*async/ },
  "a service that does not exist": {
    args: ["--service", "ecko"],
    code: 64,
    message: /"ecko".*echo/,
  },
  "an option given twice": {
    args: ["--service", "echo", "--service", "zen"],
    code: 64,
    message: /--service/,
  },
  "a service together with a handler": {
    args: ["--service", "echo", "--handler", "x.ts"],
    code: 64,
    message: /--handler.*--service|--service.*--handler/,
  },
  "an invalid address": { args: ["--bind", "[::1"], code: 64, message: /--bind "\[::1"/ },
  "an address together with a port": {
    args: ["--bind", "127.0.0.1:0", "--port", "1"],
    code: 64,
    message: /--bind.*--port/,
  },
  "an invalid size": { args: ["--log-max-size", "10mbb"], code: 64, message: /10mbb/ },
  "a connection limit of zero": {
    args: ["--max-connections", "0"],
    code: 64,
    message: /--max-connections/,
  },
  "a shell without completions": { args: ["completions", "tcsh"], code: 64, message: /tcsh.*bash/ },
  "an invalid value in the environment": {
    args: [],
    env: { SLUICE_BACKLOG: "many" },
    code: 78,
    message: /SLUICE_BACKLOG "many"/,
  },
  "an unknown name in the environment": {
    args: [],
    env: { SLUICE_PROT: "8000" },
    code: 78,
    message: /SLUICE_PROT.*SLUICE_PORT/,
  },
  "an invalid PORT": { args: [], env: { PORT: "http" }, code: 78, message: /PORT "http"/ },
  "a configuration file that does not exist": {
    args: ["--config", `${folder}/none.toml`],
    code: 66,
    message: /none\.toml/,
  },
  "a configuration file that is a folder": {
    args: ["--config", directory("folder.toml")],
    code: 66,
    message: /folder\.toml/,
  },
  "a configuration file in an unknown format": {
    args: ["--config", file("x.yaml", "")],
    code: 64,
    message: /x\.yaml.*\.toml/,
  },
  "broken TOML": {
    args: ["--config", file("broken.toml", "mode = \n")],
    code: 78,
    message: /broken\.toml/,
  },
  "broken JSON": {
    args: ["--config", file("broken.jsonc", '{ "mode": ')],
    code: 78,
    message: /broken\.jsonc/,
  },
  "a key set twice in a file": {
    args: ["check", "--config", file("twice.toml", "port = 1\nport = 2\n")],
    code: 78,
    message: /twice\.toml:2:1": a key is set twice/,
  },
  "a key set twice in a JSON file": {
    args: ["check", "--config", file("twice.json", '{ "port": 1,\n"port": 2 }')],
    code: 78,
    message: /twice\.json:2:1": "port" is set twice/,
  },
  "the prototype of all objects as a key": {
    args: ["check", "--config", file("proto.toml", '"__proto__" = { port = 1 }\n')],
    code: 78,
    message: /"__proto__" in .*unknown key/,
  },
  "a configuration file that is a FIFO": {
    args: ["check", "--config", fifo("fifo.toml")],
    code: 66,
    message: /fifo\.toml": it is not a regular file/,
  },
  "a configuration file that never ends": {
    args: ["check", "--config", link("zero.toml", "/dev/zero")],
    code: 66,
    message: /zero\.toml": it is not a regular file/,
  },
  "a configuration file that is not text": {
    args: ["check", "--config", link("program.toml", Deno.execPath())],
    code: 78,
    message: /program\.toml": found more than 4 MB/,
  },
  "a status file that is a FIFO": {
    args: ["status", fifo("status.json")],
    code: 66,
    message: /status\.json": it is not a regular file/,
  },
  "terminal controls in a name": {
    args: [],
    env: { "SLUICE_\x1b[2J\u202e": "1" },
    code: 78,
    message: /SLUICE_\\x1b\[2J\\u\{202e\} in the environment/,
  },
  "an unknown key in a file": {
    args: ["--config", file("unknown.toml", 'mdoe = "async"\n')],
    code: 78,
    message: /mdoe.*mode/,
  },
  "a wrong type in a file": {
    args: ["--config", file("type.jsonc", '{ "port": true /* no */ }')],
    code: 78,
    message: /port true.*type\.jsonc/,
  },
  "a handler that does not exist": {
    args: ["--handler", `${folder}/none.ts`],
    code: 66,
    message: /none\.ts/,
  },
  "a handler that does not parse": {
    args: ["--handler", file("syntax.ts", "export default {")],
    code: 78,
    message: /syntax\.ts/,
  },
  "a handler of no known shape": {
    args: ["--handler", file("shape.ts", "export default { go() {} }")],
    code: 78,
    message: /\{ go \}.*\{ serve \}/,
  },
  "an address in use": { args: ["--port", taken], code: 69, message: /address in use.*--port/ },
  "an address of another machine": {
    args: ["--bind", "192.0.2.1:0"],
    code: 69,
    message: /192\.0\.2\.1/,
  },
  "a pid file in a folder that does not exist": {
    args: ["--port", "0", "--pid-file", `${folder}/no/x.pid`],
    code: 73,
    message: /x\.pid/,
  },
  "a log file in a folder that does not exist": {
    args: ["--port", "0", "--log-file", `${folder}/no/x.log`],
    code: 73,
    message: /x\.log/,
  },
};

for (const [name, { args, env, code, message }] of Object.entries(MISTAKES)) {
  Deno.test(`${name} is reported in one line, with exit code ${code}`, async () => {
    const result = await runMain(args, env === undefined ? {} : { env });
    assertMatch(result.stderr, /^sluice: [^\n]+\n$/, "it is more than one line");
    assertMatch(result.stderr, message);
    assert(!/\n\s+at /.test(result.stderr), "it has a stack trace");
    assertEquals(result.code, code);
    assert(!result.stdout.includes("Serving"), "it served");
  });
}

Deno.test("check prints what would be served, and does not bind", async () => {
  const { code, stdout } = await runMain(["check", "--service", "echo", "--port", taken]);
  assertEquals(code, 0);
  assertEquals(stdout, `The configuration is valid: echo in async mode on 127.0.0.1:${taken}\n`);
});

Deno.test("check --deploy exits 78 for an error in a deployment, and 0 for a warning", async () => {
  const planted = fileURLToPath(import.meta.resolve("../deploy/planted"));
  for (
    const [name, found, code] of [["grace_period", "1 error, 0", 78], [
      "one_replica",
      "0 errors, 1",
      0,
    ]] as const
  ) {
    const result = await runMain(["check", "--deploy", `${planted}/${name}.yaml`]);
    assertEquals([result.code, result.stderr], [code, ""]);
    assertStringIncludes(result.stdout, found);
  }
});

Deno.test("--check loads the handler", async () => {
  const path = file("throws.js", "throw new Error('at import')");
  const { code, stderr } = await runMain(["--check", "--handler", path]);
  assertEquals([code, /at import/.test(stderr)], [78, true]);
});

Deno.test("a value of the environment that is not UTF-8 is reported, not ignored", async () => {
  const command = 'SLUICE_PORT=$(printf "8\\377") exec "$@"';
  const { code, stderr } = await new Deno.Command("bash", {
    args: ["-c", command, "bash", ...SERVER, "check"],
  }).output();
  assertEquals(
    [code, new TextDecoder().decode(stderr)],
    [
      78,
      "sluice: Cannot use SLUICE_PORT in the environment: found invalid bytes, " +
      "expected text in UTF-8\n",
    ],
  );
});
