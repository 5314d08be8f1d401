'use client';

import dynamic from 'next/dynamic';

export const LazyToasts = dynamic(() => import('./toast').then((module) => module.Toasts), { ssr: false });
