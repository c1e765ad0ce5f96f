/** A link to a page, or with `#SECTION` to a section of the same document, whose heading has that name as its id. */
export function linkTo(address: string): { readonly link: string } | { readonly linkToDestination: string } {
  return address.startsWith('#') ? { linkToDestination: address.slice(1) } : { link: address };
}
