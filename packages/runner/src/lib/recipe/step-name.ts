/** Letters, digits, `_`, `-` and `.`; starts with a letter or `_`; at most 128 characters. */
export const STEP_NAME = /^[A-Za-z_][A-Za-z0-9_.-]{0,127}$/
