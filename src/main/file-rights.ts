/** A warning, from what the reader found out about the role. */
export function explainFileRights(rights: string): string {
  return `${rights}, and could read files of the database server: collectors of your own are refused; make a role as in docs/database.md`;
}
