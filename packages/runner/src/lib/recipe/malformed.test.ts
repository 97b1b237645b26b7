import { describe, expect, test } from 'vitest'
import { compileRecipe } from './compile.ts'
import { formatProblem } from './format.ts'

/** What is wrong, the recipe, and every problem that it has: `line:column CODE`. */
type Malformed = [title: string, recipe: string | Uint8Array, ...problems: string[]]

const A = '  - { name: a, type: node, module: a.ts, function: a }'
const B = '  - { name: b, type: node, module: b.ts, function: b }'
const bytes = (...parts: (string | number)[]) =>
  new Uint8Array(parts.flatMap((part) => (typeof part === 'number' ? [part] : [...new TextEncoder().encode(part)])))
const lines = (...text: string[]) => text.join('\n')
const withField = (field: string) =>
  lines('steps:', '  - name: a', '    type: node', '    module: a.ts', '    function: a', `    ${field}`)

const FILES: Malformed[] = [
  ['not UTF-8', bytes('steps:\n  - name: ', 0xc3, 0x28), '2:11 RECIPE_NOT_UTF8'],
  ['Latin-1', bytes('name: caf', 0xe9, '\nsteps: []\n'), '1:10 RECIPE_NOT_UTF8'],
  ['UTF-16', bytes(0xff, 0xfe, 's', 0, 't', 0), '1:1 RECIPE_NOT_UTF8'],
  ['an encoded surrogate', bytes('name: "', 0xed, 0xa0, 0x80, '"'), '1:8 RECIPE_NOT_UTF8'],
  ['an overlong form', bytes('name: ', 0xe0, 0x80, 0x80), '1:7 RECIPE_NOT_UTF8'],
  ['beyond Unicode', bytes('name: ', 0xf4, 0x90, 0x80, 0x80), '1:7 RECIPE_NOT_UTF8'],
  ['cut short', bytes('name: ', 0xf0, 0x9f, 0x98), '1:7 RECIPE_NOT_UTF8'],
  ['an empty file', '', '1:1 RECIPE_EMPTY'],
  ['only comments', '# to be written\n', '1:1 RECIPE_EMPTY'],
  ['a byte order mark and nothing else', bytes(0xef, 0xbb, 0xbf), '1:1 RECIPE_EMPTY'],
  ['nothing but null', '~\n', '1:1 RECIPE_FIELD_TYPE'],
]

const YAML: Malformed[] = [
  ['a tab as indentation', lines('steps:', '\t- name: a'), '2:1 RECIPE_TAB'],
  ['a tab deeper down', lines('steps:', A, '    # fine', 'test_meta:', '\tx: 1'), '5:1 RECIPE_TAB'],
  ['a second document', lines('steps:', A, '---', 'steps:', B), '3:1 RECIPE_MULTIPLE_DOCUMENTS'],
  [
    'a list that is not closed',
    lines('steps:', '  - name: a', '    depends_on: [b', '    type: node'),
    '3:17 RECIPE_YAML',
  ],
  ['an item that is indented less than the others', lines('steps:', A, ' - name: b', '    type: node'), '3:2 RECIPE_YAML'],
  ['a key that is indented more than the others', lines('steps:', '  - name: a', '    type: node', '      module: a.ts'), '4:7 RECIPE_YAML'],
  ['a key without a space behind it', lines('name:demo', 'steps:', A), '1:1 RECIPE_YAML'],
  ['a map that is not closed', lines('steps:', '  - { name: a, args: { x: 1 }', '', A), '2:5 RECIPE_YAML'],
  ['a list in a map that is not closed', lines('steps:', '  - { name: a, inputs: [b, c }', A), '2:24 RECIPE_YAML'],
  ['a map that is all there is, and not closed', '{ steps: [', '1:10 RECIPE_YAML'],
  ['a quote that is not closed', lines('name: "demo', 'steps: []'), '2:10 RECIPE_YAML'],
  ['a colon in a plain value', lines('description: ratio: 2', 'steps:', A), '1:14 RECIPE_YAML'],
  ['a key without a colon', lines('steps:', A, 'timeout'), '3:1 RECIPE_YAML'],
  ['a key without a space after the colon', lines('name:demo', 'steps:', A), '1:1 RECIPE_YAML'],
  ['a reserved character', lines('name: @demo', 'steps:', A), '1:7 RECIPE_YAML'],
  ['an unknown escape', lines('name: "C:\\data"', 'steps:', A), '1:10 RECIPE_YAML'],
  ['items that do not line up', lines('steps:', A, '   - { name: b }'), '3:4 RECIPE_YAML'],
  ['a YAML directive', lines('%YAML 1.1', '---', 'steps:', A), '1:1 RECIPE_YAML'],
  ['a tag for a JavaScript function', withField('args: !!js/function "x"'), '6:11 RECIPE_TAG'],
  ['a tag for binary data', withField('args: { data: !!binary aGk= }'), '6:19 RECIPE_TAG'],
  ["a tag of one's own", withField('args: !secret [1]'), '6:11 RECIPE_TAG'],
  ['an alias without an anchor', withField('retry: *defaults'), '6:12 RECIPE_ALIAS_UNKNOWN'],
  ['an alias before its anchor', withField('args: { a: *x, b: &x 1 }'), '6:16 RECIPE_ALIAS_UNKNOWN'],
  ['an alias inside its own value', withField('args: &x { a: *x }'), '6:19 RECIPE_ALIAS_CYCLE'],
  ['a merge key', withField('<<: { timeout: 3 }'), '6:5 RECIPE_MERGE_KEY'],
  ['the same field twice', withField('type: shell'), '6:5 RECIPE_KEY_DUPLICATE'],
  ['the same argument twice', withField('args: { a: 1, "a": 2 }'), '6:19 RECIPE_KEY_DUPLICATE'],
  ['__proto__ as a key', withField('args: { __proto__: { admin: true } }'), '6:13 RECIPE_KEY_FORBIDDEN'],
  ['constructor as a key', lines('test_meta: { constructor: 1 }', 'steps:', A), '1:14 RECIPE_KEY_FORBIDDEN'],
  ['prototype as a field', withField('prototype: 1'), '6:5 RECIPE_KEY_FORBIDDEN'],
  ['a list as a key', withField('args: { [a]: 1 }'), '6:13 RECIPE_KEY_NOT_STRING'],
  ['no key', withField('args: { : 1 }'), '6:12 RECIPE_KEY_NOT_STRING'],
  ['not a number', withField('args: [.nan]'), '6:12 RECIPE_NUMBER'],
  ['infinity', withField('args: [1, -.inf]'), '6:15 RECIPE_NUMBER'],
  ['a number that overflows', withField('args: [1e999]'), '6:12 RECIPE_NUMBER'],
  ['an integer beyond 2^53', withField('args: { id: 9007199254740993 }'), '6:17 RECIPE_NUMBER'],
  ['a float that is an integer beyond 2^53', withField('args: [1e20]'), '6:12 RECIPE_NUMBER'],
  ['a hexadecimal integer beyond 2^53', withField('args: { id: 0xFFFFFFFFFFFFFFFF }'), '6:17 RECIPE_NUMBER'],
]

const FIELDS: Malformed[] = [
  ['a text instead of a recipe', 'hello', '1:1 RECIPE_FIELD_TYPE'],
  ['a list instead of a recipe', '- name: a', '1:1 RECIPE_FIELD_TYPE'],
  ['no steps', 'name: demo', '1:1 RECIPE_FIELD_MISSING'],
  ['an empty list of steps', 'steps: []', '1:8 RECIPE_FIELD_VALUE'],
  ['steps left empty', 'steps:', '1:1 RECIPE_FIELD_TYPE'],
  ['steps as a map', 'steps: { a: 1 }', '1:8 RECIPE_FIELD_TYPE'],
  ['a step that is a text', lines('steps:', '  - a'), '2:5 RECIPE_FIELD_TYPE'],
  ['a step that is empty', lines('steps:', '  -', A), '2:3 RECIPE_FIELD_TYPE'],
  ['an unknown field of the recipe', lines('step:', A), '1:1 RECIPE_FIELD_UNKNOWN'],
  ['an unknown field of a step', withField('dependson: []'), '6:5 RECIPE_FIELD_UNKNOWN'],
  ['a field of another tool', withField('needs: []'), '6:5 RECIPE_FIELD_UNKNOWN'],
  ['an unknown field of retry', withField('retry: { max: 2, dellay_sec: 1 }'), '6:22 RECIPE_FIELD_UNKNOWN'],
  ['a misspelt required field', withField('retry: { maxx: 2 }'), '6:14 RECIPE_FIELD_UNKNOWN'],
  ['an unknown field of success', withField('success: { has_keys: [] }'), '6:16 RECIPE_FIELD_UNKNOWN'],
  ['no name', lines('steps:', '  - type: node', '    module: a.ts', '    function: a'), '2:5 RECIPE_FIELD_MISSING'],
  ['no type', lines('steps:', '  - name: a', '    module: a.ts'), '2:5 RECIPE_FIELD_MISSING'],
  ['an unknown type', lines('steps:', '  - name: a', '    type: pyton'), '3:11 RECIPE_TYPE_UNKNOWN'],
  [
    'a node step without code',
    lines('steps:', '  - name: a', '    type: node'),
    '2:5 RECIPE_FIELD_MISSING',
    '2:5 RECIPE_FIELD_MISSING',
  ],
  ['a shell step without script', lines('steps:', '  - name: a', '    type: shell'), '2:5 RECIPE_FIELD_MISSING'],
  ['a script in a node step', withField('script: a.sh'), '6:5 RECIPE_FIELD_MISPLACED'],
  [
    'a module in a shell step',
    lines('steps:', '  - name: a', '    type: shell', '    script: a.sh', '    module: a'),
    '5:5 RECIPE_FIELD_MISPLACED',
  ],
  ['two kinds of cache', withField('cache: auto\n    cache_key: x'), '7:5 RECIPE_FIELD_MISPLACED'],
  ['a cache that is not auto', withField('cache: true'), '6:12 RECIPE_FIELD_VALUE'],
  [
    'a name with a space',
    lines('steps:', '  - name: load it', '    type: shell', '    script: a.sh'),
    '2:11 RECIPE_NAME_INVALID',
  ],
  [
    'a name that is a path',
    lines('steps:', '  - name: ../a', '    type: shell', '    script: a.sh'),
    '2:11 RECIPE_NAME_INVALID',
  ],
  [
    'a name that is a number',
    lines('steps:', '  - name: 1', '    type: shell', '    script: a.sh'),
    '2:11 RECIPE_FIELD_TYPE',
  ],
  ['an idx that is a text', withField('idx: "1"'), '6:10 RECIPE_FIELD_TYPE'],
  ['an idx with a fraction', withField('idx: 1.5'), '6:10 RECIPE_FIELD_TYPE'],
  ['args that are a text', withField('args: --verbose'), '6:11 RECIPE_FIELD_TYPE'],
  ['depends_on as a text', withField('depends_on: b'), '6:17 RECIPE_FIELD_TYPE'],
  ['depends_on with a number', withField('depends_on: [1]'), '6:18 RECIPE_FIELD_TYPE'],
  ['parallel: yes', withField('parallel: yes'), '6:15 RECIPE_FIELD_TYPE'],
  ['a field left empty', withField('retry:'), '6:5 RECIPE_FIELD_TYPE'],
  ['retry as a number', withField('retry: 3'), '6:12 RECIPE_FIELD_TYPE'],
  ['retry without max', withField('retry: { delay_sec: 1 }'), '6:12 RECIPE_FIELD_MISSING'],
  ['expressions among paths', withField("outputs: [a.txt, 'b-${{ params.x }}.txt']"), '6:22 RECIPE_FIELD_VALUE'],
  ['no attempts', withField('retry: { max: 0 }'), '6:19 RECIPE_FIELD_VALUE'],
  ['an unknown backoff', withField('retry: { max: 2, backoff: exponentail }'), '6:31 RECIPE_FIELD_VALUE'],
  ['too much jitter', withField('retry: { max: 2, jitter: 1.5 }'), '6:30 RECIPE_FIELD_VALUE'],
  [
    'max_delay_sec below delay_sec',
    withField('retry: { max: 2, delay_sec: 9, max_delay_sec: 3 }'),
    '6:51 RECIPE_FIELD_VALUE',
  ],
  ['a misspelt error code', withField('retry: { max: 2, on: [STEP_TIMEOUTS] }'), '6:27 RECIPE_FIELD_VALUE'],
  ['an error code that cannot be one', withField('retry: { max: 2, on: ["exit 3"] }'), '6:27 RECIPE_FIELD_VALUE'],
  ['retry on nothing', withField('retry: { max: 2, on: [] }'), '6:26 RECIPE_FIELD_VALUE'],
  ['a timeout without a unit that is known', withField('timeout: 3 days'), '6:14 RECIPE_DURATION'],
  ['a timeout of nothing', withField('timeout: 0'), '6:14 RECIPE_DURATION'],
  ['a negative timeout', lines('timeout: -1', 'steps:', A), '1:10 RECIPE_DURATION'],
  ['a timeout that timers cannot keep', withField('timeout: 900h'), '6:14 RECIPE_DURATION'],
  ['a timeout that is a list', withField('timeout: [3]'), '6:14 RECIPE_FIELD_TYPE'],
  [
    'a context key without a version',
    withField('success: { ctx_has_keys: [numbers.stats] }'),
    '6:31 RECIPE_CONTEXT_KEY',
  ],
  ['a context key in camel case', withField('reads: [numbers.rowCount_v1]'), '6:13 RECIPE_CONTEXT_KEY'],
  ['a context key without a namespace', withField('reads: [stats_v1]'), '6:13 RECIPE_CONTEXT_KEY'],
  ['a context key of version 0', withField('reads: [numbers.stats_v0]'), '6:13 RECIPE_CONTEXT_KEY'],
  ['concurrency of nothing', lines('concurrency: 0', 'steps:', A), '1:14 RECIPE_FIELD_VALUE'],
  ['an unknown conflict policy', lines('conflict: last_write', 'steps:', A), '1:11 RECIPE_FIELD_VALUE'],
  ['test_meta as a list', lines('test_meta: [1]', 'steps:', A), '1:12 RECIPE_FIELD_TYPE'],
  ['an empty name of the recipe', lines('name: ""', 'steps:', A), '1:7 RECIPE_FIELD_VALUE'],
  ['env as a text', withField('env: HOME'), '6:10 RECIPE_FIELD_TYPE'],
  ['env with a name that is none', withField('env: [MY-VAR]'), '6:11 RECIPE_FIELD_VALUE'],
  ['env with a list as value', withField('env: { A: [1] }'), '6:15 RECIPE_FIELD_TYPE'],
  ['env with a name that is none as key', withField('env: { "MY VAR": x }'), '6:12 RECIPE_FIELD_VALUE'],
  ['env that would set what lorc sets', withField('env: { LORC_CONTEXT: x }'), '6:12 RECIPE_FIELD_VALUE'],
  ['env that reaches the prototype', withField('env: [__proto__]'), '6:11 RECIPE_FIELD_VALUE'],
  [
    'an argument with a NUL',
    lines('steps:', '  - { name: a, type: shell, script: a.sh, args: [a, "x\\0y"] }'),
    '2:53 RECIPE_FIELD_VALUE',
  ],
  ['env with a NUL', withField('env: { A: "x\\0y" }'), '6:15 RECIPE_FIELD_VALUE'],
  [
    'an absolute script',
    lines('steps:', '  - { name: a, type: shell, script: /bin/sh }'),
    '2:37 PATH_OUTSIDE_WORKSPACE',
  ],
  [
    'a script above the workspace',
    lines('steps:', '  - { name: a, type: shell, script: s/../../x.sh }'),
    '2:37 PATH_OUTSIDE_WORKSPACE',
  ],
  [
    'a module above the workspace',
    lines('steps:', '  - { name: a, type: node, module: ../a.ts, function: a }'),
    '2:36 PATH_OUTSIDE_WORKSPACE',
  ],
  ['an output above the workspace', withField('outputs: [ok.md, ../../etc/passwd]'), '6:22 PATH_OUTSIDE_WORKSPACE'],
  ['an input on a Windows drive', withField('inputs: ["C:\\\\data.csv"]'), '6:14 PATH_OUTSIDE_WORKSPACE'],
  ['an output with a NUL', withField('outputs: ["a\\0b"]'), '6:15 PATH_OUTSIDE_WORKSPACE'],
  ['an output that is a folder', withField('outputs: [./]'), '6:15 RECIPE_FIELD_VALUE'],
  [
    'a Python module as a path',
    lines('steps:', '  - { name: a, type: python, module: steps/a.py, function: A }'),
    '2:38 RECIPE_FIELD_VALUE',
  ],
  [
    'a Python module that is none',
    lines('steps:', '  - { name: a, type: python, module: "a b", function: A }'),
    '2:38 RECIPE_FIELD_VALUE',
  ],
]

const http = (field: string) => lines('steps:', '  - name: a', '    type: http', '    url: https://example.org', `    ${field}`)
const headed = (head: string) => lines(head, 'steps:', A)

const LANGUAGE: Malformed[] = [
  ['when left empty', withField('when: ""'), '6:11 RECIPE_FIELD_VALUE'],
  ['when as a boolean', withField('when: true'), '6:11 RECIPE_FIELD_TYPE'],
  ['if instead of when', withField('if: "true"'), '6:5 RECIPE_FIELD_UNKNOWN'],
  ['a for_each that is a number', withField('for_each: 3'), '6:15 RECIPE_FIELD_TYPE'],
  ['a for_each without items', withField('for_each: { max_parallel: 2 }'), '6:15 RECIPE_FIELD_MISSING'],
  ['an unknown field of for_each', withField('for_each: { items: "[1]", parallel: 2 }'), '6:31 RECIPE_FIELD_UNKNOWN'],
  ['max_parallel without for_each', withField('max_parallel: 2'), '6:5 RECIPE_FIELD_MISPLACED'],
  [
    'max_parallel twice',
    lines(withField('for_each: { items: "[1]", max_parallel: 2 }'), '    max_parallel: 3'),
    '7:5 RECIPE_FIELD_MISPLACED',
  ],
  ['a max_parallel of nothing', lines(withField('for_each: "[1]"'), '    max_parallel: 0'), '7:19 RECIPE_FIELD_VALUE'],
  ['a produced key without a version', withField('produces: { sales.rows: array }'), '6:17 RECIPE_CONTEXT_KEY'],
  ['a produced key in a list without a version', withField('produces: [sales.rows]'), '6:16 RECIPE_CONTEXT_KEY'],
  ['a produced key of an unknown type', withField('produces: { sales.rows_v1: list }'), '6:32 RECIPE_SCHEMA'],
  ['a produced key with a keyword that is none', withField('produces: { sales.rows_v1: { tpe: array } }'), '6:34 RECIPE_SCHEMA'],
  ['a produced key with a reference', withField('produces: { sales.rows_v1: { $ref: "#/x" } }'), '6:34 RECIPE_SCHEMA'],
  ['a produced key as a number', withField('produces: { sales.rows_v1: 3 }'), '6:32 RECIPE_FIELD_TYPE'],
  ['a produced key that nothing fits', withField('produces: { sales.rows_v1: false }'), '6:32 RECIPE_SCHEMA'],
  ['a priority beyond 1000', withField('priority: 5000'), '6:15 RECIPE_FIELD_VALUE'],
  ['a group without a limit', withField('concurrency_group: { name: db }'), '6:24 RECIPE_FIELD_MISSING'],
  ['a group with an unknown field', withField('concurrency_group: { name: db, limit: 1, max: 2 }'), '6:46 RECIPE_FIELD_UNKNOWN'],
  ['success with an expression that is no text', withField('success: { when: 3 }'), '6:22 RECIPE_FIELD_TYPE'],
  ['an http step without a url', lines('steps:', '  - { name: a, type: http }'), '2:5 RECIPE_FIELD_MISSING'],
  ['a url in a node step', withField('url: https://example.org'), '6:5 RECIPE_FIELD_MISPLACED'],
  ['a module in an http step', http('module: a.ts'), '5:5 RECIPE_FIELD_MISPLACED'],
  ['a method that is none', http('method: G ET'), '5:13 RECIPE_FIELD_VALUE'],
  ['a status that is none', http('expect: [200, 999]'), '5:19 RECIPE_FIELD_VALUE'],
  ['a class of statuses that is none', http('expect: 6xx'), '5:13 RECIPE_FIELD_VALUE'],
  ['headers as a list', http('headers: [a]'), '5:14 RECIPE_FIELD_TYPE'],
  ['a set key that is none', http('set: { rows: response.body }'), '5:12 RECIPE_CONTEXT_KEY'],
  ['a set value that is no text', http('set: { a.rows_v1: 3 }'), '5:23 RECIPE_FIELD_TYPE'],
  ['a recipe step without a recipe', lines('steps:', '  - { name: a, type: recipe }'), '2:5 RECIPE_FIELD_MISSING'],
  ['a recipe step with args', lines('steps:', '  - { name: a, type: recipe, recipe: b.yaml, args: { a: 1 } }'), '2:38 RECIPE_UNREADABLE', '2:46 RECIPE_FIELD_MISPLACED'],
  ['a recipe above the workspace', lines('steps:', '  - { name: a, type: recipe, recipe: ../b.yaml }'), '2:38 PATH_OUTSIDE_WORKSPACE'],
  ['params in a node step', withField('params: { a: 1 }'), '6:5 RECIPE_FIELD_MISPLACED'],
  ['approvers that are none', lines('steps:', '  - { name: a, type: approval, approvers: [] }'), '2:43 RECIPE_FIELD_VALUE'],
  ['an approval of each item', lines('steps:', '  - { name: a, type: approval, for_each: [1, 2] }'), '2:32 RECIPE_FIELD_MISPLACED'],
  ['an approval that is retried', lines('steps:', '  - { name: a, type: approval, retry: { max: 2 } }'), '2:32 RECIPE_FIELD_MISPLACED'],
  ['params as a list', headed('params: [days]'), '1:9 RECIPE_FIELD_TYPE'],
  ['a parameter whose name is none', headed('params: { "a-b": 1 }'), '1:11 RECIPE_FIELD_VALUE'],
  ['a parameter of a misspelt type', headed('params: { days: integr }'), '1:17 RECIPE_SCHEMA'],
  ['a parameter of a type of another language', headed('params: { on: bool }'), '1:15 RECIPE_SCHEMA'],
  ['a parameter with a keyword that is none', headed('params: { days: { type: integer, min: 3 } }'), '1:34 RECIPE_SCHEMA'],
  ['a parameter whose default does not fit', headed('params: { days: { type: integer, default: x } }'), '1:43 RECIPE_SCHEMA'],
  ['a parameter with a pattern that backtracks', headed('params: { a: { type: string, pattern: "(a+)+" } }'), '1:39 RECIPE_SCHEMA'],
  ['a schema of params with a misspelt type', headed('params: { type: object, properties: { a: { type: strin } } }'), '1:50 RECIPE_SCHEMA'],
  ['a secret whose name is none', headed('secrets: [MY-KEY]'), '1:11 RECIPE_FIELD_VALUE'],
  ['a secret that lorc sets', headed('secrets: [LORC_X]'), '1:11 RECIPE_FIELD_VALUE'],
  ['env of the recipe that lorc sets', headed('env: { LORC_X: 1 }'), '1:8 RECIPE_FIELD_VALUE'],
  ['a deadline without a unit that is known', headed('deadline: tomorrow'), '1:11 RECIPE_DURATION'],
  ['a handler that is a text', lines('steps:', A, 'on_failure: notify'), '3:13 RECIPE_FIELD_TYPE'],
  ['a handler without a name', lines('steps:', A, 'always:', '  - { type: shell, script: a.sh }'), '4:5 RECIPE_FIELD_MISSING'],
  ['a handler with a field that is none', lines('steps:', A, 'always:', '  - { name: z, type: shell, script: a.sh, neds: [a] }'), '4:43 RECIPE_FIELD_UNKNOWN'],
  ['a handler with the name of a step', lines('steps:', A, 'always:', '  - { name: a, type: shell, script: a.sh }'), '4:13 RECIPE_NAME_DUPLICATE'],
  [
    'a handler that waits for a step',
    lines('steps:', A, 'always:', '  - { name: z, type: shell, script: a.sh, depends_on: [a] }'),
    '4:56 RECIPE_DEPENDENCY_UNKNOWN',
  ],
  ['finally instead of always', lines('steps:', A, 'finally: []'), '3:1 RECIPE_FIELD_UNKNOWN'],
]

const EXPRESSIONS: Malformed[] = [
  ['CEL that does not end', withField('when: "1 +"'), '6:14 RECIPE_EXPRESSION'],
  ['CEL with a character that is none', withField('when: "1 # 2"'), '6:14 RECIPE_EXPRESSION'],
  ['CEL with one = sign', withField('when: run.name = "x"'), '6:20 RECIPE_EXPRESSION'],
  ['a condition that is a text', withField(`when: "'yes'"`), '6:12 RECIPE_EXPRESSION'],
  ['a condition that is a number', withField('when: ${{ 1 + 1 }}'), '6:15 RECIPE_EXPRESSION'],
  ['items that are a text', withField('for_each: run.name'), '6:15 RECIPE_EXPRESSION'],
  ['types that do not fit', withField('when: run.attempt == "1"'), '6:11 RECIPE_EXPRESSION'],
  ['a name that stands for nothing', withField('when: context.a'), '6:11 RECIPE_EXPRESSION'],
  ['an unknown function', withField('when: exists(ctx.a.b_v1)'), '6:11 RECIPE_EXPRESSION'],
  ['an unknown step', withField('when: steps.aa.status == "completed"'), '6:11 RECIPE_REFERENCE_UNKNOWN'],
  ['a field that steps do not have', withField('when: steps.a.state == "completed"'), '6:19 RECIPE_EXPRESSION'],
  ['an unknown parameter', lines('params: { days: 7 }', withField('when: params.day > 3')), '7:11 RECIPE_REFERENCE_UNKNOWN'],
  ['a parameter compared with another type', lines('params: { days: 7 }', withField('when: params.days == "7"')), '7:11 RECIPE_EXPRESSION'],
  ['a variable that is not granted', withField('args: { a: "${{ env.HOME }}" }'), '6:21 RECIPE_REFERENCE_UNKNOWN'],
  ['a secret', lines('secrets: [KEY]', 'env: [KEY]', withField('args: ["${{ env.KEY }}"]')), '8:17 RECIPE_REFERENCE_UNKNOWN'],
  ['a key of the context without a version', withField('when: ctx.sales.rows'), '6:11 RECIPE_EXPRESSION'],
  ['the context as a whole', withField('args: { a: "${{ ctx }}" }'), '6:21 RECIPE_EXPRESSION'],
  ['an item without for_each', withField('args: { a: "${{ item }}" }'), '6:21 RECIPE_EXPRESSION'],
  ['an item in when', lines(withField('for_each: "[1]"'), '    when: item > 1'), '7:11 RECIPE_EXPRESSION'],
  ['a field that an item does not have', lines('params: { rows: { type: array, items: { type: object, properties: { id: { type: integer } } } } }', withField('for_each: params.rows'), '    args: ["${{ item.idd }}"]'), '8:22 RECIPE_EXPRESSION'],
  ['an item of a list that is written out', lines(withField('for_each: [1, 2]'), '    args: ["${{ item.name }}"]'), '7:22 RECIPE_EXPRESSION'],
  ['a response outside of set', http('body: "${{ response.body }}"'), '5:16 RECIPE_EXPRESSION'],
  ['a template that does not end', withField('args: { a: "x ${{ 1" }'), '6:19 RECIPE_EXPRESSION'],
  ['two things in two templates', withField('args: ["${{ 1 + }} ${{ nope }}"]'), '6:19 RECIPE_EXPRESSION', '6:28 RECIPE_EXPRESSION'],
  ['a template in a block', lines(withField('args:'), '      a: >', '        first line', '        ${{ params.x +', '        nope }} last'), '10:9 RECIPE_EXPRESSION'],
  ['a template in a text with escapes', withField(`args: { a: "\\t\\"\${{ nope }}" }`), '6:25 RECIPE_EXPRESSION'],
  ['a template in single quotes', withField("args: { a: 'it''s ${{ nope }}' }"), '6:27 RECIPE_EXPRESSION'],
  ['a key that is not produced so', lines(withField('produces: { s.total_v1: { type: object, properties: { net: { type: number } } } }'), '    success: { when: ctx.s.total_v1.gross > 1 }'), '7:37 RECIPE_EXPRESSION'],
  ['a template in the name of a group', withField('concurrency_group: { name: "g-${{ nope }}", limit: 2 }'), '6:39 RECIPE_EXPRESSION'],
  ['a template in a key for the cache', withField('cache_key: "${{ nope }}"'), '6:21 RECIPE_EXPRESSION'],
  ['a template in env of the recipe', headed('env: { A: "${{ nope }}" }'), '1:16 RECIPE_EXPRESSION'],
  ['a template in a message', lines('steps:', '  - { name: a, type: approval, message: "${{ nope }}" }'), '2:46 RECIPE_EXPRESSION'],
  ['set that is not CEL', http('set: { a.rows_v1: "response.body +" }'), '5:38 RECIPE_EXPRESSION'],
]

const ORDER: Malformed[] = [
  [
    'a name that reaches the prototype',
    lines('steps:', A.replace('name: a', 'name: __proto__')),
    '2:13 RECIPE_NAME_INVALID',
  ],
  ['the same name twice', lines('steps:', A, A), '3:13 RECIPE_NAME_DUPLICATE'],
  ['names that differ in case', lines('steps:', A, A.replace('name: a', 'name: A')), '3:13 RECIPE_NAME_DUPLICATE'],
  [
    'an unknown dependency',
    lines('steps:', A, B.replace(' }', ', depends_on: [aa] }')),
    '3:68 RECIPE_DEPENDENCY_UNKNOWN',
  ],
  ['a step that waits for itself', withField('depends_on: [a]'), '6:18 RECIPE_CYCLE'],
  [
    'two steps that wait for each other',
    lines('steps:', A.replace(' }', ', depends_on: [b] }'), B.replace(' }', ', depends_on: [a] }')),
    '2:68 RECIPE_CYCLE',
  ],
  [
    'a step that waits for a later one',
    lines('steps:', A.replace(' }', ', depends_on: [b] }'), B),
    '2:68 RECIPE_CYCLE',
  ],
  [
    'an output of two steps that run together',
    lines(
      'steps:',
      A.replace(' }', ', parallel: true, outputs: [r.md] }'),
      B.replace(' }', ', parallel: true, outputs: [./r.md] }'),
    ),
    '3:81 RECIPE_OUTPUT_CONFLICT',
  ],
  [
    'an output of items that run together',
    lines('steps:', A.replace(' }', ", for_each: '[1, 2]', outputs: [r.md] }")),
    '2:85 RECIPE_OUTPUT_CONFLICT',
  ],
  [
    'many things at once',
    lines(
      'nam: x',
      'steps:',
      '  - name: a b',
      '    type: nod',
      '  - name: c',
      '    type: shell',
      '    depends_on: [cc]',
      '    timeout: never',
    ),
    '1:1 RECIPE_FIELD_UNKNOWN',
    '3:11 RECIPE_NAME_INVALID',
    '4:11 RECIPE_TYPE_UNKNOWN',
    '5:5 RECIPE_FIELD_MISSING',
    '7:18 RECIPE_DEPENDENCY_UNKNOWN',
    '8:14 RECIPE_DURATION',
  ],
]

describe.each([
  ['files', FILES],
  ['YAML', YAML],
  ['fields', FIELDS],
  ['language', LANGUAGE],
  ['expressions', EXPRESSIONS],
  ['order', ORDER],
])('%s', (_, table) => {
  test.each(table)('%s', (_title, recipe, ...expected) => {
    const { plan, problems } = compileRecipe(recipe, { file: 'demo.yaml' })
    expect(problems.map(({ line, column, code }) => `${line}:${column} ${code}`)).toEqual(expected)
    expect(plan).toBeUndefined()
    for (const problem of problems)
      expect(formatProblem(problem)).toContain(`demo.yaml:${problem.line}:${problem.column}: `)
  })
})

test('there are many of them, no two alike', () => {
  const all = [...FILES, ...YAML, ...FIELDS, ...LANGUAGE, ...EXPRESSIONS, ...ORDER]
  expect(all.length).toBeGreaterThanOrEqual(180)
  expect(new Set(all.map(([title]) => title)).size).toBe(all.length)
})
