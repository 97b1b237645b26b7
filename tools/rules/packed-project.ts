const pythonStep = `  - name: in_python
    type: python
    module: steps.total
    function: Total
    args: { numbers: [1, 2, 3] }
`

const python = `import json


class Total:
    def validate(self, ctx, params):
        assert params["numbers"]

    def run(self, ctx, params):
        ctx.set("sum.python_v1", sum(params["numbers"]), who="Total")
        print(json.dumps({"status": "ok", "outputs": ["sum.python_v1"]}))
        return 0
`

/** A project of a user, with a step of each type: its files, by name. */
export const projectFiles = ({ python: withPython }: { python: boolean }): Record<string, string> => ({
  'package.json': '{ "private": true, "type": "module" }\n',
  'recipe.yaml': `test_meta: { id: packed }
steps:
  - name: in_node
    type: node
    module: steps/total.ts
    function: total
    args: { numbers: [1, 2, 3] }
${withPython ? pythonStep : ''}  - name: in_shell
    type: shell
    script: steps/total.sh
    args: ['1', '2', '3']
`,
  'steps/total.ts': `export const total = (ctx: { set(key: string, value: number): void }, { numbers }: { numbers: number[] }): void =>
  ctx.set('sum.node_v1', numbers.reduce((sum, number) => sum + number, 0))
`,
  'steps/total.sh': `#!/bin/sh
echo "{\\"status\\":\\"ok\\",\\"outputs\\":[\\"sum.shell_v1\\"],\\"set\\":{\\"sum.shell_v1\\":$(($1 + $2 + $3))}}"
`,
  ...(withPython ? { 'steps/total.py': python } : {}),
})
