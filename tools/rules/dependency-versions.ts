// Every dependency is exact, in the catalog, and has its reason in docs/decisions/001-dependencies.md: run it in the root.
import { globSync, readFileSync } from 'node:fs'
import { parse } from 'yaml'

interface Manifest {
  dependencies?: Record<string, string>
  devDependencies?: Record<string, string>
}

const { packages, catalog } = parse(readFileSync('pnpm-workspace.yaml', 'utf8')) as { packages: string[]; catalog: Record<string, string> }
const reasons = readFileSync('docs/decisions/001-dependencies.md', 'utf8')
const manifests = ['package.json', ...packages.flatMap((folder) => globSync(`${folder}/package.json`))]

const inexact = Object.entries(catalog).filter(([, version]) => !/^(npm:@?[^@]+@)?\d+\.\d+\.\d+(-[\w.]+)?$/.test(version))
const unexplained = Object.keys(catalog).filter((name) => !reasons.includes(name))
const elsewhere = manifests.flatMap((path) => {
  const { dependencies, devDependencies } = JSON.parse(readFileSync(path, 'utf8')) as Manifest
  return Object.entries({ ...dependencies, ...devDependencies })
    .filter(([, version]) => version !== 'catalog:' && version !== 'workspace:*')
    .map(([name, version]) => `${path}: ${name} is ${version} instead of catalog: or workspace:*`)
})
const wrong = [
  ...inexact.map(([name, version]) => `pnpm-workspace.yaml: ${name} is ${version}, which is not an exact version`),
  ...unexplained.map((name) => `docs/decisions/001-dependencies.md has no reason for ${name}`),
  ...elsewhere,
]
for (const what of wrong) console.error(what)
process.exitCode = wrong.length === 0 ? 0 : 1
