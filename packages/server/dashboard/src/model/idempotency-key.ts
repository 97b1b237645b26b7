/** A key that nobody else makes; 128 bits. Unlike `crypto.randomUUID` it is there on addresses without TLS, too. */
export function newKey(): string {
  return Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('')
}
