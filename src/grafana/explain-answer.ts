import { z } from 'zod';
import { BugflowError } from '../base/errors.js';
import { quote } from '../http/exchange.js';
import type { GrafanaCredentials } from './credentials.js';

const UNTRUSTED =
  /^(SELF_SIGNED_CERT_IN_CHAIN|DEPTH_ZERO_SELF_SIGNED_CERT|UNABLE_TO_GET_ISSUER_CERT(_LOCALLY)?|UNABLE_TO_VERIFY_LEAF_SIGNATURE|CERT_UNTRUSTED)$/;
const BAD_CERTIFICATE = /^(CERT_|ERR_TLS_CERT_)/;
const NO_TLS = /^(ERR_SSL_|EPROTO$)/;

/** Whether another attempt would fail in the same way. */
export function isPermanent({ code = '' }: { readonly code: string | undefined }): boolean {
  return [UNTRUSTED, BAD_CERTIFICATE, NO_TLS].some((pattern) => pattern.test(code));
}

/** Explains why there is no answer. */
export function explainFailure(url: string, reason: string, code = '', couldWait = false): BugflowError {
  const hint = UNTRUSTED.test(code)
    ? "its certificate comes from an unknown authority: set NODE_EXTRA_CA_CERTS to a file with the authority's certificate"
    : BAD_CERTIFICATE.test(code)
      ? 'its certificate has expired or is for another name: use the name in the certificate, or renew it'
      : NO_TLS.test(code)
        ? 'there is no TLS at this address: is it http:// instead of https://?'
        : couldWait
          ? 'check --url; if Grafana is just starting, --wait 60s waits for it'
          : 'check --url, and whether Grafana works';
  // OpenSSL's message is only understood by its developers, so its code is shown.
  const why = isPermanent({ code }) ? code : reason;
  return new BugflowError('GRAFANA_UNREACHABLE', `no answer from Grafana at ${url} (${why}); ${hint}`);
}

export interface ForeignAnswer {
  readonly url: string;
  readonly path: string;
  readonly status: number;
  readonly text: string;
  readonly location: string | undefined;
}

/** Explains an answer that does not come from Grafana's API. */
export function explainForeignAnswer({ url, path, status, text, location }: ForeignAnswer): BugflowError {
  const fail = (message: string): BugflowError => new BugflowError('GRAFANA_ADDRESS', `${url} ${message}`);
  if (location !== undefined && URL.canParse(location, url)) {
    const there = new URL(location, url);
    const address = `${there.origin}${there.pathname}`;
    // The same path at another address: https instead of http, or Grafana's sub-path.
    if (there.pathname.endsWith(path)) return fail(`redirects: give --url ${address.slice(0, -path.length)}`);
    return fail(
      `answers with a redirect to ${address}: there is a login page in front of Grafana; give the address behind it, or let /api pass with Grafana's own tokens`,
    );
  }
  if (/HTTP request to an HTTPS server|plain HTTP request was sent to HTTPS/i.test(text))
    return fail(`speaks TLS: give --url ${url.replace(/^http:/, 'https:')}`);
  if (/<html|<!doctype/i.test(text)) {
    return fail(
      `answers ${status} with a web page instead of Grafana's API: check host, port and sub-path (like https://host/grafana), and that there is no login page in front of it`,
    );
  }
  return fail(`is not a Grafana (it answers ${status} ${quote(text) || 'nothing'}): check --url`);
}

export interface Refusal {
  readonly url: string;
  readonly credentials: GrafanaCredentials;
  readonly to: string;
  readonly status: number;
  readonly body: unknown;
}

const refusalBody = z.looseObject({ message: z.string() });

/** Explains a refusal by Grafana itself. */
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

/** The message in an answer of Grafana. */
export function messageIn(body: unknown): string {
  const parsed = refusalBody.safeParse(body);
  return parsed.success ? quote(parsed.data.message) : quote(JSON.stringify(body));
}
