/** Takes an installation's packet filter rules out; answers whether any were there. */
export function removeFirewall(place: { readonly id: string }): Promise<boolean>;
