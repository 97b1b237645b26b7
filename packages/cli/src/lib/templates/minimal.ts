import type { Template } from './template.ts'

export const minimal: Template = {
  summary: 'two shell steps, one after the other',
  next: 'lorc run hello.yaml',
  files: async () => ({
    'hello.yaml': `# lorc run hello.yaml
name: hello
steps:
  - name: greet
    type: shell
    script: steps/greet.sh
    args: { name: world }

  - name: count
    type: shell
    script: steps/count.sh
    # What this step reads is in the JSON file that LORC_CONTEXT names.
    reads: [hello.greeting_v1]
`,
    'steps/greet.sh': `#!/bin/sh
# Called as: greet.sh --name world. What goes to stderr is the step's log; the last line on stdout is its result.
echo "greeting $2" >&2
printf '{"status":"ok","set":{"hello.greeting_v1":"hello, %s"}}\\n' "$2"
`,
    'steps/count.sh': `#!/bin/sh
greeting=$(sed -n 's/.*"hello.greeting_v1": *"\\([^"]*\\)".*/\\1/p' "$LORC_CONTEXT")
echo "counting the letters of: $greeting" >&2
printf '{"status":"ok","set":{"hello.length_v1":%d}}\\n' "\${#greeting}"
`,
  }),
}
