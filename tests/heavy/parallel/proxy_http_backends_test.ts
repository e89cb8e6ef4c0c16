/** Backends of HTTP that die, hang, fail their check, come back, come and go, under load. */
import { assert, assertEquals } from "@std/assert";
import { HttpBackend } from "../../helpers/http_backend.ts";
import {
  answered,
  arrivals,
  failuresOf,
  settled,
  startNumbered,
} from "../../helpers/proxied_load.ts";
import { type Server, startServer } from "../../helpers/server.ts";
import { missingTools, testUnless } from "../../helpers/tools.ts";
import { until } from "../../helpers/until.ts";

const missing = missingTools(["node", "nginx"]);
const obstacle = missing.length > 0 ? `${missing.join(", ")} not installed` : null;

const OPTIONS = ["--protocol", "http", "--balance", "p2c", "--slow-start", "0"].concat(
  ["--health-check", "http:/health", "--health-interval", "100ms", "--health-timeout", "1s"],
  ["--health-rise", "1", "--health-fall", "2", "--connect-retries", "2"],
  ["--retries", "2", "--retry-on", "502,503,504", "--upstream-timeout", "3s"],
);

/** A file that lists backends. */
async function makeList(backends: readonly HttpBackend[]) {
  const path = await Deno.makeTempFile({ suffix: ".json" });
  const write = (backends: readonly HttpBackend[]) =>
    Deno.writeTextFile(path, JSON.stringify(backends.map(({ address }) => address)));
  await write(backends);
  return { path, write, [Symbol.asyncDispose]: () => Deno.remove(path) };
}

/** Waits until the log tells a state of a backend once more than before. */
async function tells(
  server: Server,
  state: "Backend up" | "Backend down",
  { address }: HttpBackend,
  act: () => unknown,
): Promise<void> {
  const isIt = (line: { readonly message: string } & Readonly<Record<string, unknown>>) =>
    line.message.startsWith(state) && line["sluice.upstream.address"] === address;
  const before = server.records(isIt).length;
  await act();
  await server.logged(() => server.records(isIt).length > before);
}

for (const mode of ["async", "pooled"]) {
  testUnless(
    obstacle,
    `--mode ${mode}: no idempotent request fails and no POST is sent twice, whatever becomes of backends`,
    async () => {
      await using stack = new AsyncDisposableStack();
      const [sluice, nginx, node, late] = await Promise.all(
        (["sluice", "nginx", "node", "node"] as const).map(async (kind) =>
          stack.use(await HttpBackend.start(kind))
        ),
      ) as [HttpBackend, HttpBackend, HttpBackend, HttpBackend];
      const all = [sluice, nginx, node, late];
      const list = stack.use(await makeList([sluice, nginx, node]));
      const server = stack.use(
        await startServer(
          ["--mode", mode, ...OPTIONS, "--service", "proxy", "--upstream-file", list.path],
        ),
      );
      await using gets = startNumbered(server, "GET", { rate: 200, connections: 16, wait: 10 });
      await using posts = startNumbered(server, "POST", { rate: 100, connections: 50, wait: 300 });
      await answered(gets, 100);

      // One is killed, and comes back.
      await tells(server, "Backend down", node, () => node.kill());
      await answered(gets, 100);
      await tells(server, "Backend up", node, () => node.restart());
      await answered(gets, 100);
      await settled(posts);
      const killed = failuresOf(posts);
      assert([...killed.values()].every((status) => status === 502), [...killed].join(" "));

      // One answers 500 to its check: who is in the midst of a request notices nothing.
      await tells(server, "Backend down", nginx, () => nginx.setBroken(true));
      await answered(gets, 100);
      await tells(server, "Backend up", nginx, () => nginx.setBroken(false));
      assertEquals(posts.losses.slice(killed.size), []);

      // One hangs, and goes on.
      await tells(server, "Backend down", sluice, () => sluice.hang());
      await answered(gets, 200);
      await until("a POST was at it", () => failuresOf(posts).size > killed.size);
      await tells(server, "Backend up", sluice, () => sluice.goOn());
      await answered(gets, 100);
      await settled(posts);
      const hung = [...failuresOf(posts)].filter(([number]) => !killed.has(number));
      assert(hung.every(([, status]) => status === 504), hung.join(" "));

      // One is added, one is removed.
      await tells(server, "Backend up", late, () => list.write([sluice, node, late]));
      await answered(gets, 200);
      await Promise.all([gets.stop(), posts.stop()]);
      assertEquals(posts.losses.slice(killed.size + hung.length), []);
      for (const backend of all) {
        assert((await backend.parsed()).some(({ target }) => target === "/wait?10"), backend.kind);
      }

      assertEquals(gets.losses, []);
      const counts = await arrivals("POST", all);
      const twice = [...counts].filter(([, count]) => count > 1);
      assertEquals(twice, []);
      // Each that has a response has arrived, and hardly any other.
      const failed = failuresOf(posts);
      for (let number = 0; number < posts.due; number++) {
        if (!failed.has(number)) assertEquals(counts.get(number), 1, `POST ${number}`);
      }
      // Those at a backend when it died or hung: otherwise nothing has been tested.
      assert(killed.size > 0, "no POST was at the killed backend");
      assert(hung.length > 0, "no POST was at the hanging backend");
      server.kill("SIGTERM");
      assertEquals(await server.exited, 0);
    },
  );
}
