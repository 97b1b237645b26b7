import js from '@eslint/js'
import hooks from 'eslint-plugin-react-hooks'
import ts from 'typescript-eslint'

const libraries = ['packages/*/src/**/*.ts']
const tests = ['**/*.test.ts', '**/*.testsuite.ts', 'packages/*/test/**/*.ts']
const inLibraries = 'A library takes its clock, logger, environment and ids as arguments; only the CLI touches these.'

const namedZod = {
  selector: "ImportDeclaration[source.value='zod'][importKind='value'] > ImportSpecifier",
  message: "Write `import * as z from 'zod'`: a bundler drops what is not used of it, three quarters.",
}
const usingDeclaration = {
  selector: 'VariableDeclaration[kind=/using/]',
  message: 'The oldest supported Node runs the source as it is, and does not know `using`.',
}
const assignedFunction = {
  selector: 'AssignmentExpression[left.type="MemberExpression"][right.type=/^(Arrow)?FunctionExpression$/]',
  message: 'V8 allocates a function that is assigned to a property among what lives long: it, and all that it sees, stay until a full garbage collection. Give it a name first.',
}
export default ts.config(
  {
    ignores: [
      '**/node_modules', '**/dist', '**/coverage', '**/.turbo', '**/.lorc', '**/runs', '**/temp', '.tools',
      'packages/*/test/fixtures/**', 'packages/cli/python',
    ],
  },
  js.configs.recommended,
  { files: ['**/*.{js,mjs,cjs}'], languageOptions: { globals: nodeGlobals() } },
  { files: ['packages/cli/page/*.js'], languageOptions: { sourceType: 'script', globals: readonly('document', 'window', 'location', 'history') } },
  {
    files: ['**/*.{ts,tsx}'],
    extends: [ts.configs.strictTypeChecked, ts.configs.stylisticTypeChecked],
    languageOptions: { parserOptions: { project: ['./tsconfig.json', './packages/server/dashboard/tsconfig.json'], tsconfigRootDir: import.meta.dirname } },
    rules: {
      '@typescript-eslint/switch-exhaustiveness-check': ['error', { considerDefaultExhaustiveForUnions: true }],
      '@typescript-eslint/consistent-type-imports': ['error', { disallowTypeAnnotations: false }],
      '@typescript-eslint/dot-notation': ['error', { allowIndexSignaturePropertyAccess: true }],
      // Ports are records of functions: none of them uses `this`.
      '@typescript-eslint/unbound-method': 'off',
      '@typescript-eslint/consistent-type-definitions': 'off',
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      // Nobody waits for a test of node:test: its runner does.
      '@typescript-eslint/no-floating-promises': ['error', { allowForKnownSafeCalls: [{ from: 'package', package: 'node:test', name: ['describe', 'it', 'test', 'suite'] }] }],
      '@typescript-eslint/no-confusing-void-expression': ['error', { ignoreArrowShorthand: true, ignoreVoidReturningFunctions: true }],
      '@typescript-eslint/consistent-indexed-object-style': 'off',
      // The compiler counts an index that was just checked as possibly undefined; `!` is the way to say so.
      '@typescript-eslint/no-non-null-assertion': 'off',
      '@typescript-eslint/array-type': ['error', { default: 'array' }],
      '@typescript-eslint/require-await': 'off',
      '@typescript-eslint/no-empty-function': 'off',
      '@typescript-eslint/no-unused-vars': ['error', { argsIgnorePattern: '^_', varsIgnorePattern: '^_' }],
      '@typescript-eslint/no-invalid-void-type': 'off',
      // It does not see what another turn of the event loop changes.
      '@typescript-eslint/no-unnecessary-condition': 'off',
      '@typescript-eslint/prefer-nullish-coalescing': ['error', { ignorePrimitives: { string: true } }],
      '@typescript-eslint/non-nullable-type-assertion-style': 'off',
      eqeqeq: ['error', 'always', { null: 'ignore' }],
      'no-eval': 'error',
      'no-new-func': 'error',
    },
  },
  {
    files: libraries,
    rules: {
      'no-restricted-syntax': ['error', namedZod, usingDeclaration],
    },
  },
  {
    files: libraries,
    ignores: [...tests, 'packages/cli/**'],
    rules: {
      'no-restricted-syntax': ['error', namedZod, usingDeclaration, assignedFunction],
    },
  },
  {
    files: libraries,
    ignores: [...tests, 'packages/cli/**', '**/*-entry.ts'],
    rules: {
      'no-console': 'error',
      'no-restricted-globals': ['error', { name: 'process', message: inLibraries }],
    },
  },
  {
    files: ['packages/server/dashboard/**/*.{ts,tsx}'],
    extends: [hooks.configs.flat['recommended-latest']],
    // The dashboard is compiled as it is written; what a compiler would have to leave out does not matter.
    rules: { 'react-hooks/incompatible-library': 'off' },
  },
  {
    files: tests,
    rules: {
      '@typescript-eslint/no-unsafe-assignment': 'off',
      '@typescript-eslint/await-thenable': 'off',
      '@typescript-eslint/no-confusing-void-expression': 'off',
      '@typescript-eslint/no-meaningless-void-operator': 'off',
      'no-loss-of-precision': 'off',
      '@typescript-eslint/prefer-promise-reject-errors': 'off',
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      '@typescript-eslint/switch-exhaustiveness-check': 'off',
    },
  },
  { linterOptions: { noInlineConfig: true } },
)

function nodeGlobals() {
  return readonly('process', 'console', 'URL', 'Buffer', 'performance', 'setTimeout', 'clearTimeout', 'AbortController', 'fetch')
}

function readonly(...names) {
  return Object.fromEntries(names.map((name) => [name, 'readonly']))
}
