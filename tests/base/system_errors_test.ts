import { assertEquals } from "@std/assert";
import { EXIT } from "../../src/base/exit.ts";
import { cannotRead, cannotWrite, isDenied, systemReason } from "../../src/base/system_errors.ts";

const { IsADirectory, NotCapable, NotFound, PermissionDenied } = Deno.errors;
const denied = new PermissionDenied("Permission denied (os error 13): open '/x'");
const missing = new NotFound("No such file or directory (os error 2): open '/x'");
const full = new Error("No space left on device (os error 28)");

Deno.test("isDenied() covers denials of the system and of the runtime", () => {
  assertEquals([denied, new NotCapable(""), missing, "denied"].map(isDenied), [
    true,
    true,
    false,
    false,
  ]);
});

Deno.test("systemReason() is one line without the path and the error number", () => {
  assertEquals(systemReason(denied), "permission denied");
  assertEquals(systemReason(full), "no space left on device");
  assertEquals(systemReason(new Error("Two\r\nlines")), "two lines");
  assertEquals(systemReason("As thrown"), "As thrown");
});

Deno.test("cannotRead() exits 66, or 77 if permission is denied", () => {
  const folder = new IsADirectory("Is a directory (os error 21): readfile '/x'");
  assertEquals(
    [missing, folder, full, denied].map((cause) => {
      const { message, exitCode } = cannotRead('the file "x"', cause);
      return [message, exitCode];
    }),
    [
      ['Cannot read the file "x": no such file', EXIT.noInput],
      ['Cannot read the file "x": it is a folder, expected a file', EXIT.noInput],
      ['Cannot read the file "x": no space left on device', EXIT.noInput],
      ['Cannot read the file "x": permission denied', EXIT.noPermission],
    ],
  );
});

Deno.test("cannotWrite() exits 73, or 77 if permission is denied, and ends in advice", () => {
  assertEquals(
    [missing, full, denied].map((cause) => {
      const { message, exitCode } = cannotWrite("the file x", cause, "choose another --file");
      return [message, exitCode];
    }),
    [
      [
        "Cannot write the file x: its folder does not exist, choose another --file",
        EXIT.cannotCreate,
      ],
      [
        "Cannot write the file x: no space left on device, choose another --file",
        EXIT.cannotCreate,
      ],
      ["Cannot write the file x: permission denied, choose another --file", EXIT.noPermission],
    ],
  );
  const plain = cannotWrite("the file x", full);
  assertEquals(plain.message, "Cannot write the file x: no space left on device");
  assertEquals(plain.cause, full);
});
