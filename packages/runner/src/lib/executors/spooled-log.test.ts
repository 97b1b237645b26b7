import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import { SpooledLog } from './spooled-log.ts'

describe('a log that is followed', () => {
  let folder: string
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'lorc-spool-'))
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
    rmSync(folder, { recursive: true })
  })

  it('is there soon after its first byte, also where the host has yet to open its file', () => {
    const log = new SpooledLog(folder)
    const path = join(folder, 'step.log')
    log.follow(path)
    writeFileSync(log.spool, '')
    vi.advanceTimersByTime(1000)
    expect(existsSync(path)).toBe(false)
    writeFileSync(log.spool, 'first')
    vi.advanceTimersByTime(250)
    expect(readFileSync(path, 'utf8')).toBe('first')
  })

  it('is looked for again where it could not be named', () => {
    const log = new SpooledLog(folder)
    const path = join(folder, 'logs', 'step.log')
    writeFileSync(log.spool, 'said')
    log.follow(path)
    mkdirSync(join(folder, 'logs'))
    vi.advanceTimersByTime(250)
    expect(readFileSync(path, 'utf8')).toBe('said')
  })

  it('is left alone once the attempt is over', () => {
    const log = new SpooledLog(folder)
    const path = join(folder, 'step.log')
    log.follow(path)
    log.rest()
    writeFileSync(log.spool, 'of the next')
    vi.advanceTimersByTime(1000)
    expect(existsSync(path)).toBe(false)
    log.close(path)
    expect(readFileSync(path, 'utf8')).toBe('of the next')
    expect(existsSync(log.spool)).toBe(false)
  })
})
