import type { CliProblem } from '../errors.ts'

/**
 * Problems as a log in SARIF 2.1.0 (OASIS): one run, a result for each problem, a rule for each code. Paths are relative
 * to the current folder, as they were given.
 */
export function sarif(problems: readonly CliProblem[], version: string): object {
  const codes = [...new Set(problems.map(({ code }) => code))].sort()
  return {
    $schema: 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json',
    version: '2.1.0',
    runs: [
      {
        tool: { driver: { name: 'lorc', version, rules: codes.map((id) => ({ id })) } },
        columnKind: 'utf16CodeUnits',
        results: problems.map((problem) => resultOf(problem, codes)),
      },
    ],
  }
}

function resultOf({ code, message, fix, file, line, column, endColumn }: CliProblem, codes: readonly string[]): object {
  const region =
    line === undefined || line < 1
      ? {}
      : {
          region: {
            startLine: line,
            ...(column === undefined ? {} : { startColumn: column }),
            ...(endColumn === undefined ? {} : { endColumn }),
          },
        }
  const physicalLocation = file === undefined ? undefined : { artifactLocation: { uri: uriOf(file) }, ...region }
  return {
    ruleId: code,
    ruleIndex: codes.indexOf(code),
    level: 'error',
    message: { text: fix === undefined ? message : `${message} (${fix})` },
    locations: physicalLocation === undefined ? [] : [{ physicalLocation }],
  }
}

/** A relative reference, or a `file:` URI of an absolute path (RFC 3986). */
function uriOf(file: string): string {
  const encoded = file.replaceAll('\\', '/').split('/').map(encodeURIComponent).join('/')
  return encoded.startsWith('/') ? `file://${encoded}` : encoded.replace(/^\.\//, '')
}
