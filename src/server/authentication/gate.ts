import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Route } from '../route.js';
import type { Authenticator } from './authenticator.js';
import type { Verdict } from './password-checks.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** `none`: nobody has to log in here. What is not said is behind the login. */
    login?: Route['login'];
  }
}

type Gate = (request: FastifyRequest, reply: FastifyReply, pass: (error?: Error) => void) => void;

/** Stands before every route: answers whoever is not let in, and lets the others pass. */
export function createGate(authenticator: () => Authenticator | undefined): Gate {
  return (request, reply, pass) => {
    // Node would answer such a request itself, without our headers.
    if (request.raw.httpVersion === '1.1' && request.headers.host === undefined) {
      reply.code(400).header('connection', 'close').type('text/plain').send('the Host header is missing\n');
      return;
    }
    const current = authenticator();
    if (!current || request.routeOptions.config.login === 'none') {
      pass();
      return;
    }
    const settle = (verdict: Verdict): void => {
      if (verdict === 'granted') pass();
      else turnAway(reply, verdict, current.challenges);
    };
    const verdict = current.check(request.headers.authorization, request.socket.remoteAddress ?? '');
    if (typeof verdict === 'string') settle(verdict);
    else verdict.then(settle, pass);
  };
}

/** Strangers do not keep their connection. */
function turnAway(reply: FastifyReply, verdict: 'refused' | 'busy', challenges: readonly string[]): void {
  reply.header('connection', 'close').type('text/plain');
  if (verdict === 'busy') {
    reply.code(429).header('retry-after', '1').send('too many passwords are being checked; try again\n');
  } else {
    reply.code(401).header('www-authenticate', challenges).send('log in to see this\n');
  }
}
