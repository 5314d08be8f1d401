'use client';

import dynamic from 'next/dynamic';
import { nothing } from './nothing';

/** Loaded when first asked for: dialogs are a third of the code of a page that shows none. */
export const Confirm = dynamic(() => import('./confirm-dialog').then((module) => module.ConfirmDialog), {
  loading: nothing,
});
