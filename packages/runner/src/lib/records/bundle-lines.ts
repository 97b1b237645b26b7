import { createHash, type Hash } from 'node:crypto'
import { createReadStream } from 'node:fs'
import { createGunzip } from 'node:zlib'
import { RunnerError } from '../errors.ts'
import { BUNDLE_VERSION, bundleLineSchema, type BundleLine } from './bundle-format.ts'

/** Bytes of a line: more than any that is written, less than what a string can hold. */
const LONGEST = 256 * 1024 * 1024

/**
 * The lines of a bundle, each checked; the last one, that they are all there and as they were written. `whole` takes in the
 * file's own bytes. Throws BUNDLE_UNREADABLE, BUNDLE_VERSION, BUNDLE_DAMAGED.
 */
export async function* bundleLines(file: string, whole: Hash): AsyncGenerator<BundleLine> {
  const digest = createHash('sha256')
  let lines = 0
  let ended = false
  for await (const text of textLines(file, whole)) {
    if (ended) throw damaged(file, 'something follows its end')
    const line = parse(file, text, lines)
    if (line.type === 'end') {
      if (line.lines !== lines || line.sha256 !== digest.digest('hex')) throw damaged(file, 'its lines are not those that its end tells of')
      ended = true
    } else {
      digest.update(text).update('\n')
      lines++
    }
    yield line
  }
  if (!ended) throw damaged(file, lines === 0 ? 'it is empty' : 'it is cut short')
}

export function damaged(file: string, why: string, cause?: unknown): RunnerError {
  return new RunnerError('BUNDLE_DAMAGED', `The bundle ${JSON.stringify(file)} cannot be used: ${why}.`, {
    fix: 'Copy it anew, or write it anew: `lorc runs bundle RUN`.',
    ...(cause !== undefined && { cause }),
  })
}

function parse(file: string, text: Buffer, at: number): BundleLine {
  let value: unknown
  try {
    value = JSON.parse(text.toString('utf8'))
  } catch (cause) {
    throw at === 0 ? noBundle(file, 'its first line is not JSON', cause) : damaged(file, `line ${at + 1} is not JSON`, cause)
  }
  const parsed = bundleLineSchema.safeParse(value)
  const type = typeof value === 'object' && value !== null && 'type' in value ? value.type : undefined
  if (at === 0) {
    if (type !== 'bundle') throw noBundle(file, 'it does not begin as one')
    const version = (value as { version?: unknown }).version
    if (typeof version === 'number' && version > BUNDLE_VERSION) {
      throw new RunnerError('BUNDLE_VERSION', `The bundle ${JSON.stringify(file)} has version ${version}; this lorc reads up to version ${BUNDLE_VERSION}.`, {
        fix: 'Update lorc.',
      })
    }
  }
  if (parsed.success && (at === 0) === (parsed.data.type === 'bundle')) return parsed.data
  const issue = parsed.error?.issues[0]
  throw damaged(file, `line ${at + 1} is not a line of a bundle${issue === undefined ? '' : ` (${[...issue.path, issue.message].join(': ')})`}`)
}

function noBundle(file: string, why: string, cause?: unknown): RunnerError {
  return new RunnerError('BUNDLE_UNREADABLE', `${JSON.stringify(file)} is not a bundle: ${why}.`, { fix: WRITE_ONE, ...(cause !== undefined && { cause }) })
}

async function* textLines(file: string, whole: Hash): AsyncGenerator<Buffer> {
  const source = createReadStream(file).on('data', (chunk) => whole.update(chunk))
  const gunzip = createGunzip()
  source.on('error', (error) => gunzip.destroy(error)).pipe(gunzip)
  let held: Buffer[] = []
  let size = 0
  try {
    for await (let chunk of gunzip as AsyncIterable<Buffer>) {
      for (let end = chunk.indexOf(10); end >= 0; end = chunk.indexOf(10)) {
        yield Buffer.concat([...held, chunk.subarray(0, end)])
        held = []
        size = 0
        chunk = chunk.subarray(end + 1)
      }
      held.push(chunk)
      size += chunk.length
      if (size > LONGEST) throw damaged(file, `a line is longer than ${LONGEST} bytes`)
    }
  } catch (error) {
    throw readError(file, error)
  } finally {
    source.destroy()
  }
  if (size > 0) throw damaged(file, 'it is cut short')
}

const WRITE_ONE = '`lorc runs bundle RUN` writes one.'

function readError(file: string, error: unknown): unknown {
  if (error instanceof RunnerError || !(error instanceof Error)) return error
  const code = 'code' in error ? String(error.code) : ''
  if (code === 'Z_BUF_ERROR') return damaged(file, 'it is cut short', error)
  if (code === 'Z_DATA_ERROR' && error.message.includes('incorrect header check')) return noBundle(file, 'it is not compressed as one', error)
  if (code.startsWith('Z_')) return damaged(file, error.message, error)
  const why = code === 'ENOENT' ? 'does not exist' : `cannot be read: ${error.message}`
  return new RunnerError('BUNDLE_UNREADABLE', `The bundle ${JSON.stringify(file)} ${why}.`, { cause: error, fix: WRITE_ONE })
}
