/** Units of systemd, checked by systemd's own program. */
import { basename } from "node:path";
import { assert, assertEquals, assertLess, assertMatch, assertThrows } from "@std/assert";
import { ExitError } from "../../../src/base/exit.ts";
import { systemd } from "../../../src/ops/install/managers/systemd.ts";
import type { Service } from "../../../src/ops/install/service.ts";
import { serviceWith } from "../../helpers/services.ts";
import { runTool, testWith } from "../../helpers/tools.ts";

const ANALYZE = "systemd-analyze";
/** What "systemd-analyze security" may say at most: 2.0 and more is not "OK". */
const MOST_EXPOSED = 2;

const SERVICES: Readonly<Record<string, Partial<Service>>> = {
  "of --mode async": {},
  "of --mode forked": { isForked: true },
  "of --respawn": { isRespawning: true },
  "with sockets": {
    isSocketActivated: true,
    backlog: 4096,
    unixMode: 0o660,
    addresses: [
      { transport: "tcp", hostname: "0.0.0.0", port: 80 },
      { transport: "tcp", hostname: "::", port: 80 },
      { transport: "tcp", hostname: "localhost", port: 8000 },
      { transport: "unix", path: "/run/sluice test/100%.sock" },
    ],
  },
  "on port 80": { addresses: [{ transport: "tcp", hostname: "0.0.0.0", port: 80 }] },
  "with log files and a handler in a home": {
    reads: ["/home/me/app", "/srv/app", "/tmp/my app"],
    writes: ["/var/log/other/access.log", "/home/me/app/log/", "/var/log/sluice-test/log"],
  },
  "of a user, without a watchdog": { user: "daemon", watchdog: null },
  "with words that need quotes": {
    command: ["/bin/echo", "a b", "$HOME ${HOME} $$", "100%", "\"'\\", "", ";", "line\nbreak", "ü"],
    environment: { TEXT: 'a "b" $c %d \\ \n\t e', EMPTY: "" },
    about: "Sluice: 100% of\nit \\",
  },
};

testWith(
  ANALYZE,
  "systemd accepts the units of all kinds of services, and hardly exposes them",
  async () => {
    const folder = await Deno.makeTempDir();
    const services = Object.entries(SERVICES).map(([what, given], i) =>
      [what, serviceWith({ ...given, name: `sluice-test-${i}` })] as const
    );
    const paths = services.flatMap(([, service]) => systemd.files(service)).map(
      ({ path, content }) => {
        const copy = `${folder}/${basename(path)}`;
        Deno.writeTextFileSync(copy, content);
        return copy;
      },
    );
    const verified = await runTool(ANALYZE, ["verify", "--man=no", ...paths]);
    const complaints = verified.stderr.split("\n").filter((line) =>
      // Keys that only later versions know.
      line !== "" && !/Unknown key.*'Restart(Steps|MaxDelaySec)'/.test(line)
    );
    assertEquals([verified.code, complaints], [0, []]);
    const files = paths.filter((path) => path.endsWith(".service"));
    const { stdout } = await runTool(ANALYZE, ["security", "--offline=true", ...files]);
    const levels = [...stdout.matchAll(/Overall exposure level for (\S+): (\d+\.\d+)/g)];
    assertEquals(levels.length, services.length);
    for (const [i, [what]] of services.entries()) {
      assertLess(Number(levels[i]?.[2]), MOST_EXPOSED, `${what}: ${stdout}`);
    }
    await Deno.remove(folder, { recursive: true });
  },
);

function linesOf(given: Partial<Service>, type = "service"): readonly string[] {
  const file = systemd.files(serviceWith(given)).find(({ path }) => path.endsWith(`.${type}`));
  return file?.content.split("\n") ?? [];
}

Deno.test("a service of systemd has a capability for low ports only if it binds them itself", () => {
  const low = { addresses: [{ transport: "tcp", hostname: "::1", port: 443 }] } as const;
  assert(linesOf(low).includes("AmbientCapabilities=CAP_NET_BIND_SERVICE"));
  assert(linesOf({ ...low, isSocketActivated: true }).includes("AmbientCapabilities="));
  assert(linesOf({}).includes("AmbientCapabilities="));
  assert(linesOf({}).includes("PrivateUsers=yes"));
});

Deno.test("a service of systemd sees of a home only what it needs", () => {
  const lines = linesOf({
    reads: ["/home/me/app", "/srv/app"],
    writes: ["/home/me/log/access.log", "/var/log/app/", "/var/lib/sluice-test/alerts"],
  });
  const found = lines.filter((line) => /^(ProtectHome|Bind|ReadWrite)/.test(line));
  assertEquals(found, [
    "ProtectHome=tmpfs",
    "BindReadOnlyPaths=/home/me/app",
    "BindPaths=/home/me/log",
    "ReadWritePaths=/var/log/app",
  ]);
  assert(linesOf({}).includes("ProtectHome=yes"));
});

Deno.test("a service of systemd may copy descriptors of its processes only if it has some", () => {
  const rule = "SystemCallFilter=pidfd_getfd";
  assert(linesOf({ isForked: true }).includes(rule));
  assert(linesOf({ isForked: true }).includes("OOMPolicy=continue"));
  assert(!linesOf({}).includes(rule));
});

Deno.test("a unit of sockets has every address of the service", () => {
  const lines = linesOf(SERVICES["with sockets"] ?? {}, "socket");
  assertEquals(lines.filter((line) => line.startsWith("ListenStream=")), [
    "ListenStream=0.0.0.0:80",
    "ListenStream=[::]:80",
    "ListenStream=127.0.0.1:8000",
    "ListenStream=[::1]:8000",
    "ListenStream=/run/sluice test/100%%.sock",
  ]);
  assert(lines.includes("BindIPv6Only=ipv6-only"));
  assert(lines.includes("SocketMode=0660"));
  const links = systemd.links(serviceWith({ isSocketActivated: true }));
  assertEquals(Object.keys(links), [
    "/etc/systemd/system/multi-user.target.wants/sluice-test.service",
    "/etc/systemd/system/sockets.target.wants/sluice-test.socket",
  ]);
});

Deno.test("a path that a unit cannot have is refused", () => {
  const error = assertThrows(
    () => systemd.files(serviceWith({ reads: ["/home/me/a:b"] })),
    ExitError,
  );
  assertMatch(error.message, /^Cannot write a unit of systemd with the path "\/home\/me\/a:b": /);
  assertThrows(() => systemd.files(serviceWith({ workingDirectory: "/a\nb" })), ExitError);
});
