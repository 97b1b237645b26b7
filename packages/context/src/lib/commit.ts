import { identityOf, type Author } from './author.ts'
import { ContextError } from './errors.ts'
import { formatBytes, type ContextLimits } from './limits.ts'
import { shapeAfter, type StagedWrite } from './staged-write.ts'
import type { ContextWrite, Revision, Timeline } from './timeline.ts'

/** Writes that become visible together. */
export interface Commit {
  readonly author: Readonly<Author>
  /** Unix milliseconds. */
  readonly at: number
  readonly version: number
  readonly writes: readonly StagedWrite[]
}

/** Appends a commit to a timeline: all of it, or nothing where a shape (CONTEXT_SHAPE) or a limit does not allow it. */
export function append(timeline: Timeline, commit: Commit, limits: Readonly<ContextLimits>): void {
  const identity = identityOf(commit.author)
  const revisions = commit.writes.map((write): [string, Revision] => {
    const shape = shapeAfter(timeline.shape(write.key, commit.version), write)
    return [write.key, { write: recordOf(write, commit), shape, identity, bytes: write.bytes }]
  })
  refuseBeyond(limits, timeline, commit.writes)
  timeline.append(commit.version, revisions)
}

function recordOf({ value, who, floats }: StagedWrite, { author, at, version }: Commit): ContextWrite {
  return Object.freeze({ ...author, value, who, at, version, ...(floats === undefined ? {} : { floats }) })
}

function refuseBeyond(limits: Readonly<ContextLimits>, timeline: Timeline, writes: readonly StagedWrite[]): void {
  let keys = timeline.size
  let bytes = timeline.bytes
  for (const write of writes) {
    if (!timeline.has(write.key)) keys++
    bytes += write.bytes
    if (keys > limits.keys) {
      const message = `${write.key} would be one key more than the ${limits.keys} that a context may have`
      throw new ContextError('CONTEXT_TOO_MANY_KEYS', message, {
        key: write.key,
        fix: 'Write one key with a list or a map.',
      })
    }
    if (bytes > limits.totalBytes) {
      const sizes = `${formatBytes(write.bytes)}, brings the context beyond ${formatBytes(limits.totalBytes)}`
      throw new ContextError('CONTEXT_FULL', `${write.key}, with ${sizes} in all`, {
        key: write.key,
        fix: 'Write large values to files and name them as outputs.',
      })
    }
  }
}
