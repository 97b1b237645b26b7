import { brotliCompressSync, constants } from 'node:zlib'
import react from '@vitejs/plugin-react'
import { defineConfig, type Plugin } from 'vite'

const COMPRESSED = /\.(?:js|css|html|svg)$/

/** Puts `<file>.br` beside each file of text, so that the server compresses nothing while it serves. */
const compressed: Plugin = {
  name: 'compressed',
  apply: 'build',
  generateBundle(_, bundle) {
    for (const [name, file] of Object.entries(bundle)) {
      if (!COMPRESSED.test(name)) continue
      const text = file.type === 'chunk' ? file.code : file.source
      const params = { [constants.BROTLI_PARAM_QUALITY]: constants.BROTLI_MAX_QUALITY }
      this.emitFile({ type: 'asset', fileName: `${name}.br`, source: brotliCompressSync(text, { params }) })
    }
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
  },
})
