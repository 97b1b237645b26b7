import { createHash } from 'node:crypto'
import { access, mkdir, readFile, symlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect, it } from 'vitest'
import { moduleService, scenarioFixture } from './module-service.fixture.ts'

const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex')
const NO_HASH = '0'.repeat(64)

describe('artifacts', () => {
  it('are taken inline, by URL and by path, and are kept with their names', async () => {
    const module = await moduleService(
      'm',
      () => ({
        outputs: {},
        artifacts: [
          'elsewhere.bin',
          { name: 'text.md', content: 'ü', hash: sha256('ü') },
          { name: 'deep/data.json', content: { a: [1] } },
          { name: 'pixels.png', content: 'AAEC\n/w==', encoding: 'base64' },
          { url: 'files/plot.svg?x=1', hash: `sha256:${sha256('<svg/>').toUpperCase()}` },
          { path: 'shared/table.csv', hash: sha256('a,b\n') },
        ],
      }),
      { 'GET /base/files/plot.svg?x=1': (_, response) => void response.end('<svg/>') },
    )
    const { post, workspace, server } = await scenarioFixture({ m: { url: `${module.url}/base`, execute: '/../execute', health: '/../health' } })
    await mkdir(join(workspace, 'shared'))
    await writeFile(join(workspace, 'shared/table.csv'), 'a,b\n')
    const { status, body } = await post(['m'])
    expect(status).toBe(200)
    const { run_id: id, results } = body as { run_id: string; results: object }
    expect(results).toEqual({ m: { artifacts: ['elsewhere.bin', 'text.md', 'deep/data.json', 'pixels.png', 'plot.svg', 'table.csv'] } })
    const kept = join('runs', id, 'artifacts/m')
    const texts = await Promise.all(['text.md', 'deep/data.json', 'plot.svg', 'table.csv'].map((name) => readFile(join(workspace, kept, name), 'utf8')))
    expect(texts).toEqual(['ü', '{\n  "a": [\n    1\n  ]\n}\n', '<svg/>', 'a,b\n'])
    expect([...(await readFile(join(workspace, kept, 'pixels.png')))]).toEqual([0, 1, 2, 255])
    const { steps } = await server.runner.view(id)
    expect(steps[0]?.artifacts.map(({ path }) => path).sort()).toEqual(['deep/data.json', 'pixels.png', 'plot.svg', 'table.csv', 'text.md'].map((name) => join(kept, name)))
  })

  it.each<[string, unknown[], string]>([
    ['a wrong hash', [{ name: 'a', content: 'x', hash: NO_HASH }], `not ${NO_HASH}`],
    ['content that is not base64', [{ name: 'a', content: 'no!', encoding: 'base64' }], 'not base64'],
    ['a name that leads out', [{ name: '../a', content: 'x' }], 'none that a file can have'],
    ['an absolute name', [{ name: '/etc/a', content: 'x' }], 'none that a file can have'],
    ['a hidden name', [{ name: 'b/.env', content: 'x' }], 'none that a file can have'],
    ['a URL without a name', [{ url: '/' }], 'none that a file can have'],
    ['a name twice', [{ name: 'a', content: 'x' }, { name: 'a', content: 'y' }], 'named twice'],
    ['names that differ in capitals', [{ name: 'a', content: 'x' }, { name: 'A', content: 'y' }], 'the place of `a`'],
    ['a file that is a folder', [{ name: 'a/b', content: 'x' }, { name: 'a', content: 'y' }], 'the place of `a/b`'],
    ['a URL of somebody else', [{ url: 'http://192.0.2.1/a' }], 'not one of the module'],
    ['a URL that is none', [{ name: 'a', url: 'http://[' }], 'not one of the module'],
    ['a URL that is not there', [{ url: '/gone' }], 'GET /gone answered 404'],
    ['a URL that leads elsewhere', [{ url: '/moved' }], 'GET /moved answered 302'],
    ['a path that leads out', [{ path: '../secret', hash: NO_HASH }], 'no file of the workspace'],
    ['an absolute path', [{ path: '/etc/passwd', hash: NO_HASH }], 'no file of the workspace'],
    ['a symlink that leads out', [{ path: 'link', hash: NO_HASH }], 'no file of the workspace'],
    ['a path that is a folder', [{ path: 'folder', hash: NO_HASH }], 'no file of the workspace'],
  ])('are not taken: %s', async (_, artifacts, message) => {
    const module = await moduleService('m', () => ({ outputs: {}, artifacts: [{ name: 'first.txt', content: '1' }, ...artifacts] }), {
      'GET /moved': (_question, response) => void response.writeHead(302, { location: '/gone' }).end(),
    })
    const { fails, workspace } = await scenarioFixture({ m: { url: module.url } })
    await symlink('/etc/passwd', join(workspace, 'link'))
    await mkdir(join(workspace, 'folder'))
    const problem = await fails(['m'])
    expect(problem).toMatchObject({ details: { code: 'MODULE_ARTIFACT', module: 'm' }, detail: expect.stringContaining(message) as string })
    await expect(access(join(workspace, 'runs', problem.run_id, 'artifacts/m/first.txt'))).rejects.toThrow()
  })

  it('are not taken where their JSON is nested too deep', async () => {
    const content = `${'['.repeat(1e5)}${']'.repeat(1e5)}`
    const module = await moduleService('m', (_, response) => void response.end(`{"status":"ok","module":"m","outputs":{},"artifacts":[{"name":"a","content":${content}}]}`))
    const { fails } = await scenarioFixture({ m: { url: module.url } })
    expect((await fails(['m'])).detail).toContain('nested too deep')
  })

  it.each<[string, unknown[]]>([
    ['inline', [{ name: 'a', content: 'x'.repeat(250) }, { name: 'b', content: Array(100).fill(1) }]],
    ['by URL', [{ url: '/large' }]],
    ['by path', [{ path: 'large', hash: NO_HASH }]],
  ])('have a limit together: %s', async (_, artifacts) => {
    const maxBytes = 700
    const module = await moduleService('m', () => ({ outputs: {}, artifacts }), { 'GET /large': () => 'x'.repeat(2000) })
    const { fails, workspace } = await scenarioFixture({ m: { url: module.url, maxBytes } })
    await writeFile(join(workspace, 'large'), 'x'.repeat(2000))
    expect(await fails(['m'])).toMatchObject({ details: { code: 'MODULE_TOO_LARGE', module: 'm' } })
  })
})
