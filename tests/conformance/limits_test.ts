/** Connection limits, which hold across all lanes of a server. */
import { assert, assertEquals } from "@std/assert";
import { Client } from "../helpers/client.ts";
import { testEachMode, workers } from "../helpers/modes.ts";
import { type Server, startServer } from "../helpers/server.ts";
import { until } from "../helpers/until.ts";

const SERVED = "Error: unknown aphorism.";
const TOO_MANY = "Error: too many clients.";

/** Sends a question on a new connection and leaves it open. */
async function ask(
  address: { port: number; hostname?: string },
): Promise<{ client: Client; answer: string }> {
  const client = await Client.connect(address);
  // The server may already have closed the connection.
  await client.send("x?").catch(() => {});
  return { client, answer: await client.receiveUntil(".").catch(() => "") };
}

/** Connects `count` clients at once, all open until each has its answer; returns the answers. */
async function askAtOnce(server: Server, count: number): Promise<readonly string[]> {
  const asked = await Promise.all(Array.from({ length: count }, () => ask(server)));
  for (const { client } of asked) client.close();
  return asked.map(({ answer }) => answer);
}

function countOf(answers: readonly string[], answer: string): number {
  return answers.filter((one) => one === answer).length;
}

/** Waits until a server that was full serves another client. */
async function servesAgain(server: Server): Promise<void> {
  await until("a place is free", async () => {
    const { client, answer } = await ask(server);
    client.close();
    return answer === SERVED;
  });
}

const ZEN = ["--service", "zen"];
const REFUSE = [...ZEN, "--overload", "refuse"];

testEachMode(
  "--max-connections holds across all lanes: of 20 clients at once, 5 are served and 15 refused",
  async ({ args }) => {
    await using server = await startServer(args(...REFUSE, "--max-connections", "5"));
    const answers = await askAtOnce(server, 20);
    assertEquals([countOf(answers, SERVED), countOf(answers, TOO_MANY)], [5, 15]);
    await servesAgain(server);
    server.kill("SIGTERM");
    assertEquals(await server.exited, 0);
    assert(Number(server.log.at(-1)?.["sluice.connections.refused"]) >= 15);
  },
  { clients: 20, limits: "exact" },
);

testEachMode(
  "--max-connections-per-ip holds across all lanes, for each address separately",
  async ({ args }) => {
    await using server = await startServer(
      ["--bind", "[::]:0", ...args(...ZEN, "--max-connections-per-ip", "3")],
    );
    const asked = await Promise.all(Array.from({ length: 20 }, () => ask(server)));
    const answers = asked.map(({ answer }) => answer);
    assertEquals([countOf(answers, SERVED), countOf(answers, TOO_MANY)], [3, 17]);
    const other = await ask({ port: server.port, hostname: "::1" });
    assertEquals(other.answer, SERVED);
    for (const { client } of [...asked, other]) client.close();
    await servesAgain(server);
  },
  { clients: 20, limits: "exact" },
);

Deno.test("--mode forked: each process enforces its share of the limits", async () => {
  for (const limit of ["--max-connections", "--max-connections-per-ip"]) {
    await using server = await startServer(
      [...workers("forked"), ...REFUSE, limit, "4"],
    );
    const answers = await askAtOnce(server, 20);
    const served = countOf(answers, SERVED);
    // The kernel could, very rarely, send all clients to one process.
    assert(served >= 2 && served <= 4, `${limit}: ${served} were served`);
    assertEquals(countOf(answers, TOO_MANY), 20 - served, limit);
  }
});

Deno.test("--mode threaded: --overload refuse refuses no client below --max-threads", async () => {
  await using server = await startServer(["--mode", "threaded", ...REFUSE, "--max-threads", "24"]);
  const answers = await askAtOnce(server, 20);
  assertEquals(countOf(answers, SERVED), 20);
});

const TWO_THREADS = ["--mode", "threaded", "--max-threads", "2"];

Deno.test("--mode threaded: --overload refuse refuses clients beyond --max-threads", async () => {
  await using server = await startServer([...TWO_THREADS, ...REFUSE]);
  const [first, second] = [await ask(server), await ask(server)];
  assertEquals([first.answer, second.answer], [SERVED, SERVED]);
  for (let i = 0; i < 3; i++) {
    const third = await ask(server);
    assertEquals(third.answer, TOO_MANY);
    third.client.close();
  }
  first.client.close();
  await servesAgain(server);
  second.client.close();
});

Deno.test("--mode threaded: --overload wait serves a client beyond --max-threads once any thread is free", async () => {
  await using server = await startServer([...TWO_THREADS, ...ZEN]);
  const [first, second] = [await ask(server), await ask(server)];
  assertEquals([first.answer, second.answer], [SERVED, SERVED]);
  let isThirdServed = false;
  const third = ask(server).then((asked) => {
    isThirdServed = true;
    return asked;
  });
  for (let i = 0; i < 20; i++) {
    await second.client.send("x?");
    assertEquals(await second.client.receiveUntil("."), SERVED);
  }
  assert(!isThirdServed, "three clients were served by two threads");
  first.client.close();
  const { client, answer } = await third;
  assertEquals(answer, SERVED);
  client.close();
  second.client.close();
});

Deno.test("--mode threaded: clients on two listening addresses share the threads", async () => {
  await using server = await startServer(
    ["--mode", "threaded", ...ZEN, "--bind", "127.0.0.1:0", "--bind", "[::1]:0"],
  );
  const started = server.log.find((line) => "sluice.service" in line);
  const [, second] = /\[::1\]:(\d+)/.exec(started?.message ?? "") ?? [];
  const addresses = [{ port: server.port }, { port: Number(second), hostname: "::1" }];
  let served = 0;
  const clients = await Promise.all(
    Array.from({ length: 20 }, (_, i) => Client.connect(addresses[i % 2] ?? server)),
  );
  const answers = clients.map(async (client) => {
    await client.send("x?");
    const answer = await client.receiveUntil(".").catch(() => "");
    if (answer === SERVED) served++;
  });
  await until("all are served", () => served === clients.length).finally(() => {
    for (const client of clients) client.close();
  });
  await Promise.all(answers);
});
