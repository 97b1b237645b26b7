import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, beforeEach, expect, it } from 'vitest'
import { GitHead } from './git-head.ts'
import { FakeClock } from '../testing/fake-clock.ts'

const COMMIT = '0123456789abcdef0123456789abcdef01234567'
const OTHER = 'f'.repeat(40)

let root: string
beforeEach(() => (root = realpathSync(mkdtempSync(join(tmpdir(), 'lorc-git-')))))
afterEach(() => rmSync(root, { recursive: true, force: true }))

function files(contents: Record<string, string>): void {
  for (const [path, text] of Object.entries(contents)) {
    mkdirSync(dirname(join(root, path)), { recursive: true })
    writeFileSync(join(root, path), text)
  }
}

const read = (folder = root) => new GitHead(folder, new FakeClock()).read()

it('reads the commit and the branch, from any folder of the checkout', () => {
  files({ '.git/HEAD': 'ref: refs/heads/team/main\n', '.git/refs/heads/team/main': `${COMMIT}\n`, 'deep/er/x': '' })
  expect(read()).toEqual({ commit: COMMIT, branch: 'team/main' })
  expect(read(join(root, 'deep/er'))).toEqual({ commit: COMMIT, branch: 'team/main' })
})

it('reads a commit that no branch is on, and branches that git has packed', () => {
  files({ '.git/HEAD': `${COMMIT}\n` })
  expect(read()).toEqual({ commit: COMMIT })
  files({ '.git/HEAD': 'ref: refs/heads/main\n', '.git/packed-refs': `# pack-refs\n${OTHER} refs/heads/domain\n${COMMIT} refs/heads/main\n` })
  expect(read()).toEqual({ commit: COMMIT, branch: 'main' })
})

it('follows a linked worktree', () => {
  files({
    'main/.git/refs/heads/side': COMMIT,
    'main/.git/worktrees/side/HEAD': 'ref: refs/heads/side\n',
    'main/.git/worktrees/side/commondir': '../..\n',
    'side/.git': `gitdir: ${join(root, 'main/.git/worktrees/side')}\n`,
    'near/.git': 'gitdir: ../main/.git/worktrees/side\n',
  })
  expect(read(join(root, 'side'))).toEqual({ commit: COMMIT, branch: 'side' })
  expect(read(join(root, 'near'))).toEqual({ commit: COMMIT, branch: 'side' })
})

it('knows nothing where there is nothing to know', () => {
  expect(read()).toBeUndefined()
  files({ '.git': 'no link' })
  expect(read()).toBeUndefined()
  rmSync(join(root, '.git'))
  files({ '.git/refs/x': '' })
  expect(read()).toBeUndefined()
  for (const head of ['ref: refs/heads/new', 'ref: somewhere', 'nonsense']) {
    files({ '.git/HEAD': head })
    expect(read()).toBeUndefined()
  }
  rmSync(join(root, '.git/HEAD'))
  mkdirSync(join(root, '.git/HEAD'))
  expect(read()).toBeUndefined()
})

it('looks again after a second', async () => {
  const clock = new FakeClock()
  const head = new GitHead(root, clock)
  files({ '.git/HEAD': COMMIT })
  expect(head.read()?.commit).toBe(COMMIT)
  files({ '.git/HEAD': OTHER })
  expect(head.read()?.commit).toBe(COMMIT)
  await clock.advance(1000)
  expect(head.read()?.commit).toBe(OTHER)
})
