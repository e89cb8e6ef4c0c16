import { assertEquals, assertThrows } from "@std/assert";
import { parseAddress } from "../../../src/base/address.ts";
import { ExitError } from "../../../src/base/exit.ts";
import { checkAdmin } from "../../../src/ops/admin/check_admin.ts";

/** What checkAdmin() says; null if nothing. */
function refusal(admin: string | null, token: string | null, ...server: string[]): string | null {
  const read = (text: string) => {
    const address = parseAddress(text);
    if (address === null) throw new Error(`Expected an address, found ${text}`);
    return address;
  };
  const settings = { admin: admin === null ? null : read(admin), adminTokenFile: token };
  try {
    checkAdmin(settings, server.map(read));
    return null;
  } catch (error) {
    if (!(error instanceof ExitError)) throw error;
    assertEquals(error.exitCode, 64);
    return error.message;
  }
}

Deno.test("checkAdmin() wants a token where others can reach the port", () => {
  for (const admin of ["127.0.0.1:9900", "127.1.2.3:1", "[::1]:1", "localhost:1", "unix:/a"]) {
    assertEquals(refusal(admin, null), null, admin);
  }
  for (const admin of ["0.0.0.0:9900", "[::]:9900", "10.0.0.1:9900", "box:9900", "[::ffff:1]:1"]) {
    assertEquals(
      refusal(admin, null),
      `Cannot use --admin ${admin} without a token: others can reach this address, expected ` +
        "--admin-token-file, or an address such as 127.0.0.1:9900",
    );
    assertEquals(refusal(admin, "/token"), null, admin);
  }
});

Deno.test("checkAdmin() wants another address than those of the server", () => {
  const said = (admin: string, other: string) =>
    `Cannot use --admin ${admin}: the server listens on ${other}, expected another address`;
  const pairs = [
    ["127.0.0.1:80", "127.0.0.1:80"],
    ["127.0.0.1:80", "0.0.0.0:80"],
    ["[::1]:80", "[::]:80"],
    ["localhost:80", "127.0.0.1:80"],
    ["127.0.0.1:80", "localhost:80"],
    ["unix:/a", "unix:/a"],
  ] as const;
  for (const [admin, other] of pairs) {
    assertEquals(refusal(admin, null, "1.2.3.4:1", other), said(admin, other));
  }
  assertEquals(refusal("127.0.0.1:0", null, "127.0.0.1:0"), null);
  assertEquals(refusal("127.0.0.1:81", null, "127.0.0.1:80", "unix:/b"), null);
  assertEquals(refusal("unix:/a", null, "unix:/b"), null);
});

Deno.test("checkAdmin() refuses a token without a port", () => {
  const settings = { admin: null, adminTokenFile: "/token" };
  assertThrows(() => checkAdmin(settings, []), ExitError, "Cannot use --admin-token-file without");
  assertEquals(refusal(null, null), null);
});
