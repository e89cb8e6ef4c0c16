import { assert, assertEquals, assertRejects, assertStringIncludes } from "@std/assert";
import { ExitError } from "../../../src/base/exit.ts";
import { carryOut, NO_RESCUE } from "../../../src/ops/install/carry_out.ts";
import { MANAGERS } from "../../../src/ops/install/managers/registry.ts";
import { planInstall } from "../../../src/ops/install/plan_install.ts";
import { planUninstall } from "../../../src/ops/install/plan_uninstall.ts";
import { readRecord } from "../../../src/ops/install/record.ts";
import type { Service } from "../../../src/ops/install/service.ts";
import { MANAGER_NAMES, type ManagerName } from "../../../src/settings/install_options.ts";
import { sampleService } from "../../helpers/service.ts";

/** Runs a body with the root of a file system that has something in it. */
async function inRoot(body: (root: string) => Promise<void>): Promise<void> {
  const root = await Deno.makeTempDir();
  try {
    await Deno.mkdir(`${root}/etc/init.d`, { recursive: true });
    await Deno.mkdir(`${root}/etc/sv/other`, { recursive: true });
    await Deno.writeTextFile(`${root}/etc/init.d/other`, "#!/bin/sh\n", { mode: 0o750 });
    await body(root);
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

/** All that is below a folder: kind, permissions, owner and content, by path. */
async function snapshot(folder: string, within = ""): Promise<Record<string, string>> {
  const found: Record<string, string> = {};
  for await (const { name, isDirectory, isSymlink } of Deno.readDir(`${folder}${within}`)) {
    const path = `${within}/${name}`;
    const { mode, uid, gid } = await Deno.lstat(`${folder}${path}`);
    const content = isSymlink
      ? await Deno.readLink(`${folder}${path}`)
      : isDirectory
      ? ""
      : await Deno.readTextFile(`${folder}${path}`);
    found[path] = `${isSymlink} ${isDirectory} ${mode} ${uid} ${gid} ${content}`;
    if (isDirectory) Object.assign(found, await snapshot(folder, path));
  }
  return found;
}

async function planOf(root: string, manager: ManagerName, service: Service) {
  const record = await readRecord(root, service.name);
  return await planInstall({ service, manager, root, owner: null, record });
}

/** @returns What was said. */
async function install(root: string, manager: ManagerName, service = sampleService()) {
  const said: string[] = [];
  const { steps, rescue } = await planOf(root, manager, service);
  await carryOut(steps, { root, say: (line) => said.push(line) }, rescue);
  return said;
}

async function uninstall(root: string, name = "web", doesPurge = false) {
  const said: string[] = [];
  const record = await readRecord(root, name);
  if (record === null) throw new Error("There is no record");
  const steps = await planUninstall(name, record, root, doesPurge);
  await carryOut(steps, { root, say: (line) => said.push(line) }, NO_RESCUE);
  return said;
}

for (const manager of MANAGER_NAMES) {
  Deno.test(`planInstall() for ${manager} changes nothing, and what is done can be undone`, () =>
    inRoot(async (root) => {
      const before = await snapshot(root);
      await planOf(root, manager, sampleService());
      assertEquals(await snapshot(root), before);

      await install(root, manager);
      const { content } = MANAGERS[manager].files(sampleService())[0] ?? { content: "" };
      assertStringIncludes(
        JSON.stringify(await snapshot(root)),
        JSON.stringify(content).slice(1, -1),
      );
      const { isNeeded } = await planOf(root, manager, sampleService());
      assert(!isNeeded);

      await uninstall(root);
      assertEquals(await snapshot(root), before);
    }));
}

Deno.test("planInstall() never overwrites a service of others", () =>
  inRoot(async (root) => {
    const before = await snapshot(root);
    const error = await assertRejects(
      () => planOf(root, "openrc", sampleService({ name: "other" })),
      ExitError,
      `found "${root}/etc/init.d/other", which Sluice has not installed, expected another --name`,
    );
    assertEquals(error.exitCode, 73);
    assertEquals(await snapshot(root), before);
  }));

Deno.test("planInstall() updates what has changed, and keeps what was edited", () =>
  inRoot(async (root) => {
    const before = await snapshot(root);
    await install(root, "runit");
    const run = `${root}/etc/sv/web/run`;
    await Deno.writeTextFile(run, "#!/bin/sh\n# mine\n");
    const changed = sampleService({ openFiles: 5000 });
    const said = await install(root, "runit", changed);
    assertEquals(said.slice(1, -1), [
      "Keep /etc/sv/web/run, which was edited, as /etc/sv/web/run.edited",
      "Rewrite /etc/sv/web/run",
    ]);
    assertStringIncludes(await Deno.readTextFile(run), "ulimit -n 5000");
    assertStringIncludes(await Deno.readTextFile(`${run}.edited`), "mine");
    await Deno.remove(`${run}.edited`);
    await uninstall(root);
    assertEquals(await snapshot(root), before);
  }));

Deno.test("planUninstall() keeps what was edited, and logs unless it is to purge", () =>
  inRoot(async (root) => {
    const before = await snapshot(root);
    await install(root, "openrc");
    await Deno.writeTextFile(`${root}/etc/init.d/web`, "mine");
    await Deno.writeTextFile(`${root}/var/log/web/output.log`, "log");
    const said = await uninstall(root);
    assertEquals(said[0], "Keep /etc/init.d/web, which was edited, as /etc/init.d/web.edited");
    assertEquals(await Deno.readTextFile(`${root}/etc/init.d/web.edited`), "mine");
    assertEquals(await Deno.readTextFile(`${root}/var/log/web/output.log`), "log");
    await Deno.remove(`${root}/etc/init.d/web.edited`);
    await Deno.remove(`${root}/var`, { recursive: true });

    await install(root, "openrc");
    await Deno.writeTextFile(`${root}/var/log/web/output.log`, "log");
    await uninstall(root, "web", true);
    assertEquals(await snapshot(root), before);
  }));

Deno.test("planUninstall() leaves folders to other services until the last has gone", () =>
  inRoot(async (root) => {
    const before = await snapshot(root);
    // That of the links, too.
    await install(root, "systemd");
    await install(root, "systemd", sampleService({ name: "api" }));
    await uninstall(root, "web");
    assert(await readRecord(root, "api") !== null);
    await uninstall(root, "api");
    assertEquals(await snapshot(root), before);
  }));

Deno.test("carryOut() takes back what it has done if a step fails", () =>
  inRoot(async (root) => {
    const before = await snapshot(root);
    const { steps, rescue } = await planOf(root, "runit", sampleService());
    const said: string[] = [];
    const failing = { kind: "run", command: ["false"], mayFail: false } as const;
    const error = await assertRejects(
      () =>
        carryOut([...steps, failing], { root, say: (line) => said.push(line) }, {
          ...rescue,
          logs: ["seq", "11"],
          before: [["touch", `${root}/var/log/web/current`]],
          after: [["echo", "forgotten"]],
        }),
      ExitError,
      "Cannot run false: it ended with 1, expected 0",
    );
    assertEquals(error.exitCode, 69);
    assertEquals(said.slice(said.indexOf("That failed: taking everything back") + 1), [
      "Run seq 11",
      ...[2, 3, 4, 5, 6, 7, 8, 9, 10, 11].map((line) => `  ${line}`),
      ...[`Run touch ${root}/var/log/web/current`, "Run echo forgotten", "  forgotten"],
    ]);
    assertEquals(await snapshot(root), before);
    assertEquals(rescue.before.length, 1);
  }));

Deno.test("planUninstall() removes what an installation that was killed has left", () =>
  inRoot(async (root) => {
    const before = await snapshot(root);
    const { steps, rescue } = await planOf(root, "runit", sampleService());
    await carryOut(steps.slice(0, 6), { root, say: () => {} }, rescue);
    await uninstall(root);
    assertEquals(await snapshot(root), before);
  }));
