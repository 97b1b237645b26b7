import { mkdirSync, readdirSync, readFileSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { Problem } from './problem.mjs'

export const root = fileURLToPath(new URL('../../', import.meta.url)).replace(/\/$/, '')
/** What this brings: ignored by git, safe to delete. A name without `tmp-` in front is complete. */
export const tools = `${root}/.tools`

const alive = (pid) => {
  try {
    process.kill(pid, 0)
    return true
  } catch (error) {
    return error.code === 'EPERM'
  }
}

/** Makes `.tools`, and removes what an interrupted run left in it. */
export const openTools = () => {
  try {
    mkdirSync(`${tools}/bin`, { recursive: true })
    for (const name of readdirSync(tools)) {
      const owner = /^tmp-(\d+)/.exec(name)
      if (owner !== null && !alive(Number(owner[1]))) rmSync(`${tools}/${name}`, { recursive: true, force: true })
    }
  } catch (error) {
    throw new Problem(`${tools} cannot be written (${error.code}).`, 'Clone into a folder that you own.')
  }
}

/** Fills `.tools/<name>` with `fill(folder)`, all or nothing. */
export const provide = (name, fill) => {
  const draft = `${tools}/tmp-${process.pid}-${name}`
  rmSync(draft, { recursive: true, force: true })
  mkdirSync(draft)
  try {
    fill(draft)
    rmSync(`${tools}/${name}`, { recursive: true, force: true })
    renameSync(draft, `${tools}/${name}`)
  } finally {
    rmSync(draft, { recursive: true, force: true })
  }
}

/** Points `.tools/bin/<name>` to `target`, at once for every reader, and so that the clone can be moved. */
export const link = (name, target) => {
  const draft = `${tools}/tmp-${process.pid}-link`
  rmSync(draft, { force: true })
  symlinkSync(target.startsWith(`${tools}/`) ? target.replace(tools, '..') : target, draft)
  renameSync(draft, `${tools}/bin/${name}`)
}

const sleep = (ms) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms)

/** Runs `work` while no other process of this clone does; one that died holding the lock is passed over. */
export const alone = async (work) => {
  const lock = `${tools}/lock`
  for (let told = false; ; sleep(200)) {
    try {
      writeFileSync(lock, String(process.pid), { flag: 'wx' })
      break
    } catch (error) {
      if (error.code !== 'EEXIST') throw error
      const owner = Number(readOr(lock, ''))
      if (owner > 0 && !alive(owner)) rmSync(lock, { force: true })
      else if (!told) process.stderr.write(`lorc: waiting for process ${owner}, which is setting up this clone\n`)
      told = true
    }
  }
  try {
    return await work()
  } finally {
    unlinkSync(lock)
  }
}

export const readOr = (path, otherwise) => {
  try {
    return readFileSync(path, 'utf8')
  } catch {
    return otherwise
  }
}
