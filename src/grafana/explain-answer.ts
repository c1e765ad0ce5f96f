import { z } from 'zod';
import { BugflowError } from '../base/errors.js';
import { quote } from '../http/exchange.js';
import type { GrafanaCredentials } from './credentials.js';

const UNTRUSTED =
  /^(SELF_SIGNED_CERT_IN_CHAIN|DEPTH_ZERO_SELF_SIGNED_CERT|UNABLE_TO_GET_ISSUER_CERT(_LOCALLY)?|UNABLE_TO_VERIFY_LEAF_SIGNATURE|CERT_UNTRUSTED)$/;
const BAD_CERTIFICATE = /^(CERT_|ERR_TLS_CERT_)/;
const NO_TLS = /^(ERR_SSL_|EPROTO$)/;

/** A failure that another attempt would not cure. */
export function isHopeless({ code = '' }: { readonly code: string | undefined }): boolean {
  return [UNTRUSTED, BAD_CERTIFICATE, NO_TLS].some((pattern) => pattern.test(code));
}

/** When no answer came. */
export function explainFailure(url: string, reason: string, code = '', couldWait = false): BugflowError {
  const hint = UNTRUSTED.test(code)
    ? "its certificate comes from an authority that is not known here: set NODE_EXTRA_CA_CERTS to a file with the authority's certificate"
    : BAD_CERTIFICATE.test(code)
      ? 'its certificate is expired or for another name: use the name that is in it, or renew it'
      : NO_TLS.test(code)
        ? 'it speaks no TLS there: is it http:// instead of https://?'
        : couldWait
          ? 'check --url; where Grafana is only starting, --wait 60s waits for it'
          : 'check --url, and whether Grafana is well';
  // What OpenSSL says is for those who know its source.
  const why = isHopeless({ code }) ? code : reason;
  return new BugflowError('GRAFANA_UNREACHABLE', `no answer from Grafana at ${url} (${why}); ${hint}`);
}

export interface StrangeAnswer {
  readonly url: string;
  readonly path: string;
  readonly status: number;
  readonly text: string;
  readonly location: string | undefined;
}

/** When what came is not what Grafana's API sends. */
export function explainNoGrafana({ url, path, status, text, location }: StrangeAnswer): BugflowError {
  const fail = (message: string): BugflowError => new BugflowError('GRAFANA_ADDRESS', `${url} ${message}`);
  if (location !== undefined && URL.canParse(location, url)) {
    const there = new URL(location, url);
    const address = `${there.origin}${there.pathname}`;
    // The same path elsewhere: from http to https, or into Grafana's sub-path.
    if (there.pathname.endsWith(path))
      return fail(`sends elsewhere: give --url ${address.slice(0, -path.length)}`);
    return fail(
      `answers with a redirect to ${address}: a login page stands before Grafana; give the address behind it, or let /api pass with Grafana's own tokens`,
    );
  }
  if (/HTTP request to an HTTPS server|plain HTTP request was sent to HTTPS/i.test(text))
    return fail(`speaks TLS: give --url ${url.replace(/^http:/, 'https:')}`);
  if (/<html|<!doctype/i.test(text)) {
    return fail(
      `answers ${status} with a web page instead of Grafana's API: check host, port and sub-path (like https://host/grafana), and that no login page stands before it`,
    );
  }
  return fail(`is no Grafana (it answers ${status} ${quote(text) || 'nothing'}): check --url`);
}

export interface Refusal {
  readonly url: string;
  readonly credentials: GrafanaCredentials;
  readonly to: string;
  readonly status: number;
  readonly body: unknown;
}

const refusalBody = z.looseObject({ message: z.string() });

/** When Grafana itself says no. */
export function explainRefusal({ url, credentials, to, status, body }: Refusal): BugflowError {
  const message = messageIn(body);
  if (status === 401) {
    return new BugflowError(
      'GRAFANA_LOGIN_REFUSED',
      `${url} does not accept ${credentials.described} (${message}): ${credentials.remedy}`,
    );
  }
  if (status === 403) {
    return new BugflowError(
      'GRAFANA_PERMISSION',
      `${url} does not let ${credentials.described} ${to} (${message}): give it the role Editor in Grafana, or the right that is missing`,
    );
  }
  return new BugflowError('GRAFANA_REFUSED', `${url} refuses to ${to}: ${status} ${message}`);
}

/** What Grafana says in words. */
export function messageIn(body: unknown): string {
  const parsed = refusalBody.safeParse(body);
  return parsed.success ? quote(parsed.data.message) : quote(JSON.stringify(body));
}
