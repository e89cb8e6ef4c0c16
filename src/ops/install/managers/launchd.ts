/** launchd of macOS: launchd.plist(5), launchctl(1). */
import { WRITTEN_BY } from "../marks.ts";
import { outputFile } from "../places.ts";
import type { Service } from "../service.ts";
import { exists } from "../../../base/exists.ts";
import type { CommandWords, ServiceManager } from "./manager.ts";

const DOMAIN = "system";

/** launchd. */
export const launchd: ServiceManager = {
  name: "launchd",
  help: "launchd of macOS",
  isPresent: async (root) =>
    (root !== "" || Deno.build.os === "darwin") && await exists(`${root}/Library/LaunchDaemons`),
  files: (service) => [{ path: plistOf(service.name), content: plist(service), mode: 0o644 }],
  links: () => ({}),
  enable: ({ name }) => [
    ["launchctl", "enable", `${DOMAIN}/${name}`],
    ["launchctl", "bootstrap", DOMAIN, plistOf(name)],
  ],
  disable: ({ name }) => [["launchctl", "bootout", `${DOMAIN}/${name}`]],
  forget: () => [],
  start: (name) => ["launchctl", "kickstart", `${DOMAIN}/${name}`],
  // It ends with 0 then, so that KeepAlive leaves it alone.
  stop: (name) => ["launchctl", "kill", "TERM", `${DOMAIN}/${name}`],
  restart: (name) => ["launchctl", "kickstart", "-k", `${DOMAIN}/${name}`],
  logs: (name, follow): CommandWords => {
    const file = outputFile(name);
    return follow ? ["tail", "-n", "100", "-F", file] : ["tail", "-n", "100", file];
  },
};

function plistOf(name: string): string {
  return `/Library/LaunchDaemons/${name}.plist`;
}

/** A value of a property list. */
type Value = string | number | boolean | readonly Value[] | { readonly [key: string]: Value };

function plist(service: Service): string {
  const { command, environment, name, openFiles, stopTimeout, user, workingDirectory } = service;
  const limits = { NumberOfFiles: openFiles };
  const value: Value = {
    Label: name,
    ProgramArguments: command,
    WorkingDirectory: workingDirectory,
    ...Object.keys(environment).length === 0 ? {} : { EnvironmentVariables: environment },
    ...user === null ? {} : { UserName: user },
    RunAtLoad: true,
    KeepAlive: { SuccessfulExit: false },
    ThrottleInterval: 1,
    ExitTimeOut: Math.ceil(stopTimeout / 1000),
    SoftResourceLimits: limits,
    HardResourceLimits: limits,
    StandardOutPath: outputFile(name),
    StandardErrorPath: outputFile(name),
  };
  return [
    '<?xml version="1.0" encoding="UTF-8"?>',
    '<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" ' +
    '"http://www.apple.com/DTDs/PropertyList-1.0.dtd">',
    `<!-- ${WRITTEN_BY} -->`,
    '<plist version="1.0">',
    xml(value, ""),
    "</plist>",
    "",
  ].join("\n");
}

function xml(value: Value, indent: string): string {
  if (typeof value === "string") return `${indent}<string>${escaped(value)}</string>`;
  if (typeof value === "number") return `${indent}<integer>${value}</integer>`;
  if (typeof value === "boolean") return `${indent}<${value}/>`;
  const inner = `${indent}\t`;
  if (Array.isArray(value)) {
    const items = value.map((item: Value) => xml(item, inner));
    return [`${indent}<array>`, ...items, `${indent}</array>`].join("\n");
  }
  const entries = Object.entries(value).flatMap(([key, item]: [string, Value]) => [
    `${inner}<key>${escaped(key)}</key>`,
    xml(item, inner),
  ]);
  return [`${indent}<dict>`, ...entries, `${indent}</dict>`].join("\n");
}

function escaped(text: string): string {
  return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;");
}
