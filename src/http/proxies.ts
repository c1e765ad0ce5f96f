import { isIPv4 } from 'node:net';
import { getProxyForUrl } from 'proxy-from-env';
import { Agent, type Dispatcher, ProxyAgent } from 'undici';
import { httpTarget } from './http-target.js';

/** The URL of the proxy for a request; undefined: none. */
export type ProxyFor = (url: URL) => string | undefined;

/** How to reach a URL: directly, or through a proxy. */
export interface Way {
  readonly dispatcher: Dispatcher;
  /** The proxy's address, without its credentials. */
  readonly proxy: string | undefined;
}

/** The connections of one client, direct ones and those through proxies. */
export interface Ways {
  /** @throws Error when the proxy's address is not valid */
  to(url: URL): Way;
  close(): Promise<void>;
}

/**
 * Uses `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY`, in lower or upper case. Requests to this machine never go
 * through a proxy, as in Prometheus and Grafana.
 */
export const proxyFromEnvironment: ProxyFor = (url) => {
  if (isLoopback(url.hostname)) return undefined;
  const proxy = getProxyForUrl(url.href);
  // Written without a scheme it speaks plain HTTP, as with curl; the library takes that of the URL.
  return (isWrittenSo(proxy) ? proxy : proxy.replace(/^https:/, 'http:')) || undefined;
};

function isWrittenSo(proxy: string): boolean {
  const names = ['http_proxy', 'https_proxy', 'all_proxy'];
  return names.some((name) => [process.env[name], process.env[name.toUpperCase()]].includes(proxy));
}

export function createWays(proxyFor: ProxyFor, connectTimeoutMs: number): Ways {
  // The limit of the whole request is used instead of undici's own.
  const limits = { headersTimeout: 0, bodyTimeout: 0 };
  const connect = { timeout: connectTimeoutMs };
  const ways = new Map<string, Way>();

  const open = (proxy: string): Way => {
    if (proxy === '') return { dispatcher: new Agent({ ...limits, connect }), proxy: undefined };
    const target = httpTarget(proxy);
    if (!target) throw new Error('the proxy in the environment is not an http:// or https:// address');
    const token = target.headers.authorization;
    return {
      dispatcher: new ProxyAgent({
        ...limits,
        uri: target.url,
        ...(token === undefined ? {} : { token }),
        proxyTls: connect,
        // Many proxies allow CONNECT only to port 443, so http:// URLs are requested without it.
        proxyTunnel: false,
      }),
      proxy: target.url,
    };
  };

  return {
    to(url) {
      const proxy = proxyFor(url) ?? '';
      const way = ways.get(proxy) ?? open(proxy);
      ways.set(proxy, way);
      return way;
    },
    async close() {
      await Promise.all([...ways.values()].map(({ dispatcher }) => dispatcher.destroy()));
      ways.clear();
    },
  };
}

function isLoopback(hostname: string): boolean {
  return (
    hostname === 'localhost' ||
    hostname.endsWith('.localhost') ||
    hostname === '[::1]' ||
    (isIPv4(hostname) && hostname.startsWith('127.'))
  );
}
