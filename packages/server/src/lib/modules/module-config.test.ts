import { expect, it } from 'vitest'
import { readServiceConfig } from '../config.ts'
import { modulesSchema } from './module-config.ts'

const url = 'http://127.0.0.1:8101'
const problemsOf = (module: object): string[] => modulesSchema.safeParse({ m: module }).error?.issues.map(({ path, message }) => `${path.join('.')}: ${message}`) ?? []

it('completes what is left out, and reads durations and bases', () => {
  expect(modulesSchema.parse({ m: { url: `${url}//`, timeout: '1.5s' }, n: { url, timeout: 2 }, o: { url } })).toMatchObject({
    m: { url, execute: '/execute', health: '/health', metadata: '/metadata', timeout: 1500, retries: 0, headers: {} },
    n: { timeout: 2000 },
    o: { timeout: 60_000 },
  })
})

it.each([
  [{ url: 'ftp://a' }, 'm.url: It must be an http or https URL'],
  [{ url: 'nowhere' }, 'm.url: It must be an http or https URL'],
  [{ url: `${url}?a=1` }, 'm.url: It must be a URL without query and fragment'],
  [{ url: 'http://ann:secret@a' }, 'm.url: It must be a URL without a password; `headers` can take one from the environment'],
  [{ url: 'http://ann@a' }, 'm.url: It must be a URL without a password; `headers` can take one from the environment'],
  [{ url: 'http://:secret@a' }, 'm.url: It must be a URL without a password; `headers` can take one from the environment'],
  [{ url, timeout: true }, 'm.timeout: It must be a number of seconds, or a text such as `500ms`, `30s`, `5m`'],
  [{ url, timeout: 'soon' }, 'm.timeout: It must be a number of seconds, or a text such as `500ms`, `30s`, `5m`'],
  [{ url, execute: 'run' }, 'm.execute: It must be a path that begins with `/`'],
])('refuses %j', (module, problem) => {
  expect(problemsOf(module)).toContain(problem)
})

it('refuses a name that can be no step', () => {
  expect(() => readServiceConfig({ modules: { 'My Module': { url } } })).toThrow('at `modules.My Module`: it must be a name of `a-z`')
})
