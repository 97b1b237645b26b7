import { declaredNames } from './declared-names.ts'
import type { DiscoverOptions } from './discover.ts'
import { type Manifest, readManifest } from './manifest.ts'
import { nameMatcher } from './name-pattern.ts'
import { NodeModules } from './node-modules.ts'
import { WatchedPaths } from './watched-paths.ts'

/** What keeps a package out, as a thing to do; undefined: nothing is known of it. `name` is a full or a short name. */
export function whyUnknown({ root, deny = [] }: DiscoverOptions, name: string): string | undefined {
  const declared = declaredNames(ownManifest(root))
  const full = declared.find((one) => one === name) ?? declared.find((one) => one.endsWith(`/${name}`)) ?? name
  if (nameMatcher(deny)(full)) return `\`jobs.deny\` of the configuration leaves ${full} out.`
  const installed = new NodeModules(new WatchedPaths()).find(full, root)
  if (declared.includes(full)) {
    return installed === undefined
      ? `${full} is declared, but not installed: install the dependencies of the workspace.`
      : `${full} is installed, but declares no jobs: its package.json has no \`lorc.jobs\`.`
  }
  if (installed === undefined) return undefined
  return `${full} is installed, but the workspace does not declare it: add it to the dependencies in its package.json, or to \`jobs.allow\` of the configuration.`
}

function ownManifest(root: string): Manifest {
  try {
    return readManifest(root) ?? {}
  } catch {
    return {}
  }
}
