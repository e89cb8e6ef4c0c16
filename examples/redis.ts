/**
 * Counts visits in Redis, over a pool of connections: start `redis-server`, then
 * `sluice examples/redis.ts --mode pooled`, and try `curl http://127.0.0.1:8000/home`.
 */
import type { DialedConnection, Handler, Pool, ServiceContext } from "sluice";

const ADDRESS = Deno.env.get("REDIS") ?? "127.0.0.1:6379";

/** Each worker has up to four connections. They survive neither errors nor a restart of Redis. */
function connections(context: ServiceContext): Pool<DialedConnection> {
  return context.pool("redis", {
    create: () => context.dial(ADDRESS),
    destroy: (connection) => connection.close(),
    check: async (connection) => await command(connection, "PING") === "+PONG",
    max: 4,
  });
}

/** Sends a command in the protocol of Redis, and returns the line that it answers. */
async function command(connection: DialedConnection, ...words: string[]): Promise<string> {
  const bytes = (word: string) => new TextEncoder().encode(word).length;
  const parts = words.map((word) => `$${bytes(word)}\r\n${word}\r\n`);
  await connection.write(`*${words.length}\r\n${parts.join("")}`);
  const line = await connection.readLine(1024);
  if (line === null || line.startsWith("-")) throw new Error(`Redis answers ${line}`);
  return line;
}

export default {
  routes: {
    "GET /:page": async ({ params: { page } }, context) => {
      using lease = await connections(context).acquire();
      try {
        const count = await command(lease.resource, "INCR", `visits:${page}`);
        return `${count.slice(1)} visits to ${page}\n`;
      } catch (error) {
        lease.discard();
        throw error;
      }
    },
  },
} satisfies Handler;
