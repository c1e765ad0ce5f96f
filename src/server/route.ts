import type { IncomingHttpHeaders } from 'node:http';
import type { Html } from '../base/html.js';
import type { Page } from './pages/layout.js';

/** A path and its handler. */
export interface Route {
  readonly method: 'GET' | 'POST';
  /** May contain parameters, like `/runbooks/:alert`. */
  readonly path: string;
  /** `login`: for those whom the web configuration lets in. `none`: for anybody; the handler itself checks who asks. */
  readonly login: 'login' | 'none';
  /** The most bytes of a body; larger ones are refused before the handler runs. Default: 1 KiB. */
  readonly bodyLimitBytes?: number;
  /** How pages link to it; absent: they do not. */
  readonly link?: Link;
  /** Whether it is a script that all pages load. */
  readonly isScript?: boolean;
  /** An error that it throws is logged; the client learns only that there was one. */
  handle(request: RouteRequest): Answer | Promise<Answer>;
}

export interface Link {
  /** The text in the menu of every page. */
  readonly name: string;
  /** The text on the page `/status`: a part of a sentence. */
  readonly meaning: string;
}

export interface RouteRequest {
  /** The path's parameters. */
  readonly params: Readonly<Record<string, string>>;
  /** The query of the URL, not checked. */
  readonly query: Readonly<Record<string, unknown>>;
  readonly headers: IncomingHttpHeaders;
  /** The raw body of any type, as needed for a signature; empty when there is none. */
  readonly body: Buffer;
}

/** A page for people, or bytes. Default status: 200. */
export type Answer =
  | {
      readonly status?: number;
      readonly page: Page;
      /** What follows below it once it is known; never rejects. */
      readonly later?: Promise<Html>;
    }
  | {
      readonly status?: number;
      readonly contentType: string;
      readonly body: string | Buffer;
      readonly headers?: Readonly<Record<string, string>>;
    };
