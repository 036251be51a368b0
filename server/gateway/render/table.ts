/** The proxy's look-up of a string in one of the revision's tables. */
export const table = (name: string): string => `map_str(tables/${name}.map)`;

/** A field of what `ways.map` says of the endpoint, see `ir/ways.ts`. */
export const wayField = (field: number): string => `var(txn.way),field(${String(field)},:)`;

/** Looked up once for whatever an endpoint asks for beside the ordinary. */
export const way = [`  http-request set-var(txn.way) var(txn.ep),${table("ways")}`];
