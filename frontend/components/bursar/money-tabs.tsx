import Link from 'next/link';
import { paths } from '@/lib/paths';

const tabs = [
  { id: 'payments', href: paths.adminPayments, label: 'Payments' },
  { id: 'charges', href: paths.charges, label: 'Charges' },
  { id: 'reconciliation', href: paths.reconciliation, label: 'Reconciliation' },
] as const;

/** The three lists of the bursar's office. */
export function MoneyTabs({ current }: { current: (typeof tabs)[number]['id'] }) {
  return (
    <nav aria-label="Money" className="mt-4 flex gap-1 border-b border-line">
      {tabs.map(({ id, href, label }) => (
        <Link
          key={id}
          href={href}
          aria-current={id === current ? 'page' : undefined}
          className="-mb-px border-b-2 border-transparent px-3 py-2 text-sm text-muted hover:text-ink aria-[current=page]:border-accent aria-[current=page]:font-medium aria-[current=page]:text-ink pointer-coarse:py-3"
        >
          {label}
        </Link>
      ))}
    </nav>
  );
}
