/** The frame of every signed-in page while the session is looked up; also what the exported HTML shows. */
export function ShellSkeleton() {
  return (
    <div className="md:grid md:min-h-dvh md:grid-cols-[13rem_minmax(0,1fr)]">
      <div className="hidden h-dvh flex-col border-r border-line bg-surface px-5 py-4 font-semibold md:flex">
        UEMS
      </div>
      <div className="flex h-13 items-center border-b border-line bg-surface px-4 font-semibold md:hidden">
        UEMS
      </div>
      <main aria-busy="true" className="px-4 pt-4 md:px-6 md:pt-6">
        <h1 className="sr-only">Loading</h1>
        <div className="skeleton h-6 w-40" />
        <div className="skeleton mt-2 h-4 w-64 max-w-full" />
        <div className="card mt-5 h-96" />
      </main>
    </div>
  );
}
