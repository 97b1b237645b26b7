import { etl } from './etl.ts'
import { job, modules, pipeline, recipe } from './examples.ts'
import { minimal } from './minimal.ts'
import { node } from './node.ts'
import { python } from './python.ts'
import type { Template } from './template.ts'

/** By the name that `lorc init` takes, the simplest first. */
export const TEMPLATES: Readonly<Record<string, Template>> = { minimal, node, python, etl, recipe, job, pipeline, modules }
