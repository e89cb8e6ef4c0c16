import { assert, assertEquals, assertRejects } from "@std/assert";
import { ExitError } from "../../../src/base/exit.ts";
import { Sessions } from "../../../src/ops/admin/sessions.ts";
import { digestOf, isToken, readToken } from "../../../src/ops/admin/token.ts";

const TOKEN = "0123456789abcdef";

async function read(text: string): Promise<Uint8Array> {
  const path = await Deno.makeTempFile();
  await Deno.writeTextFile(path, text);
  try {
    return await readToken(path);
  } finally {
    await Deno.remove(path);
  }
}

Deno.test("readToken() reads a token of 16 characters, without the newline after it", async () => {
  assert(isToken(TOKEN, await read(`${TOKEN}\n`)));
  assert(isToken(TOKEN, await read(TOKEN)));
});

Deno.test("readToken() refuses what is empty, short, on many lines or not ASCII", async () => {
  for (const text of ["", "\n", "0123456789abcde\n", `${TOKEN}\n${TOKEN}`, `${TOKEN}ö`]) {
    const error = await assertRejects(() => read(text), ExitError);
    assertEquals((error as ExitError).exitCode, 78);
    assert(error.message.startsWith('Cannot use the token file "'), error.message);
    assert(text === "" || text === "\n" || !error.message.includes(text), "it tells the token");
  }
});

Deno.test("readToken() refuses what is no regular file", async () => {
  for (const path of ["/dev/zero", "/nonexistent/token", "/tmp"]) {
    const error = await assertRejects(() => readToken(path), ExitError);
    assertEquals((error as ExitError).exitCode, 66, path);
  }
});

Deno.test("isToken() says no to other texts, of any length", () => {
  const token = digestOf(TOKEN);
  for (const text of ["", "x", TOKEN.slice(1), `${TOKEN}0`, TOKEN.toUpperCase()]) {
    assertEquals(isToken(text, token), false, text);
  }
});

Deno.test("Sessions has a session until its time is up, or it is ended", () => {
  let now = 0;
  const sessions = new Sessions(() => now);
  const [one, other] = [sessions.begin(), sessions.begin()];
  assert(one !== other && one.length === 64);
  assert(sessions.has(one) && sessions.has(other));
  sessions.end(other);
  assert(!sessions.has(other) && !sessions.has(`${one}0`) && !sessions.has(""));
  now = 12 * 3600 * 1000 - 1;
  assert(sessions.has(one));
  now++;
  assert(!sessions.has(one));
});

Deno.test("Sessions ends the oldest session for one more than a hundred", () => {
  const sessions = new Sessions();
  const ids = Array.from({ length: 101 }, () => sessions.begin());
  assertEquals(ids.map((id) => sessions.has(id)).indexOf(true), 1);
});
