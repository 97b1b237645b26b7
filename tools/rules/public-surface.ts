import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Extractor, ExtractorConfig, ExtractorLogLevel } from '@microsoft/api-extractor'
import type { Declaration } from './api-page.ts'
import { inOneOrder } from './enum-order.ts'

const none = { logLevel: ExtractorLogLevel.None }
const error = { logLevel: ExtractorLogLevel.Error }

export interface Surface {
  /** Markdown with every exported declaration. */
  report: string
  declarations: readonly Declaration[]
  /** What is wrong with the declarations, e.g. a type that is named but not there. */
  problems: string[]
}

/** What the declaration file `types` (absolute) of the package in `folder` exports. */
export const publicSurface = (folder: string, types: string): Surface => {
  const temp = mkdtempSync(join(tmpdir(), 'lorc-api-'))
  const problems: string[] = []
  try {
    const config = ExtractorConfig.prepare({
      configObjectFullPath: undefined,
      packageJsonFullPath: join(folder, 'package.json'),
      configObject: {
        projectFolder: folder,
        mainEntryPointFilePath: types,
        newlineKind: 'lf',
        compiler: {
          overrideTsconfig: {
            compilerOptions: {
              target: 'es2024', lib: ['es2024', 'esnext.disposable'], module: 'nodenext', moduleResolution: 'nodenext',
              strict: true, skipLibCheck: true, types: ['node'],
            },
            files: [types],
          },
        },
        apiReport: { enabled: true, reportFileName: 'report.api.md', reportFolder: temp, reportTempFolder: temp, includeForgottenExports: true },
        docModel: { enabled: true, apiJsonFilePath: join(temp, 'model.json') },
        dtsRollup: { enabled: false },
        messages: {
          compilerMessageReporting: { default: error },
          extractorMessageReporting: {
            default: error,
            // No release tags: everything that is exported is public.
            'ae-missing-release-tag': none,
            // What a signature names without exporting it is part of the report: its changes are seen.
            'ae-forgotten-export': none,
            'ae-undocumented': none,
            'ae-unresolved-link': none,
          },
          tsdocMessageReporting: { default: none },
        },
      },
    })
    Extractor.invoke(config, {
      localBuild: true,
      messageCallback(message) {
        message.handled = true
        if (message.logLevel === ExtractorLogLevel.Error) problems.push(message.formatMessageWithLocation(folder))
      },
    })
    const model = JSON.parse(readFileSync(join(temp, 'model.json'), 'utf8')) as Declaration
    const declarations = model.members?.flatMap((entry) => entry.members ?? []) ?? []
    return { report: inOneOrder(readFileSync(join(temp, 'report.api.md'), 'utf8')), declarations, problems }
  } finally {
    rmSync(temp, { recursive: true, force: true })
  }
}
