import { expect, it } from 'vitest'
import { CommandReader, writeCommand, type SupervisorCommand } from './supervisor-protocol.ts'

const commands: SupervisorCommand[] = [
  { op: 'spawn', id: 1, argv: ['/bin/ü', '', 'a\nb'], env: { A: '', B: 'x=y\n' }, cwd: '/w', log: '/l', grace: 0.5, cap: 9 },
  { op: 'spawn', id: 2, argv: ['/bin/true'], env: {}, cwd: '/', log: '', grace: 5000, cap: 1 },
  { op: 'mask', id: 3, forms: ['a\nb', 'ü'] },
  { op: 'kill', id: 2, signal: 9 },
  { op: 'watch', pid: 7 },
  { op: 'unwatch', pid: 7 },
]

it('reads what was written, however it is cut', () => {
  const text = commands.map(writeCommand).join('')
  for (const size of [1, 2, 7, text.length]) {
    const reader = new CommandReader()
    const pieces = Array.from({ length: Math.ceil(text.length / size) }, (_, i) => text.slice(i * size, (i + 1) * size))
    expect(pieces.flatMap((piece) => reader.push(piece))).toEqual(commands)
  }
})
