import { assertEquals, assertThrows } from "@std/assert";
import { parseAddress } from "../../src/base/address.ts";
import { ExitError } from "../../src/base/exit.ts";
import { validateRoutes } from "../../src/server/validate_plan.ts";
import type { Route } from "../../src/settings/balancer.ts";
import { PLAIN_HTTP_ROUTE } from "../../src/settings/http_route.ts";
import { routeOf } from "../../src/settings/routes.ts";
import { settingsWith } from "../helpers/settings.ts";

function address(text: string) {
  const address = parseAddress(text);
  if (address === null) throw new Error(`${text} is no address`);
  return address;
}

const ANY = { host: null, path: null, http: PLAIN_HTTP_ROUTE };

const ROUTES: readonly Route[] = [
  { ...ANY, bind: null, group: "others" },
  { ...ANY, bind: address("[::1]:80"), group: "six" },
  { ...ANY, bind: address("unix:/run/a.sock"), group: "local" },
];

Deno.test("routeOf() prefers the route of an address to the one of all others", () => {
  const groupOf = (text: string) => routeOf(ROUTES, address(text))?.group;
  assertEquals(groupOf("[::1]:80"), "six");
  assertEquals(groupOf("unix:/run/a.sock"), "local");
  assertEquals(groupOf("[::1]:81"), "others");
  assertEquals(routeOf(ROUTES.slice(1), address("[::1]:81")), null);
});

Deno.test("validateRoutes() refuses a listener of a balancer whose clients have no group", async () => {
  const proxy = await settingsWith({ service: "proxy", routes: ROUTES.slice(1) });
  const listeners = [address("[::1]:80"), address("0.0.0.0:80")];
  validateRoutes(proxy, listeners.slice(0, 1));
  validateRoutes({ ...proxy, routes: ROUTES }, listeners);
  validateRoutes({ ...proxy, service: "echo" }, listeners);
  const error = assertThrows(() => validateRoutes(proxy, listeners), ExitError);
  assertEquals(
    [error.message, error.exitCode],
    [
      'Cannot listen on "0.0.0.0:80": no route leads from there to a group, expected one with ' +
      'this bind or without any, or a group named "default"',
      78,
    ],
  );
});
