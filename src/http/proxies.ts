import { isIPv4 } from 'node:net';
import { getProxyForUrl } from 'proxy-from-env';
import { Agent, type Dispatcher, ProxyAgent } from 'undici';
import { httpTarget } from './http-target.js';

/** The proxy that a URL is to be reached through; undefined: none. */
export type ProxyFor = (url: URL) => string | undefined;

/** Where a request goes first. */
export interface Way {
  readonly dispatcher: Dispatcher;
  /** The proxy's address, without its credentials. */
  readonly proxy: string | undefined;
}

/** The connections of one client, direct ones and those through proxies. */
export interface Ways {
  /** @throws Error where the proxy's address is none */
  to(url: URL): Way;
  close(): Promise<void>;
}

/**
 * As `HTTPS_PROXY`, `HTTP_PROXY`, `ALL_PROXY` and `NO_PROXY` say, in small letters or capitals. What runs on this machine is
 * never asked through a proxy, as with Prometheus and Grafana.
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
  // The limit of the whole request holds instead of undici's own.
  const limits = { headersTimeout: 0, bodyTimeout: 0 };
  const connect = { timeout: connectTimeoutMs };
  const ways = new Map<string, Way>();

  const open = (proxy: string): Way => {
    if (proxy === '') return { dispatcher: new Agent({ ...limits, connect }), proxy: undefined };
    const target = httpTarget(proxy);
    if (!target) throw new Error('the proxy in the environment is no http:// or https:// address');
    const token = target.headers.authorization;
    return {
      dispatcher: new ProxyAgent({
        ...limits,
        uri: target.url,
        ...(token === undefined ? {} : { token }),
        proxyTls: connect,
        // Many proxies let only port 443 be tunnelled to: what is not encrypted is asked for in their own way.
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
