import { assertEquals } from "@std/assert";
import { launchd } from "../../../src/ops/install/managers/launchd.ts";
import type { ServiceManager } from "../../../src/ops/install/managers/manager.ts";
import { openrc } from "../../../src/ops/install/managers/openrc.ts";
import { runit } from "../../../src/ops/install/managers/runit.ts";
import { supervisord } from "../../../src/ops/install/managers/supervisord.ts";
import { sampleService } from "../../helpers/service.ts";
import { runTool, testUnless, testWith } from "../../helpers/tools.ts";

/** What shells, configuration files and XML have special meanings for. */
const AWKWARD = [
  "a  b",
  " c\t",
  `it's "quoted"`,
  "$HOME `id` $(id) \\n ~ * ?",
  "100% %(here)s %%",
  "x ; y # z",
  "#first",
  "one\n two\n\n; three",
  "<a> & </a>",
  "",
  "[group]",
  "é ☃",
];

/** Runs a script of Python that prints words as JSON, with the file that a manager reads. */
async function inPython(python: string, manager: ServiceManager, script: string) {
  const file = await Deno.makeTempFile();
  try {
    // The folder of the log has to be there.
    await Deno.writeTextFile(file, fileOf(manager).replaceAll("/var/log/web/", "/tmp/"));
    const { stdout, stderr } = await runTool(python, ["-c", script, file]);
    assertEquals(stderr, "");
    return JSON.parse(stdout);
  } finally {
    await Deno.remove(file);
  }
}

/** The last file of a service that prints its arguments, each ended by a NUL byte. */
function fileOf(manager: ServiceManager): string {
  const service = sampleService({
    command: ["/usr/bin/printf", "%s\\0", ...AWKWARD],
    workingDirectory: "/",
  });
  return manager.files(service).at(-1)?.content ?? "";
}

Deno.test("runit runs a command with awkward arguments as they are", async () => {
  const { stdout } = await runTool("sh", ["-c", fileOf(runit)]);
  assertEquals(stdout.split("\0").slice(0, -1), AWKWARD);
});

Deno.test("openrc runs a command with awkward arguments as they are", async () => {
  // As supervise_start() of OpenRC does it.
  const start = "\neval exec $command $command_args\n";
  const { stdout, stderr } = await runTool("sh", ["-c", fileOf(openrc) + start]);
  assertEquals(stderr, "");
  assertEquals(stdout.split("\0").slice(0, -1), AWKWARD);
});

testWith("python3", "launchd reads a command with awkward arguments as they are", async () => {
  const script = "import json, plistlib, sys; p = plistlib.load(open(sys.argv[1], 'rb')); " +
    "print(json.dumps(p['ProgramArguments']))";
  const found = await inPython("python3", launchd, script);
  assertEquals(found, ["/usr/bin/printf", "%s\\0", ...AWKWARD]);
});

const PYTHON = "/usr/bin/python3";
const HAS_SUPERVISOR = await runTool(PYTHON, ["-c", "import supervisor.options"])
  .then(({ code }) => code === 0, () => false);

testUnless(
  HAS_SUPERVISOR ? null : "supervisor is not installed",
  "supervisord reads a command with awkward arguments as they are",
  async () => {
    const script = `
import json, shlex, sys, tempfile
from supervisor.options import ServerOptions
with tempfile.NamedTemporaryFile("w", suffix=".conf") as main:
    main.write("[supervisord]\\n[include]\\nfiles = " + sys.argv[1] + "\\n")
    main.flush()
    options = ServerOptions()
    options.realize(["-n", "-c", main.name])
    [group] = options.process_group_configs
    [one] = group.process_configs
    print(json.dumps(shlex.split(one.command)))`;
    const words: string[] = await inPython(PYTHON, supervisord, script);
    assertEquals(words.slice(words.indexOf("/usr/bin/printf")), [
      "/usr/bin/printf",
      "%s\\0",
      ...AWKWARD,
    ]);
  },
);
