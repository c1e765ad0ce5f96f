/** The warning about a role that could read files of the database server. */
export function explainFileRights(rights: string): string {
  return `${rights}, and could read files of the database server: collectors of your own are refused; make a role as in docs/database.md`;
}
