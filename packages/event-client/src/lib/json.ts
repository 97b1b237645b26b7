/** A JSON value (RFC 8259) as JavaScript holds it. Numbers are finite. */
export type JsonValue = null | boolean | number | string | JsonValue[] | { [key: string]: JsonValue }
export type JsonObject = { [key: string]: JsonValue }

/** `T` where all that is in it is JSON, interfaces too, which are not `JsonValue`; where something is not, `never`. */
export type JsonOf<T> = T extends JsonValue ? T : T extends ((...args: never[]) => unknown) ? never : T extends object ? { [K in keyof T]: JsonOf<T[K]> } : never
