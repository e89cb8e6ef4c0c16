/**
 * Denies files to the calling thread, and all threads that it starts, for good: by the
 * kernel, with Landlock (landlock(7), Linux 5.13). A compiled program needs that for its
 * sandbox, since the runtime's module loader ignores permissions there.
 *
 * A module for its effect: one that imports it first runs with the restriction, though
 * all of its imports are loaded before. So nothing here may wait.
 */
import { loadLibrary } from "../base/c_library.ts";

const SYMBOLS = {
  open: { parameters: ["buffer", "i32"], result: "i32" },
  close: { parameters: ["i32"], result: "i32" },
  prctl: { parameters: ["i32", "u64", "u64", "u64", "u64"], result: "i32" },
  createRuleset: { name: "syscall", parameters: ["i64", "buffer", "u64", "u64"], result: "i64" },
  addRule: {
    name: "syscall",
    parameters: ["i64", "i64", "u64", "buffer", "u64"],
    result: "i64",
  },
  restrictSelf: { name: "syscall", parameters: ["i64", "i64", "u64"], result: "i64" },
} as const;

type Library = Deno.DynamicLibrary<typeof SYMBOLS>["symbols"];

/** The numbers of the system calls, the same on every architecture. */
const SYS = { createRuleset: 444n, addRule: 445n, restrictSelf: 446n };

/** Every access of the first version: execute, read and write files, list and change folders. */
const ALL_ACCESS = (1n << 13n) - 1n;
const READ_FILE = 1n << 2n;

const PATH_BENEATH = 1n;
const PR_SET_NO_NEW_PRIVS = 38;
const O_PATH = 0x200000;
const O_CLOEXEC = 0x80000;

/** What the C library reads whenever it looks up the name of a host. */
const NAME_FILES = [
  "/etc/resolv.conf",
  "/etc/hosts",
  "/etc/nsswitch.conf",
  "/etc/host.conf",
  "/etc/gai.conf",
];

try {
  denyFiles(openLibrary());
} finally {
  Deno.permissions.revokeSync({ name: "ffi" });
}

/** @throws {Error} If the kernel lacks Landlock, or forbids it. */
function denyFiles(library: Library): void {
  const attributes = new BigUint64Array([ALL_ACCESS]);
  const size = BigInt(attributes.byteLength);
  const ruleset = library.createRuleset(SYS.createRuleset, attributes, size, 0n);
  if (ruleset < 0n) throw new Error("Cannot deny files: the kernel has no Landlock");
  for (const path of NAME_FILES) allowReading(library, ruleset, path);
  const isDone = library.prctl(PR_SET_NO_NEW_PRIVS, 1n, 0n, 0n, 0n) === 0 &&
    library.restrictSelf(SYS.restrictSelf, ruleset, 0n) === 0n;
  library.close(Number(ruleset));
  if (!isDone) throw new Error("Cannot deny files: the kernel refuses");
}

/** Allows reading a file; one that does not exist is left out. */
function allowReading(library: Library, ruleset: bigint, path: string): void {
  const file = library.open(new TextEncoder().encode(`${path}\0`), O_PATH | O_CLOEXEC);
  if (file < 0) return;
  // struct landlock_path_beneath_attr, packed: the access, and the descriptor of the file.
  const rule = new DataView(new ArrayBuffer(12));
  rule.setBigUint64(0, READ_FILE, true);
  rule.setInt32(8, file, true);
  library.addRule(SYS.addRule, ruleset, PATH_BENEATH, rule, 0n);
  library.close(file);
}

function openLibrary(): Library {
  const library = loadLibrary(SYMBOLS);
  if (library === null) throw new Error("Cannot deny files: there is no C library");
  return library.symbols;
}
