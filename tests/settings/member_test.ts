import { assertEquals } from "@std/assert";
import type { Member, MemberSource } from "../../src/settings/balancer.ts";
import { formatMember, parseMember } from "../../src/settings/member.ts";

function member(source: MemberSource, given: Partial<Member> = {}): Member {
  return { source, weight: 1, isBackup: false, max: 0, isHttp: false, ...given };
}

function tcp(hostname: string, port: number): MemberSource {
  return { kind: "address", address: { transport: "tcp", hostname, port } };
}

/** Members by their text, which is as they are formatted. */
const MEMBERS: Readonly<Record<string, Member>> = {
  "10.0.0.1:8080": member(tcp("10.0.0.1", 8080)),
  "[fd00::1]:1": member(tcp("fd00::1", 1)),
  "[fe80::1%eth0]:1": member(tcp("fe80::1%eth0", 1)),
  "[::ffff:10.0.0.1]:1": member(tcp("::ffff:10.0.0.1", 1)),
  "unix:/run/a.sock": member({
    kind: "address",
    address: { transport: "unix", path: "/run/a.sock" },
  }),
  "app.internal:65535": member({ kind: "name", hostname: "app.internal", port: 65535 }),
  "app_1:80": member({ kind: "name", hostname: "app_1", port: 80 }),
  "localhost:80": member({ kind: "name", hostname: "localhost", port: 80 }),
  "10.0.0.1.example:80": member({ kind: "name", hostname: "10.0.0.1.example", port: 80 }),
  "srv+tcp://_http._tcp.service.consul": member({
    kind: "srv",
    name: "_http._tcp.service.consul",
  }),
  "srv+tcp://web.service.consul,backup,max=9": member(
    { kind: "srv", name: "web.service.consul" },
    { isBackup: true, max: 9 },
  ),
  "http://app.internal:8080,backup": member(
    { kind: "name", hostname: "app.internal", port: 8080 },
    { isBackup: true, isHttp: true },
  ),
  "http://[fd00::1]:80": member(tcp("fd00::1", 80), { isHttp: true }),
  "10.0.0.1:80,drain": member(tcp("10.0.0.1", 80), { weight: 0 }),
  "10.0.0.1:80,weight=65535,backup,max=1000000": member(tcp("10.0.0.1", 80), {
    weight: 65535,
    isBackup: true,
    max: 1_000_000,
  }),
};

Deno.test("parseMember() reads what formatMember() writes", () => {
  for (const [text, expected] of Object.entries(MEMBERS)) {
    assertEquals(parseMember(text), expected, text);
    assertEquals(formatMember(expected), text);
  }
});

Deno.test("parseMember() reads settings in any order, with spaces, and those that change nothing", () => {
  const expected = member(tcp("10.0.0.1", 80), { weight: 2, isBackup: true, max: 3 });
  assertEquals(parseMember(" 10.0.0.1:80 , max=3, backup,weight=2 "), expected);
  assertEquals(parseMember("10.0.0.1:80,weight=1,max=0"), member(tcp("10.0.0.1", 80)));
  assertEquals(parseMember("SRV+TCP://a"), member({ kind: "srv", name: "a" }));
});

Deno.test("parseMember() takes port 80 for http:// without one", () => {
  const name: MemberSource = { kind: "name", hostname: "app", port: 80 };
  assertEquals(parseMember("http://app"), member(name, { isHttp: true }));
  assertEquals(
    parseMember("HTTP://app,weight=2"),
    member(name, { weight: 2, isHttp: true }),
  );
  assertEquals(parseMember("http://[::1]"), member(tcp("::1", 80), { isHttp: true }));
});

/** What is expected instead of wrong texts: the beginning of the answer. */
const WRONG: Readonly<Record<string, readonly string[]>> = {
  "a backend such as 10.0.0.1:8080, [fd00::1]:8080, app.internal:8080, http://app.internal, u": [
    ...["", ",", "10.0.0.1", "app", ":80", "ftp://a:80", "10.0.0.1:", "a:b", "a:80:81", "fd00::1"],
    ...[
      "10.0.0.256:80",
      "10.0.0:80",
      "010.0.0.1:80",
      "0x7f.1:80",
      "[1:2:::3]:80",
      "[::1]",
      "unix:",
    ],
    ...["http://", "http://::1", "http://unix:a", "http://user@a", "http:a", "http://10.0.0.256"],
    ...["10.0.0.1:65536", "a b:80", "ü:80", "-a:80", "weight=2", "_http._tcp.a"],
  ],
  "http://, since TLS to backends is not supported yet": ["https://a", "HTTPS://a:443/b"],
  "http://a without a path": ["http://a/", "http://a/b", "http://a?b"],
  "http://unix: without a path": ["http://unix:/a"],
  "a port from 1 to 65535": ["http://a:0", "10.0.0.1:0", "app:0"],
  "weight=N with N from 1 to 65535": [
    ...["a:80,weight=0", "a:80,weight=65536", "a:80,weight=", "a:80,weight=-1", "a:80,weight=1.5"],
    ...["a:80,weight=0x1", "a:80,weight=9999999999"],
  ],
  "max=N with N from 0 to 1000000": ["a:80,max=", "a:80,max=1000001", "a:80,max=x"],
  "only weight=N, backup, max=N and drain after the address of a backend": [
    ...["a:80,", "a:80,weight", "a:80,backup=1", "a:80,Backup", "a:80,slow", "unix:/a,b"],
  ],
  "weight=N or drain, not both": ["a:80,weight=2,drain"],
  "each of weight, backup, max and drain once": ["a:80,weight=1,weight=2", "a:80,backup,backup"],
  "srv+tcp://, since only TCP is balanced": ["srv+udp://_dns._udp.a", "srv+://a"],
  "a name without a port after srv+tcp://": [
    ...["srv+tcp://", "srv+tcp://a:80", "srv+tcp://10.0.0.1", "srv+tcp://::1", "srv+tcp://a/b"],
  ],
  "no weight after srv+tcp://": ["srv+tcp://a,weight=2"],
};

Deno.test("parseMember() says what it expected", () => {
  for (const [expected, texts] of Object.entries(WRONG)) {
    for (const text of texts) {
      const answer = parseMember(text);
      assertEquals(
        typeof answer === "string" ? answer.slice(0, expected.length) : answer,
        expected,
        text,
      );
    }
  }
});
