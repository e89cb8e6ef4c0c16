import { assertEquals } from "@std/assert";
import { policyOf } from "../../../src/ops/admin/html.ts";
import { endpointsAt } from "../../../src/ops/admin/endpoints.ts";

/** The sources of a directive. */
function sources(page: string, directive: string): string | undefined {
  return new RegExp(`(?:^|; )${directive} ([^;]*)`).exec(policyOf(page))?.[1];
}

Deno.test("policyOf() allows the scripts and styles of the page by their hashes", () => {
  const page = `<style>a{}</style><script type="module">b</script><script>b</script><script>
</script>`;
  // printf %s b | openssl dgst -sha256 -binary | base64
  const b = "'sha256-PiPoFgA5WUoziU9lZOGxNIu9egCI1CxKy3PurtWcAJ0='";
  const newline = "'sha256-AbpHGcgLb+kRsJGnwFEktk7uzpZOCcBY74+YBdrKVGs='";
  assertEquals(sources(page, "script-src"), `${b} ${newline}`);
  assertEquals(sources(page, "style-src"), "'sha256-X1RutGBrXCt9KkSaXMK7tHftWiRscFHOhxsS8tv8hBk='");
});

Deno.test("policyOf() allows nothing that the page does not have", () => {
  assertEquals(sources("<p>", "script-src"), "'none'");
  assertEquals(sources("<p>", "default-src"), "'none'");
  assertEquals(sources("<p>", "frame-ancestors"), "'none'");
});

Deno.test("endpointsAt() decodes the name in a path, which has no slash of its own", () => {
  const found = (path: string) => {
    const { endpoints, name } = endpointsAt(path);
    return [endpoints.map((one) => `${one.method} ${one.path}`).join(), name];
  };
  assertEquals(found("/backends/a%2Fb%20c"), ["POST /backends/:name", "a/b c"]);
  assertEquals(found("/connections"), ["GET /connections", ""]);
  assertEquals(found("/connections/0-7"), ["POST /connections/:name", "0-7"]);
  for (const path of ["/backends/", "/backends/a/b", "/backends/%ff", "/nope", "*", "//"]) {
    assertEquals(found(path)[0], "", path);
  }
});
