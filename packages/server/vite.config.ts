import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { brotliCompress } from 'node:zlib'
import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'

const compress = promisify(brotliCompress)
const COMPRESSED = /\.(?:js|css|html|svg)$/

/** Puts `<file>.br` beside each file of text, so that the server compresses nothing while it serves. */
const compressed: Plugin = {
  name: 'compressed',
  apply: 'build',
  async writeBundle({ dir = '' }, bundle) {
    const names = Object.keys(bundle).filter((name) => COMPRESSED.test(name))
    await Promise.all(
      names.map(async (name) => {
        const path = join(dir, name)
        await writeFile(`${path}.br`, await compress(await readFile(path)))
      }),
    )
  },
}

/** The dashboard: built into `dist/dashboard`, which the server serves under `/`. */
export default defineConfig({
  root: 'dashboard',
  base: './',
  plugins: [react(), compressed],
  resolve: { conditions: ['@lorc/source', 'browser', 'module', 'import', 'default'] },
  build: {
    outDir: '../dist/dashboard',
    emptyOutDir: true,
    target: 'es2023',
    // The policy allows no script and no style that is not a file of its own.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    rolldownOptions: { checks: { bundlerTimings: false } },
  },
})
