import { constants, crc32, deflateRawSync } from 'node:zlib'

/** A piece of a gzip stream (RFC 1952) that stands by itself: any pieces, one after the other, are a stream. */
export interface GzipPart {
  readonly bytes: Buffer
  /** CRC-32 of what the bytes stand for, and its length. */
  readonly crc: number
  readonly length: number
  /** What a CRC is multiplied by where so many bytes follow. */
  readonly shift: number
}

/** Compresses a piece without regard to what comes before it. */
export function gzipPart(plain: Buffer): GzipPart {
  // Ends on a byte, without being the last block. A copy, as what comes from zlib keeps 16 kB for however few bytes.
  const bytes = Buffer.from(deflateRawSync(plain, { level: 6, finishFlush: constants.Z_FULL_FLUSH }))
  return { bytes, crc: crc32(plain), length: plain.length, shift: powerOfX(plain.length * 8) }
}

/** What comes before the first piece: deflate, no name, no time, an unknown system. */
export const GZIP_HEAD = Buffer.from([0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255])

/** Tells how a stream of pieces has to end. */
export class GzipSum {
  #crc = 0
  #length = 0

  add({ crc, length, shift }: GzipPart): void {
    this.#crc = (times(shift, this.#crc) ^ crc) >>> 0
    this.#length = (this.#length + length) >>> 0
  }

  /** An empty last block, the CRC-32 and the length of all. */
  get tail(): Buffer {
    const tail = Buffer.from([3, 0, 0, 0, 0, 0, 0, 0, 0, 0])
    tail.writeUInt32LE(this.#crc, 2)
    tail.writeUInt32LE(this.#length, 6)
    return tail
  }
}

/** The polynomial of CRC-32, and x to the power of 0 and 1, the lowest power in the highest bit. */
const POLYNOMIAL = 0xedb88320
const ONE = 0x80000000
const X = 0x40000000

/** The product of two polynomials over GF(2), modulo that of CRC-32. */
function times(a: number, b: number): number {
  let product = 0
  for (let bit = ONE; bit !== 0; bit >>>= 1) {
    if (a & bit) product ^= b
    b = b & 1 ? (b >>> 1) ^ POLYNOMIAL : b >>> 1
  }
  return product >>> 0
}

function powerOfX(exponent: number): number {
  let power = ONE
  for (let square = X, rest = exponent; rest > 0; square = times(square, square), rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) power = times(square, power)
  }
  return power
}
