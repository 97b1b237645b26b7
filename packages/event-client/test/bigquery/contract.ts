import { readFileSync } from 'node:fs'
import { Ajv, type ValidateFunction } from 'ajv'
import { type Checked, SCHEMAS_FILE } from './client-schemas.ts'

/** Checks what goes over the wire against the client's own types, and remembers what does not fit. */
export class Contract {
  /** One sentence each. Tests expect none. */
  readonly violations: string[] = []
  readonly #schemas = JSON.parse(readFileSync(SCHEMAS_FILE, 'utf8')) as Record<Checked, object>
  readonly #ajv = new Ajv({ strict: false, logger: false })
  readonly #checks = new Map<Checked, ValidateFunction>()

  /** Returns the value. */
  check<T>(name: Checked, value: T): T {
    const validate = this.#checks.get(name) ?? this.#ajv.compile(this.#schemas[name])
    this.#checks.set(name, validate)
    if (!validate(value)) this.violations.push(`${name}: ${this.#ajv.errorsText(validate.errors)} ${JSON.stringify(validate.errors?.map(({ params }) => params))}`)
    return value
  }
}
