/** The work of Windmill's benchmark: slow on purpose. */
export const fib = (n) => (n < 2 ? n : fib(n - 1) + fib(n - 2))
