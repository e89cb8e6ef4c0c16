import { assertEquals } from "@std/assert";
import type { Member } from "../../../src/settings/balancer.ts";
import { parseMember } from "../../../src/settings/member.ts";
import { Members } from "../../../src/upstream/discovery/members.ts";
import { resolverOf } from "../../../src/upstream/discovery/resolver.ts";
import { DnsServer } from "../../helpers/dns.ts";
import { started, Told } from "../../helpers/source.ts";
import { testWith } from "../../helpers/tools.ts";
import { until } from "../../helpers/until.ts";

function member(text: string): Member {
  const parsed = parseMember(text);
  if (typeof parsed === "string") throw new Error(`Expected ${parsed}`);
  return parsed;
}

testWith(
  "dnsmasq",
  "Members is one list of addresses, names and services, each used as it says",
  async () => {
    await using dns = await DnsServer.start({
      hosts: { "a.test": ["10.0.0.1"], "b.test": ["10.0.0.2"] },
      options: ["--srv-host=_x._tcp.test,b.test,81,1,9", "--srv-host=_x._tcp.test,b.test,82,2,8"],
    });
    const told = new Told();
    const members = new Members(
      [
        member("10.0.0.9:80,backup"),
        member("a.test:80,weight=4,max=5"),
        member("srv+tcp://_x._tcp.test,max=6"),
      ],
      resolverOf([dns.address]),
      { min: 20, max: 50 },
      told.events,
    );
    {
      using _source = started(members);
      await until("it has found all", () => told.lists.at(-1)?.length === 4);
    }
    assertEquals(told.addresses, ["10.0.0.9:80", "10.0.0.1:80", "10.0.0.2:81", "10.0.0.2:82"]);
    assertEquals(
      told.lists.at(-1)?.map(({ weight, isBackup, max }) => [weight, isBackup, max]),
      [[1, true, 0], [4, false, 5], [9, false, 6], [8, true, 6]],
    );
    const count = told.lists.length;
    members.replace([member("10.0.0.8:80")]); // It has stopped.
    assertEquals(told.lists.length, count);
  },
);

Deno.test("Members tells the addresses at once, and each once", () => {
  const told = new Told();
  const twice = [member("10.0.0.1:80,backup"), member("10.0.0.1:80,weight=2")];
  const members = new Members(twice, resolverOf([]), { min: 20, max: 50 }, told.events);
  using _source = started(members);
  assertEquals(told.lists.map((list) => list.map(({ weight }) => weight)), [[2]]);
  members.replace([]);
  assertEquals(told.lists.length, 2);
});
