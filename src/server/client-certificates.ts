import type { Server } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { ClientAuthType } from './web-config/tls-names.js';

/** Node's options about client certificates when a server is created. */
export function requestsClientCertificate(type: ClientAuthType): {
  readonly requestCert: boolean;
  readonly rejectUnauthorized: boolean;
} {
  return { requestCert: type !== 'NoClientCert', rejectUnauthorized: type === 'RequireAndVerifyClientCert' };
}

/** Disconnects clients whose certificate is not acceptable, in the cases that Node does not check. */
export function refuseBadClients(server: Server, type: ClientAuthType): void {
  server.on('secureConnection', (socket: TLSSocket) => {
    const hasCertificate = Object.keys(socket.getPeerCertificate() ?? {}).length > 0;
    const refused =
      type === 'RequireAnyClientCert' || type === 'RequireClientCert'
        ? !hasCertificate
        : type === 'VerifyClientCertIfGiven' && hasCertificate && !socket.authorized;
    if (refused) socket.destroy();
  });
}

/** Whether only clients with a verified certificate are let in. */
export function verifiesClients(type: ClientAuthType | undefined): boolean {
  return type === 'RequireAndVerifyClientCert';
}
