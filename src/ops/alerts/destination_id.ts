import { sha256 } from "@noble/hashes/sha2";

/** The id of a destination: the same across restarts, and tells nothing of the secret in it. */
export function destinationId(secret: string): string {
  const digest = sha256(new TextEncoder().encode(secret));
  return [...digest.subarray(0, 8)].map((byte) => byte.toString(16).padStart(2, "0")).join("");
}
