//! Stamps the build's date (reproducible with SOURCE_DATE_EPOCH); new migrations and a new UI are reasons to rebuild.

use chrono::{DateTime, Utc};

fn main() {
    println!("cargo:rerun-if-changed=migrations");
    println!("cargo:rerun-if-env-changed=SOURCE_DATE_EPOCH");
    if std::path::Path::new("../frontend/out").exists() {
        println!("cargo:rerun-if-changed=../frontend/out");
    }
    let stamped = std::env::var("SOURCE_DATE_EPOCH").ok().and_then(|text| text.parse().ok());
    #[expect(clippy::disallowed_methods, reason = "a build script has no App and no clock of it")]
    let date = stamped.and_then(|seconds| DateTime::from_timestamp(seconds, 0)).unwrap_or_else(Utc::now);
    println!("cargo:rustc-env=UEMS_BUILD_DATE={}", date.format("%Y-%m-%d"));
}
