//! What the documentation lists is what the sources have: settings, codes, metrics, events, files, tests.

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use axum::http::StatusCode;
use clap::{CommandFactory, Parser};
use regex::Regex;
use uems::config::Config;

#[derive(Parser)]
struct Cli {
    #[command(flatten)]
    config: Config,
}

static ROOT: LazyLock<PathBuf> =
    LazyLock::new(|| Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap().to_owned());

pub fn read(path: impl AsRef<Path>) -> String {
    let path = ROOT.join(path);
    std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Files below a folder whose names end so.
pub fn files(folder: impl AsRef<Path>, ending: &str) -> Vec<PathBuf> {
    let mut found = vec![];
    let mut folders = vec![ROOT.join(folder)];
    while let Some(folder) = folders.pop() {
        for entry in std::fs::read_dir(folder).unwrap().map(Result::unwrap) {
            match entry.file_type().unwrap().is_dir() {
                true => folders.push(entry.path()),
                false if entry.file_name().to_string_lossy().ends_with(ending) => found.push(entry.path()),
                false => {}
            }
        }
    }
    found
}

pub static SOURCES: LazyLock<String> =
    LazyLock::new(|| files("backend/src", ".rs").iter().map(read).collect());

/// The first group of every match.
fn all(pattern: &str, text: &str) -> BTreeSet<String> {
    Regex::new(pattern).unwrap().captures_iter(text).map(|found| found[1].to_owned()).collect()
}

/// Cells of the rows of a Markdown table.
fn rows(text: &str) -> Vec<Vec<String>> {
    let cells = |line: &str| line.trim_matches('|').split('|').map(|cell| cell.trim().to_owned()).collect();
    text.lines().filter(|line| line.starts_with("| `")).map(cells).collect()
}

fn between<'a>(text: &'a str, start: &str, end: &str) -> &'a str {
    let from = text.find(start).unwrap_or_else(|| panic!("no `{start}`"));
    let to = text[from..].find(end).unwrap_or_else(|| panic!("no `{end}`"));
    &text[from..from + to]
}

#[test]
fn every_setting_is_documented_with_its_flag_and_default() {
    let text = read("docs/configuration.md");
    let documented: BTreeSet<Vec<String>> = rows(between(&text, "## Server", "## Not settings"))
        .into_iter()
        .map(|row| row[..3].to_vec())
        .collect();
    let command = Cli::command();
    let settings = command.get_arguments().filter_map(|argument| {
        let variable = argument.get_env()?.to_string_lossy();
        let shown = !argument.is_hide_default_value_set();
        let default = argument
            .get_default_values()
            .first()
            .filter(|_| shown)
            .map(|value| format!("`{}`", value.to_string_lossy()));
        Some(vec![
            format!("`{variable}`"),
            format!("`--{}`", argument.get_long()?),
            default.unwrap_or_default(),
        ])
    });
    assert_eq!(documented, settings.collect());
}

#[test]
fn every_code_is_documented_with_its_status() {
    let text = read("docs/api-design.md");
    let documented: BTreeSet<(String, String)> = rows(between(&text, "<!-- codes", "<!-- end of codes"))
        .into_iter()
        .map(|row| {
            let status = StatusCode::from_u16(row[1].parse().unwrap()).unwrap();
            (
                row[0].trim_matches('`').to_owned(),
                status.canonical_reason().unwrap().to_uppercase().replace(' ', "_"),
            )
        })
        .collect();
    let refusals = all(r#"(?:Refusal::new|\.refuse)\(\s*"([a-z_]+)""#, &SOURCES);
    let mut codes: BTreeSet<_> = refusals.into_iter().map(|code| (code, "CONFLICT".to_owned())).collect();
    for found in Regex::new(r#"\(\s*S::([A-Z_]+),\s*"([a-z_]+)""#)
        .unwrap()
        .captures_iter(&read("backend/src/error.rs"))
    {
        codes.insert((found[2].to_owned(), found[1].to_owned()));
    }
    assert_eq!(documented, codes);
}

#[test]
fn every_word_for_a_field_is_documented() {
    let text = read("docs/api-design.md");
    let documented = all("`([a-z_]+)`", between(&text, "<!-- field codes", "<!-- end of field codes"));
    let mut used = all(r#"FieldError::new\([^;]*?,\s*"([a-z_]+)"\s*,"#, &SOURCES);
    // Closures and helpers that shorten it.
    used.extend(all(r#"\b(?:wrong|error|field)\(\s*(?:"[a-z_]+",\s*)?"([a-z_]+)",\s"#, &SOURCES));
    assert_eq!(used.difference(&documented).collect::<Vec<_>>(), Vec::<&String>::new(), "not documented");
    let gone: Vec<_> = documented.iter().filter(|word| !SOURCES.contains(&format!("\"{word}\""))).collect();
    assert_eq!(gone, Vec::<&String>::new(), "not in the sources");
}

#[sqlx::test]
async fn every_metric_is_documented_with_its_kind_and_labels(db: sqlx::PgPool) {
    let text = read("docs/observability.md");
    let documented: BTreeSet<_> = rows(between(&text, "| Metric", "## Log lines"))
        .into_iter()
        .map(|row| (row[0].trim_matches('`').to_owned(), row[1].clone(), all("`([a-z_]+)`", &row[2])))
        .collect();
    let metrics = crate::support::TestApp::new(db).app;
    let declared = metrics.metrics.declared.iter();
    let exported = declared
        .map(|metric| (metric.name.clone(), metric.kind.to_owned(), metric.labels.iter().cloned().collect()));
    assert_eq!(documented, exported.collect());
}

/// Metrics of other exporters stand in the README of the monitoring.
#[sqlx::test]
async fn every_metric_a_dashboard_an_alert_or_a_page_names_is_exported(db: sqlx::PgPool) {
    let app = crate::support::TestApp::new(db).app;
    let mut exported = BTreeSet::new();
    for metric in &app.metrics.declared {
        exported.insert(metric.name.clone());
        if metric.kind == "histogram" {
            exported.extend(["_bucket", "_sum", "_count"].map(|part| format!("{}{part}", metric.name)));
        }
    }
    let elsewhere = all("`([a-z_]+)`", &read("deploy/monitoring/README.md"));
    let pages = files("docs/runbooks", ".md").into_iter().chain([ROOT.join("docs/observability.md")]);
    let configured =
        files("deploy/monitoring", ".json").into_iter().chain(files("deploy/monitoring", ".yml"));
    let recorded = all("record: (.+)", &read("deploy/monitoring/prometheus/rules/recording.yml"));
    let recording = Regex::new("uems:[a-z0-9_:]+").unwrap();
    let mut named = 0;
    for file in pages.chain(configured) {
        let text = read(&file);
        for name in recording.find_iter(&text) {
            assert!(recorded.contains(name.as_str()), "{}: {}", file.display(), name.as_str());
        }
        let text = recording.replace_all(&text, "");
        let names = all(r"\b((?:http|uems|process|node|probe|kubelet)_[a-z_]+[a-z])\b", &text);
        named += names.len();
        let known = |name: &String| exported.contains(name) || elsewhere.contains(name);
        let unknown: Vec<_> =
            names.iter().filter(|name| !known(name) && !name.ends_with("_exporter")).collect();
        assert_eq!(unknown, Vec::<&String>::new(), "{}", file.display());
    }
    assert!(named > 60, "the files were not read: {named} names");
}

/// Titles of the original design's panels, and what they ask.
const PANELS: &[(&str, &[&str])] = &[
    (
        "Request latency",
        &[
            "histogram_quantile(0.50",
            "histogram_quantile(0.95",
            "histogram_quantile(0.99",
            "http_request_duration_seconds_bucket[5m]",
        ],
    ),
    ("Error rate", &["http_requests_total{status=~\"5..\"}[5m]", "* 100"]),
    ("Active users", &["uems_active_users_total"]),
    ("Throughput", &["rate(http_requests_total[1m])"]),
    ("Payment success rate", &["uems_payments_total{status=~\"succeeded|failed|pending\"}"]),
    ("Enrolment trends", &["rate(uems_enrollments_total[1h])"]),
    ("Database performance", &["histogram_quantile(0.95", "uems_database_query_duration_seconds_bucket"]),
    ("System health: connections", &["uems_database_connections"]),
    ("System health: Stripe", &["uems_stripe_up"]),
];

#[test]
fn the_dashboard_has_the_panels_of_the_design() {
    let dashboard: serde_json::Value =
        serde_json::from_str(&read("deploy/monitoring/grafana/dashboards/uems.json")).unwrap();
    let panels = dashboard["panels"].as_array().unwrap();
    for (title, parts) in PANELS {
        let panel = panels.iter().find(|panel| panel["title"] == *title);
        let panel = panel.unwrap_or_else(|| panic!("no panel {title}"));
        let asked = panel["targets"].as_array().unwrap().iter();
        let asked: String = asked.map(|target| target["expr"].as_str().unwrap()).collect();
        for part in *parts {
            assert!(asked.contains(part), "{title}: {part} is not in {asked}");
        }
    }
}

#[test]
fn every_alert_has_a_runbook_with_its_condition_and_tests() {
    let rules = read("deploy/monitoring/prometheus/rules/alerts.yml");
    let cases = read("deploy/monitoring/prometheus/tests/alerts.yml");
    let alert = Regex::new(r"- alert: (\w+)\n\s+expr: \|\n\s+(.+)\n").unwrap();
    let mut alerts = BTreeSet::new();
    for found in alert.captures_iter(&rules) {
        let page = read(format!("docs/runbooks/{}.md", &found[1]));
        assert!(page.contains(&found[2]), "{}: {} is not in its runbook", &found[1], &found[2]);
        assert!(rules.contains(&format!("runbook: docs/runbooks/{}.md", &found[1])));
        for case in ["fires", "stays silent"] {
            assert!(
                cases.contains(&format!("- name: {} {case}\n", &found[1])),
                "{} {case}: no test",
                &found[1]
            );
        }
        alerts.insert(format!("{}.md", &found[1]));
    }
    alerts.insert("README.md".to_owned());
    let pages = files("docs/runbooks", ".md");
    let pages = pages.iter().map(|page| page.file_name().unwrap().to_string_lossy().into_owned());
    assert_eq!(pages.collect::<BTreeSet<_>>(), alerts);
}

#[test]
fn every_event_is_documented() {
    let text = read("docs/observability.md");
    let mut events = all(r#"\bevent = "([a-z_0-9]+)""#, &SOURCES);
    events.insert("db_query".to_owned());
    let documented = rows(between(&text, "| Event", "## Traces"));
    let documented: BTreeSet<_> = documented.iter().map(|row| row[0].trim_matches('`').to_owned()).collect();
    assert_eq!(documented, events);
}

/// Links lead to files, and what looks like a path of this repository is one.
#[test]
fn every_file_named_exists() {
    let mut pages = files("docs", ".md");
    pages.extend(
        ["README.md", "CONTRIBUTING.md", "CHANGELOG.md", "backend/migrations/README.md"]
            .map(|page| ROOT.join(page)),
    );
    let mut missing = vec![];
    for page in pages {
        let text = read(&page);
        let folder = page.parent().unwrap();
        for link in all(r"\]\(([^)\s]+)\)", &text)
            .iter()
            .filter(|link| !link.contains("://") && !link.starts_with('#'))
        {
            let path = link.split('#').next().unwrap();
            if !folder.join(path).exists() {
                missing.push(format!("{}: {link}", page.display()));
            }
        }
        for path in all(
            r"`((?:backend/(?:src|tests|migrations|benches)|frontend/(?:app|components|lib|scripts)|docs|scripts|deploy)/[^`\s<{*…]*)`",
            &text,
        ) {
            if !ROOT.join(&path).exists() {
                missing.push(format!("{}: {path}", page.display()));
            }
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

/// The table of invariants names tests; each is one.
#[test]
fn every_test_named_as_a_proof_exists() {
    let text = read("docs/architecture.md");
    let table = between(&text, "<!-- invariants", "<!-- end of invariants");
    let proofs = table.lines().filter_map(|line| line.strip_prefix("| ")?.rsplit('|').nth(1));
    let named: BTreeSet<String> = proofs.flat_map(|cell| all("`([a-z_0-9]+)`", cell)).collect();
    let tests: String = files("backend/tests", ".rs").iter().map(read).chain([SOURCES.clone()]).collect();
    let gone: Vec<_> = named.iter().filter(|name| !tests.contains(&format!("fn {name}("))).collect();
    assert!(named.len() > 20, "the table was not read: {named:?}");
    assert_eq!(gone, Vec::<&String>::new(), "no such tests");
}
