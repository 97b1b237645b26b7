import { spawnSync } from 'node:child_process'
import { mkdir } from 'node:fs/promises'
import { getuid, platform } from 'node:process'
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest'
import { type Ended, resultLine } from '../lorc.fixture.ts'
import { inFlight } from './account.ts'
import { crashOf, ending } from './kill-and-resume.ts'
import { Site } from './site.ts'
import { type Undisturbed, undisturbed } from './undisturbed.ts'

/** No file may grow beyond `n` blocks of 512 bytes; a write that would is refused (EFBIG), as by a quota. */
const limited = (n: number): string[] => ['/bin/sh', '-c', `trap '' XFSZ; ulimit -f ${n}; exec "$@"`, 'sh']
const canMount = platform === 'linux' && getuid?.() === 0 && spawnSync('unshare', ['-m', 'true']).status === 0
if (!canMount) console.log('only root can mount a small disk (tmpfs): a full disk is tried as a file size limit alone')

let template: Site
let known: Undisturbed
let site: Site
beforeAll(async () => {
  template = await Site.make()
  known = await undisturbed(template, 'swelling.yaml')
})
afterAll(() => template.remove())
afterEach(() => site.remove())

describe('a disk that is full', () => {
  it('when a file may not grow: the run stops, whole as far as it came, and goes on when there is room', async () => {
    site = await Site.make(template)
    await expectStopped(await site.lorc(['run', 'swelling.yaml'], { under: limited(600) }))
  })

  it.runIf(canMount)('when the file system has no room: the same', async () => {
    site = await Site.make(template)
    const folder = site.path('.lorc')
    await mkdir(folder)
    mount('-t', 'tmpfs', '-o', 'size=400k', 'tmpfs', folder)
    try {
      await expectStopped(await site.lorc(['run', 'swelling.yaml']), () => mount('-o', 'remount,size=64m', folder))
    } finally {
      spawnSync('umount', [folder])
    }
  })

  it('with runs in files: the same', async () => {
    site = await Site.make(template, { store: 'files' })
    await expectStopped(await site.lorc(['run', 'swelling.yaml'], { under: limited(600) }))
  })

  it('before a run has begun: it is not begun', async () => {
    site = await Site.make(template)
    const ended = await site.lorc(['run', 'swelling.yaml'], { under: limited(24) })
    expect([ended.exit, ended.stderr]).toEqual([1, expect.stringMatching(/^error\[STORE_FULL\]: /) as string])
    expect(resultLine(ended)).toMatchObject({ status: 'error', exit_code: 1, run_id: null })
    expect([(await site.copy()).runs, await site.effects()]).toEqual([[], []])
    expect(await site.lorc(['run', 'swelling.yaml'])).toMatchObject({ exit: 0 })
  })
})

/** It ended for want of room while `swell` was in flight; with room made, a resume completes it. */
async function expectStopped(ended: Ended, makeRoom = (): void => undefined): Promise<void> {
  expect([ended.exit, ended.stderr]).toEqual([1, expect.stringMatching(/error\[STORE_FULL\]: /) as string])
  expect(ended.stderr).toContain('to go on from there: lorc resume run_')
  expect(resultLine(ended)).toMatchObject({ status: 'error', exit_code: 1, run_id: expect.any(String) as string })
  await site.quiet()
  makeRoom()
  const [run] = (await site.copy()).runs
  if (run === undefined) throw new Error('there is no run')
  const crash = await crashOf(site)
  expect([run.verified.ok, run.summary.status, [...inFlight(run.events)]]).toEqual([true, 'running', ['swell']])
  const resumed = await site.lorc(['resume', 'last'])
  expect(await ending(site, resumed, known, [crash])).toEqual([])
}

function mount(...words: string[]): void {
  const { status, stderr } = spawnSync('mount', words, { encoding: 'utf8' })
  if (status !== 0) throw new Error(`mount ${words.join(' ')}: ${stderr}`)
}
