import { assertEquals } from "@std/assert";
import { ACCEPT_ERRORS, acceptAction, isOutOfResources } from "../../src/core/accept_errors.ts";

Deno.test("acceptAction() recognizes an error by its number, whatever its class", () => {
  for (const { errno, action } of Object.values(ACCEPT_ERRORS)) {
    assertEquals(acceptAction(new Error(`Something happened (os error ${errno})`)), action);
  }
});

Deno.test("acceptAction() recognizes an error by its class, whatever its message", () => {
  for (const { type, action } of Object.values(ACCEPT_ERRORS)) {
    if (type !== undefined) assertEquals(acceptAction(new type()), action);
  }
});

Deno.test("acceptAction() pauses for an unknown error", () => {
  assertEquals(acceptAction(new Error("Something happened (os error 9999)")), "pause");
  assertEquals(acceptAction(new TypeError("accept is not a function")), "pause");
});

Deno.test("isOutOfResources() knows the errors of a process or a system that has no more to give", () => {
  const codes = Object.entries(ACCEPT_ERRORS)
    .filter(([, { errno }]) => isOutOfResources(new Error(`Cannot (os error ${errno})`)))
    .map(([code]) => code);
  assertEquals(codes, ["EMFILE", "ENFILE", "ENOBUFS", "ENOMEM"]);
  assertEquals(isOutOfResources(new Error("Something happened")), false);
});

Deno.test("ACCEPT_ERRORS has no number twice", () => {
  const numbers = Object.values(ACCEPT_ERRORS).map(({ errno }) => errno);
  assertEquals(new Set(numbers).size, numbers.length);
});
