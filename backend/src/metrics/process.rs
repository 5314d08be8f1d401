//! What the system says of this process, under the names every Prometheus client uses. From `/proc`: elsewhere than on
//! Linux there are no such series. (The `prometheus` crate could do it, with a second `rustix` behind it.)

use prometheus::{CounterVec, IntGaugeVec};
use rustix::process::{Resource, getrlimit};

use super::declare::Declarations;
use super::service::NO_LABEL;

pub struct Process {
    cpu_seconds: CounterVec,
    resident_memory: IntGaugeVec,
    virtual_memory: IntGaugeVec,
    threads: IntGaugeVec,
    open_descriptors: IntGaugeVec,
    most_descriptors: IntGaugeVec,
    started: IntGaugeVec,
}

impl Process {
    pub(super) fn declare(declare: &Declarations) -> Self {
        let gauge = |name, help| declare.gauges(name, help, &[]);
        Self {
            cpu_seconds: declare.real_counters(
                "process_cpu_seconds_total",
                "Total user and system CPU time spent in seconds",
                &[],
            ),
            resident_memory: gauge("process_resident_memory_bytes", "Resident memory size in bytes"),
            virtual_memory: gauge("process_virtual_memory_bytes", "Virtual memory size in bytes"),
            threads: gauge("process_threads", "Number of threads"),
            open_descriptors: gauge("process_open_fds", "Number of open file descriptors"),
            most_descriptors: gauge("process_max_fds", "Maximum number of open file descriptors"),
            started: gauge("process_start_time_seconds", "When the process started, in seconds since 1970"),
        }
    }

    pub(super) fn refresh(&self) {
        if let Some(state) = std::fs::read_to_string("/proc/self/stat").ok().as_deref().and_then(State::parse)
        {
            let tick = rustix::param::clock_ticks_per_second() as f64;
            let cpu = self.cpu_seconds.with_label_values(NO_LABEL);
            cpu.inc_by((state.cpu_ticks as f64 / tick - cpu.get()).max(0.0));
            let pages = state.resident_pages * rustix::param::page_size() as u64;
            self.resident_memory.with_label_values(NO_LABEL).set(pages as i64);
            self.virtual_memory.with_label_values(NO_LABEL).set(state.virtual_bytes as i64);
            self.threads.with_label_values(NO_LABEL).set(state.threads as i64);
            if let Some(booted) = booted_at() {
                let started = booted + (state.started_ticks as f64 / tick) as i64;
                self.started.with_label_values(NO_LABEL).set(started);
            }
        }
        if let Ok(open) = std::fs::read_dir("/proc/self/fd") {
            // The folder itself is open while it is counted.
            self.open_descriptors.with_label_values(NO_LABEL).set(open.count() as i64 - 1);
            let most = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
            self.most_descriptors.with_label_values(NO_LABEL).set(i64::try_from(most).unwrap_or(i64::MAX));
        }
    }
}

/// Seconds since 1970 when the machine started.
fn booted_at() -> Option<i64> {
    let text = std::fs::read_to_string("/proc/stat").ok()?;
    text.lines().find_map(|line| line.strip_prefix("btime "))?.trim().parse().ok()
}

#[derive(Debug, PartialEq)]
struct State {
    cpu_ticks: u64,
    threads: u64,
    started_ticks: u64,
    virtual_bytes: u64,
    resident_pages: u64,
}

impl State {
    /// Reads `/proc/self/stat`, see proc(5). The program's name in it may have spaces and parentheses.
    fn parse(text: &str) -> Option<Self> {
        let fields: Vec<&str> = text.rsplit_once(')')?.1.split_whitespace().collect();
        // The first field here is the third of the manual.
        let field = |number: usize| fields.get(number - 3)?.parse::<u64>().ok();
        Some(Self {
            cpu_ticks: field(14)? + field(15)?,
            threads: field(20)?,
            started_ticks: field(22)?,
            virtual_bytes: field(23)?,
            resident_pages: field(24)?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_with_a_parenthesis_does_not_shift_the_fields() {
        let line = "7 (a) b) S 1 7 7 0 -1 4194560 900 0 0 0 120 30 0 0 20 0 9 0 5555 1000000 250 184467 1 1 0 0 0 0 0";
        let state = State {
            cpu_ticks: 150,
            threads: 9,
            started_ticks: 5555,
            virtual_bytes: 1_000_000,
            resident_pages: 250,
        };
        assert_eq!(State::parse(line), Some(state));
        assert_eq!(State::parse("7 (a"), None);
    }
}
