import { assert, assertEquals, assertMatch } from "@std/assert";
import { runMain } from "../helpers/server.ts";

interface Mistake {
  readonly args: readonly string[];
  readonly env?: Record<string, string>;
  readonly code: number;
  /** What the one line must say. */
  readonly says: RegExp;
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

const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
const taken = String(listener.addr.port);
globalThis.addEventListener("unload", () => listener.close());

const MISTAKES: Record<string, Mistake> = {
  "an option that is misspelt": {
    args: ["--idel-timeout", "3s"],
    code: 64,
    says: /--idel-timeout.*--idle-timeout/,
  },
  "an option that is nothing like any": { args: ["--zzz"], code: 64, says: /--zzz/ },
  "a command that does not exist": { args: ["server"], code: 64, says: /"server".*serve/ },
  "an argument too many": { args: ["serve", "now"], code: 64, says: /"now"/ },
  "a port beyond 65535": { args: ["--port", "70000"], code: 64, says: /--port "70000".*65535/ },
  "a negative port": { args: ["--port", "-1"], code: 64, says: /--port "-1"/ },
  "a missing value": { args: ["--port"], code: 64, says: /--port/ },
  "a duration without sense": {
    args: ["--idle-timeout", "abc"],
    code: 64,
    says: /--idle-timeout "abc".*30s/,
  },
  "a mode that does not exist": { args: ["--mode", "asink"], code: 64, says: /"asink".*async/ },
  "a service that does not exist": { args: ["--service", "ecko"], code: 64, says: /"ecko".*echo/ },
  "an option given twice": {
    args: ["--service", "echo", "--service", "zen"],
    code: 64,
    says: /--service/,
  },
  "a service beside a handler": {
    args: ["--service", "echo", "--handler", "x.ts"],
    code: 64,
    says: /--handler.*--service|--service.*--handler/,
  },
  "an address without sense": { args: ["--bind", "[::1"], code: 64, says: /--bind "\[::1"/ },
  "an address beside a port": {
    args: ["--bind", "127.0.0.1:0", "--port", "1"],
    code: 64,
    says: /--bind.*--port/,
  },
  "a size without sense": { args: ["--log-max-size", "10mbb"], code: 64, says: /10mbb/ },
  "no connection at all": { args: ["--max-connections", "0"], code: 64, says: /--max-connections/ },
  "a shell without completions": { args: ["completions", "tcsh"], code: 64, says: /tcsh.*bash/ },
  "a wrong value in the environment": {
    args: [],
    env: { SLUICE_BACKLOG: "many" },
    code: 78,
    says: /SLUICE_BACKLOG "many"/,
  },
  "an unknown name in the environment": {
    args: [],
    env: { SLUICE_PROT: "8000" },
    code: 78,
    says: /SLUICE_PROT.*SLUICE_PORT/,
  },
  "a PORT that is none": { args: [], env: { PORT: "http" }, code: 78, says: /PORT "http"/ },
  "a configuration file that is not there": {
    args: ["--config", `${folder}/none.toml`],
    code: 66,
    says: /none\.toml/,
  },
  "a configuration file that is a folder": {
    args: ["--config", directory("folder.toml")],
    code: 66,
    says: /folder\.toml/,
  },
  "a configuration file of another kind": {
    args: ["--config", file("x.yaml", "")],
    code: 64,
    says: /x\.yaml.*\.toml/,
  },
  "broken TOML": {
    args: ["--config", file("broken.toml", "mode = \n")],
    code: 78,
    says: /broken\.toml/,
  },
  "broken JSON": {
    args: ["--config", file("broken.jsonc", '{ "mode": ')],
    code: 78,
    says: /broken\.jsonc/,
  },
  "an unknown key in a file": {
    args: ["--config", file("unknown.toml", 'mdoe = "async"\n')],
    code: 78,
    says: /mdoe.*mode/,
  },
  "a wrong type in a file": {
    args: ["--config", file("type.jsonc", '{ "port": true /* no */ }')],
    code: 78,
    says: /port true.*type\.jsonc/,
  },
  "a handler that is not there": {
    args: ["--handler", `${folder}/none.ts`],
    code: 66,
    says: /none\.ts/,
  },
  "a handler that does not parse": {
    args: ["--handler", file("syntax.ts", "export default {")],
    code: 78,
    says: /syntax\.ts/,
  },
  "a handler without a shape": {
    args: ["--handler", file("shape.ts", "export default { go() {} }")],
    code: 78,
    says: /\{ go \}.*\{ serve \}/,
  },
  "an address in use": { args: ["--port", taken], code: 69, says: /address in use.*--port/ },
  "an address of another machine": {
    args: ["--bind", "192.0.2.1:0"],
    code: 69,
    says: /192\.0\.2\.1/,
  },
  "a pid file in no folder": {
    args: ["--port", "0", "--pid-file", `${folder}/no/x.pid`],
    code: 73,
    says: /x\.pid/,
  },
  "a log file in no folder": {
    args: ["--port", "0", "--log-file", `${folder}/no/x.log`],
    code: 73,
    says: /x\.log/,
  },
};

for (const [name, { args, env, code, says }] of Object.entries(MISTAKES)) {
  Deno.test(`${name}: one clear line and exit code ${code}`, async () => {
    const result = await runMain(args, env === undefined ? {} : { env });
    assertMatch(result.stderr, /^sluice: [^\n]+\n$/, "not one line");
    assertMatch(result.stderr, says);
    assert(!/\n\s+at /.test(result.stderr), "a stack");
    assertEquals(result.code, code);
    assert(!result.stdout.includes("Serving"), "it served");
  });
}

Deno.test("check says what would be served, and binds nothing", async () => {
  const { code, stdout } = await runMain(["check", "--service", "echo", "--port", taken]);
  assertEquals(code, 0);
  assertEquals(stdout, `The configuration is valid: echo in async mode on 127.0.0.1:${taken}\n`);
});

Deno.test("--check loads the handler", async () => {
  const path = file("throws.js", "throw new Error('at import')");
  const { code, stderr } = await runMain(["--check", "--handler", path]);
  assertEquals([code, /at import/.test(stderr)], [78, true]);
});
