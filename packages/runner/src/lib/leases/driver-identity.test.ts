import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { expect, it } from 'vitest'
import { driverIdentity, isAtWork, isGone } from './driver-identity.ts'
import { processStartTime } from './process-start-time.ts'

it('knows itself to be there, and each driver of a process to be another', () => {
  const [a, b] = [driverIdentity(), driverIdentity()]
  expect(isGone(a, b)).toBe(false)
  expect(a.id).not.toBe(b.id)
  expect(a.machine).toBe(b.machine)
})

it('knows a process that ended to be gone, and a later one of the same pid to be another', async () => {
  const child = spawn('sleep', ['60'])
  const self = driverIdentity()
  const other = { ...self, pid: child.pid!, startTime: processStartTime(child.pid!)! }
  expect(isGone(other, self)).toBe(false)
  expect(isGone({ ...other, startTime: '1' }, self)).toBe(true)
  expect(isAtWork(other, self)).toBe(true)
  child.kill('SIGSTOP')
  await expect.poll(() => isAtWork(other, self)).toBe(false)
  expect(isGone(other, self)).toBe(false)
  child.kill('SIGKILL')
  await once(child, 'exit')
  expect(isGone(other, self)).toBe(true)
})

it('is never certain of another machine', () => {
  const self = driverIdentity()
  expect(isGone({ ...self, pid: 2 ** 22, machine: 'elsewhere' }, self)).toBe(false)
})
