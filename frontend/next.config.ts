import type { NextConfig } from 'next';

const api = process.env.UEMS_API ?? 'http://127.0.0.1:8000';

/** `next dev` keeps real dynamic routes and forwards the API; `output: 'export'` forbids both. */
const config: NextConfig = {
  ...(process.env.NODE_ENV === 'production'
    ? { output: 'export' as const }
    : { rewrites: async () => [{ source: '/api/:path*', destination: `${api}/api/:path*` }] }),
  // A fixed id keeps two builds of one source byte-identical.
  generateBuildId: () => process.env.GIT_SHA ?? 'uems',
  reactStrictMode: true,
  poweredByHeader: false,
};

export default config;
