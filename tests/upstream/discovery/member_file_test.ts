import { assertEquals, assertRejects } from "@std/assert";
import { EXIT, ExitError } from "../../../src/base/exit.ts";
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
    { "address": "app.test:8000", "weight": 65535, "max": 10 },
    { "address": "srv+tcp://_http._tcp.app.test", "backup": true },
  ]`);
  assertEquals(members, [
    {
      target: {
        type: "address",
        address: { transport: "tcp", hostname: "10.0.0.1", port: 80 },
      },
      use: { weight: 1, isBackup: false, max: 0 },
    },
    {
      target: { type: "name", name: "app.test", port: 8000 },
      use: { weight: 65535, isBackup: false, max: 10 },
    },
    {
      target: { type: "srv", name: "_http._tcp.app.test" },
      use: { weight: 1, isBackup: true, max: 0 },
    },
  ]);
  assertEquals((await read("[]")).members, []);
});

const TARGETS = "expected HOST:PORT, unix:/PATH or srv\\+tcp://NAME";

/** Wrong texts, and what is said of them. */
const WRONG: readonly (readonly [string, RegExp])[] = [
  ["", /expected/],
  [`["a:1" "b:2"]`, /:1:8: /],
  [`{"address": "a:1"}`, /: found a plain object, expected a list$/],
  [`["a:1", 5]`, /backend 2 of .*: found a number, expected a text or an object$/],
  [`["10.0.0.1"]`, new RegExp(`backend 1 of .*: found the address "10.0.0.1", ${TARGETS}$`)],
  [`["a:0"]`, /found the address "a:0"/],
  [`[{}]`, new RegExp(`found no address, ${TARGETS}$`)],
  [`[{"address": 7}]`, /found the address 7/],
  [
    `[{"address": "a:1", "wieght": 2}]`,
    /found the key "wieght", expected address, weight, backup, max$/,
  ],
  [
    `[{"address": "a:1", "weight": 0}]`,
    /found the weight 0, expected a whole number from 1 to 65535$/,
  ],
  [`[{"address": "a:1", "weight": 1.5}]`, /found the weight 1.5/],
  [
    `[{"address": "a:1", "max": -1}]`,
    /found the max -1, expected a whole number from 0 to 1000000$/,
  ],
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
