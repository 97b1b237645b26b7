import { expect, it } from 'vitest'
import { byteSizeOption } from './byte-size.ts'

it('reads a number with or without a unit', () => {
  const read = (text: string): number => byteSizeOption('max-bytes', text)
  expect(['4096', '1B', '500MB', '1.5GB', '10 GB', '1TiB', '2KiB'].map(read)).toEqual([4096, 1, 5e8, 1.5e9, 1e10, 2 ** 40, 2048])
  for (const wrong of ['', 'GB', '0', '-1GB', '1 XB', 'much', '1e3']) expect(() => read(wrong)).toThrow('--max-bytes is a number of bytes')
})
