// For a `lorc.config.ts`; the command itself is `lorc.ts`.
export { defineConfig } from './lib/config/define-config.ts'
export type { ConfigFile as LorcConfig } from './lib/config/config.ts'
