/** A JSON value (RFC 8259) as JavaScript holds it. Numbers are finite. */
export type JsonValue = null | boolean | number | string | JsonValue[] | { [key: string]: JsonValue }
export type JsonObject = { [key: string]: JsonValue }
