export function CourseFormSkeleton() {
  return (
    <div aria-busy="true" className="max-w-5xl">
      <h1 className="sr-only">Loading the form</h1>
      <div className="skeleton h-7 w-56" />
      <div className="card mt-5 h-80" />
      <div className="card mt-4 h-150" />
    </div>
  );
}
