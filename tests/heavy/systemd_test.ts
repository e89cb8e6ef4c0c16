/** The unit of systemd, run by a real systemd in namespaces. */
import {
  assert,
  assertEquals,
  assertMatch,
  assertRejects,
  assertStringIncludes,
} from "@std/assert";
import { fileURLToPath } from "node:url";
import { within } from "../../src/base/within.ts";
import { assignment, commandLine } from "../../src/ops/install/managers/systemd_words.ts";
import { systemd } from "../../src/ops/install/managers/systemd.ts";
import { Client } from "../helpers/client.ts";
import { freePort } from "../helpers/free_port.ts";
import { TROUBLE } from "../helpers/handlers.ts";
import { SERVER } from "../helpers/server.ts";
import { serviceWith } from "../helpers/services.ts";
import { MODULES, PROJECT, Systemd, systemdObstacle } from "../helpers/systemd.ts";
import { testUnless } from "../helpers/tools.ts";
import { until, waitFor } from "../helpers/until.ts";
import type { Service } from "../../src/ops/install/service.ts";

const obstacle = await systemdObstacle();

const UNIT = "sluice-test.service";
const HANDLER = fileURLToPath(import.meta.resolve("../handlers/service.js"));
const OUTPUT = "/run/output";

/** The units of the journal. */
async function journal(): Promise<Record<string, string>> {
  const names = [".service", ".socket", "-dev-log.socket"].map((kind) => `systemd-journald${kind}`);
  const units = names.map(async (name) =>
    [name, await Deno.readTextFile(`/lib/systemd/system/${name}`)] as const
  );
  return Object.fromEntries(await Promise.all(units));
}

/** The units of a server, whose output is a file: there is no journal. */
function unitsOf(given: Partial<Service>, port: number, args: readonly string[]) {
  const [program = "", ...before] = SERVER;
  const service = serviceWith({
    command: [program, ...before, ...args, "--port", String(port)],
    workingDirectory: PROJECT,
    environment: { DENO_DIR: MODULES },
    addresses: [{ transport: "tcp", hostname: "127.0.0.1", port }],
    reads: [PROJECT, MODULES],
    ...given,
  });
  const files = systemd.files(service).map(({ path, content }) =>
    [path.slice(path.lastIndexOf("/") + 1), content] as const
  );
  const output = `[Service]\nStandardOutput=append:${OUTPUT}\nStandardError=append:${OUTPUT}\n`;
  return { ...Object.fromEntries(files), [`${UNIT}.d/output.conf`]: output };
}

/** Waits until the server of a client is gone. */
async function ended(client: Client): Promise<void> {
  await client.receive(1).catch(() => {});
}

/** Connects once it serves again. */
function reconnect(port: number): Promise<Client> {
  return waitFor("it serves", () => Client.connect({ port }).catch(() => null));
}

testUnless(
  obstacle,
  "systemd starts, reloads, watches, starts again and stops a server by its unit",
  async () => {
    const port = freePort();
    // Long enough that only a blocked thread misses it.
    const units = unitsOf({ watchdog: 5000 }, port, ["--mode", "async", ...TROUBLE]);
    await using machine = await Systemd.start(units);
    const show = (name: string) => machine.property(UNIT, name);
    await machine.control("start", UNIT);
    const first = await Client.connect({ port });
    assertEquals(await first.ask("hello"), "hello 1\n");
    first.close();
    assertMatch(await show("StatusText"), /^Serving \d connections? with 1 worker, saturation /);
    assert(Number(await show("UID")) > 60_000, "it has a user of its own");

    await machine.control("reload", UNIT);
    assertMatch(await machine.read(OUTPUT), /"message":"Reloaded"/);

    // The main thread is blocked for good.
    const before = await show("MainPID");
    const second = await Client.connect({ port });
    await second.send("loop\n");
    await until("systemd starts it again", async () => await show("NRestarts") === "1");
    second.close();
    const third = await reconnect(port);
    assertEquals(await third.ask("hello"), "hello 1\n");
    assert(before !== await show("MainPID"));

    // It drains.
    const answer = third.ask("wait 300");
    await machine.control("stop", UNIT);
    assertEquals(await answer, "waited\n");
    third.close();
    assertEquals([await show("Result"), await show("ExecMainStatus")], ["success", "0"]);
  },
);

testUnless(
  obstacle,
  "processes in the sandbox of the unit serve, and relieve each other",
  async () => {
    const port = freePort();
    const args = ["--mode", "forked", "--workers", "2", "--log-level", "debug", ...TROUBLE];
    const units = unitsOf({ isForked: true }, port, args);
    await using machine = await Systemd.start(units);
    await machine.control("start", UNIT);
    await using stack = new AsyncDisposableStack();
    const connect = async () => stack.use(await Client.connect({ port }));
    await (await connect()).send("loop\n");
    // Those that meet the blocked process wait until the other accepts them.
    await until("the other process accepts its clients", async () => {
      await connect();
      return (await machine.read(OUTPUT)).includes("Worker blocked: another accepts its clients");
    });
    const log = await machine.read(OUTPUT);
    const troubles = log.split("\n").filter((line) => /"severity":"(WARN|ERROR)/.test(line));
    assertEquals(troubles.filter((line) => !line.includes("missed heartbeats")), []);
  },
);

testUnless(
  obstacle,
  "sluice install has systemd run a server, start it again, and keep its log",
  async () => {
    const port = freePort();
    await using machine = await Systemd.start(await journal());
    await machine.control("start", "systemd-journald.service");
    const [program = "", ...before] = SERVER;
    const env = ["env", `DENO_DIR=${MODULES}`, program, ...before] as const;
    const sluice = async (...args: readonly string[]) => {
      const { code, stdout, stderr } = await machine.run(...env, ...args);
      assertEquals(code, 0, stdout + stderr);
      return stdout;
    };
    const files = async () =>
      (await machine.run("find", "/etc/sluice", "/etc/systemd", "/var/lib")).stdout;
    const first = await files();
    // Root has the cache of the modules; the unit is the same as for others.
    const options = ["--name", "web", "--port", String(port), "--run-as", "root"];
    const said = await sluice("install", HANDLER, ...options);
    assertStringIncludes(said, `Installed "web" for systemd: it serves on 127.0.0.1:${port}\n`);
    assertEquals(await machine.property("web.service", "ActiveState"), "active");

    await machine.control("kill", "--signal", "KILL", "web");
    await until(
      "systemd starts it again",
      async () => await machine.property("web.service", "NRestarts") === "1",
    );
    (await reconnect(port)).close();
    assertStringIncludes(
      await sluice("crashes", "--state-dir", "/var/lib/web"),
      "server died async",
    );
    await sluice("restart", "web");
    // The journal takes what it is sent a moment later.
    await until("all starts are in the log", async () => {
      return (await sluice("logs", "web")).match(/"message":"Serving /g)?.length === 3;
    });

    // It cannot start, so that all stays as it is.
    using taken = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const admin = `127.0.0.1:${taken.addr.port}`;
    const failed = await machine.run(...env, "install", HANDLER, ...options, "--admin", admin);
    assertEquals(failed.code, 69);
    assertStringIncludes(failed.stdout, `Cannot bind "${admin}": address in use`);
    (await reconnect(port)).close();
    await sluice("uninstall", "web", "--purge");
    assertEquals(await files(), first);
  },
);

testUnless(obstacle, "systemd reads the words of a unit as they were written", async () => {
  const characters = [..."ab %$\"'\\;{}#=-:\n\t\u0001ü€😀"];
  const random = () => {
    const length = Math.floor(Math.random() * 12);
    return Array.from(
      { length },
      () => characters[Math.floor(Math.random() * characters.length)] ?? "",
    ).join("");
  };
  const special = ["", ";", "\\;", "%n", "$$", "${HOME}", "$HOME", "#", "-", "@x", "a\\", "|", "'"];
  const words = [...special, ...Array.from({ length: 500 }, random)];
  const values = Array.from({ length: 100 }, random);
  const unit = [
    "[Service]",
    "Type=oneshot",
    `ExecStart=${commandLine(["/usr/bin/printf", "%s\\0", ...words])}`,
    "StandardOutput=truncate:/run/words",
  ];
  const environment = [
    "[Service]",
    "Type=oneshot",
    `ExecStart=${commandLine(["/usr/bin/env", "-0"])}`,
    ...values.map((value, i) => `Environment=${assignment(`WORD_${i}`, value)}`),
    "StandardOutput=truncate:/run/environment",
  ];
  await using machine = await Systemd.start({
    "words.service": unit.join("\n"),
    "environment.service": environment.join("\n"),
  });
  await machine.control("start", "words.service", "environment.service");
  assertEquals((await machine.read("/run/words")).split("\0").slice(0, -1), words);
  const found = (await machine.read("/run/environment")).split("\0").filter((line) =>
    line.startsWith("WORD_")
  );
  assertEquals(found, values.map((value, i) => `WORD_${i}=${value}`));
});

testUnless(
  obstacle,
  "systemd holds the sockets of a server: no client is refused when it is killed",
  async () => {
    const port = freePort();
    const units = unitsOf({ isSocketActivated: true, backlog: 1000 }, port, [
      "--mode",
      "pooled",
      ...TROUBLE,
    ]);
    await using machine = await Systemd.start(units);
    await machine.control("start", "sluice-test.socket");
    assertEquals(await machine.property(UNIT, "ActiveState"), "inactive");
    const ask = async () => {
      using client = await Client.connect({ port });
      // If systemd cannot start the server, its socket takes clients whom nobody answers.
      return await within(60_000, client.ask("hello"), () => new Error("Nobody answers"));
    };
    // The first client starts the server.
    assertMatch(await ask(), /^hello /);

    const pid = await machine.property(UNIT, "MainPID");
    using served = await Client.connect({ port });
    await served.ask("hello");
    await machine.control("kill", "--signal", "KILL", UNIT);
    await ended(served);
    // Each waits for the next server.
    const answers = [];
    while (await machine.property(UNIT, "MainPID") === pid || answers.length < 5) {
      answers.push(await ask());
    }
    assert(answers.every((answer) => answer.startsWith("hello ")), answers.join());

    // Stopped with its sockets, it stays so.
    const [, ...stop] = systemd.stop("sluice-test");
    await machine.control(...stop);
    await assertRejects(ask);
    assertEquals(await machine.property(UNIT, "Result"), "success");
    // The service starts its sockets.
    const [, ...start] = systemd.start("sluice-test");
    await machine.control(...start);
    assertMatch(await ask(), /^hello /);
    // What an installation over an earlier one does, and its end.
    const service = serviceWith({ isSocketActivated: true });
    for (const [, ...words] of [...systemd.enable(service), ...systemd.disable(service)]) {
      await machine.control(...words);
    }
  },
);

testUnless(
  obstacle,
  "the server of a parent speaks for it, and what comes after it, too",
  async () => {
    const port = freePort();
    const args = ["--respawn", "--mode", "async", ...TROUBLE];
    const units = unitsOf({ isRespawning: true, watchdog: 6000 }, port, args);
    await using machine = await Systemd.start(units);
    await machine.control("start", UNIT);
    const parent = await machine.property(UNIT, "MainPID");
    using first = await Client.connect({ port });
    assertEquals(await first.ask("hello"), "hello 1\n");
    // As the processes of the machine count, not as those outside do.
    await machine.run("pkill", "--signal", "KILL", "--oldest", "--parent", parent);
    await ended(first);
    using second = await Client.connect({ port });
    assertEquals(await second.ask("hello"), "hello 1\n");
    const show = (name: string) => machine.property(UNIT, name);
    const sign = await show("WatchdogTimestampMonotonic");
    await until(
      "it gives signs of life",
      async () => await show("WatchdogTimestampMonotonic") !== sign,
    );
    assertEquals([await show("MainPID"), await show("NRestarts")], [parent, "0"]);
    assertMatch(await show("StatusText"), /^Serving \d connections? with 1 worker, /);
    second.close();
    await machine.control("stop", UNIT);
    assertEquals([await show("Result"), await show("ExecMainStatus")], ["success", "0"]);
  },
);
