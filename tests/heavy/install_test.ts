/** `sluice install` with the service managers themselves. */
import { assert, assertEquals, assertGreaterOrEqual, assertStringIncludes } from "@std/assert";
import { delay } from "@std/async/delay";
import { fileURLToPath } from "node:url";
import { freePort } from "../helpers/free_port.ts";
import { Machine, machineObstacle } from "../helpers/machine.ts";
import { testUnless } from "../helpers/tools.ts";
import { until, waitFor } from "../helpers/until.ts";

const HANDLER = fileURLToPath(import.meta.resolve("../handlers/service.js"));
/** How long a server may be gone that was killed, in milliseconds. */
const GONE = 1000;
/** How often it is killed at most: other programs may keep the machine busy meanwhile. */
const TRIES = 5;

/** The response to a request. */
async function answerOf(port: number, path = "/"): Promise<string> {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, {
    headers: { connection: "close" },
  });
  return await response.text();
}

/** The response to a request; null if nobody serves. */
function ask(port: number, path?: string): Promise<string | null> {
  return answerOf(port, path).catch(() => null);
}

/** Waits until a server answers; an error tells what its log has. */
async function awaitAnswer(machine: Machine, port: number): Promise<string> {
  let last: unknown;
  try {
    return await waitFor("the server serves", () =>
      answerOf(port).catch((error) => {
        last = error;
        return null;
      }));
  } catch (error) {
    const { stdout } = await machine.sluice("logs", "web");
    throw new Error(`${error}; the last failure was ${last}; the log:\n${stdout}`);
  }
}

/** Kills a server by its process on the machine; returns how long nobody serves, in milliseconds. */
async function killServer(machine: Machine, port: number): Promise<number> {
  const before = await awaitAnswer(machine, port);
  const { code } = await machine.run("kill", "-9", before);
  assertEquals(code, 0);
  const start = performance.now();
  await until("another one serves", async () => {
    const now = await ask(port);
    return now !== null && now !== before;
  });
  return performance.now() - start;
}

/** Stops a service while a request is served, which has its response. */
async function stopAndDrain(machine: Machine, port: number, log: string): Promise<void> {
  const slow = ask(port, "/slow");
  await until("the request is served", async () => {
    const { stdout } = await machine.run("cat", log);
    return stdout.includes("slow begins");
  });
  const { code, stderr } = await machine.sluice("stop", "web");
  assertEquals(code, 0, stderr);
  assertStringIncludes(stderr, "sluice: Running ");
  assert(await slow !== null, "The request was cut short");
  assertEquals(await ask(port), null);
}

/** The files of a folder and their text, with permissions. */
async function treeOf(machine: Machine, ...folders: readonly string[]): Promise<string> {
  const script = 'for f in $(find "$@" | sort); do stat -c "%n %A %u" $f; ' +
    "[ ! -f $f ] || md5sum $f; done";
  return (await machine.run("sh", "-c", script, "sh", ...folders)).stdout;
}

/** How many old files svlogd keeps. */
async function rotatedLogs(machine: Machine): Promise<number> {
  const { stdout } = await machine.run("ls", "/var/log/web");
  return stdout.match(/^@/gm)?.length ?? 0;
}

/**
 * Has svlogd rotate its file, and waits until it has. It does not while the file is empty, and of
 * two signals at once it sees one.
 */
async function rotate(machine: Machine): Promise<void> {
  const before = await rotatedLogs(machine);
  await until("svlogd has rotated", async () => {
    await machine.run("sv", "alarm", "web/log");
    return await rotatedLogs(machine) > before;
  });
}

/** How often each number is in a text, from 0. */
function countsOf(text: string, count: number): number[] {
  const counts = Array.from({ length: count }, () => 0);
  for (const [, number] of text.matchAll(/number (\d+) end/g)) {
    counts[Number(number)] = (counts[Number(number)] ?? 0) + 1;
  }
  return counts;
}

testUnless(
  await machineObstacle("runsvdir", "sv", "svlogd", "chpst"),
  "sluice install has runit run a server, start it again, and lose no line of its log",
  async () => {
    await using machine = await Machine.start(["runsvdir", "-P", "/etc/service"]);
    const port = freePort();
    const before = await treeOf(machine, "/etc/sv", "/etc/service");
    const options = ["--name", "web", "--port", String(port), "--log-max-files", "1000"];
    const installed = await machine.sluice("install", HANDLER, ...options);
    assertEquals(installed.code, 0, installed.stderr);
    assertStringIncludes(installed.stdout, `Installed "web" for runit`);

    let gone = Infinity;
    for (let tries = 0; tries < TRIES && gone > GONE; tries++) {
      // runsv waits for a second with a server that ended in its first.
      await until("it has served for a second", async () => {
        const { stdout } = await machine.run("sv", "status", "web");
        return Number(/(\d+)s/.exec(stdout)?.[1]) > 1;
      });
      gone = await killServer(machine, port);
    }
    assert(gone < GONE, `Nobody served for ${gone} ms`);

    // svlogd rotates while lines come.
    for (let number = 0; number < 60; number++) {
      if (number % 20 === 10) await rotate(machine);
      await answerOf(port, `/n/${number}`);
    }
    await stopAndDrain(machine, port, "/var/log/web/current");
    const all = ["sh", "-c", "cat /var/log/web/@* /var/log/web/current"] as const;
    const { stdout: log } = await machine.run(...all);
    assertEquals(countsOf(log, 60), Array.from({ length: 60 }, () => 1));
    assertGreaterOrEqual(await rotatedLogs(machine), 3);

    // Its own log file: rotated by its size, and moved away.
    const file = ["--log-file", "/var/log/web/own.log", "--log-max-size", "2kb"];
    const updated = await machine.sluice("install", HANDLER, ...options, ...file);
    assertEquals(updated.code, 0, updated.stderr);
    assertStringIncludes(updated.stdout, "Rewrite /etc/sv/web/run\n");
    await until("it serves", async () => await ask(port) !== null);
    for (let number = 0; number < 60; number++) {
      if (number === 30) {
        await machine.run("mv", "/var/log/web/own.log", "/var/log/web/moved");
        await machine.run("sv", "hup", "web");
      }
      await answerOf(port, `/n/${number}`);
    }
    const gone2 = await machine.sluice("uninstall", "web");
    assertEquals(gone2.code, 0, gone2.stderr);
    const own = await machine.run("sh", "-c", "cat /var/log/web/own.log* /var/log/web/moved");
    assertEquals(countsOf(own.stdout, 60), Array.from({ length: 60 }, () => 1));
    assertEquals(await treeOf(machine, "/etc/sv", "/etc/service"), before);
    assertStringIncludes((await machine.run(...all)).stdout, "slow begins");
  },
);

testUnless(
  await machineObstacle("supervisord", "supervisorctl"),
  "sluice install has supervisord run a server, and start it again",
  async () => {
    const config = "/etc/supervisor/supervisord.conf";
    await using machine = await Machine.start(["supervisord", "-n", "-c", config]);
    await until("supervisord answers", async () => {
      const { stdout } = await machine.run("supervisorctl", "version");
      return /^\d/.test(stdout);
    });
    const port = freePort();
    const before = await treeOf(machine, "/etc/supervisor");
    const options = ["--name", "web", "--port", String(port)];
    const installed = await machine.sluice("install", HANDLER, ...options);
    assertEquals(installed.code, 0, installed.stderr);
    assertStringIncludes(installed.stdout, `Installed "web" for supervisord`);

    // supervisord itself would start it only when it looks again, a second later: --respawn is quicker.
    let gone = Infinity;
    for (let tries = 0; tries < TRIES && gone > GONE; tries++) {
      // By then there is another spare, and the pause after the death before is over.
      if (tries > 0) await delay(5000);
      gone = await killServer(machine, port);
    }
    assert(gone < GONE, `Nobody served for ${gone} ms`);
    await stopAndDrain(machine, port, "/var/log/web/output.log");
    const { code } = await machine.sluice("start", "web");
    assertEquals(code, 0);
    await awaitAnswer(machine, port);

    const { stdout } = await machine.sluice("logs", "web");
    assert((stdout.match(/"message":"Serving /g)?.length ?? 0) >= 3, stdout);
    const removed = await machine.sluice("uninstall", "web");
    assertEquals(removed.code, 0, removed.stderr);
    assertEquals(await ask(port), null);
    assertEquals(await treeOf(machine, "/etc/supervisor"), before);
  },
);
