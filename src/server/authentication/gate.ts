import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Route } from '../route.js';
import type { Authenticator } from './authenticator.js';
import type { Verdict } from './password-checks.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** `none`: no login is required. Default: login. */
    login?: Route['login'];
  }
}

type Gate = (request: FastifyRequest, reply: FastifyReply, pass: (error?: Error) => void) => void;

/** Runs before every route: answers requests that are not let in, and lets the others pass. */
export function createGate(authenticator: () => Authenticator | undefined): Gate {
  return (request, reply, pass) => {
    // Node's own answer to such a request would lack the headers that every answer gets here.
    if (request.raw.httpVersion === '1.1' && request.headers.host === undefined) {
      reply.code(400).header('connection', 'close').type('text/plain').send('the Host header is missing\n');
      return;
    }
    const current = authenticator();
    if (!current || request.routeOptions.config.login === 'none') {
      pass();
      return;
    }
    const finish = (verdict: Verdict): void => {
      if (verdict === 'granted') pass();
      else refuse(reply, verdict, current.challenges);
    };
    const verdict = current.check(request.headers.authorization, request.socket.remoteAddress ?? '');
    if (typeof verdict === 'string') finish(verdict);
    else verdict.then(finish, pass);
  };
}

/** Also closes the connection. */
function refuse(reply: FastifyReply, verdict: 'refused' | 'busy', challenges: readonly string[]): void {
  reply.header('connection', 'close').type('text/plain');
  if (verdict === 'busy') {
    reply.code(429).header('retry-after', '1').send('too many passwords are being checked; try again\n');
  } else {
    reply.code(401).header('www-authenticate', challenges).send('log in to see this\n');
  }
}
