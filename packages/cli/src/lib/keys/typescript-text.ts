import type { JsonObject } from '@lorc/runner'
import { alternativesOf, fieldsOf, literalsOf, typeName, typesOf, valuesOf, type Described } from './type-text.ts'

/** A declaration file with an interface for the context and one for the parameters. */
export function typescriptText({ recipe, keys, params }: Described, file: string): string {
  const name = typeName(recipe)
  const lines = [...keys].map(([key, schema]) => `  ${JSON.stringify(key)}: ${typeOf(schema, 2)}`)
  const parts = [
    `// Written by \`lorc types ${file}\`: write it again when the recipe changes.\n`,
    `/** What the steps of ${recipe.replaceAll('*/', '* /')} produce, by key. */\nexport interface ${name}Context {\n${lines.map((line) => `${line}\n`).join('')}}\n`,
    `/** A context that knows what its keys hold. */\nexport interface ${name}Store {\n  get<K extends keyof ${name}Context>(key: K): ${name}Context[K] | undefined\n  set<K extends keyof ${name}Context>(key: K, value: ${name}Context[K]): void\n}\n`,
  ]
  if (params !== null) parts.push(`/** Its parameters, with their defaults. */\nexport interface ${name}Params ${typeOf({ ...params, additionalProperties: false }, 0)}\n`)
  return parts.join('\n')
}

function typeOf(schema: JsonObject, indent: number): string {
  const literals = literalsOf(schema)
  if (literals) return literals.map((one) => JSON.stringify(one)).join(' | ')
  const alternatives = alternativesOf(schema)
  if (alternatives) return unionOf(alternatives.map((one) => typeOf(one, indent)))
  const types = typesOf(schema)
  return types.length === 0 ? 'unknown' : unionOf(types.map((type) => namedType(type, schema, indent)))
}

function unionOf(types: readonly string[]): string {
  return types.includes('unknown') ? 'unknown' : [...new Set(types)].join(' | ')
}

function namedType(type: string, schema: JsonObject, indent: number): string {
  if (type === 'integer') return 'number'
  if (type === 'array') {
    const items = typeof schema.items === 'object' ? typeOf(schema.items as JsonObject, indent) : 'unknown'
    return /[| ]/.test(items) && !items.startsWith('{') ? `(${items})[]` : `${items}[]`
  }
  return type === 'object' ? objectType(schema, indent) : type
}

function objectType(schema: JsonObject, indent: number): string {
  const values = valuesOf(schema)
  if (values) return `{ [name: string]: ${typeOf(values, indent)} }`
  const fields = fieldsOf(schema)
  if (fields.length === 0) return schema.additionalProperties === false ? '{}' : '{ [name: string]: unknown }'
  const pad = ' '.repeat(indent + 2)
  const lines = fields.map(({ name, schema: field, required }) => `${pad}${propertyName(name)}${required ? '' : '?'}: ${typeOf(field, indent + 2)}\n`)
  return `{\n${lines.join('')}${' '.repeat(indent)}}`
}

function propertyName(name: string): string {
  return /^[A-Za-z_$][\w$]*$/.test(name) ? name : JSON.stringify(name)
}
