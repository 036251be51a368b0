/** Least to most: reading, running models (which is running code on the host), deciding who may. */
export const roles = ["reader", "contributor", "owner"] as const;
