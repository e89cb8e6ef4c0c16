/** Backends that die, hang, fail their check, come back, come and go, under load. */
import { assert, assertEquals } from "@std/assert";
import {
  type NamedBackend,
  startNginxBefore,
  startNode,
  startSluice,
} from "../../helpers/named_backends.ts";
import { nginxStreamObstacle } from "../../helpers/proxy_program.ts";
import { type Server, startServer } from "../../helpers/server.ts";
import { missingTools, testUnless } from "../../helpers/tools.ts";
import { until } from "../../helpers/until.ts";
import {
  askName,
  type Held,
  hold,
  namesIn,
  startVisits,
  type Visit,
} from "../../helpers/visits.ts";

const missing = missingTools(["node", "nginx"]);
const obstacle = missing.length > 0
  ? `${missing.join(", ")} not installed`
  : await nginxStreamObstacle();

const OPTIONS = ["--mode", "pooled", "--workers", "2", "--balance", "round-robin"].concat(
  ["--health-check", "http:/health", "--health-interval", "100ms", "--health-timeout", "1s"],
  ["--health-rise", "1", "--health-fall", "2", "--slow-start", "0", "--connect-retries", "2"],
);

/** A file that lists backends. */
async function makeList(backends: readonly NamedBackend[]) {
  const path = await Deno.makeTempFile({ suffix: ".json" });
  const write = (backends: readonly NamedBackend[]) =>
    Deno.writeTextFile(path, JSON.stringify(backends.map(({ address }) => address)));
  await write(backends);
  return { path, write, [Symbol.asyncDispose]: () => Deno.remove(path) };
}

/** Waits until the log tells a state of a backend for the time number `count`. */
function told(server: Server, state: string, { address }: NamedBackend, count = 1) {
  return server.logged((line) =>
    line["sluice.upstream.address"] === address && line.message.startsWith(state) &&
    server.records((other) =>
        other.message === line.message && other["sluice.upstream.address"] === address
      ).length >= count
  );
}

function failuresOf(visits: readonly Visit[]): readonly Visit[] {
  return visits.filter(({ error }) => error !== null);
}

/** Opens connections until each of the backends has some. */
async function holdAll(server: Server, backends: readonly NamedBackend[]): Promise<Held[]> {
  const all: Held[] = [];
  await until("each backend has a client", async () => {
    all.push(await hold(server));
    return new Set(all.map(({ backend }) => backend)).size === backends.length;
  });
  return all;
}

async function answers(held: readonly Held[]): Promise<void> {
  for (const { client, backend } of held) assertEquals(await askName(client, "still"), backend);
}

testUnless(
  obstacle,
  "--service proxy: only connections open to a dead backend end, whatever becomes of backends",
  async () => {
    await using stack = new AsyncDisposableStack();
    const use = async (starting: Promise<NamedBackend>) => stack.use(await starting);
    const [sluice, origin, node, late] = await Promise.all([
      use(startSluice("sluice")),
      use(startNode("nginx")),
      use(startNode("node")),
      use(startNode("late")),
    ]);
    const nginx = await use(startNginxBefore(origin));
    const list = stack.use(await makeList([sluice, nginx, node]));
    const server = stack.use(
      await startServer([...OPTIONS, "--service", "proxy", "--upstream-file", list.path]),
    );
    const visits = startVisits(server, 4);
    stack.defer(() => visits.stop());
    assertEquals(namesIn(await visits.next(30)), ["nginx", "node", "sluice"]);
    const held = await holdAll(server, [sluice, nginx, node]);
    stack.defer(() => held.forEach(({ client }) => client.close()));
    const heldBut = (gone: NamedBackend) => held.filter(({ backend }) => backend !== gone.name);

    // One is killed: it ends its own connections, and new ones are sent to others unnoticed.
    node.kill("SIGKILL");
    await node.exited;
    assertEquals(failuresOf(await visits.next(60)), []);
    for (const { client, backend } of held) {
      if (backend === "node") assertEquals(await client.receiveAll().catch(() => ""), "");
    }
    await answers(heldBut(node));
    await told(server, "Backend down", node);
    assertEquals(namesIn(await visits.next(30)), ["nginx", "sluice"]);

    // It comes back.
    const again = await use(startNode("node", Number(node.address.split(":")[1])));
    await told(server, "Backend up", again);
    assertEquals(namesIn(await visits.next(30)), ["nginx", "node", "sluice"]);

    // One fails its check: who is connected notices nothing.
    origin.kill("SIGUSR2");
    const down = await told(server, "Backend down", nginx);
    assert(String(down["sluice.upstream.reason"]).includes("500"), JSON.stringify(down));
    assertEquals(namesIn(await visits.next(30)), ["node", "sluice"]);
    await answers(heldBut(node));
    origin.kill("SIGUSR2");
    await told(server, "Backend up", nginx);

    // One hangs: those that it has accepted wait, until it goes on.
    sluice.kill("SIGSTOP");
    await told(server, "Backend down", sluice);
    const others = await hold(server);
    assert(others.backend !== "sluice");
    others.client.close();
    sluice.kill("SIGCONT");
    await told(server, "Backend up", sluice);
    await answers(heldBut(node));
    assert(namesIn(await visits.next(30)).includes("sluice"));

    // One is added to the file, one removed.
    await list.write([sluice, again, late]);
    await told(server, "Backend up", late);
    assertEquals(namesIn(await visits.next(30)), ["late", "node", "sluice"]);
    await answers(heldBut(node));

    // What was open to the dead one has ended, and nothing else has failed.
    await visits.stop();
    const [killed] = server.records((line) =>
      line.message.startsWith("Backend down") && line["sluice.upstream.address"] === node.address
    );
    assert(killed !== undefined);
    const failed = failuresOf(visits.all);
    assert(failed.length <= 4, JSON.stringify(failed));
    assert(failed.every(({ backend }) => backend === null || backend === "node"));
    server.kill("SIGTERM");
    assertEquals(await server.exited, 0);
  },
);
