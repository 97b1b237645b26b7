import { spawnSync } from 'node:child_process'
import { execPath, pid } from 'node:process'
import { expect, it } from 'vitest'
import { isGone, processMark } from './process-mark.ts'

it('is gone when its process is, on this machine', () => {
  const { pid: ended } = spawnSync(execPath, ['--version'])
  const mark = processMark('n')
  expect(isGone(mark)).toBe(false)
  expect(isGone(mark.replace(` ${pid} `, ` ${ended} `))).toBe(true)
  expect(isGone(`elsewhere ${ended} n`)).toBe(false)
})
