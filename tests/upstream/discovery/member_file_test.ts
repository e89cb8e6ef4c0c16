import { assertEquals, assertRejects } from "@std/assert";
import { EXIT, ExitError } from "../../../src/base/exit.ts";
import { formatMember } from "../../../src/settings/member.ts";
import { readMembers } from "../../../src/upstream/discovery/member_file.ts";

/** Reads a file with this text. */
async function read(text: string) {
  const path = await Deno.makeTempFile({ suffix: ".json" });
  try {
    await Deno.writeTextFile(path, text);
    return { path, members: await readMembers(path) };
  } finally {
    await Deno.remove(path);
  }
}

Deno.test("readMembers() reads addresses, names and services, with comments", async () => {
  const { members } = await read(`[
    // the old one
    "10.0.0.1:80",
    "10.0.0.2:80,backup,weight=2",
    { "address": "app.test:8000", "weight": 65535, "max": 10 },
    { "address": "srv+tcp://_http._tcp.app.test", "backup": true },
  ]`);
  assertEquals(members.map(formatMember), [
    "10.0.0.1:80",
    "10.0.0.2:80,weight=2,backup",
    "app.test:8000,weight=65535,max=10",
    "srv+tcp://_http._tcp.app.test,backup",
  ]);
  assertEquals((await read("[]")).members, []);
});

/** Wrong texts, and what is said of them. */
const WRONG: readonly (readonly [string, RegExp])[] = [
  ["", /expected/],
  [`["a:1" "b:2"]`, /:1:8: /],
  [`{"address": "a:1"}`, /: found a plain object, expected a list$/],
  [`["a:1", 5]`, /backend 2 of .*: found a number, expected a text or an object$/],
  [`["10.0.0.1"]`, /backend 1 of .*: found "10.0.0.1", expected a backend such as /],
  [`["a:0"]`, /found "a:0", expected a port from 1 to 65535$/],
  [`[{}]`, /found the address undefined, expected text such as "10.0.0.1:80"$/],
  [`[{"address": 7}]`, /found the address 7/],
  [
    `[{"address": "a:1", "wieght": 2}]`,
    /found the key "wieght", expected address, weight, backup, max, drain$/,
  ],
  [`[{"address": "a:1", "weight": 0}]`, /expected weight=N with N from 1 to 65535$/],
  [`[{"address": "a:1", "weight": 1.5}]`, /found "a:1,weight=1.5"/],
  [`[{"address": "a:1", "weight": "2"}]`, /found the weight "2", expected a number$/],
  [`[{"address": "a:1", "max": -1}]`, /expected max=N with N from 0 to 1000000$/],
  [`[{"address": "a:1", "backup": "yes"}]`, /found the backup "yes", expected true or false$/],
  [`["a:1", {"address": "a:1"}]`, /backend 2 of .*: its address is in the list twice$/],
];

for (const [text, expected] of WRONG) {
  Deno.test(`readMembers() says what is wrong in ${text === "" ? "an empty file" : text}`, async () => {
    const error = await assertRejects(() => read(text), ExitError);
    assertEquals(error.exitCode, EXIT.config);
    assertEquals(expected.test(error.message), true, error.message);
  });
}

Deno.test("readMembers() says that there is no such file", async () => {
  const error = await assertRejects(() => readMembers("/no/such.json"), ExitError);
  assertEquals(error.exitCode, EXIT.noInput);
});
