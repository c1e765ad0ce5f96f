import type { IncomingHttpHeaders } from 'node:http';
import type { Page } from './pages/layout.js';

/** What is served under one path. */
export interface Route {
  readonly method: 'GET' | 'POST';
  /** With names for what varies, like `/runbooks/:alert`. */
  readonly path: string;
  /** `login`: for whomever the web configuration lets in. `none`: for anybody; the handler itself makes sure who asks. */
  readonly login: 'login' | 'none';
  /** How large a body may be, in bytes; whatever is larger is refused before the handler sees it. 1 KiB by default. */
  readonly bodyLimitBytes?: number;
  /** How pages link to it; absent: not at all. */
  readonly link?: Link;
  /** What it throws is logged; the client only learns that there was an error. */
  handle(request: RouteRequest): Answer | Promise<Answer>;
}

export interface Link {
  /** For the menu of every page. */
  readonly name: string;
  /** For the home page: half a sentence. */
  readonly meaning: string;
}

export interface RouteRequest {
  /** What varies in the path. */
  readonly params: Readonly<Record<string, string>>;
  /** What stands behind the `?`: whatever somebody wrote. */
  readonly query: Readonly<Record<string, unknown>>;
  readonly headers: IncomingHttpHeaders;
  /** As it came, whatever its type: what a signature is made of. Empty where there is none. */
  readonly body: Buffer;
}

/** A page for people, or bytes. The status is 200 where none is given. */
export type Answer =
  | { readonly status?: number; readonly page: Page }
  | { readonly status?: number; readonly contentType: string; readonly body: string | Buffer };
