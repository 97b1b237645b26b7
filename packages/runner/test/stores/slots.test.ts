import { fork } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, it } from 'vitest'

it.each(['sqlite', 'files'])('lets one process at a time have the one slot of a group (%s)', async (kind) => {
  const place = mkdtempSync(join(tmpdir(), 'lorc-slots-'))
  const program = join(import.meta.dirname, 'slot-process.ts')
  const contenders = ['a', 'b', 'c'].map((name) => fork(program, [kind, place, name, '60'], { execArgv: [] }))
  try {
    const ends = await Promise.all(contenders.map((contender) => once(contender, 'exit')))
    expect(ends.map(([code]) => code as number)).toEqual([0, 0, 0])
    if (kind !== 'files') return
    const [group = ''] = readdirSync(join(place, 'slots'))
    expect(readdirSync(join(place, 'slots', group)).length).toBeLessThan(5)
    expect(existsSync(join(place, 'inside'))).toBe(false)
  } finally {
    for (const contender of contenders) contender.kill('SIGKILL')
    rmSync(place, { recursive: true })
  }
})
