/** Classic BPF programs, which the kernel runs for the packets of a socket: linux/filter.h. */
import type { Library } from "../base/c_library.ts";
import { SOL_SOCKET } from "../base/socket_numbers.ts";

/** Codes of instructions (linux/bpf_common.h). A is the accumulator, K the operand. */
export const LOAD_WORD = 0x20;
export const LOAD_BYTE = 0x30;
export const ADD = 0x04;
export const AND = 0x54;
export const MODULO = 0x94;
export const JUMP_IF_EQUAL = 0x15;
export const RETURN_K = 0x06;
export const RETURN_A = 0x16;

const INSTRUCTION_BYTES = 8;
/** struct sock_fprog: the number of instructions and a pointer to them. */
const PROGRAM_BYTES = 16;

/** Its code, how many instructions a jump skips if its condition holds and if not, and its operand. */
export type Instruction = readonly [code: number, ifTrue: number, ifFalse: number, operand: number];

/**
 * Attaches a program to a socket.
 *
 * @param option The option of setsockopt(2) that attaches it, at the level SOL_SOCKET.
 * @returns Whether that worked.
 */
export function attachFilter(
  library: Library,
  socket: number,
  option: number,
  instructions: readonly Instruction[],
): boolean {
  const program = encode(instructions);
  const header = new DataView(new ArrayBuffer(PROGRAM_BYTES));
  header.setUint16(0, instructions.length, true);
  header.setBigUint64(8, BigInt(Deno.UnsafePointer.value(Deno.UnsafePointer.of(program))), true);
  const bytes = new Uint8Array(header.buffer);
  return library.setsockopt(socket, SOL_SOCKET, option, bytes, bytes.length) === 0;
}

function encode(instructions: readonly Instruction[]): Uint8Array<ArrayBuffer> {
  const view = new DataView(new ArrayBuffer(instructions.length * INSTRUCTION_BYTES));
  instructions.forEach(([code, ifTrue, ifFalse, operand], i) => {
    const at = i * INSTRUCTION_BYTES;
    view.setUint16(at, code, true);
    view.setUint8(at + 2, ifTrue);
    view.setUint8(at + 3, ifFalse);
    view.setUint32(at + 4, operand, true);
  });
  return new Uint8Array(view.buffer);
}
