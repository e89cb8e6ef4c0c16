import { assert, assertEquals } from "@std/assert";
import { cgroupFolders } from "../../src/base/cgroups.ts";
import {
  memoryLimit,
  outOfMemoryKills,
  parseKills,
  parseLimit,
} from "../../src/base/memory_limit.ts";

Deno.test("cgroupFolders() names the folders of both versions, the own ones last", () => {
  const cgroups = "9:cpuset:/x\n4:memory:/a/b\n0::/c\n";
  assertEquals(cgroupFolders(cgroups, "memory"), [
    { path: "/sys/fs/cgroup/memory", version: 1 },
    { path: "/sys/fs/cgroup/memory/a", version: 1 },
    { path: "/sys/fs/cgroup/memory/a/b", version: 1 },
    { path: "/sys/fs/cgroup", version: 2 },
    { path: "/sys/fs/cgroup/c", version: 2 },
  ]);
  assertEquals(cgroupFolders("0::/../x\n", "memory"), [{ path: "/sys/fs/cgroup", version: 2 }]);
  assertEquals(cgroupFolders("", "memory"), []);
});

Deno.test("parseLimit() reads bytes, and nothing else", () => {
  assertEquals(parseLimit("314572800\n"), 314572800);
  for (const unlimited of ["max\n", "", "-1\n", "1 2\n"]) assertEquals(parseLimit(unlimited), null);
});

Deno.test("parseKills() reads the files of both versions", () => {
  assertEquals(parseKills("low 0\nhigh 0\nmax 12\noom 2\noom_kill 3\noom_group_kill 0\n"), 3);
  assertEquals(parseKills("oom_kill_disable 0\nunder_oom 0\noom_kill 7\n"), 7);
  assertEquals(parseKills(""), 0);
});

Deno.test("memoryLimit() is below the memory of the machine, if there is one", async () => {
  const limit = await memoryLimit();
  assert(limit === null || limit < Deno.systemMemoryInfo().total, String(limit));
  assert(await outOfMemoryKills() >= 0);
});
