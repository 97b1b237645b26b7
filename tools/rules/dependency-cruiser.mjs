// Which package may import which: the table of docs/architecture.md, as rules. A new package is added here first.
const mayImport = {
  context: [],
  'event-client': [],
  'jobs-registry': ['event-client'],
  runner: ['context', 'event-client'],
  server: ['context', 'event-client', 'jobs-registry', 'runner'],
  cli: ['context', 'event-client', 'jobs-registry', 'runner', 'server'],
}

const forbiddenFor = ([name, allowed]) => ({
  name: `direction-of-${name}`,
  severity: 'error',
  comment: `${name} depends on ${allowed.join(', ') || 'no other package'}`,
  from: { path: `^packages/${name}/` },
  to: { path: '^packages/([^/]+)/', pathNot: `^packages/(${[name, ...allowed].join('|')})/` },
})

export const options = {
  // Without this parser TypeScript files are passed over in silence: the canary in this folder notices.
  parser: 'swc',
  tsPreCompilationDeps: true,
  combinedDependencies: true,
  exclude: { path: '(^|/)(node_modules|dist|\\.lorc|runs)/|/test/fixtures/' },
  doNotFollow: { path: 'node_modules' },
  enhancedResolveOptions: {
    exportsFields: ['exports'],
    conditionNames: ['@lorc/source', 'import', 'node', 'default', 'types'],
    extensions: ['.ts', '.js', '.mjs', '.json'],
  },
}

export default {
  forbidden: [
    ...Object.entries(mayImport).map(forbiddenFor),
    {
      name: 'known-packages',
      severity: 'error',
      comment: 'a package that has no line in the table above',
      from: { path: '^packages/', pathNot: `^packages/(${Object.keys(mayImport).join('|')})/` },
      to: {},
    },
    {
      name: 'no-deep-import',
      severity: 'error',
      comment: 'another package is imported by its name, through what it exports',
      from: { path: '^(packages/[^/]+|examples/[^/]+|bench)/' },
      to: { path: '^packages/[^/]+/(?!src/[^/]+\\.ts$)', pathNot: '^$1/' },
    },
    {
      name: 'no-import-by-path',
      severity: 'error',
      comment: 'another package is imported by its name, through what it exports',
      from: { path: '^(packages/[^/]+|examples/[^/]+|bench)/' },
      to: { path: '^(packages|examples)/', pathNot: '^$1/', dependencyTypes: ['local'] },
    },
    {
      name: 'no-cycle',
      severity: 'error',
      comment: 'two modules that need each other are one module, or three',
      from: {},
      to: { circular: true },
    },
    {
      name: 'no-test-in-source',
      severity: 'error',
      comment: 'what is shipped imports no test',
      from: { path: '^packages/[^/]+/src/', pathNot: '\\.test\\.ts$' },
      to: { path: '\\.test\\.ts$' },
    },
    {
      name: 'resolvable',
      severity: 'error',
      comment: 'an import that leads nowhere, which every other rule would overlook',
      // The benchmarks' peers are installed only where somebody measures them.
      from: { pathNot: '/dist/|^bench/peers/' },
      to: { couldNotResolve: true },
    },
  ],
  options,
}
