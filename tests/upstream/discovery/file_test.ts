import { assertEquals } from "@std/assert";
import { FileSource } from "../../../src/upstream/discovery/file.ts";
import { resolverOf } from "../../../src/upstream/discovery/resolver.ts";
import { DnsServer } from "../../helpers/dns.ts";
import { started, Told } from "../../helpers/source.ts";
import { testWith } from "../../helpers/tools.ts";
import { until } from "../../helpers/until.ts";

const QUICK = { min: 20, max: 50 };
const NO_SERVERS = resolverOf([]);

/** A file in a folder of its own. */
async function makeFile() {
  const folder = await Deno.makeTempDir();
  const path = `${folder}/backends.json`;
  /** As programs do that never leave half a file, which would be one more change. */
  const writeText = async (text: string) => {
    await Deno.writeTextFile(`${path}.new`, text);
    await Deno.rename(`${path}.new`, path);
  };
  return {
    path,
    write: (value: unknown) => writeText(JSON.stringify(value)),
    writeText,
    [Symbol.asyncDispose]: () => Deno.remove(folder, { recursive: true }),
  };
}

Deno.test("FileSource finds what a file lists, and what it lists once it is replaced", async () => {
  await using file = await makeFile();
  await file.write([
    "10.0.0.2:80",
    { address: "[::1]:80", weight: 3, backup: true, max: 7 },
    "unix:/run/app.sock",
  ]);
  const told = new Told();
  using _source = started(new FileSource(file.path, NO_SERVERS, QUICK, told.events));
  await until("it has read the file", () => told.lists.length === 1);
  assertEquals(told.addresses, ["10.0.0.2:80", "[::1]:80", "unix:/run/app.sock"]);
  const { address: _, ...use } = told.lists[0]?.[1] ?? {};
  assertEquals(use, { weight: 3, isBackup: true, max: 7 });
  await file.write(["10.0.0.2:80", "10.0.0.1:80"]);
  await until("it has read the other", () => told.lists.length === 2);
  // In the order of the file, which the policy `first` follows.
  assertEquals(told.addresses, ["10.0.0.2:80", "10.0.0.1:80"]);
  assertEquals(told.problems, []);
});

Deno.test("FileSource keeps its list while the file is wrong, and says why for each change", async () => {
  await using file = await makeFile();
  await file.write(["10.0.0.1:80"]);
  const told = new Told();
  using _source = started(new FileSource(file.path, NO_SERVERS, QUICK, told.events));
  await until("it has read the file", () => told.lists.length === 1);
  await file.writeText('[\n  "10.0.0.1:80",\n  oops\n]\n');
  await until("it has read a wrong file", () => told.problems.length === 1);
  await Deno.remove(file.path);
  await until("it has seen that the file is gone", () => told.problems.length === 2);
  await file.write(["10.0.0.1:80"]);
  await until("it has read a right file", () => told.recoveries.length === 1);
  const name = `the upstream file "${file.path}"`;
  const keeping = ", keeping the list that it had before";
  assertEquals(told.problems, [
    `Cannot use ${name}:3:3: unexpected token "oops"${keeping}`,
    `Cannot read ${name}: no such file${keeping}`,
  ]);
  assertEquals(told.recoveries, [`The upstream file "${file.path}" can be used again`]);
  assertEquals(told.lists.length, 1);
});

Deno.test("FileSource starts without the file", async () => {
  await using file = await makeFile();
  const told = new Told();
  using _source = started(new FileSource(file.path, NO_SERVERS, QUICK, told.events));
  await until("it has missed the file", () => told.problems.length === 1);
  await file.write(["10.0.0.1:80"]);
  await until("it has read the file", () => told.has("10.0.0.1:80"));
});

testWith(
  "dnsmasq",
  "FileSource resolves names, and keeps their addresses when they are used otherwise",
  async () => {
    await using dns = await DnsServer.start({ hosts: { "app.test": ["10.0.0.1", "10.0.0.2"] } });
    await using file = await makeFile();
    await file.write(["app.test:80"]);
    const told = new Told();
    const resolver = resolverOf([dns.address]);
    using _source = started(new FileSource(file.path, resolver, QUICK, told.events));
    await until("it has found the name", () => told.has("10.0.0.1:80", "10.0.0.2:80"));
    await file.write([{ address: "app.test:80", weight: 5 }, "10.0.0.9:80"]);
    await until(
      "it has read the other",
      () => told.has("10.0.0.1:80", "10.0.0.2:80", "10.0.0.9:80"),
    );
    assertEquals(told.lists.at(-1)?.map(({ weight }) => weight), [5, 5, 1]);
    await file.write(["10.0.0.9:80"]);
    await until("the name is gone", () => told.has("10.0.0.9:80"));
    assertEquals(told.lists.length, 3);
  },
);
