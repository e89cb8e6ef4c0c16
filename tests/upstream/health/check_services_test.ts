import { assertEquals, assertStringIncludes } from "@std/assert";
import type { Address } from "../../../src/base/address.ts";
import { writeAll } from "../../../src/base/write_text.ts";
import { Attempt } from "../../../src/upstream/health/attempt.ts";
import { type CheckResult, failed, OK } from "../../../src/upstream/health/result.ts";
import { runCheck } from "../../../src/upstream/health/run_check.ts";
import type { ActiveCheck } from "../../../src/upstream/health/settings.ts";
import { Backend, deadAddress } from "../../helpers/backend.ts";
import { postgresFolder, startPostgres, startRedis } from "../../helpers/databases.ts";
import { testUnless, testWith } from "../../helpers/tools.ts";

const REDIS = { kind: "redis", user: null, password: null, database: 0 } as const;
const POSTGRES = { kind: "postgres", user: "app", database: "app" } as const;

function check(address: Address, how: ActiveCheck): Promise<CheckResult | null> {
  return runCheck(address, how, new Attempt());
}

/** The result of a check of a server that answers with these bytes, in pieces of one byte. */
async function answered(answer: string, how: ActiveCheck): Promise<CheckResult | null> {
  const bytes = Uint8Array.from(answer, (char) => char.charCodeAt(0));
  using backend = new Backend(async (conn) => {
    await conn.read(new Uint8Array(1024));
    for (const byte of bytes) await writeAll(conn, Uint8Array.of(byte));
  });
  return await check(backend.address, how);
}

/** An error of PostgreSQL. */
function refusal(code: string, message: string): string {
  const fields = `SFATAL\0C${code}\0M${message}\0\0`;
  return `E\0\0\0${String.fromCharCode(fields.length + 4)}${fields}`;
}

Deno.test("checkRedis() finds a server up by +PONG, or if it asks for a password that the check has not", async () => {
  assertEquals(await answered("+PONG\r\n", REDIS), OK);
  assertEquals(await answered("-NOAUTH Authentication required.\r\n", REDIS), OK);
  const login = { ...REDIS, user: "app", password: "pw", database: 2 };
  assertEquals(await answered("+OK\r\n+OK\r\n+PONG\r\n", login), OK);
});

Deno.test("checkRedis() finds a server down that loads, refuses the password, or is none", async () => {
  const login = { ...REDIS, password: "pw" };
  assertEquals(
    await answered("-LOADING Redis is loading\r\n", REDIS),
    failed("PING was answered with LOADING Redis is loading"),
  );
  assertEquals(
    await answered("-WRONGPASS no\x1b such user\r\n", login),
    failed("AUTH was answered with WRONGPASS no\\x1b such user"),
  );
  const unknown = "-ERR unknown command 'AUTH', with args beginning with: 'app' 's3cret'\r\n";
  assertEquals(
    await answered(unknown, login),
    failed("AUTH was answered with ERR unknown command 'AUTH'"),
  );
  assertEquals(await answered("HTTP/1.1 400\r\n", REDIS), failed("the answer is not one of Redis"));
  const closed = failed("the connection was closed without an answer to PING");
  assertEquals(await answered("+PON", REDIS), closed);
  assertEquals(await check(deadAddress(), REDIS), failed("cannot connect: connection refused"));
});

Deno.test("checkPostgres() finds a server up that authenticates, or refuses the session for a reason of its own", async () => {
  assertEquals(await answered("R\0\0\0\x08\0\0\0\x05salt", POSTGRES), OK);
  assertEquals(await answered(refusal("28000", "no such user"), POSTGRES), OK);
});

Deno.test("checkPostgres() finds a server down that starts, or is none", async () => {
  assertEquals(
    await answered(refusal("57P03", "the database system is starting up"), POSTGRES),
    failed("it accepts no clients: the database system is starting up"),
  );
  const other = failed("the answer is not one of PostgreSQL");
  assertEquals(await answered("HTTP/1.1 400 Bad Request\r\n", POSTGRES), other);
  assertEquals(
    await answered("", POSTGRES),
    failed("the connection was closed without an answer"),
  );
});

testWith(
  "redis-server",
  "checkRedis() tells a real Redis with its password from one without",
  async () => {
    await using redis = await startRedis("s3cret");
    const address = { transport: "tcp", hostname: "localhost", port: redis.port } as const;
    assertEquals(await check(address, { ...REDIS, password: "s3cret", database: 3 }), OK);
    assertEquals(await check(address, REDIS), OK);
    const wrong = await check(address, { ...REDIS, password: "other" });
    assertStringIncludes(JSON.stringify(wrong), "AUTH was answered with WRONGPASS");
    const beyond = await check(address, { ...REDIS, password: "s3cret", database: 99 });
    assertStringIncludes(JSON.stringify(beyond), "SELECT was answered with ERR");
  },
);

testUnless(
  postgresFolder() === null ? "PostgreSQL is not installed" : null,
  "checkPostgres() finds a real PostgreSQL up without logging in, and down once it is stopped",
  async () => {
    await using postgres = await startPostgres();
    const address = { transport: "tcp", hostname: "127.0.0.1", port: postgres.port } as const;
    assertEquals(await check(address, POSTGRES), OK);
    await postgres.stop();
    assertEquals(await check(address, POSTGRES), failed("cannot connect: connection refused"));
  },
);
