/** A share as a bar, beside words that say the same. */
export function Meter({ share, tone = 'bg-accent' }: { share: number; tone?: string }) {
  return (
    <span aria-hidden className="relative block h-1.5 w-full overflow-hidden rounded-full bg-line">
      <span
        className={`absolute inset-y-0 left-0 rounded-full ${tone}`}
        style={{ width: `${Math.max(0, Math.min(1, share)) * 100}%` }}
      />
    </span>
  );
}
