import { assert, assertEquals } from "@std/assert";
import {
  availableProcessors,
  parseCpuList,
  parseQuota,
  quotaFiles,
} from "../../src/base/processors.ts";
import { readSystemFiles, systemLimits } from "../../src/base/system_limits.ts";
import { testWith } from "../helpers/tools.ts";

/**
 * Runs a module in a process of its own.
 *
 * @param command Precedes the runtime on the command line.
 * @returns All output.
 */
async function run(
  code: string,
  permissions: readonly string[],
  command: readonly string[] = [],
): Promise<string> {
  const script = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(script, code);
    const flags = ["run", "--no-check", "--quiet", "--no-prompt", ...permissions];
    const [program = "", ...args] = [...command, Deno.execPath(), ...flags, script];
    const { stdout, stderr } = await new Deno.Command(program, { args }).output();
    const decoder = new TextDecoder();
    return decoder.decode(stdout).trim() + decoder.decode(stderr);
  } finally {
    await Deno.remove(script);
  }
}

/** The import statement for a module in another folder. */
function importing(name: string, file: string): string {
  return `import { ${name} } from ${
    JSON.stringify(import.meta.resolve(`../../src/base/${file}`))
  };\n`;
}

Deno.test("parseCpuList() counts single processors and ranges", () => {
  assertEquals(parseCpuList("0"), 1);
  assertEquals(parseCpuList("0-3,8"), 5);
  assertEquals(parseCpuList("1,3,5-6\n"), 4);
  for (const wrong of ["", "a", "0-", "-1", "0,,1", "0;1"]) {
    assertEquals(parseCpuList(wrong), null, wrong);
  }
});

Deno.test("parseQuota() divides the quota by its period", () => {
  assertEquals(parseQuota("150000 100000\n"), 1.5);
  assertEquals(parseQuota("50000\n 100000\n"), 0.5);
  for (const unlimited of ["max 100000\n", "-1\n 100000\n", "", " ", "1 0", "100000"]) {
    assertEquals(parseQuota(unlimited), null, unlimited);
  }
});

Deno.test("quotaFiles() names a v2 cgroup and its ancestors", () => {
  assertEquals(quotaFiles("0::/a.slice/b:c\n"), [
    ["/sys/fs/cgroup/cpu.max"],
    ["/sys/fs/cgroup/a.slice/cpu.max"],
    ["/sys/fs/cgroup/a.slice/b:c/cpu.max"],
  ]);
  assertEquals(quotaFiles("0::/\n"), [["/sys/fs/cgroup/cpu.max"]]);
  assertEquals(quotaFiles("0::/../x\n"), [["/sys/fs/cgroup/cpu.max"]]);
});

Deno.test("quotaFiles() names the files of the v1 controller cpu", () => {
  const pair = (folder: string) => [
    `/sys/fs/cgroup/${folder}/cpu.cfs_quota_us`,
    `/sys/fs/cgroup/${folder}/cpu.cfs_period_us`,
  ];
  assertEquals(quotaFiles("9:cpuset:/x\n4:cpu,cpuacct:/a\n1:name=systemd:/x\n"), [
    pair("cpu"),
    pair("cpu/a"),
    pair("cpu,cpuacct"),
    pair("cpu,cpuacct/a"),
  ]);
  assertEquals(quotaFiles("1:cpu:/"), [pair("cpu")]);
  assertEquals(quotaFiles(""), []);
});

/** The number of a processor that this process may use. */
async function firstProcessor(): Promise<string> {
  const status = await Deno.readTextFile("/proc/self/status");
  return /^Cpus_allowed_list:\s*(\d+)/m.exec(status)?.[1] ?? "0";
}

Deno.test("availableProcessors() is at least one, and no more than it is pinned to", async () => {
  const count = await availableProcessors();
  assert(Number.isInteger(count) && count >= 1, String(count));
  const status = (await readSystemFiles(["/proc/self/status"])).get("/proc/self/status") ?? "";
  const [, list = ""] = /^Cpus_allowed_list:\s*(.+)/m.exec(status) ?? [];
  assert(count <= (parseCpuList(list) ?? Infinity), `${count} of ${list}`);
});

const PERMISSIONS = [["-A"], ["--allow-read", "--allow-run"], []];

for (const permissions of PERMISSIONS) {
  const may = permissions.join(" ") || "no permissions";
  testWith("taskset", `availableProcessors() is 1 when pinned to one: ${may}`, async () => {
    const code = importing("availableProcessors", "processors.ts") +
      "console.log(await availableProcessors());";
    assertEquals(await run(code, permissions, ["taskset", "-c", await firstProcessor()]), "1");
  });
}

Deno.test({
  name: "readSystemFiles() reads the same itself and, without all permissions, through a child",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const paths = ["/proc/none", "/proc/sys/net/core/somaxconn", "/proc/self/limits"];
    const code = importing("readSystemFiles", "system_limits.ts") +
      `const files = await readSystemFiles(${JSON.stringify(paths)});\n` +
      "console.log(JSON.stringify([...files]));";
    const here = JSON.stringify([...await readSystemFiles(paths)]);
    assertEquals(JSON.parse(here).length, 2);
    assertEquals(await run(code, ["--allow-read", "--allow-run"]), here);
    assertEquals(await run(code, []), "[]");
  },
});

Deno.test({
  name: "systemLimits() finds the limits on Linux",
  ignore: Deno.build.os !== "linux",
  async fn() {
    const { descriptors, backlog } = await systemLimits();
    assert(descriptors !== null && descriptors > 0);
    assert(backlog !== null && backlog > 0);
  },
});
