export function GradebookSkeleton() {
  return (
    <div aria-busy="true">
      <div className="skeleton h-4 w-48" />
      <h1 className="text-xl font-semibold">Gradebook</h1>
      <div className="skeleton mt-1 h-4 w-72 max-w-full" />
      <div className="card mt-5 h-120" />
    </div>
  );
}
