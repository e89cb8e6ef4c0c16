import { assert, assertEquals } from "@std/assert";
import { dashboardPage } from "../../../src/ops/dashboard/page.ts";

/** Bytes. */
const MOST = 150_000;

const PAGE = await dashboardPage();

Deno.test("dashboardPage() is small, and has one style and one script that a policy can allow", () => {
  const size = new TextEncoder().encode(PAGE).length;
  assert(size < MOST, `${size} bytes`);
  assertEquals(PAGE.match(/<\/?(?:style|script)\b[^>]*>/g), [
    ...["<style>", "</style>", "<script>", "</script>"],
  ]);
});

Deno.test("dashboardPage() loads nothing, and has no style or handler that a policy would forbid", () => {
  const [head = "", , rest = ""] = PAGE.split(/<style>[\s\S]*<\/style>/);
  const markup = `${head}${rest}${PAGE.slice(PAGE.indexOf("<body>"), PAGE.indexOf("<script>"))}`;
  assertEquals(markup.match(/\s(?:src|srcset|style|on\w+)=/g), null);
  assertEquals([...markup.matchAll(/\shref="(\w+:)/g)].map(([, scheme]) => scheme), ["data:"]);
});

Deno.test("dashboardPage() joins modules that share no name at the top level", () => {
  const script = PAGE.slice(PAGE.indexOf('(() => {\n"use strict"'));
  const names = [...script.matchAll(/^(?:async )?(?:const|let|class|function) (\w+)/gm)]
    .map(([, name = ""]) => name);
  assert(names.length > 50, `${names.length} names`);
  assertEquals(names.filter((name, i) => names.indexOf(name) !== i), []);
  assertEquals(script.match(/^(?:import|export) /gm), null);
  new Function(PAGE.slice(PAGE.indexOf("<script>") + "<script>".length, PAGE.indexOf("</script>")));
});
