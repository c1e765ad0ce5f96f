import type { Server } from 'node:net';
import type { TLSSocket } from 'node:tls';
import type { ClientAuthType } from './web-config/tls-names.js';

/** What Node is told about client certificates when a server is made. */
export function requestsClientCertificate(type: ClientAuthType): {
  readonly requestCert: boolean;
  readonly rejectUnauthorized: boolean;
} {
  return { requestCert: type !== 'NoClientCert', rejectUnauthorized: type === 'RequireAndVerifyClientCert' };
}

/** Cuts off clients whose certificate is not what the type wants, in the cases that Node does not know. */
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

/** Whether only clients with a certificate that was verified come in. */
export function verifiesClients(type: ClientAuthType | undefined): boolean {
  return type === 'RequireAndVerifyClientCert';
}
