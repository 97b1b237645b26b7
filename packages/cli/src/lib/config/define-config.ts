import type { ConfigFile } from './config.ts'

/** The default export of a `lorc.config.ts`: returns what it gets, and lets the editor know what may stand there. */
export function defineConfig(config: ConfigFile): ConfigFile {
  return config
}
