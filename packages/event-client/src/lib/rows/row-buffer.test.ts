import { expect, it } from 'vitest'
import { RowBuffer } from './row-buffer.ts'

const draft = (payload: string, subject_id: string | null = null) => ({
  event_type: 't',
  source: 's',
  schema_ref: null,
  created_at: '1970-01-01T00:00:00.000Z',
  correlation_id: 'c',
  subject_id,
  payload,
})
const id = (n: number) => String(n).padStart(32, '0')

it('gives back what was put in, of any size and script, and again after it was emptied', () => {
  const buffer = new RowBuffer()
  const payloads = ['{}', '"ä€😀"', JSON.stringify('x'.repeat(200_000)), '1']
  for (const round of [0, 1]) {
    for (const [n, payload] of payloads.entries()) buffer.push(id(n), draft(payload, round === 1 ? `subject ${n}` : null))
    expect(buffer.length).toBe(4)
    expect(buffer.bytes).toBe(4 * 32 + payloads.reduce((sum, payload) => sum + Buffer.byteLength(payload), 0))
    for (const [n, payload] of payloads.entries()) {
      expect(buffer.at(n)).toEqual({ event_id: id(n), ...draft(payload, round === 1 ? `subject ${n}` : null) })
    }
    buffer.clear()
    expect(buffer).toMatchObject({ length: 0, bytes: 0 })
  }
})
