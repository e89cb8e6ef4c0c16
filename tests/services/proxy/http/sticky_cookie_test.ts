import { assert, assertEquals, assertMatch, assertNotEquals, assertRejects } from "@std/assert";
import { ExitError } from "../../../../src/base/exit.ts";
import { StickyCookie } from "../../../../src/services/proxy/http/sticky_cookie.ts";
import { readStickyKey } from "../../../../src/services/proxy/http/sticky_key.ts";

const KEY = new Uint8Array(32).fill(7);

/** Backends at ports of the loopback address. */
function rows(...ports: number[]): { readonly addressText: string }[] {
  return ports.map((port) => ({ addressText: `127.0.0.1:${port}` }));
}

/** The cookie as a client returns it. */
function returned(setCookie: string): string {
  return setCookie.split(";")[0] ?? "";
}

Deno.test("StickyCookie.rowOf() finds the backend of a cookie, in other workers and after a restart, too", () => {
  const [one, two] = [rows(1, 2, 3), rows(3, 2, 1)];
  const first = new StickyCookie("backend", KEY, "app");
  const second = new StickyCookie("backend", KEY.slice(), "app");
  for (const row of one) {
    const header = `a=b; ${returned(first.setCookie(row, false))}; c=d`;
    assertEquals(first.rowOf(header, one), row);
    assertEquals(second.rowOf(header, two)?.addressText, row.addressText);
  }
});

Deno.test("StickyCookie.rowOf() follows changes of the group", () => {
  const cookie = new StickyCookie("backend", KEY, "app");
  const [a, b] = [rows(1, 2), rows(2)];
  const [first = "", second = ""] = a.map((row) => returned(cookie.setCookie(row, false)));
  assertEquals(cookie.rowOf(first, a), a[0]);
  assertEquals(cookie.rowOf(first, b), null);
  assertEquals(cookie.rowOf(second, b), b[0]);
  assertEquals(cookie.rowOf(first, a), a[0]);
});

Deno.test("StickyCookie.rowOf() ignores a cookie that was tampered with, or is of another key or group", () => {
  const all = rows(1, 2);
  const cookie = new StickyCookie("backend", KEY, "app");
  const header = returned(cookie.setCookie(all[0] ?? { addressText: "" }, false));
  assertEquals(cookie.rowOf(header, all), all[0]);
  const value = header.slice("backend=".length);
  for (let i = 0; i < value.length; i++) {
    const other = value[i] === "A" ? "B" : "A";
    const forged = `backend=${value.slice(0, i)}${other}${value.slice(i + 1)}`;
    assertEquals(cookie.rowOf(forged, all), null, forged);
  }
  for (
    const text of [
      ...[
        "",
        "backend",
        "backend=",
        "backend=127.0.0.1:1",
        `backend=${value}A`,
        `Backend=${value}`,
      ],
      ...[
        `backend=${value.slice(1)}`,
        `xbackend=${value}`,
        `backend =${value}`,
        "backend=__proto__",
      ],
    ]
  ) assertEquals(cookie.rowOf(text, all), null, text);
  assertEquals(cookie.rowOf(null, all), null);
  assertEquals(new StickyCookie("backend", KEY, "other").rowOf(header, all), null);
  const otherKey = new StickyCookie("backend", new Uint8Array(32), "app");
  assertEquals(otherKey.rowOf(header, all), null);
});

Deno.test("StickyCookie.setCookie() hides the address, and keeps scripts and plain HTTP away", () => {
  const cookie = new StickyCookie("backend", KEY, "app");
  const [row = { addressText: "" }, other = row] = rows(1, 2);
  assertMatch(
    cookie.setCookie(row, false),
    /^backend=[\w-]{22}; Path=\/; HttpOnly; SameSite=Lax$/,
  );
  assertEquals(cookie.setCookie(row, true), `${cookie.setCookie(row, false)}; Secure`);
  assertNotEquals(cookie.setCookie(row, false), cookie.setCookie(other, false));
});

Deno.test("StickyCookie's value is the HMAC-SHA-256 that it is documented to be", async () => {
  const [row = { addressText: "" }] = rows(1);
  const value = returned(new StickyCookie("b", KEY, "app").setCookie(row, false)).slice(2);
  const key = await crypto.subtle.importKey("raw", KEY, { name: "HMAC", hash: "SHA-256" }, false, [
    "sign",
  ]);
  const text = new TextEncoder().encode("sluice sticky cookie\0app\x00127.0.0.1:1");
  const mac = new Uint8Array(await crypto.subtle.sign("HMAC", key, text)).subarray(0, 16);
  assertEquals(value, mac.toBase64({ alphabet: "base64url", omitPadding: true }));
});

async function withFile(bytes: Uint8Array, use: (path: string) => Promise<void>): Promise<void> {
  const path = await Deno.makeTempFile();
  try {
    await Deno.writeFile(path, bytes);
    await use(path);
  } finally {
    await Deno.remove(path);
  }
}

Deno.test("readStickyKey() reads any bytes, and refuses a short key", async () => {
  const key = crypto.getRandomValues(new Uint8Array(32));
  await withFile(key, async (path) => assertEquals(await readStickyKey(path), key));
  await withFile(key.subarray(1), async (path) => {
    const error: ExitError = await assertRejects(() => readStickyKey(path), ExitError);
    assertEquals(error.exitCode, 78);
    assertMatch(
      error.message,
      /^Cannot use the key file ".*": found 31 bytes, expected 32 or more/,
    );
  });
  const missing: ExitError = await assertRejects(() => readStickyKey("/nowhere"), ExitError);
  assertEquals(missing.exitCode, 66);
  assert(missing.message.includes("no such file"), missing.message);
});

Deno.test("readStickyKey() exits 77 if permission is denied", {
  permissions: { read: false },
}, async () => {
  const error: ExitError = await assertRejects(() => readStickyKey("/x"), ExitError);
  assertEquals(error.exitCode, 77);
});
