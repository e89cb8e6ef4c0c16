import { assertEquals } from "@std/assert";
import { maskPassword, maskPath, maskUrls } from "../../src/base/masked_url.ts";

Deno.test("maskPassword() masks the password and nothing else", () => {
  const cases = [
    ["redis://127.0.0.1:6379/1", "redis://127.0.0.1:6379/1"],
    ["redis://:pw@127.0.0.1", "redis://:***@127.0.0.1"],
    ["postgres://app:pw@db.test:5432/app?a=b@c", "postgres://app:***@db.test:5432/app?a=b@c"],
    ["postgres://app@db.test/a:b@c", "postgres://app@db.test/a:b@c"],
    ["postgres://app:p:w%40@[::1]/app", "postgres://app:***@[::1]/app"],
    ["postgres://app:p@w@db.test/app", "postgres://app:***@db.test/app"],
    ["postgres://db.test/app?user=u&password=pw#x", "postgres://db.test/app?user=u&password=***#x"],
    ["https://api.test/?apiKey=pw&a=b", "https://api.test/?apiKey=***&a=b"],
    ["https://api.test/?sig=pw&auth=pw", "https://api.test/?sig=***&auth=***"],
    ["no URL", "***"],
  ];
  for (const [text = "", masked] of cases) assertEquals(maskPassword(text), masked);
});

Deno.test("maskPath() keeps the origin of a URL", () => {
  assertEquals(maskPath("https://u:p@hooks.test:81/a/b?c"), "https://hooks.test:81/***");
  assertEquals(maskPath("https://hooks.test"), "https://hooks.test/");
  assertEquals(maskPath("https://hooks.test/?token"), "https://hooks.test/***");
  assertEquals(maskPath("a"), "***");
});

Deno.test("maskUrls() masks what may be a secret in a text that is wrong", () => {
  assertEquals(maskUrls("db=postgre://app:pw@h/a b"), "db=postgre://***@h/*** b");
  assertEquals(maskUrls("db=redis//:pw@h"), "db=redis//:***@h");
  assertEquals(maskUrls("ftp://u:p/w@hooks.test/a"), "ftp://***@hooks.test/***");
  assertEquals(maskUrls("ftp://hooks.test/a/b"), "ftp://hooks.test/***");
});
