import { assertEquals } from "@std/assert";
import { loadError } from "../../src/base/load_error.ts";

/** An error as the runtime throws it: its stack begins with the message. */
function runtimeError(message: string): Error {
  const error = new TypeError(message);
  error.stack = `TypeError: ${message}`;
  return error;
}

Deno.test("loadError() says why a module cannot be read, and who imports it", () => {
  const message =
    "Import 'file:///app/secret.ts' failed.\n    0: Permission denied (os error 13)\n" +
    "    at file:///app/main.ts:1:8";
  assertEquals(
    loadError(runtimeError(message)),
    "Import 'file:///app/secret.ts' failed: Permission denied (os error 13) at /app/main.ts:1:8",
  );
});

Deno.test("loadError() leaves out what makes the URLs of reloaded modules unique", () => {
  const message = `Module not found "file:///app/gone.ts?generation=12".\n` +
    "    at file:///app/main.ts?generation=12:3:8";
  assertEquals(
    loadError(runtimeError(message)),
    `Module not found "file:///app/gone.ts" at /app/main.ts:3:8`,
  );
});

Deno.test("loadError() tells only some of the causes of an error, which may be circular", () => {
  const error = runtimeError("again");
  error.cause = error;
  assertEquals(
    loadError(error),
    "again (cause: again (cause: again (cause: again)))",
  );
});

Deno.test("loadError() quotes what is thrown instead of an error", () => {
  const rest = "was thrown, expected an Error, which has a place";
  assertEquals(loadError("a\nb"), `"a" ${rest}`);
  assertEquals(loadError({ code: 1 }), `{ code: 1 } ${rest}`);
  assertEquals(loadError(undefined), `undefined ${rest}`);
});
