import { z } from 'zod';

export const webAddress = z.string().refine((text) => /^https?:\/\/\S+$/.test(text) && URL.canParse(text), {
  error: (issue) => `"${String(issue.input)}" is not a web address; write it like https://taiga.example.org`,
});

/** An address to which paths are appended. */
export const baseAddress = webAddress.refine((text) => {
  if (!URL.canParse(text)) return true;
  const { username, password, search, hash } = new URL(text);
  return username + password + search + hash === '';
}, 'must not contain a user, password, ? or #: everybody sees it, and paths are appended');

/** Removes slashes at the end. */
export function withoutSlash(address: string): string {
  return address.replace(/\/+$/, '');
}
