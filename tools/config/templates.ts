// The examples as `lorc init` writes them: every file, with versions that a registry has in place of the workspace's.
import { globSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { parse } from 'yaml'

const root = fileURLToPath(new URL('../..', import.meta.url))

type Files = Record<string, string>

/** Where the files of an example go: a folder of the project. */
interface Part {
  example: string
  to: string
}

const TEMPLATES: Record<string, Part[]> = {
  job: [{ example: 'ingester', to: '' }],
  recipe: [{ example: 'weather', to: '' }],
  modules: [{ example: 'policy', to: '' }],
  pipeline: [
    { example: 'pipeline', to: '' },
    ...['ingester', 'canonizer', 'final-form'].map((example) => ({ example, to: `packages/${example}` })),
  ],
}

/** The files of each template, by its name and their paths. */
export const templateFiles = (): Record<string, Files> =>
  Object.fromEntries(Object.entries(TEMPLATES).map(([name, parts]) => [name, Object.assign({}, ...parts.map((part) => filesOf(part, name)))]))

const LEFT_BEHIND = /(^|\/)(node_modules|dist|\.lorc|\.turbo|runs|data|__pycache__)(\/|$)|^(vitest\.config\.ts|compose\.config\.yaml)$/

const filesOf = ({ example, to }: Part, template: string): Files => {
  const folder = join(root, 'examples', example)
  const paths = globSync('**/*', { cwd: folder, exclude: (path) => LEFT_BEHIND.test(path) }).filter((path) => statSync(join(folder, path)).isFile())
  return Object.fromEntries(paths.sort().map((path) => [join(to, path), asWritten(path, readFileSync(join(folder, path), 'utf8'), template, to === '')]))
}

const asWritten = (path: string, text: string, template: string, isRoot: boolean): string => {
  if (path === 'README.md') return text.replaceAll('../../lorc', 'npx lorc').replace(/^(At the root of the repository|<!-- ).*\n/gm, '').replace(/\n{3,}/g, '\n\n')
  if (path.endsWith('.yaml')) return text.replace('../../docs/recipe.schema.json', './node_modules/@lorc/cli/recipe.schema.json')
  if (path !== 'package.json') return text
  const manifest = JSON.parse(text) as Record<string, unknown>
  for (const field of ['dependencies', 'devDependencies']) manifest[field] = versions(manifest[field] as Record<string, string>)
  // What is run is private; what is published is not.
  if (template !== 'recipe' && template !== 'modules' && !(template === 'pipeline' && isRoot)) delete manifest['private']
  if (template === 'pipeline' && isRoot) Object.assign(manifest, WORKSPACE)
  return `${JSON.stringify(manifest, null, 2)}\n`
}

const WORKSPACE = {
  workspaces: ['packages/*'],
  scripts: {
    build: 'npm run build --workspaces',
    start: 'lorc run earthquakes.yaml',
    test: "npm test --workspaces && node --test '*.test.ts'",
  },
}

const { catalog } = parse(readFileSync(join(root, 'pnpm-workspace.yaml'), 'utf8')) as { catalog: Record<string, string> }

const versions = (dependencies: Record<string, string> = {}): Record<string, string> =>
  Object.fromEntries(Object.entries(dependencies).map(([name, range]) => [name, `^${range === 'catalog:' ? fromCatalog(name) : ownVersion(name)}`]))

/** The repository's tools need an older compiler under its plain name. */
const fromCatalog = (name: string): string => {
  const version = (name === 'typescript' ? catalog['typescript7'] : catalog[name]) ?? ''
  return version.slice(version.lastIndexOf('@') + 1)
}

const ownVersion = (name: string): string => {
  const manifests = globSync('{packages,examples}/*/package.json', { cwd: root }).map((path) => JSON.parse(readFileSync(join(root, path), 'utf8')) as { name: string; version: string })
  const found = manifests.find((manifest) => manifest.name === name)
  if (found === undefined) throw new Error(`no package of this repository is called ${name}`)
  return found.version
}
