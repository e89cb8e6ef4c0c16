import { assertEquals } from "@std/assert";
import { jsonFault } from "../../../src/services/handler/json_fault.ts";
import { makeApp } from "../../apps/app_folder.ts";

const ERROR = new SyntaxError("Unexpected token");
ERROR.message = `Unexpected token 'x', "x" is not valid JSON`;

/** What is said of a text in JSON, without the name of the file. */
async function faultOf(text: string): Promise<string | undefined> {
  await using app = await makeApp({ "app.ts": `import "./a.json";`, "a.json": text });
  return jsonFault(ERROR, `file://${app.folder}/app.ts`)?.replace(`${app.folder}/`, "");
}

Deno.test("jsonFault() finds the line and the column of what is wrong", async () => {
  const faults = {
    [`{\n  "a": tru,\n}`]: `Unexpected token ',' in JSON at a.json:2:11: "a": tru,`,
    [`{ "a": undefined }`]: `Unexpected token 'u' in JSON at a.json:1:8: { "a": undefined }`,
    [`[1,\n]`]: "Unexpected token ']' in JSON at a.json:2:1: ]",
    [`{ "a": 1,\n`]: "Expected double-quoted property name in JSON at a.json:2:1",
    [`{ "a": [1, 2`]:
      `Expected ',' or ']' after array element in JSON at a.json:1:13: { "a": [1, 2`,
    [`{ 'a': 1 }`]: `Expected property name or '}' in JSON at a.json:1:3: { 'a': 1 }`,
    [`{} {}`]: "Unexpected non-whitespace character in JSON at a.json:1:4: {} {}",
    "": "Unexpected end in JSON at a.json:1:1",
  };
  for (const [text, fault] of Object.entries(faults)) {
    assertEquals(await faultOf(text), `SyntaxError: ${fault}`, text);
  }
});

Deno.test("jsonFault() is null if all JSON is right, or something else was thrown", async () => {
  assertEquals(await faultOf("{}"), undefined);
  assertEquals(jsonFault(new SyntaxError("Unexpected token"), "file:///no/such/file.ts"), null);
  assertEquals(jsonFault(ERROR, "file:///no/such/file.ts"), null);
});

Deno.test("jsonFault() follows imports in a circle", async () => {
  await using app = await makeApp({
    "app.ts": `export * from "./b.ts";`,
    "b.ts": `import "./app.ts"; const c = await import("./c.json", { with: { type: "json" } });`,
    "c.json": "?",
  });
  assertEquals(
    jsonFault(ERROR, `file://${app.folder}/app.ts`),
    `SyntaxError: Unexpected token '?' in JSON at ${app.folder}/c.json:1:1: ?`,
  );
});
