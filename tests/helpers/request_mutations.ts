/** Corrupts requests as faulty clients and attackers do, with one character per byte. */
import type { Random } from "../../src/load/random.ts";
import { makeRequest } from "./request_generator.ts";

type Mutation = (random: Random, text: string) => string;

/** Texts to insert at random. */
const SPLINTERS = [
  "\r",
  "\n",
  "\r\n",
  "\r\r\n",
  "\n\r",
  "\r\n\r\n",
  " ",
  "\t",
  "\0",
  "\x0b",
  "\x0c",
  "\x7f",
  "\x80",
  "\xa0",
  ":",
  ",",
  ";",
  "=",
  '"',
  "\\",
  "#",
  "%",
  "@",
  "/",
  "[",
  "]",
  "0",
  "1",
  "a",
  "0x",
  "+",
  "-",
  "_",
  "chunked",
  "HTTP/1.1",
] as const;

/** Lines to insert that change the meaning of others. */
const LINES = [
  "Content-Length: 0\r\n",
  "Content-Length: 5\r\n",
  "Content-Length: 5, 5\r\n",
  "Content-Length:\r\n",
  "Content-Length: +5\r\n",
  "Content-Length: 0x5\r\n",
  "Content-Length: 99999999999999999999\r\n",
  "Content-Length : 5\r\n",
  "Transfer-Encoding: chunked\r\n",
  "Transfer-Encoding: identity\r\n",
  "Transfer-Encoding: gzip, chunked\r\n",
  "Transfer-Encoding: chunked, chunked\r\n",
  "Transfer-Encoding: chunked, identity\r\n",
  "Transfer-Encoding: xchunked\r\n",
  "Transfer-Encoding: chunked;a=b\r\n",
  "Transfer-Encoding: ,chunked\r\n",
  "Transfer-Encoding:\r\n",
  "Transfer-Encoding:\r\n chunked\r\n",
  "Transfer-Encoding : chunked\r\n",
  "Transfer_Encoding: chunked\r\n",
  "Host: b\r\n",
  "Host: b:c\r\n",
  "Host:\r\n",
  "Connection: close\r\n",
  "Connection: keep-alive\r\n",
  "Connection: Content-Length\r\n",
  "Expect: 200-ok\r\n",
  " folded\r\n",
  "\tfolded: x\r\n",
  "no colon\r\n",
  ": no name\r\n",
  "GET / HTTP/1.1\r\n",
  "0\r\n\r\n",
  "5\r\n",
  "\n",
  "\r\n",
] as const;

const VERSIONS = [
  "",
  "HTTP/1.1",
  "HTTP/1.0",
  "HTTP/0.9",
  "HTTP/1.2",
  "HTTP/2.0",
  "http/1.1",
  "ICE/1.0",
] as const;
const METHODS = [
  "GET",
  "CONNECT",
  "PRI",
  "SOURCE",
  "get",
  "HELO",
  "DESCRIBE",
  "X",
  "G\tT",
] as const;

const MUTATIONS: readonly [Mutation, ...Mutation[]] = [
  // Change a byte.
  (random, text) => splice(text, random.below(text.length), 1, byte(random)),
  (random, text) => {
    const at = random.below(text.length);
    return splice(text, at, 1, String.fromCharCode(text.charCodeAt(at) ^ (1 << random.below(8))));
  },
  // Remove or repeat some bytes.
  (random, text) => splice(text, random.below(text.length), 1, ""),
  (random, text) => splice(text, random.below(text.length), 1 + random.below(8), ""),
  (random, text) => {
    const at = random.below(text.length);
    const part = text.slice(at, at + 1 + random.below(8));
    return splice(text, at, 0, part);
  },
  // Insert a text.
  (random, text) => splice(text, random.below(text.length + 1), 0, random.pick(SPLINTERS)),
  (random, text) => splice(text, edge(random, text), 0, random.pick(SPLINTERS)),
  (random, text) => splice(text, colon(random, text), 0, random.pick(SPLINTERS)),
  (random, text) => splice(text, colon(random, text) + 1, 0, random.pick(SPLINTERS)),
  // Insert, remove, repeat or move lines.
  (random, text) =>
    changeLines(random, text, (lines, at) => lines.splice(at, 0, random.pick(LINES))),
  (random, text) =>
    changeLines(random, text, (lines, at) => lines.splice(at, 0, random.pick(LINES))),
  (random, text) => changeLines(random, text, (lines, at) => lines.splice(at, 1)),
  (random, text) => changeLines(random, text, (lines, at) => lines.splice(at, 0, lines[at] ?? "")),
  (random, text) => changeLines(random, text, (lines, at) => lines.push(...lines.splice(at, 1))),
  // Change line ends.
  (random, text) => changeLine(random, text, (line) => line.replace("\r\n", "\n")),
  (random, text) => changeLine(random, text, (line) => line.replace("\r\n", "\r")),
  (random, text) => changeLine(random, text, (line) => line.replace("\r\n", "\r\r\n")),
  (random, text) => changeLine(random, text, (line) => line.replace("\r\n", " \r\n")),
  (_, text) => text.replaceAll("\r\n", "\n"),
  // Change whitespace.
  (random, text) => changeLine(random, text, (line) => line.replace(":", " :")),
  (random, text) => changeLine(random, text, (line) => line.replace(" ", "  ")),
  (random, text) => changeLine(random, text, (line) => line.replace(" ", "\t")),
  (random, text) => changeLine(random, text, (line) => ` ${line}`),
  // Change case, numbers, words.
  (random, text) => changeLine(random, text, (line) => line.toUpperCase()),
  (random, text) => text.replace(/\d+/g, (number) => random.percent(70) ? number : aNumber(random)),
  (random, text) => text.replace(/Length:\s*\d+/i, `Length: ${aNumber(random)}`),
  (random, text) => text.replace(/\n[\da-f]+\r/i, `\n${aNumber(random)}\r`),
  (random, text) => text.replace(/HTTP\/1.\d/, random.pick(VERSIONS)),
  (random, text) => text.replace(/^\w+/, random.pick(METHODS)),
  (random, text) =>
    text.replace(/chunked/i, random.pick(["gzip", "chunke", "chunked,", "x,chunked"])),
  // Truncate.
  (random, text) => text.slice(0, random.below(text.length)),
];

/** Generates a stream of one or more requests, with any number of mutations. */
export function makeStream(random: Random): string {
  let stream = makeRequest(random);
  while (random.percent(25)) stream += makeRequest(random);
  while (stream !== "" && random.percent(55)) stream = random.pick(MUTATIONS)(random, stream);
  return stream;
}

/** Generates the positions at which a stream of `length` bytes is cut: a few, or all. */
export function makeCuts(random: Random, length: number): number[] {
  if (random.percent(5)) return Array.from({ length }, (_, at) => at);
  return Array.from({ length: 1 + random.below(6) }, () => random.below(length + 1))
    .sort((a, b) => a - b);
}

function splice(text: string, at: number, length: number, inserted: string): string {
  return text.slice(0, at) + inserted + text.slice(at + length);
}

function byte(random: Random): string {
  return String.fromCharCode(random.below(256));
}

function aNumber(random: Random): string {
  return random.percent(50) ? String(random.below(20)) : random.pick([
    "",
    "00005",
    "-1",
    "+5",
    "0x5",
    "5 ",
    "1e1",
    "ffffffffffffffff1",
    "9".repeat(25),
  ]);
}

/** The position of a random start or end of a line. */
function edge(random: Random, text: string): number {
  const ends = [...text.matchAll(/\r?\n/g)].flatMap((
    { index, 0: end },
  ) => [index, index + end.length]);
  return ends[random.below(ends.length)] ?? 0;
}

function colon(random: Random, text: string): number {
  const colons = [...text.matchAll(/:/g)].map(({ index }) => index);
  return colons[random.below(colons.length)] ?? 0;
}

function changeLines(
  random: Random,
  text: string,
  change: (lines: string[], at: number) => void,
): string {
  const lines = text.split(/(?<=\n)/);
  change(lines, random.below(lines.length));
  return lines.join("");
}

function changeLine(random: Random, text: string, change: (line: string) => string): string {
  return changeLines(random, text, (lines, at) => {
    lines[at] = change(lines[at] ?? "");
  });
}
