import type { JsonObject, JsonValue } from '@lorc/runner'
import { alternativesOf, fieldsOf, literalsOf, typeName, typesOf, valuesOf, type Described } from './type-text.ts'

const HEAD = `from __future__ import annotations

from typing import Any, Dict, List, Literal, Optional, TypedDict, Union

try:
    from typing import NotRequired
except ImportError:
    from typing_extensions import NotRequired
`

const NAMES: Readonly<Record<string, string>> = { string: 'str', integer: 'int', number: 'float', boolean: 'bool', null: 'None' }

/** A Python module with a TypedDict for the context, one for the parameters, and one for each object in them. */
export function pythonText({ recipe, keys, params }: Described, file: string): string {
  const stubs = new PythonStubs()
  const name = typeName(recipe)
  const context = [...keys].map(([key, schema]) => ({ name: key, type: `NotRequired[${stubs.typeOf(schema, `${name}${typeName(key)}`)}]` }))
  stubs.add(`${name}Context`, context)
  if (params !== null) stubs.object(params, `${name}Params`)
  return [`# Written by \`lorc types ${file} --lang python\`: write it again when the recipe changes.\n${HEAD}`, ...stubs.texts].join('\n\n')
}

class PythonStubs {
  readonly texts: string[] = []
  readonly #names = new Set<string>()

  typeOf(schema: JsonObject, name: string): string {
    const literals = literalsOf(schema)
    if (literals) return `Literal[${literals.map(literal).join(', ')}]`
    const alternatives = alternativesOf(schema)
    if (alternatives) return unionOf(alternatives.map((one) => this.typeOf(one, name)))
    const types = typesOf(schema)
    return types.length === 0 ? 'Any' : unionOf(types.map((type) => this.#named(type, schema, name)))
  }

  /** Names a TypedDict for an object's fields. */
  object(schema: JsonObject, wanted: string): string {
    let name = wanted
    for (let i = 2; this.#names.has(name); i++) name = `${wanted}${i}`
    this.#names.add(name)
    const fields = fieldsOf(schema).map((field) => {
      const type = this.typeOf(field.schema, `${name}${typeName(field.name)}`)
      return { name: field.name, type: field.required ? type : `NotRequired[${type}]` }
    })
    this.add(name, fields)
    return name
  }

  add(name: string, fields: readonly { name: string; type: string }[]): void {
    const lines = fields.map((field) => `    ${JSON.stringify(field.name)}: ${JSON.stringify(field.type)},\n`)
    this.texts.push(`${name} = TypedDict(${JSON.stringify(name)}, {\n${lines.join('')}})\n`)
  }

  #named(type: string, schema: JsonObject, name: string): string {
    if (type === 'array') return `List[${typeof schema.items === 'object' ? this.typeOf(schema.items as JsonObject, `${name}Item`) : 'Any'}]`
    if (type !== 'object') return NAMES[type] ?? 'Any'
    const values = valuesOf(schema)
    if (values) return `Dict[str, ${this.typeOf(values, `${name}Value`)}]`
    return fieldsOf(schema).length === 0 ? 'Dict[str, Any]' : this.object(schema, name)
  }
}

function unionOf(types: readonly string[]): string {
  const all = [...new Set(types)]
  if (all.includes('Any')) return 'Any'
  const some = all.filter((type) => type !== 'None')
  const union = some.length > 1 ? `Union[${some.join(', ')}]` : (some[0] ?? 'None')
  return some.length > 0 && some.length < all.length ? `Optional[${union}]` : union
}

function literal(value: JsonValue): string {
  if (value === null) return 'None'
  if (typeof value === 'boolean') return value ? 'True' : 'False'
  return JSON.stringify(value)
}
